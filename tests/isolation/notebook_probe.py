"""Tries, from a notebook, what must not succeed there; prints one line of JSON: what each attempt gave.

`TARGETS` stands before it: names and addresses of things that live, as the test has seen from outside.
"""

import json
import os
import socket
import stat
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

STUDIO = "http://127.0.0.1:4566"
FRONT_DOOR = "http://127.0.0.1:4567"
outcomes = {}


def attempt(what, call):
    try:
        outcomes[what] = "done: " + repr(call())[:300]
    except BaseException as error:
        outcomes[what] = f"{type(error).__name__}: {error}"[:300]


def connect(family, address):
    with socket.socket(family) as connection:
        connection.settimeout(2)
        connection.connect(address)


def http(method, url, headers=None, body=None):
    """Status and text; refusals are answers, too."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def sockets_seen():
    found = []
    for folder, _folders, files in os.walk("/"):
        if folder.startswith(("/proc", "/sys")):
            continue
        for name in files:
            path = os.path.join(folder, name)
            try:
                if stat.S_ISSOCK(os.lstat(path).st_mode):
                    found.append(path)
            except OSError:
                pass
    return found


def processes_seen():
    seen = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
            seen.append([os.stat(f"/proc/{pid}").st_uid, command])
        except OSError:
            pass
    return seen


for path in TARGETS["sockets"]:
    attempt(f"socket {path}", lambda path=path: connect(socket.AF_UNIX, path))
for path in ("/run/atelier/front-door.sock", "/run/atelier/studio.sock"):
    attempt(f"own {path}", lambda path=path: connect(socket.AF_UNIX, path))
for host in TARGETS["hosts"]:
    for port in TARGETS["ports"]:
        attempt(f"tcp {host}:{port}", lambda host=host, port=port: connect(socket.AF_INET, (host, port)))
for address in ("169.254.169.254", "169.254.170.2", "192.0.2.1"):
    attempt(f"tcp {address}:80", lambda address=address: connect(socket.AF_INET, (address, 80)))
attempt("a name", lambda: socket.getaddrinfo("example.com", 443))
for path in TARGETS["files"]:
    attempt(f"file {path}", lambda path=path: open(path, "rb").read(10))

other = {"region_name": "us-east-1", "config": Config(retries={"max_attempts": 1})}
s3 = boto3.client("s3", **other)
sagemaker = boto3.client("sagemaker", **other)
runtime = boto3.client("sagemaker-runtime", **other)
logs = boto3.client("logs", **other)
bucket, key = TARGETS["bucket"], TARGETS["key"]
endpoint, domain, space = TARGETS["endpoint"], TARGETS["domain"], TARGETS["space"]
attempt("list the bucket", lambda: s3.list_objects_v2(Bucket=bucket))
attempt("read the object", lambda: s3.get_object(Bucket=bucket, Key=key)["Body"].read())
attempt("write the object", lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"mine"))
attempt("describe the endpoint", lambda: sagemaker.describe_endpoint(EndpointName=endpoint))
attempt(
    "invoke the endpoint",
    lambda: runtime.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=b'{"instances": [[1]]}'),
)
attempt("read the logs", lambda: logs.describe_log_streams(logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}"))
attempt("describe the space", lambda: sagemaker.describe_space(DomainId=domain, SpaceName=space))
attempt(
    "presign the space",
    lambda: sagemaker.create_presigned_domain_url(DomainId=domain, UserProfileName=TARGETS["user"]),
)
attempt(
    "assume the role",
    lambda: boto3.client("sts", **other).assume_role(RoleArn=TARGETS["role"], RoleSessionName="attack"),
)

stolen = TARGETS["keys"]
foreign = {
    **other,
    "aws_access_key_id": stolen["accessKeyId"],
    "aws_secret_access_key": stolen["secretAccessKey"],
    "aws_session_token": stolen["sessionToken"],
}
attempt("the keys at this socket", lambda: boto3.client("sts", **foreign).get_caller_identity())
attempt("the keys on the bucket", lambda: boto3.client("s3", **foreign).get_object(Bucket=bucket, Key=key))

answers = {}


def ask(what, *request, **more):
    try:
        status, text = http(*request, **more)
        answers[what] = {"status": status, "text": text[:2000]}
    except BaseException as error:
        answers[what] = {"status": 0, "text": f"{type(error).__name__}: {error}"}


bearer = lambda token: {"Authorization": f"Bearer {token}"}
import atelier.data  # noqa: E402

mine = atelier.data.client()._bearer()
api = f"{FRONT_DOOR}/api"
ask("own: who am I", "GET", f"{api}/user-management/me", bearer(mine))
customer = f"{api}/customer-management/customers/{TARGETS['customer']}"
ask("tenant: the customer", "GET", customer, bearer(mine))
ask("tenant: the customer, tenant named", "GET", customer, {**bearer(mine), "X-Tenant-Id": TARGETS["tenant"]})
ask("platform: the API key", "GET", f"{api}/user-management/me", bearer(TARGETS["apiKey"]))
ask("platform: the workbench token", "GET", f"{api}/user-management/me", bearer(TARGETS["workbenchToken"]))
ask("platform: the proof", "POST", f"{FRONT_DOOR}/auth/workbench-identity", bearer(TARGETS["proof"]), body=b"{}")
ask("platform: nobody", "GET", f"{api}/user-management/me")
ask("platform: a public operation", "POST", f"{api}/registration/registrations", {"Content-Type": "application/json"}, body=b"{}")
ask("platform: between services", "GET", f"{api}/tenant-management/internal/tenant", bearer(mine))
for path in ("/", "/auth/login", "/auth/session", "/events", "/docs/", "/healthz", "/api"):
    ask(f"nothing: {path}", "GET", f"{FRONT_DOOR}{path}", bearer(mine))
for host in TARGETS["hostNames"]:
    ask(f"host: {host} at the front-door", "GET", f"{FRONT_DOOR}/", {"Host": host})
    ask(f"host: {host} at Studio", "GET", f"{STUDIO}/", {"Host": host})
space_host = {"Host": TARGETS["spaceHost"], "Cookie": TARGETS["spaceCookie"]}
ask("host: the space at Studio", "GET", f"{STUDIO}/api/contents", space_host)
ask("host: the space at the front-door", "GET", f"{FRONT_DOOR}/api/contents", space_host)
ask("keys: with the other notebook's token", "GET", f"{STUDIO}/_atelier/credentials", {"Authorization": TARGETS["credentialsToken"]})
ask("keys: with its own", "GET", f"{STUDIO}/_atelier/credentials", {"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
if answers["keys: with its own"]["status"] == 200:
    answers["keys: with its own"]["text"] = ""

print(
    "PROBE "
    + json.dumps(
        {
            "outcomes": outcomes,
            "answers": answers,
            "sockets": sockets_seen(),
            "processes": processes_seen(),
            "interfaces": [name for _index, name in socket.if_nameindex()],
            "environment": dict(os.environ),
        }
    )
)
