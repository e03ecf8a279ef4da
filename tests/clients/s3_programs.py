"""Uses Studio's S3 with the programs that data scientists use: boto3's transfers, the AWS CLI and pyarrow.

The AWS CLI may stand in another environment (`--aws`), since it pins its own botocore. The last line counts:
`N passed, N failed`.
"""

import argparse
import concurrent.futures
import filecmp
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import traceback
import uuid
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

MIB = 1 << 20
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Run:
    def __init__(self, arguments, folder):
        self.endpoint = arguments.endpoint
        self.folder = Path(folder)
        self.bucket = f"programs-{uuid.uuid4().hex[:8]}"
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": arguments.endpoint,
            "AWS_ACCESS_KEY_ID": arguments.access_key,
            "AWS_SECRET_ACCESS_KEY": arguments.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"AWS_SESSION_TOKEN": arguments.session_token} if arguments.session_token else {}),
        }
        self.aws_command = arguments.aws
        self.keys = (arguments.access_key, arguments.secret_key, arguments.session_token)
        self.s3 = boto3.client(
            "s3",
            endpoint_url=arguments.endpoint,
            region_name="us-east-1",
            aws_access_key_id=arguments.access_key,
            aws_secret_access_key=arguments.secret_key,
            aws_session_token=arguments.session_token,
            config=Config(signature_version="s3v4"),
        )
        self.s3.create_bucket(Bucket=self.bucket)

    def aws(self, *words):
        return subprocess.run(
            [self.aws_command, *words], env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    def file(self, name, size):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
        return path


def same_trees(left, right):
    comparison = filecmp.dircmp(left, right)
    return not (
        comparison.left_only
        or comparison.right_only
        or filecmp.cmpfiles(left, right, comparison.common_files, shallow=False)[1]
    ) and all(same_trees(left / name, right / name) for name in comparison.common_dirs)


@check
def boto3_transfers_large_files_in_parts(run):
    path = run.file("large.bin", 40 * MIB + 11)
    config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB, max_concurrency=4)
    run.s3.upload_file(str(path), run.bucket, "large.bin", Config=config)
    head = run.s3.head_object(Bucket=run.bucket, Key="large.bin", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-6"'), head["ETag"]
    assert any(name.startswith("Checksum") for name in head), head
    back = run.folder / "large.back"
    run.s3.download_file(run.bucket, "large.bin", str(back), Config=config)
    assert filecmp.cmp(path, back, shallow=False)
    run.s3.copy({"Bucket": run.bucket, "Key": "large.bin"}, run.bucket, "large-copy.bin", Config=config)
    copied = run.s3.get_object(Bucket=run.bucket, Key="large-copy.bin")["Body"].read()
    assert hashlib.sha256(copied).digest() == hashlib.sha256(path.read_bytes()).digest()


@check
def boto3_streams_file_objects(run):
    content = os.urandom(3 * MIB)
    run.s3.upload_fileobj(io.BytesIO(content), run.bucket, "stream")
    body = run.s3.get_object(Bucket=run.bucket, Key="stream")["Body"]
    assert b"".join(body.iter_chunks(100_000)) == content


@check
def boto3_resource_lists_and_deletes(run):
    resource = boto3.resource(
        "s3",
        endpoint_url=run.endpoint,
        region_name="us-east-1",
        aws_access_key_id=run.keys[0],
        aws_secret_access_key=run.keys[1],
        aws_session_token=run.keys[2],
    )
    bucket = resource.Bucket(run.bucket)
    names = [f"many/{number:04}" for number in range(1_100)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: run.s3.put_object(Bucket=run.bucket, Key=name, Body=b"x"), names))
    assert [item.key for item in bucket.objects.filter(Prefix="many/")] == names
    bucket.objects.filter(Prefix="many/").delete()
    assert not list(bucket.objects.filter(Prefix="many/"))


