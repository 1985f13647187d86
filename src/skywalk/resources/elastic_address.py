"""ElasticAddress: a public address that an account keeps. Its id is the allocation's (`eipalloc-…`)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticAddress(Resource):
    """What it is associated with is found through the interface that names the allocation."""

    address: IPv4Address

    @property
    def references(self) -> tuple[str, ...]:
        return (str(self.address),)
