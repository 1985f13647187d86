"""Sets and maps of nftables: what they are declared as, what is in them. Values only, no kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from skywalk.values.addresses import Network

Value = str | int | IPv4Address
"""A device's or chain's name, a number, an address."""


class DataType(StrEnum):
    """nftables' names of types."""

    DEVICE = "ifname"
    ADDRESS = "ipv4_addr"
    PROTOCOL = "inet_proto"
    SERVICE = "inet_service"
    MARK = "mark"
    VERDICT = "verdict"
    ZONE = "ct zone"


@dataclass(frozen=True, slots=True)
class SetDeclaration:
    """A set, or with `data` a map. A verdict in a map is always `goto` a chain. `key_of` is the expression whose type
    the key has, where that has no name that rules take."""

    name: str
    key: tuple[DataType, ...]
    data: DataType | None = None
    is_interval: bool = False
    key_of: str | None = None

    def render(self) -> str:
        """`set vpc { type ipv4_addr; flags interval; }`."""
        word = "map" if self.data else "set"
        kind = f"typeof {self.key_of}" if self.key_of else f"type {' . '.join(self.key)}"
        if self.data:
            kind = f"{kind} : {self.data}"
        flags = " flags interval;" if self.is_interval else ""
        return f"{word} {self.name} {{ {kind};{flags} }}"


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Of an interval, `key` is the first value and `last` the last one that belongs to it."""

    key: tuple[Value, ...]
    last: tuple[Value, ...] | None = None
    data: Value | None = None

    def render(self, declaration: SetDeclaration) -> str:
        parts = [_render_part(first, last) for first, last in zip(self.key, self.last or self.key, strict=True)]
        text = " . ".join(parts)
        if self.data is None:
            return text
        verb = "goto " if declaration.data is DataType.VERDICT else ""
        return f"{text} : {verb}{self.data}"


@dataclass(frozen=True, slots=True)
class ElementChange:
    """What leaves and what enters one set. An element whose data changes is in both."""

    declaration: SetDeclaration
    removed: frozenset[Element]
    added: frozenset[Element]


def _render_part(first: Value, last: Value) -> str:
    if first == last:
        return f'"{first}"' if isinstance(first, str) else str(first)
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        networks = list(summarize_address_range(first, last))
        if len(networks) == 1:
            return str(networks[0])
    return f"{first}-{last}"


def interval_elements(networks: Iterable[Network]) -> frozenset[Element]:
    """Networks as ranges that neither overlap nor touch: the form in which a set of intervals takes any networks.
    Those of IPv6 are left out."""
    ranges = sorted(
        (int(network.network_address), int(network.broadcast_address))
        for network in networks
        if isinstance(network, IPv4Network)
    )
    merged: list[tuple[int, int]] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return frozenset(Element((IPv4Address(first),), (IPv4Address(last),)) for first, last in merged)
