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


@lru_cache(maxsize=4096)
def parse_network(text: str) -> Network:
    """A prefix with host bits cleared, as EC2 stores what it is given (`10.0.0.5/16` → `10.0.0.0/16`)."""
    return ip_network(text, strict=False)


@lru_cache(maxsize=4096)
def read_network(text: str) -> Network:
    """The network that `network_text` wrote. Raises ValueError for anything else."""
    return ip_network(text)


def address_text(address: Address) -> str:
    """As answers have it; for IPv4 in a third of the time that `str` takes."""
    return inet_ntoa(int(address).to_bytes(4)) if isinstance(address, IPv4Address) else str(address)


def network_text(network: Network) -> str:
    """As answers have it. A few networks stand in most of an answer, and writing one takes as long as all beside it;
    comparing two does, too, which is why the very same ones are looked for first."""
    known = _texts.get(id(network))
    if known is None:
        if len(_texts) >= _MAX_TEXTS:
            _texts.clear()
        known = _texts[id(network)] = (network, _text(network))
    return known[1]


_MAX_TEXTS = 4096
_texts: dict[int, tuple[Network, str]] = {}
"""By identity, which is a network's own for as long as it is in here."""

_text = lru_cache(maxsize=_MAX_TEXTS)(str)


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
