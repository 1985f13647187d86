"""IpAddress: an address within one of several networks, each in CIDR form or a single address, of either version.

Bits of the host in a network are passed over (unconfirmed). What is no address is in no network.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[str], bool]
    Comparison = Callable[[tuple[str, ...]], Test]

# Neither zones (fe80::1%eth0) nor masks of four numbers, which Python's parser takes.
_CIDR = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?", re.ASCII)


def read_network(text: str) -> IPv4Network | IPv6Network | None:
    """The network that a policy's value states, None where it states none."""
    if _CIDR.fullmatch(text) is None:
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


# A caller's address comes back with each of its requests, and parsing it is most of the work.
@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _within(values: tuple[str, ...]) -> Test:
    networks = tuple(
        (one.version, int(one.network_address), int(one.netmask)) for one in map(read_network, values) if one
    )

    def fits(text: str) -> bool:
        address = _address(text)
        if address is None:
            return False
        version, bits = address.version, int(address)
        return any(of == version and bits & mask == network for of, network, mask in networks)

    return fits


COMPARISONS: Mapping[str, Comparison] = {"IpAddress": _within}
