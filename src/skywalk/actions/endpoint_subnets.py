"""The subnets of an interface endpoint, and its network interfaces in them: one in each.

Source: EC2 API Reference, CreateVpcEndpoint and ModifyVpcEndpoint; PrivateLink Guide, "Endpoint network interfaces";
texts from answers quoted in public reports. Unconfirmed: the texts for a subnet of another VPC, for one that is
configured twice, and for one that the endpoint does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import TYPE_CHECKING

from skywalk.actions.existing import SUBNET, all_existing, existing
from skywalk.actions.managed_interfaces import managed_attachment
from skywalk.actions.new_interfaces import draw_macs
from skywalk.actions.private_addresses import free_addresses, wanted_address
from skywalk.resources.cross_region import takes_cross_region_endpoints
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress
from skywalk.resources.regions import zone_id
from skywalk.values.errors import AwsError, invalid_parameter, missing_parameter, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.endpoint_services import EndpointService
    from skywalk.resources.subnet import Subnet
    from skywalk.resources.vpc_endpoint import VpcEndpoint


@dataclass(frozen=True, slots=True)
class WishedSubnet:
    """`address` is the one that the interface is to have; None for any."""

    subnet: Subnet
    address: IPv4Address | None


def wished_subnets(
    call: Call,
    vpc_id: str,
    subnet_ids: Sequence[str],
    configurations: Sequence[ec2.SubnetConfiguration],
    present: Mapping[str, str] = MappingProxyType({}),
) -> list[WishedSubnet]:
    """Those named in either way, each once; an address that the endpoint has already (`present`, by subnet) is no wish.

    Raises InvalidSubnetID.NotFound, InvalidParameter for one of another VPC and for one with two configurations, and as
    `wanted_address`.
    """
    asked = _configured(configurations)
    texts = {subnet_id: None if text == present.get(subnet_id) else text for subnet_id, text in asked.items()}
    names = (*subnet_ids, *texts)
    subnets = all_existing(call, SUBNET, names) if names else []
    for subnet in subnets:
        if subnet.vpc_id != vpc_id:
            raise invalid_parameter(f"Subnet {subnet.id} belongs to a different VPC than {vpc_id}.")
    return [WishedSubnet(subnet, _address(call, subnet, texts)) for subnet in subnets]


def _configured(configurations: Sequence[ec2.SubnetConfiguration]) -> dict[str, str | None]:
    """The addresses asked for, by subnet."""
    texts: dict[str, str | None] = {}
    for one in configurations:
        subnet_id = one.get("SubnetId")
        if not subnet_id:
            raise missing_parameter("SubnetId")
        if one.get("Ipv6"):
            raise unsupported_operation("IPv6 addresses of VPC endpoints are not supported yet.")
        if subnet_id in texts:
            raise invalid_parameter(f"The subnet {subnet_id} has several configurations.")
        texts[subnet_id] = one.get("Ipv4")
    return texts


def _address(call: Call, subnet: Subnet, texts: Mapping[str, str | None]) -> IPv4Address | None:
    return wanted_address(call, subnet, texts.get(subnet.id))


def check_zones(call: Call, service: EndpointService, subnets: Iterable[Subnet]) -> None:
    """For all subnets of one endpoint. Raises DuplicateSubnetsInSameZone, InvalidParameter for a zone that the service
    is not in, or not for other regions."""
    zones: set[str] = set()
    is_cross_region = service.region != call.region
    served = {zone.name for zone in service.zones}
    for subnet in subnets:
        zone = subnet.availability_zone
        if zone in zones:
            raise AwsError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet.id}. VPC endpoint subnets "
                "should be in different availability zones supported by the VPC endpoint service.",
            )
        zones.add(zone)
        if not (takes_cross_region_endpoints(zone_id(zone)) if is_cross_region else zone in served):
            raise invalid_parameter(
                f"The VPC endpoint service {service.name} does not support the availability zone of the subnet: "
                f"{subnet.id}."
            )


def make_interfaces(
    call: Call, endpoint_id: str, wishes: Iterable[WishedSubnet], security_group_ids: tuple[str, ...]
) -> list[NetworkInterface]:
    """Stored, in the order of the wishes. Raises InsufficientFreeAddressesInSubnet."""
    return [_make(call, endpoint_id, wish, security_group_ids) for wish in wishes]


def _make(call: Call, endpoint_id: str, wish: WishedSubnet, security_group_ids: tuple[str, ...]) -> NetworkInterface:
    subnet = wish.subnet
    address = wish.address or free_addresses(call, subnet, 1)[0]
    eni = NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        availability_zone=subnet.availability_zone,
        mac=draw_macs(call, 1)[0],
        addresses=(PrivateAddress(address=address),),
        security_group_ids=security_group_ids,
        description=f"VPC Endpoint Interface {endpoint_id}",
        interface_type="vpc_endpoint",
        managed_by=endpoint_id,
        attachment=managed_attachment(call),
    )
    call.tx.put(eni)
    return eni


def with_other_subnets(
    call: Call, endpoint: VpcEndpoint, service: EndpointService, request: ec2.ModifyVpcEndpointRequest
) -> VpcEndpoint:
    """The endpoint with subnets removed, added, and with other addresses in those that it has: an interface with
    another address is another interface."""
    kept = _without_removed(call, endpoint, request.get("RemoveSubnetIds") or ())
    configurations = request.get("SubnetConfigurations") or ()
    present_addresses = _addresses(call, kept)
    wishes = wished_subnets(call, endpoint.vpc_id, request.get("AddSubnetIds") or (), configurations, present_addresses)
    configured = {one["SubnetId"] for one in configurations}
    again = [wish for wish in wishes if wish.subnet.id in kept and wish.subnet.id in configured]
    added = [wish for wish in wishes if wish not in again]
    present = [existing(call, SUBNET, subnet_id) for subnet_id in kept]
    check_zones(call, service, [*present, *(wish.subnet for wish in added)])
    made = make_interfaces(
        call,
        endpoint.id,
        [*(wish for wish in again if wish.address is not None), *added],
        endpoint.security_group_ids,
    )
    interfaces = {**kept, **{eni.subnet_id: eni.id for eni in made}}
    for gone in set(endpoint.network_interface_ids) - set(interfaces.values()):
        call.tx.remove(gone)
    return replace(endpoint, subnet_ids=tuple(interfaces), network_interface_ids=tuple(interfaces.values()))


def _addresses(call: Call, interfaces: Mapping[str, str]) -> dict[str, str]:
    """Subnet → address, of subnets with their interfaces."""
    found = (call.tx.get(NetworkInterface, eni_id) for eni_id in interfaces.values())
    return {eni.subnet_id: str(eni.private_address) for eni in found if eni is not None}


def _without_removed(call: Call, endpoint: VpcEndpoint, removed: Sequence[str]) -> dict[str, str]:
    """Subnet → interface, of those that stay."""
    interfaces = dict(zip(endpoint.subnet_ids, endpoint.network_interface_ids, strict=True))
    for subnet in all_existing(call, SUBNET, removed) if removed else []:
        if subnet.id not in interfaces:
            raise invalid_parameter(f"Subnet {subnet.id} is not associated with {endpoint.id}.")
        del interfaces[subnet.id]
    return interfaces
