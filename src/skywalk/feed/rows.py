"""The row types that travel, by name, and changes of sets of rows."""

from __future__ import annotations

import dataclasses
import hashlib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView, PublicHosts, PublicName, ViewRecord, ViewZone
from skywalk.plan.places import Place
from skywalk.plan.principals import AccessKey, Role, User
from skywalk.plan.public_catalogue import PublicCatalogue
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint, PublicService, ServiceResource
from skywalk.values.record import decode, encode


class Row(Protocol):
    @property
    def key(self) -> str: ...


_KINDS: tuple[type[Any], ...] = (
    AccessKey,
    ControlPolicies,
    GatewayEndpoint,
    Guest,
    InterfaceEndpoint,
    NameView,
    Place,
    PublicCatalogue,
    PublicHosts,
    PublicName,
    PublicService,
    Role,
    ServiceResource,
    User,
    ViewRecord,
    ViewZone,
)
_PROTOCOL = 3
"""To be counted up when messages, and not rows, change their form or meaning."""

KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in _KINDS}


def _describe(kind: Any, known: dict[str, str]) -> None:
    """The fields of a record type, and of those that it is made of."""
    for part in typing.get_args(kind):
        _describe(part, known)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__qualname__ not in known:
        hints = typing.get_type_hints(kind)
        known[kind.__qualname__] = ""
        for hint in hints.values():
            _describe(hint, known)
        known[kind.__qualname__] = " ".join(f"{field.name}:{hints[field.name]}" for field in dataclasses.fields(kind))


@cache
def feed_version() -> str:
    """What both sides of a feed must have in common: equal for processes that understand each other's rows."""
    known: dict[str, str] = {}
    for kind in _KINDS:
        _describe(kind, known)
    text = "\n".join(f"{name} {fields}" for name, fields in sorted(known.items()))
    return f"{_PROTOCOL}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


ROWS_IN_A_LINE = 500
"""The largest rows that AWS's quotas allow, roles with all their policies, have some 100 KiB."""

RowId = tuple[str, str]
"""A row's kind and key."""


def row_id(row: Row) -> RowId:
    return type(row).__name__, row.key


@dataclass(frozen=True, slots=True)
class RowChange:
    """Rows to put in place (new or changed) and to take away. A full one replaces everything known before."""

    put: tuple[Row, ...]
    removed: tuple[RowId, ...]
    is_full: bool


def in_lines(change: RowChange) -> Iterator[RowChange]:
    """The change in parts, each of which one line has room for; the last one says whether it is a full one."""
    put, removed = change.put, change.removed
    count = len(put) + len(removed)
    for start in range(0, max(count, 1), ROWS_IN_A_LINE):
        end = start + ROWS_IN_A_LINE
        gone = removed[max(start - len(put), 0) : max(end - len(put), 0)]
        yield RowChange(put[start:end], gone, is_full=change.is_full and end >= count)


def encode_change(change: RowChange) -> dict[str, Any]:
    return {
        "put": [[type(row).__name__, encode(row)] for row in change.put],
        "removed": [list(removed) for removed in change.removed],
        "full": change.is_full,
    }


def decode_change(*parts: Mapping[str, Any]) -> RowChange:
    """Of all parts of a change. Raises KeyError, ValueError or TypeError for what `encode_change` did not make."""
    return RowChange(
        put=tuple(decode(KINDS[kind], row) for part in parts for kind, row in part["put"]),
        removed=tuple((kind, key) for part in parts for kind, key in part["removed"]),
        is_full=parts[-1]["full"],
    )
