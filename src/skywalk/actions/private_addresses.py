"""Private addresses of network interfaces: which are taken, which are free, whether one may be had.

Texts of refusals from answers quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.resources.allocate import choose_addresses, is_reserved
from skywalk.resources.network_interface import NetworkInterface
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.subnet import Subnet


def taken_addresses(call: Call, subnet: Subnet) -> Collection[IPv4Address]:
    """Those that interfaces in the subnet have, secondary ones too."""
    return [one.address for eni in call.tx.referring(NetworkInterface, subnet.id) for one in eni.addresses]


def wanted_address(call: Call, subnet: Subnet, text: str | None) -> IPv4Address | None:
    """The address that a request asks for; None if it asks for none. Raises InvalidParameterValue for one that the
    subnet does not give, InvalidIPAddress.InUse for one that is taken."""
    if not text:
        return None
    address = address_in(subnet, text)
    if address in taken_addresses(call, subnet):
        raise AwsError("InvalidIPAddress.InUse", f"Address {text} is in use.")
    return address


def address_in(subnet: Subnet, text: str) -> IPv4Address:
    """The address, taken or not. Raises InvalidParameterValue for one that the subnet does not give."""
    address = parse_address_parameter(text)
    if address not in subnet.network:
        raise invalid_parameter_value(f"Address {text} does not fall within the subnet's address range")
    if is_reserved(subnet.network, address):
        raise invalid_parameter_value(f"Address {text} is in subnet's reserved address range")
    return address


def parse_address_parameter(text: str) -> IPv4Address:
    """Raises InvalidParameterValue."""
    try:
        return IPv4Address(text)
    except ValueError:
        raise invalid_parameter_value(f"invalid value for parameter address: {text}") from None


def free_addresses(call: Call, subnet: Subnet, count: int, besides: Collection[IPv4Address] = ()) -> list[IPv4Address]:
    """The `count` lowest free ones, none of `besides`. Raises InsufficientFreeAddressesInSubnet."""
    found = choose_addresses(subnet.network, [*taken_addresses(call, subnet), *besides], count) if count else []
    if len(found) < count:
        raise AwsError(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
        )
    return found
