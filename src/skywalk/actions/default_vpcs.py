"""The default VPC that every account has in every region, and its default subnets, one in each zone.

Source: VPC User Guide, "Default VPCs"; API Reference, CreateDefaultVpc and CreateDefaultSubnet. Unconfirmed: which
zone has which of the networks (here: in the order of zones), and the refusal when no network is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from skywalk.actions.subnets import put_new_subnet, show_subnet, zone_name
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.vpcs import new_vpc, show_vpc
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.region_opening import RegionOpening, opening_id
from skywalk.resources.regions import zones_of
from skywalk.resources.route_table import Route, RouteTable, RouteTargetKind
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.store import Transaction
    from skywalk.resources.tables import Tables
    from skywalk.values.scope import Scope

DEFAULT_VPC_NETWORK = IPv4Network("172.31.0.0/16")
DEFAULT_SUBNET_PREFIX = 20
_EVERYWHERE = IPv4Network("0.0.0.0/0")


def default_vpc(call: Call) -> Vpc | None:
    """The caller's default VPC in the region of the call; None once it was deleted."""
    return default_vpc_of(call.tx, call.scope)


def default_vpc_of(tables: Tables | Transaction, scope: Scope) -> Vpc | None:
    return next((vpc for vpc in tables.of_owner(Vpc, scope) if vpc.is_default), None)


def default_subnet(call: Call, zone: str | None = None) -> Subnet | None:
    """The default subnet of a zone (`us-east-1a`); without one, that of the first zone which has one."""
    return default_subnet_of(call.tx, call.scope, zone)


def default_subnet_of(tables: Tables | Transaction, scope: Scope, zone: str | None = None) -> Subnet | None:
    found = _default_subnets(tables, default_vpc_of(tables, scope))
    if zone is not None:
        return found.get(zone)
    return found[min(found)] if found else None


def _default_subnets(tables: Tables | Transaction, vpc: Vpc | None) -> dict[str, Subnet]:
    """By zone."""
    subnets = tables.of_vpc(Subnet, vpc.id) if vpc is not None else []
    return {subnet.availability_zone: subnet for subnet in subnets if subnet.is_default}


def is_to_be_opened(tables: Tables, scope: Scope) -> bool:
    """Whether an account has not called in a region before that has zones to give it."""
    return not tables.holds(opening_id(scope)) and bool(zones_of(scope.region))


def open_region(call: Call) -> None:
    """Gives an account its default VPC, before its first call in a region: a deleted one does not come back."""
    call.tx.put(RegionOpening(id=opening_id(call.scope), scope=call.scope))
    _make_default_vpc(call)


def create_default_vpc(call: Call, request: ec2.CreateDefaultVpcRequest) -> ec2.CreateDefaultVpcResult:
    del request
    if default_vpc(call) is not None:
        raise AwsError("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.")
    return {"Vpc": show_vpc(_make_default_vpc(call), state="pending")}


def create_default_subnet(call: Call, request: ec2.CreateDefaultSubnetRequest) -> ec2.CreateDefaultSubnetResult:
    refuse_parameters(request, ("Ipv6Native",))
    zone = zone_name(call, request.get("AvailabilityZone"), request.get("AvailabilityZoneId"))
    vpc = default_vpc(call)
    if vpc is None:
        raise AwsError("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
    present = _default_subnets(call.tx, vpc).get(zone)
    if present is not None:
        raise AwsError(
            "DefaultSubnetAlreadyExistsInAvailabilityZone", f"'{present.id}' is already the default subnet in {zone}."
        )
    return {"Subnet": show_subnet(_make_default_subnet(call, vpc, zone), taken_count=0)}


def _make_default_vpc(call: Call) -> Vpc:
    """With an internet gateway that its main route table leads to, and a public subnet in each zone."""
    vpc = replace(new_vpc(call, DEFAULT_VPC_NETWORK), is_default=True, enable_dns_hostnames=True)
    call.tx.put(vpc)
    gateway = InternetGateway(id=call.mint("igw"), scope=vpc.scope, vpc_id=vpc.id)
    call.tx.put(gateway)
    [main] = call.tx.of_vpc(RouteTable, vpc.id)
    route = Route(destination=_EVERYWHERE, target_kind=RouteTargetKind.GATEWAY, target_id=gateway.id)
    call.tx.put(replace(main, routes=(*main.routes, route)))
    for zone in zones_of(call.region):
        _make_default_subnet(call, vpc, zone.name)
    return vpc


def _make_default_subnet(call: Call, vpc: Vpc, zone: str) -> Subnet:
    subnet = Subnet(
        id=call.mint("subnet"),
        scope=vpc.scope,
        vpc_id=vpc.id,
        network=_free_network(call, vpc),
        availability_zone=zone,
        is_default=True,
        map_public_ip_on_launch=True,
    )
    put_new_subnet(call, subnet)
    return subnet


def _free_network(call: Call, vpc: Vpc) -> IPv4Network:
    """The next network of a default subnet's size that no subnet is in. Raises InvalidSubnet.Conflict."""
    taken = [subnet.network for subnet in call.tx.of_vpc(Subnet, vpc.id)]
    for network in _possible_networks(vpc):
        if not any(network.overlaps(other) for other in taken):
            return network
    raise AwsError(
        "InvalidSubnet.Conflict", f"No /{DEFAULT_SUBNET_PREFIX} CIDR block is free in the default VPC {vpc.id}"
    )


def _possible_networks(vpc: Vpc) -> Iterator[IPv4Network]:
    for block in vpc.networks:
        if block.prefixlen <= DEFAULT_SUBNET_PREFIX:
            yield from block.subnets(new_prefix=DEFAULT_SUBNET_PREFIX)
