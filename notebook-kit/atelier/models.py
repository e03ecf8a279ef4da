"""Putting a model into a slot of the product."""

from __future__ import annotations

import json
import sys
import time

import boto3
import pandas as pd

from . import churn, workbench
from .data import client

_SERVICE = "customer-management"
_CHECKING = {"registered", "checking"}


def register_endpoint(slot: str, endpoint_name: str, wait: bool = True, timeout_seconds: float = 120) -> dict:
    """Registers an endpoint of your account in a slot (`customer-churn/1`) and waits for its contract check.

    Raises RuntimeError naming the failed checks when the endpoint breaks the contract.
    """
    binding = client().post(_SERVICE, f"/slots/{slot}/bindings", {"endpointName": endpoint_name}, creates=True)
    deadline = time.monotonic() + timeout_seconds
    while wait and binding["state"] in _CHECKING:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The contract check of version {binding['version']} takes over {timeout_seconds} s")
        time.sleep(0.5)
        binding = client().get(_SERVICE, f"/bindings/{binding['id']}")
    if binding["state"] == "rejected":
        results = (binding.get("check") or {}).get("results", [])
        faults = "".join(f"\n  {one['check']}: {one['detail']}" for one in results if not one["passed"])
        raise RuntimeError(f"The endpoint breaks the contract of {slot}:{faults}")
    print(f"version {binding['version']} of {slot} is {binding['state']}", file=sys.stdout, flush=True)
    return binding


def endpoint_predict(endpoint_name: str, table: pd.DataFrame, runtime=None) -> pd.Series:
    """Asks an endpoint in the slot's own format; probabilities in the table's order.

    Raises ValueError when the answer breaks the contract.
    """
    runtime = runtime or boto3.client("sagemaker-runtime", region_name=workbench.region())
    answer = runtime.invoke_endpoint(
        EndpointName=endpoint_name, ContentType="application/json", Body=encode(table)
    )
    return decode(answer["Body"].read(), table.index)


def encode(table: pd.DataFrame) -> bytes:
    """The slot's request; a missing number is null."""
    columns = table[churn.FEATURES].astype(float)
    rows = columns.astype(object).where(columns.notna(), None).values.tolist()
    return json.dumps(
        {"schema": churn.SCHEMA, "features": churn.FEATURES, "instances": rows}, allow_nan=False
    ).encode()


def decode(body: bytes, index: pd.Index) -> pd.Series:
    predictions = json.loads(body)["predictions"]
    if len(predictions) != len(index):
        raise ValueError(f"{len(index)} rows were sent, {len(predictions)} answers came back")
    scores = pd.Series([float(one["probability"]) for one in predictions], index=index, name="probability")
    outside = scores[~scores.between(0, 1)]
    if len(outside):
        raise ValueError(f"Row {outside.index[0]} got {outside.iloc[0]}: a probability lies between 0 and 1")
    return scores


def score_customers(endpoint_name: str, table: pd.DataFrame, as_of, batch: int = 500) -> str:
    """Scores every row through the endpoint, in batches, and writes them as JSON Lines under `scores/`.

    Answers the address of the file; each line is `{"customer_id", "probability", "model", "as_of"}`.
    """
    runtime = boto3.client("sagemaker-runtime", region_name=workbench.region())
    lines = []
    for start in range(0, len(table), batch):
        scores = endpoint_predict(endpoint_name, table.iloc[start : start + batch], runtime)
        lines += [
            json.dumps(
                {"customer_id": customer, "probability": score, "model": endpoint_name, "as_of": str(as_of)}
            )
            for customer, score in scores.items()
        ]
        print(f"{min(start + batch, len(table)):,} of {len(table):,} customers scored", file=sys.stdout, flush=True)
    key = f"scores/{churn.SCHEMA}/{endpoint_name}/{pd.Timestamp(as_of):%Y-%m-%d}.jsonl"
    boto3.client("s3", region_name=workbench.region()).put_object(
        Bucket=workbench.bucket(),
        Key=key,
        Body="\n".join(lines).encode(),
        ContentType="application/jsonlines",
    )
    return f"s3://{workbench.bucket()}/{key}"
