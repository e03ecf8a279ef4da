"""Runs one training job by SageMaker's container contract: unpack the source, run the script, pack the model.

Reads /opt/ml/input/config/*.json; leaves /opt/ml/output/failure and /opt/ml/artifacts/{model,output}.tar.gz.
"""

import json
import os
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from atelier_artifacts import UnsafeArtifact, pack, unpack  # noqa: E402

ML = "/opt/ml"
CODE = f"{ML}/code"
MODEL = f"{ML}/model"
OUTPUT_DATA = f"{ML}/output/data"
ARTIFACTS = f"{ML}/artifacts"
FAILURE = f"{ML}/output/failure"
SOURCE = f"{ML}/input/source/sourcedir.tar.gz"
# SageMaker's grace between SIGTERM and SIGKILL; Studio waits a little longer, so that the model is still packed.
STOP_GRACE_SECONDS = 120
TAIL_BYTES = 16_384


def config(name):
    with open(f"{ML}/input/config/{name}.json", encoding="utf-8") as file:
        return json.load(file)


def decoded(text):
    """SDKs send hyperparameters as JSON texts; by hand people send plain ones."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def argument(value):
    return value if isinstance(value, str) else json.dumps(value)


def environment(job, parameters):
    channels = config("inputdataconfig")
    resources = config("resourceconfig")
    user = {name: value for name, value in parameters.items() if not name.startswith("sagemaker_")}
    arguments = [part for name, value in user.items() for part in (f"--{name}", argument(value))]
    found = {
        "SM_MODEL_DIR": MODEL,
        "SM_OUTPUT_DIR": f"{ML}/output",
        "SM_OUTPUT_DATA_DIR": OUTPUT_DATA,
        "SM_INPUT_DIR": f"{ML}/input",
        "SM_INPUT_CONFIG_DIR": f"{ML}/input/config",
        "SM_CHANNELS": json.dumps(sorted(channels)),
        "SM_INPUT_DATA_CONFIG": json.dumps(channels),
        "SM_RESOURCE_CONFIG": json.dumps(resources),
        "SM_HOSTS": json.dumps(resources["hosts"]),
        "SM_CURRENT_HOST": resources["current_host"],
        "SM_NUM_CPUS": str(job["cpus"]),
        "SM_NUM_GPUS": "0",
        "SM_HPS": json.dumps(user),
        "SM_USER_ARGS": json.dumps(arguments),
        "SM_MODULE_DIR": CODE,
        "SM_USER_ENTRY_POINT": str(parameters.get("sagemaker_program", "")),
        "SM_JOB_NAME": job["name"],
        "TRAINING_JOB_NAME": job["name"],
        "TRAINING_JOB_ARN": job["arn"],
    }
    found.update({f"SM_CHANNEL_{name.upper()}": f"{ML}/input/data/{name}" for name in channels})
    found.update({f"SM_HP_{name.upper()}": argument(value) for name, value in user.items()})
    return found, arguments


def command(job, parameters, arguments):
    if job["entrypoint"]:
        return job["entrypoint"] + job["arguments"]
    program = parameters.get("sagemaker_program")
    if not program:
        raise SystemExit("the job names no program: set the hyperparameter sagemaker_program, or ContainerEntrypoint")
    path = os.path.join(CODE, str(program))
    if not os.path.isfile(path):
        raise SystemExit(f"{program} is not in the source directory ({', '.join(sorted(os.listdir(CODE))) or 'empty'})")
    return ["/bin/bash", path] + arguments if path.endswith(".sh") else ["python3", "-u", path] + arguments


def fail(text):
    """Leaves the reason for FailureReason unless the script wrote one itself."""
    if not os.path.lexists(FAILURE):
        with open(FAILURE, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)


def reason(code, tail):
    """The last traceback the script printed, or its last lines."""
    text = tail.decode("utf-8", "replace").strip()
    start = text.rfind("Traceback (most recent call last):")
    said = text[start:] if start >= 0 else "\n".join(text.splitlines()[-10:])
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"The training script ended with {ended}\n{said}"


def run(job, parameters):
    variables, arguments = environment(job, parameters)
    if os.path.exists(SOURCE):
        unpack(SOURCE, CODE)
    if os.path.exists(f"{CODE}/requirements.txt"):
        print("atelier: requirements.txt is not installed: this workbench has no package index", file=sys.stderr)
    child = subprocess.Popen(
        command(job, parameters, arguments),
        cwd=CODE,
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        # Its own group: a stop must reach what a shell script started, too.
        start_new_session=True,
    )

    def kill():
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def stop(*_):
        print("atelier: the job is being stopped", file=sys.stderr, flush=True)
        try:
            os.killpg(child.pid, signal.SIGTERM)
        except ProcessLookupError:
            return
        timer = threading.Timer(STOP_GRACE_SECONDS, kill)
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, stop)
    tail = b""
    while chunk := child.stderr.read1(65_536):
        sys.stderr.buffer.write(chunk)
        sys.stderr.buffer.flush()
        tail = (tail + chunk)[-TAIL_BYTES:]
    code = child.wait()
    if code != 0:
        fail(reason(code, tail))
    return code


def main():
    job = config("atelier")
    parameters = {name: decoded(value) for name, value in config("hyperparameters").items()}
    try:
        code = run(job, parameters)
    except (UnsafeArtifact, OSError, SystemExit, ValueError) as error:
        print(f"atelier: {error}", file=sys.stderr)
        fail(str(error))
        code = 1
    try:
        if os.listdir(MODEL):
            pack(MODEL, f"{ARTIFACTS}/model.tar.gz")
        if os.listdir(OUTPUT_DATA):
            pack(OUTPUT_DATA, f"{ARTIFACTS}/output.tar.gz")
    except (UnsafeArtifact, OSError) as error:
        print(f"atelier: the model cannot be packed: {error}", file=sys.stderr)
        fail(f"the model cannot be packed: {error}")
        code = code or 1
    # A signal's number stays visible to enter.py as the shell would show it.
    sys.exit(128 - code if code < 0 else code)


main()
