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
def services_that_sign_as(signing_name: str) -> tuple[str, ...]:
    """The services whose clients sign for `signing_name`, one of that name first; without those of FIPS, which are
    others' under another name."""
    found = [name for name, service in modelled_services().items() if service.signing_name == signing_name]
    plain = [name for name in found if not name.endswith("-fips")]
    return tuple(sorted(plain, key=lambda name: name != signing_name))


def signs_as(service: str, signing_name: str) -> bool:
    known = modelled_services().get(service)
    return known is not None and known.signing_name == signing_name
