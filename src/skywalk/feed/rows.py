"""The row types that travel, by name, and changes of sets of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView, PublicHosts, PublicName
from skywalk.plan.places import Place
from skywalk.plan.principals import AccessKey, Role, User
from skywalk.plan.services import GatewayEndpoint, PublicService, ServiceResource
from skywalk.values.record import decode, encode


class Row(Protocol):
    @property
    def key(self) -> str: ...


_KINDS: tuple[type[Any], ...] = (
    AccessKey,
    GatewayEndpoint,
    Guest,
    NameView,
    Place,
    PublicHosts,
    PublicName,
    PublicService,
    Role,
    ServiceResource,
    User,
)
KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in _KINDS}

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


def encode_change(change: RowChange) -> dict[str, Any]:
    return {
        "put": [[type(row).__name__, encode(row)] for row in change.put],
        "removed": [list(removed) for removed in change.removed],
        "full": change.is_full,
    }


def decode_change(data: Mapping[str, Any]) -> RowChange:
    """Raises KeyError, ValueError or TypeError for what `encode_change` did not make."""
    return RowChange(
        put=tuple(decode(KINDS[kind], row) for kind, row in data["put"]),
        removed=tuple((kind, key) for kind, key in data["removed"]),
        is_full=data["full"],
    )
