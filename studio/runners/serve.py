"""Serves one model by SageMaker's contract (/ping, /invocations) on the listening socket passed as fd 3.

Handlers come from code/<program> in model.tar.gz or from the submitted source: model_fn, then input_fn, predict_fn and
output_fn, or transform_fn. Only Studio connects, so the HTTP spoken is the little it needs.
"""

import importlib.util
import inspect
import io
import json
import os
import shutil
import socket
import sys
import threading
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from atelier_artifacts import unpack  # noqa: E402

ML = "/opt/ml"
MODEL = f"{ML}/model"
CODE = f"{ML}/code"
INPUT = f"{ML}/input"
FAILURE = f"{ML}/output/failure"
LISTENER = 3
HEAD_BYTES = 64 * 1024
STATUS = {200: "OK", 400: "Bad Request", 404: "Not Found", 415: "Unsupported Media Type", 500: "Internal Server Error"}


class UnsupportedType(Exception):
    """The request's content type has no reader."""


def default_input(body, content_type):
    import numpy

    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/json":
        return numpy.array(json.loads(body))
    if kind == "text/csv":
        return numpy.loadtxt(io.StringIO(body.decode()), delimiter=",", ndmin=2)
    if kind == "application/x-npy":
        return numpy.load(io.BytesIO(body), allow_pickle=False)
    raise UnsupportedType(f"content type {content_type!r} is not supported: define input_fn")


def default_predict(data, model):
    return model.predict(data)


def default_output(prediction, accept):
    values = prediction.tolist() if hasattr(prediction, "tolist") else prediction
    if accept.startswith("text/csv"):
        rows = values if values and isinstance(values[0], list) else [[value] for value in values]
        return "\n".join(",".join(str(cell) for cell in row) for row in rows), "text/csv"
    return json.dumps(values), "application/json"


class Handlers:
    """The tenant's functions, with SageMaker's defaults for those that are absent."""

    def __init__(self, module):
        def named(name):
            return getattr(module, name, None)

        if named("model_fn") is None:
            raise NotImplementedError("the inference script defines no model_fn(model_dir)")
        parts = [name for name in ("input_fn", "predict_fn", "output_fn") if named(name)]
        if named("transform_fn") and parts:
            raise ValueError(f"transform_fn cannot be used together with {', '.join(parts)}")
        self.transform = named("transform_fn")
        self.input = named("input_fn") or default_input
        self.predict = named("predict_fn") or default_predict
        self.output = named("output_fn") or default_output
        model_fn = named("model_fn")
        # Newer toolkits hand over a context; functions that do not ask for one are not given it.
        self.model = model_fn(MODEL, None) if len(inspect.signature(model_fn).parameters) > 1 else model_fn(MODEL)

    def __call__(self, body, content_type, accept):
        if self.transform:
            answer = self.transform(self.model, body, content_type, accept)
        else:
            data = self.input(text_if_text(body, content_type), content_type) if self.input is not default_input else default_input(body, content_type)
            answer = self.output(self.predict(data, self.model), accept)
        payload, kind = answer if isinstance(answer, tuple) else (answer, accept)
        return payload.encode() if isinstance(payload, str) else bytes(payload), kind


def text_if_text(body, content_type):
    """Scripts written for SageMaker's scikit-learn container read text, those for others bytes; JSON takes both."""
    return body.decode() if content_type.startswith(("text/", "application/json")) else body


def load():
    for name in os.listdir(MODEL):
        path = os.path.join(MODEL, name)
        shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    if os.path.exists(f"{INPUT}/model.tar.gz"):
        unpack(f"{INPUT}/model.tar.gz", MODEL)
    code = f"{MODEL}/code"
    if os.path.exists(f"{INPUT}/source/sourcedir.tar.gz"):
        unpack(f"{INPUT}/source/sourcedir.tar.gz", CODE)
        code = CODE
    program = os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
    path = os.path.join(code, program)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"the model holds no code/{program}: put the inference script there, or set SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY")
    sys.path.insert(0, code)
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(program))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return Handlers(module)


class Connection(threading.Thread):
    """One keep-alive connection; Studio opens as many as it wants answers at once."""

    def __init__(self, connection, handlers, turns):
        super().__init__(daemon=True)
        self.connection = connection
        self.handlers = handlers
        self.turns = turns

    def run(self):
        with self.connection, self.connection.makefile("rb", 1 << 16) as reader:
            try:
                while self.one(reader):
                    pass
            except (OSError, ValueError):
                pass

    def one(self, reader):
        line = reader.readline(HEAD_BYTES)
        if not line:
            return False
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = {}
        while (line := reader.readline(HEAD_BYTES)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self.body(reader, headers)
        if path == "/ping":
            self.answer(200, b"", "text/plain")
        elif path == "/invocations" and method == "POST":
            with self.turns:
                self.answer(*self.invoke(body, headers))
        else:
            self.answer(404, b"not found", "text/plain")
        return True

    def body(self, reader, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return reader.read(int(headers.get("content-length", 0)))
        chunks = []
        while size := int(reader.readline(HEAD_BYTES).split(b";")[0], 16):
            chunks.append(reader.read(size))
            reader.readline(HEAD_BYTES)
        while reader.readline(HEAD_BYTES) not in (b"\r\n", b"\n", b""):
            pass
        return b"".join(chunks)

    def invoke(self, body, headers):
        content_type = headers.get("content-type", "application/json")
        accept = headers.get("accept", "application/json")
        try:
            payload, kind = self.handlers(body, content_type, "application/json" if accept == "*/*" else accept)
            return 200, payload, kind
        except UnsupportedType as error:
            return 415, str(error).encode(), "text/plain"
        except Exception:
            text = traceback.format_exc()
            print(text, file=sys.stderr, flush=True)
            return 500, text.encode(), "text/plain"

    def answer(self, status, payload, kind):
        kind = kind.replace("\r", " ").replace("\n", " ")
        head = f"HTTP/1.1 {status} {STATUS[status]}\r\ncontent-type: {kind}\r\ncontent-length: {len(payload)}\r\n\r\n"
        self.connection.sendall(head.encode("latin-1", "replace") + payload)


def main():
    if os.path.lexists(FAILURE):
        os.unlink(FAILURE)
    try:
        handlers = load()
    except BaseException:
        text = traceback.format_exc()
        print(text, file=sys.stderr, flush=True)
        with open(FAILURE, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        sys.exit(1)
    # The model is computed by as many at once as there are processors to do it; waiting costs only a thread.
    turns = threading.BoundedSemaphore(int(os.environ.get("ATELIER_CONCURRENCY", "2")))
    listener = socket.socket(fileno=LISTENER)
    listener.setblocking(True)
    print("atelier: the model is loaded and served", file=sys.stderr, flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setblocking(True)
        Connection(connection, handlers, turns).start()


main()
