"""ManagedPrefixList: a customer's own list of networks, with all its versions. AWS's are in `prefix_lists`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixListEntry:
    network: IPv4Network | IPv6Network
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPrefixList(Resource):
    """`address_family` is `IPv4` or `IPv6`; `state` the wire value (`create-complete`, `modify-complete`, …).
    `versions` maps a version's number, as text, to the entries it had."""

    name: str
    address_family: str
    max_entries: int
    version: int
    state: str
    versions: Mapping[str, tuple[PrefixListEntry, ...]] = field(default_factory=dict)
    state_message: str | None = None

    @property
    def entries(self) -> tuple[PrefixListEntry, ...]:
        """Those of the newest version."""
        return self.versions[str(self.version)]

    @property
    def ipv4_networks(self) -> tuple[IPv4Network, ...]:
        return tuple(one.network for one in self.entries if isinstance(one.network, IPv4Network))
