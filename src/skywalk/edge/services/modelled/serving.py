"""The services that are understood by a model: which models they have, and the names they sign with.

The names are those of endpoint services (`sqs`, `monitoring`, `ecr.api`). A service that is in no table has no model
here, and is refused whatever is asked of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("services.json")

_VALIDATION_CODES = {
    "cloudformation": "ValidationError",
    "ecr.api": "InvalidParameterException",
    "lambda": "ValidationException",
    "logs": "InvalidParameterException",
    "monitoring": "ValidationError",
    "sns": "ValidationError",
    "sqs": "InvalidParameterValue",
}
_DENIED_CODES = {"sns": "AuthorizationError"}
_LIMITS_BYTES = {"lambda": 70_167_211, "sqs": 4 << 20}
"""Source: Lambda Developer Guide, "Lambda quotas": 50 MB of code, in base64."""
_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Serving:
    """One service. `validation_code` is that of a parameter that breaks a constraint."""

    service: str
    models: tuple[str, ...]
    signing_name: str
    validation_code: str
    denied_code: str
    limit_bytes: int


@cache
def serving(service: str) -> Serving:
    row = _table().get(service, {})
    return Serving(
        service,
        tuple(row.get("models", ())),
        row.get("signing_name", service),
        _VALIDATION_CODES.get(service, "ValidationException"),
        _DENIED_CODES.get(service, "AccessDeniedException"),
        _LIMITS_BYTES.get(service, _LIMIT_BYTES),
    )


@cache
def service_that_signs_as(signing_name: str) -> str | None:
    """The service whose clients sign for `signing_name`, where they do not say which they mean; None if none does."""
    table = _table()
    if signing_name in table and table[signing_name]["signing_name"] == signing_name:
        return signing_name
    return next((name for name, row in table.items() if row["signing_name"] == signing_name), None)


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_bytes())
    return loaded
