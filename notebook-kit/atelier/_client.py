"""The product's API as this notebook's user.

The notebook holds no secret. STS signs a statement of who it is (`GetWebIdentityToken`, audience = the front-door), the
front-door exchanges it for a token of a few minutes. Outside a workbench `ATELIER_TOKEN`, an API key, takes its place.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import boto3

TIMEOUT_SECONDS = 30
_RENEW_BEFORE_SECONDS = 15
_WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AtelierError(Exception):
    """A refusal by the product; `code` is stable (`not_found`, `workbench_not_ready`), `status` is HTTP's."""

    def __init__(self, status: int, problem: dict):
        self.status = status
        self.code = problem.get("code", "internal")
        self.problem = problem
        faults = "".join(f"\n  {fault['pointer']}: {fault['message']}" for fault in problem.get("errors", []))
        text = problem.get("detail") or problem.get("title") or f"HTTP {status}"
        super().__init__(f"{text} ({self.code}){faults}")


class Client:
    """Calls operations by path: `client.get("data-management", "/datasets")`."""

    def __init__(self, url: str | None = None, token: str | None = None):
        self._url = (url or os.environ.get("ATELIER_URL", "http://127.0.0.1:4567")).rstrip("/")
        self._api_key = token or os.environ.get("ATELIER_TOKEN")
        self._token: str | None = None
        self._token_ends = 0.0

    def get(self, service: str, path: str, query: dict | None = None):
        suffix = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._call("GET", f"/api/{service}{path}{suffix}")

    def post(self, service: str, path: str, body: dict | None = None, *, creates: bool = False):
        """`creates`: the operation takes an `Idempotency-Key`; a repeated try does not create twice."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if creates else {}
        return self._call("POST", f"/api/{service}{path}", body if body is not None else {}, headers)

    def _call(self, method: str, path: str, body: dict | None = None, headers: dict | None = None):
        for attempt in range(4):
            try:
                return self._send(
                    method, path, body, {"Authorization": f"Bearer {self._bearer()}", **(headers or {})}
                )
            except AtelierError as error:
                if error.status == 401 and attempt == 0 and not self._api_key:
                    self._token = None
                elif error.status in (429, 502, 503, 504) and attempt < 3:
                    time.sleep(2**attempt / 2)
                else:
                    raise
        raise AssertionError("unreachable")

    def _bearer(self) -> str:
        if self._api_key:
            return self._api_key
        if self._token is None or time.monotonic() > self._token_ends:
            sts = boto3.client("sts", region_name=os.environ.get("AWS_REGION", "us-east-1"))
            proof = sts.get_web_identity_token(
                Audience=[self._url], DurationSeconds=300, SigningAlgorithm="ES384"
            )["WebIdentityToken"]
            answer = self._send(
                "POST", "/auth/workbench-identity", {}, {"Authorization": f"Bearer {proof}"}
            )
            self._token = answer["token"]
            self._token_ends = time.monotonic() + answer["expiresInSeconds"] - _RENEW_BEFORE_SECONDS
        return self._token

    def _send(self, method: str, path: str, body: dict | None, headers: dict):
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers = {**headers, "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}{path}", data=data, method=method, headers=headers)
        try:
            with _WITHOUT_PROXY.open(request, timeout=TIMEOUT_SECONDS) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise AtelierError(error.code, _problem(error.read())) from None
        except OSError as error:
            # Not there for a moment, as while it is restarted; the caller tries again.
            raise AtelierError(503, {"code": "unavailable", "detail": f"{self._url} cannot be reached: {error}"}) from None
        return json.loads(text) if text else None


def _problem(text: bytes) -> dict:
    try:
        parsed = json.loads(text)
        return parsed if isinstance(parsed, dict) else {}
    except ValueError:
        return {}
