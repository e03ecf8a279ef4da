"""Catalogue, extracts and reading them."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
import time
from functools import cache
from urllib.parse import urlparse

import boto3
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from . import workbench
from ._client import Client

_SERVICE = "data-management"
_FINISHED = {"succeeded", "failed", "cancelled"}
_POLL_SECONDS = 0.5


@cache
def client() -> Client:
    return Client()


def as_of() -> dt.date:
    """The day from which the tenant's history is seen: today, or where an imported history ends."""
    return dt.date.fromisoformat(client().get("customer-management", "/as-of")["asOf"])


def datasets() -> pd.DataFrame:
    """One row per column of every dataset, with what you get of it and why."""
    rows = [
        {
            "dataset": dataset["name"],
            "column": column["name"],
            "type": column["type"],
            "classification": column["classification"],
            "verdict": column["verdict"],
            "reason": column["reason"],
            "description": column["description"],
        }
        for dataset in client().get(_SERVICE, "/datasets")["items"]
        for column in dataset["columns"]
    ]
    return pd.DataFrame(rows).set_index(["dataset", "column"])


def preview(dataset: str, filter: list[dict] | None = None) -> pd.DataFrame:
    """20 rows exactly as an extract would give them."""
    answer = client().post(_SERVICE, f"/datasets/{dataset}/preview", {"filter": filter or []})
    return pd.DataFrame(answer["rows"], columns=[column["name"] for column in answer["columns"]])


def request_extract(datasets: list[str | dict], purpose: str, wait: bool = True) -> dict:
    """Asks for masked data in your bucket; waits for it, with progress, unless told not to.

    A dataset is a name, or `{"name": …, "filter": [{"column": …, "operator": …, "value": …}]}`.
    Raises RuntimeError with cause and remedy when the extract fails.
    """
    asked = [{"name": item, "filter": []} if isinstance(item, str) else item for item in datasets]
    accepted = client().post(
        _SERVICE, "/extracts", {"datasets": asked, "purpose": purpose}, creates=True
    )
    extract = client().get(_SERVICE, f"/extracts/{accepted['id']}")
    shown = ""
    while wait and extract["state"] not in _FINISHED:
        shown = _show(extract, shown)
        time.sleep(_POLL_SECONDS)
        extract = client().get(_SERVICE, f"/extracts/{accepted['id']}")
    if wait:
        _show(extract, shown)
    if extract["state"] in ("failed", "cancelled"):
        raise RuntimeError(
            f"The extract {extract['state']}: {extract['cause'] or 'no cause was given'}. {extract['remedy'] or ''}"
        )
    return extract


def manifest(dataset_or_uri: str) -> dict:
    """The manifest of an extract: of its `s3://…/manifest.json`, or the newest of a dataset that you may read.

    Raises LookupError when there is none.
    """
    if dataset_or_uri.startswith("s3://"):
        return json.loads(_object(dataset_or_uri))
    for uri in _published(dataset_or_uri):
        try:
            return json.loads(_object(uri))
        except ClientError as error:
            # Made for a colleague's role, or gone with its retention.
            if error.response["Error"]["Code"] not in ("AccessDenied", "NoSuchKey"):
                raise
    raise LookupError(
        f'No extract of "{dataset_or_uri}" is in your bucket: '
        f'atelier.request_extract(["{dataset_or_uri}"], purpose="…")'
    )


def read(source: str | dict) -> pd.DataFrame:
    """A dataset's newest extract, or the extract of a manifest (its address or itself), as a DataFrame.

    Decimal columns come as numbers.
    """
    found = source if isinstance(source, dict) else manifest(source)
    parts = [
        pq.read_table(io.BytesIO(_object(f"s3://{workbench.bucket()}/{file['key']}")))
        for file in found["files"]
    ]
    if not parts:
        return pd.DataFrame(columns=[column["name"] for column in found["schema"]])
    frame = pd.concat([_as_numbers(part) for part in parts], ignore_index=True)
    if len(frame) != found["rows"]:
        raise RuntimeError(f"The manifest promises {found['rows']} rows, the files hold {len(frame)}")
    return frame


def _as_numbers(table: pa.Table) -> pd.DataFrame:
    for index, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.float64()))
    return table.to_pandas()


def _published(dataset: str):
    """Addresses of a dataset's manifests, newest first."""
    query: dict = {"limit": 50}
    while True:
        page = client().get(_SERVICE, "/extracts", query)
        for extract in page["items"]:
            if extract["state"] == "succeeded" and dataset in extract["manifests"]:
                yield extract["manifests"][dataset]
        if page["nextCursor"] is None:
            return
        query["cursor"] = page["nextCursor"]


def _object(uri: str) -> bytes:
    place = urlparse(uri)
    s3 = boto3.client("s3", region_name=workbench.region())
    return s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()


def _show(extract: dict, shown: str) -> str:
    line = f"{extract['state']}: {extract['rows']:,} rows, {extract['bytes']:,} bytes"
    if extract["state"] == "queued":
        line = f"queued, place {extract['position']}" + (
            f", waits for {extract['waitsFor']}" if extract["waitsFor"] else ""
        )
    if line != shown:
        print(line, file=sys.stdout, flush=True)
    return line
