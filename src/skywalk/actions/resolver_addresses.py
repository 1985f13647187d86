"""The addresses of resolver endpoints, and their network interfaces.

Source: Route 53 Resolver API Reference, IpAddressRequest and IpAddressUpdate; Route 53 Developer Guide, "Values that
you specify when you create or edit inbound endpoints". Unconfirmed: the description of the interfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.managed_interfaces import managed_attachment
from skywalk.actions.new_interfaces import draw_macs
from skywalk.actions.private_addresses import free_addresses, wanted_address
from skywalk.actions.resolver_words import invalid_parameter, not_found
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress
from skywalk.resources.resolver_endpoint import ResolverAddress, ResolverEndpoint
from skywalk.resources.subnet import Subnet
from skywalk.values.errors import AwsError, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53resolver

MIN_ADDRESSES, MAX_ADDRESSES = 2, 6
"""Source: Route 53 Developer Guide, "Quotas on Route 53 VPC Resolver"; AWS's default."""


@dataclass(frozen=True, slots=True)
class WishedAddress:
    """`address` is None for any of the subnet's."""

    subnet: Subnet
    address: IPv4Address | None


def wished_addresses(
    call: Call,
    asked: Sequence[route53resolver.IpAddressRequest | route53resolver.IpAddressUpdate],
    vpc_id: str | None = None,
) -> list[WishedAddress]:
    """All in one VPC. Raises InvalidParameterException, ResourceNotFoundException, LimitExceededException."""
    if len(asked) > MAX_ADDRESSES:
        raise AwsError("LimitExceededException", f"A resolver endpoint has at most {MAX_ADDRESSES} IP addresses.")
    wishes = [_wish(call, one) for one in asked]
    vpc_ids = {wish.subnet.vpc_id for wish in wishes} | ({vpc_id} if vpc_id is not None else set())
    if len(vpc_ids) > 1:
        raise invalid_parameter("All subnets of a resolver endpoint must belong to the same VPC.")
    fixed = [wish.address for wish in wishes if wish.address is not None]
    if len(set(fixed)) < len(fixed):
        raise invalid_parameter("The IP addresses of a resolver endpoint must differ.")
    # Fixed ones first: what is chosen for the others must not take them.
    return sorted(wishes, key=lambda wish: wish.address is None)


def _wish(call: Call, asked: route53resolver.IpAddressRequest | route53resolver.IpAddressUpdate) -> WishedAddress:
    subnet_id = asked.get("SubnetId", "")
    if asked.get("Ipv6"):
        raise unsupported_operation("IPv6 addresses of resolver endpoints are not supported.")
    subnet = call.tx.owned(Subnet, call.scope, subnet_id)
    if subnet is None:
        raise not_found(f"The subnet '{subnet_id}' does not exist.")
    try:
        return WishedAddress(subnet, wanted_address(call, subnet, asked.get("Ip")))
    except AwsError as refused:
        raise invalid_parameter(refused.message) from None


def make_address(call: Call, endpoint: ResolverEndpoint, wish: WishedAddress) -> ResolverAddress:
    """The address, with its interface in the store. Raises InvalidParameterException where the subnet is full."""
    address = wish.address
    if address is None:
        try:
            address = free_addresses(call, wish.subnet, 1)[0]
        except AwsError as refused:
            raise invalid_parameter(refused.message) from None
    ip_id, now = call.mint("rni"), call.clock.now()
    eni = NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        vpc_id=wish.subnet.vpc_id,
        subnet_id=wish.subnet.id,
        availability_zone=wish.subnet.availability_zone,
        mac=draw_macs(call, 1)[0],
        addresses=(PrivateAddress(address=address),),
        security_group_ids=endpoint.security_group_ids,
        description=f"Route 53 Resolver: {endpoint.id}:{ip_id}",
        managed_by=endpoint.id,
        attachment=managed_attachment(call),
    )
    call.tx.put(eni)
    return ResolverAddress(
        ip_id=ip_id,
        subnet_id=wish.subnet.id,
        address=address,
        network_interface_id=eni.id,
        created_at=now,
        modified_at=now,
    )


def named_address(endpoint: ResolverEndpoint, asked: route53resolver.IpAddressUpdate) -> ResolverAddress:
    """The address of an endpoint that a request names, by its id or by itself. Raises ResourceNotFoundException,
    InvalidParameterException where the request names none."""
    if "IpId" not in asked and "Ip" not in asked:
        raise invalid_parameter("The request must name an IP address or its ID.")
    for one in endpoint.addresses:
        if asked.get("IpId", one.ip_id) == one.ip_id and asked.get("Ip", str(one.address)) == str(one.address):
            return one
    raise not_found(f"{endpoint.id} has no such IP address.")


def remove_address(call: Call, address: ResolverAddress) -> None:
    call.tx.remove(address.network_interface_id)
