"""The choice of free addresses; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from skywalk.values.addresses import RESERVED_AT_START

_RESERVED = RESERVED_AT_START + 1

PUBLIC_POOL = IPv4Network("198.18.0.0/15")
"""Where the public addresses of instances are from: the range for benchmarks of RFC 2544, which is nobody's and lies
outside every AWS prefix list."""


def choose_address(subnet: IPv4Network, taken: Collection[IPv4Address]) -> IPv4Address | None:
    """The lowest address that an interface may have and none of `taken` is; None in a full subnet.

    AWS's own choice is not documented; the lowest one makes examples repeatable.
    """
    return next(iter(choose_addresses(subnet, taken, 1)), None)


def choose_addresses(subnet: IPv4Network, taken: Collection[IPv4Address], count: int) -> list[IPv4Address]:
    """The `count` lowest free addresses, in order; fewer where the subnet has no more."""
    # Numbers: hashing an address takes longer than all else here.
    held, first = {int(address) for address in taken}, int(subnet.network_address)
    places = range(first + RESERVED_AT_START, first + subnet.num_addresses - 1)
    return [IPv4Address(number) for number in islice((number for number in places if number not in held), count)]


def is_reserved(subnet: IPv4Network, address: IPv4Address) -> bool:
    """Whether AWS keeps this address of the subnet: the first four and the last."""
    offset = int(address) - int(subnet.network_address)
    return offset < RESERVED_AT_START or address == subnet.broadcast_address


def available_address_count(subnet: IPv4Network, taken_count: int) -> int:
    """How many interfaces the subnet has room for besides those it has."""
    return (1 << subnet.max_prefixlen - subnet.prefixlen) - _RESERVED - taken_count


def choose_public_address(start: int, is_taken: Callable[[IPv4Address], bool]) -> IPv4Address | None:
    """The first free address of the pool from its `start`-th on, around its end; None if there is none.

    As on AWS nothing follows from a public address, so that `start` is drawn by chance.
    """
    count = PUBLIC_POOL.num_addresses - 2
    for offset in range(count):
        address = PUBLIC_POOL[1 + (start + offset) % count]
        if not is_taken(address):
            return address
    return None
