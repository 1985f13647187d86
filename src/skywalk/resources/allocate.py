"""The choice of a free address in a subnet; pure."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network

from skywalk.values.addresses import RESERVED_AT_START

_RESERVED = RESERVED_AT_START + 1


def choose_address(subnet: IPv4Network, taken: Collection[IPv4Address]) -> IPv4Address | None:
    """The lowest address that an interface may have and none of `taken` is; None in a full subnet.

    AWS's own choice is not documented; the lowest one makes examples repeatable.
    """
    held = frozenset(taken)
    for offset in range(RESERVED_AT_START, subnet.num_addresses - 1):
        address = subnet[offset]
        if address not in held:
            return address
    return None


def is_reserved(subnet: IPv4Network, address: IPv4Address) -> bool:
    """Whether AWS keeps this address of the subnet: the first four and the last."""
    offset = int(address) - int(subnet.network_address)
    return offset < RESERVED_AT_START or address == subnet.broadcast_address


def available_address_count(subnet: IPv4Network, taken_count: int) -> int:
    """How many interfaces the subnet has room for besides those it has."""
    return subnet.num_addresses - _RESERVED - taken_count
