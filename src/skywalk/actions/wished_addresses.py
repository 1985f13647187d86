"""The private addresses that a request wishes for a new network interface: CreateNetworkInterface and RunInstances say
it in the same parameters.

Unconfirmed: the words for addresses that contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.private_addresses import address_in
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.shapes import ec2
    from skywalk.resources.subnet import Subnet

NOT_ADDRESSES_OF_IPV4 = (
    "Ipv4PrefixCount",
    "Ipv4Prefixes",
    "Ipv6AddressCount",
    "Ipv6Addresses",
    "Ipv6PrefixCount",
    "Ipv6Prefixes",
)
"""Parameters of the same requests that ask for IPv6, or for whole prefixes."""


@dataclass(frozen=True, slots=True)
class WishedAddresses:
    """The addresses that a request names, and how many more it asks for."""

    primary: IPv4Address | None = None
    secondary: tuple[IPv4Address, ...] = ()
    more: int = 0

    @property
    def named(self) -> tuple[IPv4Address, ...]:
        return (*((self.primary,) if self.primary else ()), *self.secondary)

    @property
    def drawn_count(self) -> int:
        """How many are to be chosen."""
        return self.more + (self.primary is None)


def wished_addresses(
    subnet: Subnet, request: ec2.CreateNetworkInterfaceRequest | ec2.InstanceNetworkInterfaceSpecification
) -> WishedAddresses:
    """Raises InvalidParameterValue, InvalidParameterCombination. Whether they are free is not asked here.

    Clients give a primary address alone or in the list: the AWS CLI does so beside --associate-public-ip-address. The
    only one of a list is the primary one, unless it says that it is not.
    """
    asked = request.get("PrivateIpAddresses") or []
    listed = [
        (address_in(subnet, one.get("PrivateIpAddress", "")), one.get("Primary", len(asked) == 1)) for one in asked
    ]
    alone = request.get("PrivateIpAddress")
    primaries = {address for address, is_primary in listed if is_primary}
    primaries |= {address_in(subnet, alone)} if alone else set()
    if len(primaries) > 1 or len({address for address, _ in listed}) < len(listed):
        raise invalid_parameter_value("Only one primary private IP address can be specified.")
    more = request.get("SecondaryPrivateIpAddressCount", 0)
    if more < 0:
        raise invalid_parameter_value(f"Value ({more}) for parameter secondaryPrivateIpAddressCount is invalid.")
    secondary = tuple(address for address, _ in listed if address not in primaries)
    if more and secondary:
        raise AwsError(
            "InvalidParameterCombination",
            "Secondary private addresses may be specified by privateIpAddresses or secondaryPrivateIpAddressCount, "
            "but not both.",
        )
    return WishedAddresses(next(iter(primaries), None), secondary, more)
