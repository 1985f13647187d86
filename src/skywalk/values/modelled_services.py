"""The services that are understood by botocore's models of them: which models, and what their clients sign for.

By the names of endpoint services (`sqs`, `monitoring`, `ecr.api`), in `modelled_services.json`, which
`tools/generate_modelled_services.py` makes. S3, DynamoDB and what skywalk's API serves itself are not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("modelled_services.json")


@dataclass(frozen=True, slots=True)
class ModelledService:
    """`models`: folders of botocore's data, more than one where several versions share a name."""

    models: tuple[str, ...]
    signing_name: str


@cache
def modelled_services() -> Mapping[str, ModelledService]:
    rows = json.loads(_FILE.read_bytes())
    return {name: ModelledService(tuple(row["models"]), row["signing_name"]) for name, row in rows.items()}


@cache
def service_that_signs_as(signing_name: str) -> str | None:
    """The service whose clients sign for `signing_name`, where they do not say which they mean; None if none does."""
    services = modelled_services()
    own = services.get(signing_name)
    if own is not None and own.signing_name == signing_name:
        return signing_name
    return next((name for name, service in services.items() if service.signing_name == signing_name), None)


def signs_as(service: str, signing_name: str) -> bool:
    known = modelled_services().get(service)
    return known is not None and known.signing_name == signing_name
