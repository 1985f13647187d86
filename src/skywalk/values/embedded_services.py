"""The services of moto's that share an embedded backend, by the names of endpoint services: moto's own name of each.

S3 and DynamoDB have backends of their own and are not among them; DynamoDB's streams are in DynamoDB's. What is
answered of a service is the edge's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

MODELLED = "modelled"
"""The backend that they share."""
_ELSEWHERE = {"dynamodb-streams": "dynamodb"}
"""Those whose data another embedded backend has, by whose."""
_FILE = Path(__file__).with_name("embedded_services.json")


@cache
def embedded_services() -> Mapping[str, str]:
    """moto's name by the endpoint service's."""
    loaded: Mapping[str, str] = json.loads(_FILE.read_bytes())
    return loaded


def embedded_backend_of(service: str) -> str | None:
    """The embedded backend that has the service's data: one of its own, another's, or the one that most share."""
    if service in ("s3", "dynamodb"):
        return service
    return _ELSEWHERE.get(service, MODELLED) if service in embedded_services() else None
