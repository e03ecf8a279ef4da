"""Where this notebook runs: its bucket, role and region, from the environment and SageMaker's metadata file."""

from __future__ import annotations

import json
import os
from pathlib import Path

METADATA = Path("/opt/ml/metadata/resource-metadata.json")


def bucket() -> str:
    """The bucket of the workbench's account."""
    return _required("ATELIER_BUCKET")


def region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def execution_role() -> str:
    """The role that training jobs and endpoints of this notebook run with."""
    if "ATELIER_EXECUTION_ROLE" in os.environ:
        return os.environ["ATELIER_EXECUTION_ROLE"]
    return json.loads(METADATA.read_text())["ExecutionRoleArn"]


def user_prefix() -> str:
    """The part of the bucket that is this user's own, `users/<user>/`; outside a workbench `users/me/`."""
    return f"users/{os.environ.get('ATELIER_USER', 'me')}/"


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set: this runs in a workbench, or after `npm run -s env -- <e-mail>`")
    return value