@check
def boto3_presigned_url_is_read_without_keys(run):
    import urllib.request

    run.s3.put_object(Bucket=run.bucket, Key="signed", Body=b"by url")
    url = run.s3.generate_presigned_url("get_object", Params={"Bucket": run.bucket, "Key": "signed"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"by url"


@check
def cli_copies_and_syncs(run):
    tree = run.folder / "tree"
    for name in ("a.csv", "deep/er/b.csv", "deep/ü ñ+%.csv", "empty.txt"):
        run.file(f"tree/{name}", 0 if name == "empty.txt" else 5_000)
    run.file("tree/large.bin", 20 * MIB)
    target = f"s3://{run.bucket}/tree"
    run.aws("s3", "sync", str(tree), target)
    assert run.aws("s3", "sync", str(tree), target) == "", "the second sync found something to do"
    back = run.folder / "tree-back"
    run.aws("s3", "sync", target, str(back))
    assert same_trees(tree, back)
    (tree / "a.csv").unlink()
    run.aws("s3", "sync", "--delete", str(tree), target)
    listing = run.aws("s3", "ls", "--recursive", target)
    assert "a.csv" not in listing and "b.csv" in listing, listing
    run.aws("s3", "cp", f"{target}/large.bin", f"s3://{run.bucket}/moved.bin")
    run.aws("s3", "mv", f"s3://{run.bucket}/moved.bin", str(run.folder / "moved.bin"))
    assert filecmp.cmp(tree / "large.bin", run.folder / "moved.bin", shallow=False)
    run.aws("s3", "rm", "--recursive", target)
    assert "tree" not in run.aws("s3", "ls", f"s3://{run.bucket}/")


@check
def cli_makes_and_removes_buckets(run):
    name = f"s3://{run.bucket}-cli"
    run.aws("s3", "mb", name)
    run.aws("s3", "cp", str(run.file("one.txt", 10)), f"{name}/one.txt")
    assert f"{run.bucket}-cli" in run.aws("s3", "ls")
    run.aws("s3", "rb", "--force", name)
    assert f"{run.bucket}-cli" not in run.aws("s3", "ls")


@check
def pyarrow_writes_and_reads_parquet(run):
    import pyarrow
    import pyarrow.dataset
    import pyarrow.parquet
    from pyarrow import fs

    access_key, secret_key, session_token = run.keys
    remote = fs.S3FileSystem(
        access_key=access_key,
        secret_key=secret_key,
        session_token=session_token,
        region="us-east-1",
        scheme="http",
        endpoint_override=run.endpoint.removeprefix("http://"),
    )
    table = pyarrow.table({"id": list(range(200_000)), "name": [f"name {n % 97}" for n in range(200_000)]})
    for part in range(3):
        pyarrow.parquet.write_table(
            table, f"{run.bucket}/extracts/part-{part}.parquet", filesystem=remote, row_group_size=20_000
        )
    read = pyarrow.parquet.read_table(f"{run.bucket}/extracts/part-1.parquet", filesystem=remote, columns=["id"])
    assert read["id"].equals(table["id"])
    dataset = pyarrow.dataset.dataset(f"{run.bucket}/extracts", filesystem=remote, format="parquet")
    assert dataset.count_rows() == 600_000
    info = remote.get_file_info(fs.FileSelector(f"{run.bucket}/extracts"))
    assert sorted(item.base_name for item in info) == [f"part-{part}.parquet" for part in range(3)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--access-key", required=True)
    parser.add_argument("--secret-key", required=True)
    parser.add_argument("--session-token")
    parser.add_argument("--aws", default="aws", help="the AWS CLI")
    arguments = parser.parse_args()

    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        run = Run(arguments, folder)
        for function in CHECKS:
            try:
                function(run)
                print(f"passed  {function.__name__}")
            except Exception as error:
                failed += 1
                print(f"FAILED  {function.__name__}")
                traceback.print_exc(file=sys.stdout)
                if isinstance(error, subprocess.CalledProcessError):
                    print(error.stdout, error.stderr)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
