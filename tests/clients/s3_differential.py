"""Asks two S3 servers the same things through boto3 and compares what they answer.

One is the peer (moto_server), the other is Studio. Identifiers, times and owners are each server's own and are left
out; a difference that is known and right is listed in KNOWN with its reason, anything else fails the run. The last
line counts: `N passed, N failed`.
"""

import argparse
import hashlib
import re
import sys
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1 << 20
PART = 5 * MIB

# Members that name, time or own something, or that only one server can know.
OWN = {
    "LastModified", "Date", "Initiated", "CreationDate", "UploadId", "UploadIdMarker", "NextUploadIdMarker",
    "Owner", "Initiator", "RequestId", "HostId", "Location", "NextContinuationToken", "ContinuationToken",
    "BucketRegion", "BucketArn", "ServerSideEncryption", "AccessPointAlias", "VersionId",
}

# Members that Amazon sends and moto leaves out, everywhere or in some answers.
NOT_AT_PEER = {"ChecksumType", "ChecksumAlgorithm"}

# Speaks of transitions, which Studio refuses.
OWN |= {"TransitionDefaultMinimumObjectSize"}

KNOWN = {
    "create_bucket_named: upper": "moto takes names that Amazon refuses",
    "create_bucket_named: underscore": "moto takes names that Amazon refuses",
    "create_bucket_named: dots": "moto takes names that Amazon refuses",
    "create_bucket_elsewhere": "Studio has one region",
    "list_buckets": "the bucket of create_bucket_elsewhere",
    "put_refused: md5": "moto does not verify Content-MD5",
    "put_refused: md5_text": "moto does not verify Content-MD5",
    "put_refused: sha256": "moto does not verify checksums",
    "put_refused: acl": "buckets made since 2023 do not allow ACLs; moto's do",
    "put_key_too_long": "moto has no limit for keys",
    "put_odd_key: line": "moto cannot route a key with a line end",
    "get_odd_key: line": "moto cannot route a key with a line end",
    "list_v1: unicode_prefix": "moto does not escape the prefix of a V1 listing, Amazon does",
    "list_pages: grouped": "moto repeats all common prefixes on every page of a V1 listing",
    "list_pages: grouped_below": "moto repeats all common prefixes on every page of a V1 listing",
    "list_after_marker: key": "moto does not send the marker back",
    "list_after_marker: group": "moto repeats common prefixes before the marker",
    "upload_part_numbered: zero": "moto looks for the upload only",
    "list_uploads": "moto does not send the prefix back",
    "get_part_by_number": "moto ignores partNumber",
    "complete_refused: disordered": "moto sorts the parts itself",
    "upload_part_of_no_upload": "moto fails with 500",
    "bucket_policy_malformed": "moto takes any text as policy",
    "lifecycle: no_action": "moto takes rules that do nothing",
    "delete_objects: quiet": "moto ignores Quiet",
}


