"""AssignPrivateIpAddresses, UnassignPrivateIpAddresses: the addresses of an interface besides its primary one.

Source: API Reference; texts of refusals from answers quoted in public reports. Unconfirmed: the texts about primary
addresses and about a call that names no addresses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.existing import INSTANCE, SUBNET, existing
from skywalk.actions.interface_limits import check_address_count
from skywalk.actions.launch_options import existing_instance_type
from skywalk.actions.managed_interfaces import changeable_interface
from skywalk.actions.private_addresses import address_in, free_addresses, parse_address_parameter
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress
from skywalk.values.errors import AwsError, invalid_parameter, invalid_parameter_value, missing_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.subnet import Subnet


def assign_private_ip_addresses(
    call: Call, request: ec2.AssignPrivateIpAddressesRequest
) -> ec2.AssignPrivateIpAddressesResult:
    """Those named, or as many free ones as asked for. With AllowReassignment, secondary addresses of other interfaces
    in the subnet move here, together with the Elastic IP addresses that lead to them."""
    refuse_parameters({name: value for name, value in request.items() if value not in (0, [])}, _PREFIXES)
    eni = changeable_interface(call, request["NetworkInterfaceId"])
    subnet = existing(call, SUBNET, eni.subnet_id)
    addresses = _asked_addresses(call, subnet, request)
    moved = _move_here(call, eni, addresses, is_allowed=request.get("AllowReassignment", False))
    own = {one.address for one in eni.addresses}
    if eni.instance_id is not None:
        instance = existing(call, INSTANCE, eni.instance_id)
        check_address_count(existing_instance_type(instance.instance_type), len(own.union(addresses)))
    added = [moved.get(address) or PrivateAddress(address=address) for address in addresses if address not in own]
    call.tx.put(replace(eni, addresses=(*eni.addresses, *added)))
    return {
        "NetworkInterfaceId": eni.id,
        "AssignedPrivateIpAddresses": [{"PrivateIpAddress": str(address)} for address in addresses],
        "AssignedIpv4Prefixes": [],
    }


_PREFIXES = ("Ipv4PrefixCount", "Ipv4Prefixes")


def _asked_addresses(call: Call, subnet: Subnet, request: ec2.AssignPrivateIpAddressesRequest) -> list[IPv4Address]:
    named, count = request.get("PrivateIpAddresses") or [], request.get("SecondaryPrivateIpAddressCount")
    if named and count:
        raise AwsError(
            "InvalidParameterCombination",
            "You may specify one and only one of privateIpAddressSet or secondaryPrivateIpAddressCount",
        )
    if not named and count is None:
        raise invalid_parameter("One of privateIpAddressSet or secondaryPrivateIpAddressCount must be specified.")
    if count is not None and not named:
        if count < 1:
            raise invalid_parameter_value(f"Value ({count}) for parameter secondaryPrivateIpAddressCount is invalid.")
        return free_addresses(call, subnet, count)
    return list(dict.fromkeys(address_in(subnet, text) for text in named))


def _move_here(
    call: Call, eni: NetworkInterface, addresses: Sequence[IPv4Address], *, is_allowed: bool
) -> dict[IPv4Address, PrivateAddress]:
    """Takes the addresses from the other interfaces that have them."""
    wanted = set(addresses)
    others = [other for other in call.tx.referring(NetworkInterface, eni.subnet_id) if other.id != eni.id]
    held = [(other, [one for one in other.addresses if one.address in wanted]) for other in others]
    held = [(other, found) for other, found in held if found]
    if held and not is_allowed:
        texts = [str(one.address) for _, found in held for one in found]
        raise invalid_parameter_value(f"[{', '.join(texts)}] assigned, but move is not allowed.")
    for other, found in held:
        changeable_interface(call, other.id)
        if other.private_address in wanted:
            raise invalid_parameter_value(
                f"[{other.private_address}] is the primary address of {other.id} and cannot be moved."
            )
        call.tx.put(without_addresses(other, [one.address for one in found]))
    return {one.address: one for _, found in held for one in found}


def unassign_private_ip_addresses(call: Call, request: ec2.UnassignPrivateIpAddressesRequest) -> None:
    """Elastic IP addresses that lead to them are free again."""
    refuse_parameters({name: value for name, value in request.items() if value != []}, ("Ipv4Prefixes",))
    eni = changeable_interface(call, request["NetworkInterfaceId"])
    named = [parse_address_parameter(text) for text in request.get("PrivateIpAddresses") or []]
    if not named:
        raise missing_parameter("privateIpAddresses")
    if any(all(one.address != address for one in eni.addresses) for address in named):
        raise invalid_parameter_value(f"Some of the specified addresses are not assigned to interface {eni.id}")
    if eni.private_address in named:
        raise invalid_parameter_value(f"The primary address {eni.private_address} cannot be unassigned.")
    call.tx.put(without_addresses(eni, named))


def without_addresses(eni: NetworkInterface, addresses: Collection[IPv4Address]) -> NetworkInterface:
    return replace(eni, addresses=tuple(one for one in eni.addresses if one.address not in addresses))
