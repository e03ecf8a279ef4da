"""What a data scientist calls in the workbench: the product's datasets, extracts and model slots.

    import atelier
    atelier.datasets()
    extract = atelier.request_extract(["customers", "purchases"], purpose="churn model")
    purchases = atelier.read("purchases")
"""

from ._client import AtelierError, Client
from .data import as_of, datasets, manifest, preview, read, request_extract
from .models import endpoint_predict, register_endpoint, score_customers
from .workbench import bucket, execution_role, region

__all__ = [
    "AtelierError",
    "Client",
    "as_of",
    "bucket",
    "datasets",
    "endpoint_predict",
    "execution_role",
    "manifest",
    "preview",
    "read",
    "region",
    "register_endpoint",
    "request_extract",
    "score_customers",
]