def body(size, seed=b"x"):
    """Bytes that differ from place to place, the same for both servers."""
    block = hashlib.sha256(seed).digest()
    return (block * (size // len(block) + 1))[:size]


class Server:
    def __init__(self, endpoint, access_key, secret_key, session_token, prefix):
        self.s3 = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=session_token,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )
        self.bucket = f"{prefix}-data"
        self.prefix = prefix
        self.remembered = {}


def normalised(value):
    if isinstance(value, dict):
        return {
            key: normalised(item)
            for key, item in sorted(value.items())
            if key not in OWN | NOT_AT_PEER and key != "ResponseMetadata" and item not in (None, "", [])
        }
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if hasattr(value, "read"):
        content = value.read()
        return content if len(content) < 200 else f"{len(content)} bytes, md5 {hashlib.md5(content).hexdigest()}"
    return value


def ask(server, operation):
    """The answer, or the refusal, in a form that can be compared."""
    try:
        answer = operation(server) or {}
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return {"status": status, **normalised(answer)}
    except ClientError as error:
        response = error.response
        # Texts are each server's own; clients go by the code.
        return {"status": response["ResponseMetadata"]["HTTPStatusCode"], "code": response["Error"].get("Code")}


OPERATIONS = []


def operation(function):
    OPERATIONS.append((function.__name__, function))
    return function


def each(**cases):
    """One operation for each case, named after both."""

    def register(function):
        for name, case in cases.items():
            OPERATIONS.append(
                (f"{function.__name__}: {name}", lambda server, case=case: function(server, case))
            )
        return function

    return register


# Buckets


@operation
def create_bucket(server):
    return server.s3.create_bucket(Bucket=server.bucket)


@operation
def create_bucket_again(server):
    return server.s3.create_bucket(Bucket=server.bucket)


@each(short="ab", upper="Upper-Case", underscore="under_score", dots="a..b", long="x" * 64)
def create_bucket_named(server, name):
    # boto3 would refuse some of these itself.
    server.s3.meta.events.unregister("before-parameter-build.s3", _validate_bucket_name())
    return server.s3.create_bucket(Bucket=name)


def _validate_bucket_name():
    from botocore.handlers import validate_bucket_name

    return validate_bucket_name


@operation
def create_bucket_elsewhere(server):
    return server.s3.create_bucket(
        Bucket=f"{server.prefix}-elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )


@operation
def head_bucket(server):
    return server.s3.head_bucket(Bucket=server.bucket)


@operation
def head_bucket_absent(server):
    return server.s3.head_bucket(Bucket=f"{server.prefix}-absent")


@operation
def bucket_location(server):
    return server.s3.get_bucket_location(Bucket=server.bucket)


@operation
def bucket_versioning(server):
    return server.s3.get_bucket_versioning(Bucket=server.bucket)


@operation
def bucket_acl(server):
    answer = server.s3.get_bucket_acl(Bucket=server.bucket)
    return {**answer, "Grants": [grant["Permission"] for grant in answer["Grants"]]}


@operation
def list_buckets(server):
    names = [bucket["Name"] for bucket in server.s3.list_buckets()["Buckets"]]
    return {"mine": [name.replace(server.prefix, "") for name in names if name.startswith(server.prefix)]}


# Objects


@each(empty=b"", small=b"hello", large=body(3 * MIB))
def put_object(server, content):
    return server.s3.put_object(Bucket=server.bucket, Key="object", Body=content)


@operation
def get_object(server):
    return server.s3.get_object(Bucket=server.bucket, Key="object")


@operation
def head_object(server):
    return server.s3.head_object(Bucket=server.bucket, Key="object")


@operation
def get_object_absent(server):
    return server.s3.get_object(Bucket=server.bucket, Key="absent")


@operation
def head_object_absent(server):
    return server.s3.head_object(Bucket=server.bucket, Key="absent")


@operation
def get_object_of_absent_bucket(server):
    return server.s3.get_object(Bucket=f"{server.prefix}-absent", Key="object")


@operation
def put_object_described(server):
    return server.s3.put_object(
        Bucket=server.bucket,
        Key="described",
        Body=b"0123456789",
        ContentType="text/csv",
        ContentEncoding="identity",
        ContentLanguage="de",
        ContentDisposition="attachment",
        CacheControl="max-age=1",
        Metadata={"Name": "value", "other-name": "a b"},
        Tagging="k=v&empty=",
        StorageClass="STANDARD_IA",
    )


@operation
def head_object_described(server):
    return server.s3.head_object(Bucket=server.bucket, Key="described")


@operation
def object_tags(server):
    return server.s3.get_object_tagging(Bucket=server.bucket, Key="described")


@operation
def put_object_tags(server):
    return server.s3.put_object_tagging(
        Bucket=server.bucket, Key="described", Tagging={"TagSet": [{"Key": "new", "Value": "1 + 2"}]}
    )


@operation
def put_object_tags_refused(server):
    return server.s3.put_object_tagging(
        Bucket=server.bucket, Key="described", Tagging={"TagSet": [{"Key": "new", "Value": "1 & 2"}]}
    )


@operation
def object_tags_changed(server):
    return server.s3.get_object_tagging(Bucket=server.bucket, Key="described")


@each(
    first="bytes=0-0",
    middle="bytes=3-5",
    open_end="bytes=7-",
    suffix="bytes=-3",
    long_suffix="bytes=-100",
    past_end="bytes=5-500",
    unsatisfiable="bytes=10-",
    whole="bytes=0-9",
)
def get_range(server, range_):
    return server.s3.get_object(Bucket=server.bucket, Key="described", Range=range_)


@operation
def head_range(server):
    return server.s3.head_object(Bucket=server.bucket, Key="described", Range="bytes=2-4")


@each(
    type={"ResponseContentType": "x/y"},
    several={"ResponseContentDisposition": "inline", "ResponseCacheControl": "no-store"},
)
def get_overridden(server, headers):
    return server.s3.get_object(Bucket=server.bucket, Key="described", **headers)


ETAG = '"781e5e245d69b566979b86e28d23f2c7"'  # of 0123456789


@each(
    match={"IfMatch": ETAG},
    no_match={"IfMatch": '"other"'},
    none_match={"IfNoneMatch": '"other"'},
    not_none_match={"IfNoneMatch": ETAG},
    modified={"IfModifiedSince": "2001-01-01"},
    not_modified={"IfModifiedSince": "2101-01-01"},
    unmodified={"IfUnmodifiedSince": "2101-01-01"},
    not_unmodified={"IfUnmodifiedSince": "2001-01-01"},
)
def get_conditional(server, condition):
    return server.s3.get_object(Bucket=server.bucket, Key="described", **condition)


@each(
    if_none_match_present={"Key": "described", "IfNoneMatch": "*"},
    if_none_match_absent={"Key": "made-once", "IfNoneMatch": "*"},
    if_match={"Key": "described", "IfMatch": ETAG},
    if_match_stale={"Key": "described", "IfMatch": '"0123456789abcdef0123456789abcdef"'},
    if_match_absent={"Key": "never", "IfMatch": ETAG},
)
def put_conditional(server, parameters):
    return server.s3.put_object(Bucket=server.bucket, Body=b"0123456789", **parameters)


@each(CRC32="CRC32", SHA1="SHA1", SHA256="SHA256")
def put_checksummed(server, algorithm):
    return server.s3.put_object(
        Bucket=server.bucket, Key=f"sum-{algorithm}", Body=b"sum me", ChecksumAlgorithm=algorithm
    )


@each(CRC32="CRC32", SHA1="SHA1", SHA256="SHA256")
def head_checksummed(server, algorithm):
    return server.s3.head_object(Bucket=server.bucket, Key=f"sum-{algorithm}", ChecksumMode="ENABLED")


@each(
    md5={"ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="},
    md5_text={"ContentMD5": "nonsense"},
    sha256={"ChecksumSHA256": "AAAA"},
    acl={"ACL": "public-read"},
)
def put_refused(server, parameters):
    return server.s3.put_object(Bucket=server.bucket, Key="refused", Body=b"x", **parameters)


@operation
def put_key_too_long(server):
    return server.s3.put_object(Bucket=server.bucket, Key="k" * 1025, Body=b"x")


# Copies


@each(
    plain={"Key": "copy"},
    replaced={"Key": "copy-replaced", "MetadataDirective": "REPLACE", "Metadata": {"new": "1"}},
    self_={"Key": "described"},
    conditional={"Key": "copy-2", "CopySourceIfMatch": ETAG},
    unmet={"Key": "copy-2", "CopySourceIfNoneMatch": ETAG},
)
def copy_object(server, parameters):
    return server.s3.copy_object(
        Bucket=server.bucket, CopySource={"Bucket": server.bucket, "Key": "described"}, **parameters
    )


@each(plain="copy", replaced="copy-replaced")
def head_copy(server, key):
    return server.s3.head_object(Bucket=server.bucket, Key=key)


@operation
def copy_absent(server):
    return server.s3.copy_object(
        Bucket=server.bucket, Key="x", CopySource={"Bucket": server.bucket, "Key": "absent"}
    )


# Odd keys


ODD = {
    "dots": "../../etc/passwd",
    "slashes": "/a//b/",
    "unicode": "ünï/日本/🙂",
    "signs": "a+b c%d?e#f&g=h;i'j\"k<l>m",
    "space": " ",
    "line": "a\nb\tc",
    "long": "k" * 1024,
}


@each(**ODD)
def put_odd_key(server, key):
    return server.s3.put_object(Bucket=server.bucket, Key=key, Body=key.encode())


@each(**ODD)
def get_odd_key(server, key):
    return server.s3.get_object(Bucket=server.bucket, Key=key)


# Listings, in a bucket of their own


KEYS = [
    "a", "a/", "a/1", "a/2", "a/b/1", "a-b", "b/1", "b/2", "b/3", "c", "d/e/f", "d/e/g", "é", "日本/1", "z z", "z+z",
]


def listed(server):
    return f"{server.prefix}-listed"


@operation
def fill_listed_bucket(server):
    server.s3.create_bucket(Bucket=listed(server))
    for key in KEYS:
        server.s3.put_object(Bucket=listed(server), Key=key, Body=key.encode())


LISTINGS = {
    "all": {},
    "prefix": {"Prefix": "a/"},
    "delimiter": {"Delimiter": "/"},
    "both": {"Prefix": "a/", "Delimiter": "/"},
    "prefix_without_slash": {"Prefix": "a", "Delimiter": "/"},
    "long_delimiter": {"Delimiter": "/e/"},
    "letter_delimiter": {"Delimiter": "1"},
    "no_such_prefix": {"Prefix": "none"},
    "none": {"MaxKeys": 0},
    "unicode_prefix": {"Prefix": "日"},
}


@each(**LISTINGS)
def list_v2(server, parameters):
    answer = server.s3.list_objects_v2(Bucket=listed(server), **parameters)
    return {**answer, "Name": None}


@each(**LISTINGS)
def list_v1(server, parameters):
    answer = server.s3.list_objects(Bucket=listed(server), **parameters)
    return {**answer, "Name": None}


def names(page):
    return {
        "keys": [item["Key"] for item in page.get("Contents", [])],
        "groups": [item["Prefix"] for item in page.get("CommonPrefixes", [])],
        "truncated": page["IsTruncated"],
    }


@each(
    one={"PaginationConfig": {"PageSize": 1}},
    three={"PaginationConfig": {"PageSize": 3}},
    grouped={"PaginationConfig": {"PageSize": 2}, "Delimiter": "/"},
    grouped_below={"PaginationConfig": {"PageSize": 1}, "Delimiter": "/", "Prefix": "a/"},
)
def list_pages(server, parameters):
    both = {}
    for call in ("list_objects_v2", "list_objects"):
        pages = server.s3.get_paginator(call).paginate(Bucket=listed(server), **parameters)
        both[call] = [names(page) for page in pages]
    return both


@each(
    key={"StartAfter": "a/2"},
    between={"StartAfter": "a/9"},
    group={"StartAfter": "b/", "Delimiter": "/"},
    before={"StartAfter": "0"},
    end={"StartAfter": "日本/1"},
)
def list_after(server, parameters):
    return {**server.s3.list_objects_v2(Bucket=listed(server), **parameters), "Name": None}


@each(key={"Marker": "a/2"}, group={"Marker": "b/", "Delimiter": "/"})
def list_after_marker(server, parameters):
    return {**server.s3.list_objects(Bucket=listed(server), **parameters), "Name": None}


# Multipart


def upload(server, key, **parameters):
    answer = server.s3.create_multipart_upload(Bucket=server.bucket, Key=key, **parameters)
    server.remembered[key] = answer["UploadId"]
    return {"Bucket": server.bucket, "Key": key, "UploadId": answer["UploadId"]}


def remembered(server, key):
    return {"Bucket": server.bucket, "Key": key, "UploadId": server.remembered[key]}


def without_bucket(answer):
    return {**answer, "Bucket": None}


@operation
def create_multipart(server):
    upload(server, "multi", Metadata={"m": "1"}, ContentType="x/y")


@each(one=(1, PART), two=(2, PART), last=(5, 17))
def upload_part(server, case):
    number, size = case
    return server.s3.upload_part(**remembered(server, "multi"), PartNumber=number, Body=body(size))


@each(zero=0, huge=10001)
def upload_part_numbered(server, number):
    return server.s3.upload_part(**remembered(server, "multi"), PartNumber=number, Body=b"x")


@operation
def list_parts(server):
    return without_bucket(server.s3.list_parts(**remembered(server, "multi")))


@operation
def list_parts_paged(server):
    return without_bucket(server.s3.list_parts(**remembered(server, "multi"), MaxParts=1, PartNumberMarker=1))


@operation
def list_uploads(server):
    return without_bucket(server.s3.list_multipart_uploads(Bucket=server.bucket, Prefix="multi"))


def part(size, number):
    return {"PartNumber": number, "ETag": f'"{hashlib.md5(body(size)).hexdigest()}"'}


@operation
def complete_multipart(server):
    parts = [part(PART, 1), part(PART, 2), part(17, 5)]
    return without_bucket(
        server.s3.complete_multipart_upload(**remembered(server, "multi"), MultipartUpload={"Parts": parts})
    )


@operation
def get_multipart(server):
    return server.s3.get_object(Bucket=server.bucket, Key="multi")


@operation
def get_multipart_range(server):
    return server.s3.get_object(Bucket=server.bucket, Key="multi", Range=f"bytes={PART - 10}-{PART + 9}")


@operation
def get_part_by_number(server):
    return server.s3.get_object(Bucket=server.bucket, Key="multi", PartNumber=3)


@each(
    disordered=[part(PART, 2), part(PART, 1)],
    unknown=[part(PART, 1), part(PART, 4)],
    wrong_etag=[part(PART, 1), part(3, 2)],
    empty=[],
)
def complete_refused(server, parts):
    one = upload(server, "refused")
    for number in (1, 2):
        server.s3.upload_part(**one, PartNumber=number, Body=body(PART))
    return server.s3.complete_multipart_upload(**one, MultipartUpload={"Parts": parts})


@operation
def complete_small_parts(server):
    one = upload(server, "small")
    for number in (1, 2):
        server.s3.upload_part(**one, PartNumber=number, Body=b"x")
    parts = [{"PartNumber": number, "ETag": f'"{hashlib.md5(b"x").hexdigest()}"'} for number in (1, 2)]
    return server.s3.complete_multipart_upload(**one, MultipartUpload={"Parts": parts})


@operation
def part_copies(server):
    one = upload(server, "from-copies")
    source = {"Bucket": server.bucket, "Key": "multi"}
    answers = [
        server.s3.upload_part_copy(**one, PartNumber=1, CopySource=source),
        server.s3.upload_part_copy(**one, PartNumber=2, CopySource=source, CopySourceRange="bytes=10-19"),
    ]
    parts = [
        {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}
        for number, answer in enumerate(answers, start=1)
    ]
    return without_bucket(server.s3.complete_multipart_upload(**one, MultipartUpload={"Parts": parts}))


@operation
def abort_multipart(server):
    one = upload(server, "aborted")
    server.s3.upload_part(**one, PartNumber=1, Body=b"x")
    return server.s3.abort_multipart_upload(**one)


@operation
def abort_multipart_again(server):
    return server.s3.abort_multipart_upload(**remembered(server, "aborted"))


@operation
def upload_part_of_no_upload(server):
    return server.s3.upload_part(**remembered(server, "aborted"), PartNumber=1, Body=b"x")


@operation
def managed_transfer(server):
    import io

    server.s3.upload_fileobj(io.BytesIO(body(20 * MIB)), server.bucket, "managed")
    fetched = io.BytesIO()
    server.s3.download_fileobj(server.bucket, "managed", fetched)
    head = server.s3.head_object(Bucket=server.bucket, Key="managed")
    return {"same": fetched.getvalue() == body(20 * MIB), "etag": head["ETag"], "bytes": head["ContentLength"]}


# Configuration of buckets


@operation
def bucket_policy_absent(server):
    return server.s3.get_bucket_policy(Bucket=server.bucket)


@operation
def bucket_policy_malformed(server):
    return server.s3.put_bucket_policy(Bucket=server.bucket, Policy="no json")


@operation
def bucket_policy(server):
    import json

    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{server.bucket}/forbidden/*",
            }
        ],
    }
    server.s3.put_bucket_policy(Bucket=server.bucket, Policy=json.dumps(policy))
    stored = json.loads(server.s3.get_bucket_policy(Bucket=server.bucket)["Policy"])
    return {"same": stored == policy, **server.s3.delete_bucket_policy(Bucket=server.bucket)}


@operation
def lifecycle_absent(server):
    return server.s3.get_bucket_lifecycle_configuration(Bucket=server.bucket)


@each(
    days={"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "jobs/"}, "Expiration": {"Days": 3}},
    both={
        "ID": "r",
        "Status": "Enabled",
        "Filter": {"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}},
        "Expiration": {"Days": 3},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    },
    disabled={"ID": "r", "Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
    no_action={"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}},
)
def lifecycle(server, rule):
    server.s3.put_bucket_lifecycle_configuration(
        Bucket=server.bucket, LifecycleConfiguration={"Rules": [rule]}
    )
    return server.s3.get_bucket_lifecycle_configuration(Bucket=server.bucket)


@operation
def lifecycle_removed(server):
    return server.s3.delete_bucket_lifecycle(Bucket=server.bucket)


# Deletion


@operation
def delete_object(server):
    return server.s3.delete_object(Bucket=server.bucket, Key="object")


@operation
def delete_object_absent(server):
    return server.s3.delete_object(Bucket=server.bucket, Key="absent")


@operation
def delete_bucket_not_empty(server):
    return server.s3.delete_bucket(Bucket=server.bucket)


@each(loud=False, quiet=True)
def delete_objects(server, quiet):
    keys = [f"gone/{number}" for number in range(3)]
    for key in keys[:2]:
        server.s3.put_object(Bucket=server.bucket, Key=key, Body=b"x")
    answer = server.s3.delete_objects(
        Bucket=server.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": quiet}
    )
    return {**answer, "Deleted": sorted(item["Key"] for item in answer.get("Deleted", []))}


@operation
def empty_and_delete(server):
    for bucket in (server.bucket, listed(server)):
        while True:
            page = server.s3.list_objects_v2(Bucket=bucket)
            if page["KeyCount"] == 0:
                break
            objects = [{"Key": item["Key"]} for item in page["Contents"]]
            server.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
        server.s3.delete_bucket(Bucket=bucket)


@operation
def delete_bucket_absent(server):
    return server.s3.delete_bucket(Bucket=server.bucket)


def comparable(answer, server):
    """Bucket names hold the run's own prefix."""
    text = repr(answer)
    return re.sub(re.escape(server.prefix), "<run>", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for side in ("peer", "studio"):
        parser.add_argument(f"--{side}-endpoint", required=True)
        parser.add_argument(f"--{side}-access-key", required=True)
        parser.add_argument(f"--{side}-secret-key", required=True)
        parser.add_argument(f"--{side}-session-token")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()

    prefix = f"diff-{uuid.uuid4().hex[:8]}"
    given = vars(arguments)
    peer, studio = (
        Server(*(given[f"{side}_{what}"] for what in ("endpoint", "access_key", "secret_key", "session_token")), prefix)
        for side in ("peer", "studio")
    )

    failed = 0
    for name, run in OPERATIONS:
        expected, actual = ask(peer, run), ask(studio, run)
        same = comparable(expected, peer) == comparable(actual, studio)
        known = KNOWN.get(name)
        if same and known is None:
            if arguments.verbose:
                print(f"same      {name}: {str(actual)[:160]}")
        elif known is not None and not same:
            print(f"known     {name}: {known}")
        elif known is not None:
            failed += 1
            print(f"FAILED    {name}: no longer different, though listed: {known}")
        else:
            failed += 1
            print(f"FAILED    {name}")
            for key in sorted(set(expected) | set(actual)):
                if expected.get(key) != actual.get(key):
                    print(f"  {key}\n    peer    {expected.get(key)}\n    studio  {actual.get(key)}")
    print(f"{len(OPERATIONS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
