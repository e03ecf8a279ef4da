import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from atelier import AtelierError, Client


class Product(BaseHTTPRequestHandler):
    """Answers from `script`: (status, body) in turn, and remembers what was asked."""

    script = []
    asked = []

    def answer(self):
        length = int(self.headers.get("content-length", 0))
        self.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        status, body = self.script.pop(0)
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class ClientTest(unittest.TestCase):
    def setUp(self):
        Product.script, Product.asked = [], []
        self.server = HTTPServer(("127.0.0.1", 0), Product)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        sts = mock.Mock()
        sts.get_web_identity_token.side_effect = lambda **_: {"WebIdentityToken": "signed.by.sts"}
        patcher = mock.patch("atelier._client.boto3.client", return_value=sts)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.sts = sts
        environment = mock.patch.dict("os.environ")
        environment.start()
        self.addCleanup(environment.stop)
        import os

        os.environ.pop("ATELIER_TOKEN", None)

    def test_it_proves_who_it_is_once_and_then_uses_the_short_token(self):
        Product.script = [(200, {"token": "short", "expiresInSeconds": 300}), (200, {"a": 1}), (200, {"b": 2})]
        client = Client(self.url)
        self.assertEqual(client.get("data-management", "/datasets"), {"a": 1})
        self.assertEqual(client.get("data-management", "/datasets", {"limit": 5}), {"b": 2})
        self.assertEqual(
            [(method, path, headers["Authorization"]) for method, path, headers, _ in Product.asked],
            [
                ("POST", "/auth/workbench-identity", "Bearer signed.by.sts"),
                ("GET", "/api/data-management/datasets", "Bearer short"),
                ("GET", "/api/data-management/datasets?limit=5", "Bearer short"),
            ],
        )
        self.assertEqual(self.sts.get_web_identity_token.call_args.kwargs["Audience"], [self.url])

    def test_a_refused_token_is_fetched_anew_once(self):
        Product.script = [
            (200, {"token": "old", "expiresInSeconds": 300}),
            (401, {"code": "unauthenticated"}),
            (200, {"token": "new", "expiresInSeconds": 300}),
            (200, {"ok": True}),
        ]
        self.assertEqual(Client(self.url).get("x", "/y"), {"ok": True})
        self.assertEqual(Product.asked[-1][2]["Authorization"], "Bearer new")

    def test_a_repeated_creation_carries_the_same_idempotency_key(self):
        Product.script = [
            (200, {"token": "short", "expiresInSeconds": 300}),
            (503, {"code": "unavailable"}),
            (202, {"id": "1"}),
        ]
        self.assertEqual(Client(self.url).post("x", "/y", {}, creates=True), {"id": "1"})
        keys = [headers["Idempotency-Key"] for _, path, headers, _ in Product.asked if path == "/api/x/y"]
        self.assertEqual(len(keys), 2)
        self.assertEqual(len(set(keys)), 1)

    def test_a_problem_is_told_with_its_code_and_fields(self):
        Product.script = [
            (
                422,
                {
                    "code": "invalid_request",
                    "title": "Wrong",
                    "detail": "The request is wrong.",
                    "errors": [{"pointer": "/body/purpose", "message": "is empty"}],
                },
            )
        ]
        with self.assertRaises(AtelierError) as raised:
            Client(self.url, token="key").post("x", "/y", {})
        self.assertEqual(raised.exception.code, "invalid_request")
        self.assertIn("/body/purpose: is empty", str(raised.exception))
        self.assertEqual(Product.asked[0][2]["Authorization"], "Bearer key")


if __name__ == "__main__":
    unittest.main()
