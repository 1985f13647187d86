"""Public addresses, of every account and region from one pool: drawn by chance, or a wished one."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.resources.allocate import PUBLIC_POOL, choose_public_address
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.network_interface import NetworkInterface
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call


def draw_public_addresses(call: Call, count: int) -> list[IPv4Address]:
    """Addresses that nobody has. Raises InsufficientAddressCapacity."""
    drawn: list[IPv4Address] = []

    def is_unavailable(address: IPv4Address) -> bool:
        return address in drawn or is_public_address_taken(call, address)

    for _ in range(count):
        address = choose_public_address(int(call.chance.hex(8), 16) % PUBLIC_POOL.num_addresses, is_unavailable)
        if address is None:
            raise AwsError("InsufficientAddressCapacity", "Not enough available public addresses.")
        drawn.append(address)
    return drawn


def is_public_address_taken(call: Call, address: IPv4Address) -> bool:
    """Whether an interface has it or an account keeps it."""
    return bool(call.tx.referring(NetworkInterface, str(address)) or call.tx.referring(ElasticAddress, str(address)))
