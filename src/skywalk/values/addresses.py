"""Addresses and prefixes: `ipaddress` types inside, text only on the wire; family-neutral everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import inet_ntoa

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

RESERVED_AT_START = 4
"""Addresses that AWS keeps at the start of each subnet (network, router, resolver, future use); the last is kept
too. Source: VPC User Guide, "Subnet CIDR blocks"."""


def parse_address(text: str) -> Address:
    """Raises ValueError for anything that is not an address."""
    return ip_address(text)


def parse_network(text: str) -> Network:
    """A prefix with host bits cleared, as EC2 stores what it is given (`10.0.0.5/16` → `10.0.0.0/16`)."""
    return ip_network(text, strict=False)


def address_text(address: Address) -> str:
    """As answers have it; for IPv4 in a third of the time that `str` takes."""
    return inet_ntoa(int(address).to_bytes(4)) if isinstance(address, IPv4Address) else str(address)


@lru_cache(maxsize=4096)
def network_text(network: Network) -> str:
    """As answers have it. A few networks stand in most of an answer, and writing one takes as long as all beside it."""
    return str(network)


def address_at(network: Network, offset: int) -> Address:
    """The address `offset` places after the network's first."""
    return network[offset]


def usable_addresses(subnet: Network) -> Iterator[Address]:
    """The addresses that interfaces may have, lowest first."""
    for offset in range(RESERVED_AT_START, subnet.num_addresses - 1):
        yield subnet[offset]


def contains(outer: Network, inner: Network) -> bool:
    """Whether every address of `inner` is in `outer`; False across families."""
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return inner.subnet_of(outer)
    return False


def longest_match(address: Address, prefixes: Iterable[Network]) -> Network | None:
    """The longest of `prefixes` that holds `address`."""
    held = (prefix for prefix in prefixes if address in prefix)
    return max(held, key=lambda prefix: prefix.prefixlen, default=None)
