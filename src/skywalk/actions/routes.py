"""CreateRoute, ReplaceRoute, DeleteRoute.

A route's target is an internet gateway of the table's VPC. The other kinds are looked up as AWS would, and refused
where they exist but cannot carry traffic yet.
Source: API Reference and VPC User Guide, "Route tables"; texts from answers quoted in public reports. Unconfirmed
texts: those for 169.254.168.0/22 and for a missing or a second target or destination.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import parse_ipv4_block
from skywalk.actions.existing import INSTANCE, NETWORK_INTERFACE, ROUTE_TABLE, VPC_ENDPOINT, existing
from skywalk.actions.prefix_lists import existing_prefix_list
from skywalk.actions.route_tables import endpoint_prefix_list_id, endpoints_of
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.route_table import Route, RouteTable, RouteTargetKind
from skywalk.resources.vpc import Vpc
from skywalk.values.addresses import contains
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "VpcPeeringConnectionId",
    "VpcEndpointId",
    "TransitGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "EgressOnlyInternetGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)
_NEVER_THERE: Mapping[str, tuple[str, str]] = {
    "NatGatewayId": ("InvalidNatGatewayID.NotFound", "natGateway ID"),
    "VpcPeeringConnectionId": ("InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection ID"),
    "TransitGatewayId": ("InvalidTransitGatewayID.NotFound", "transitGateway ID"),
    "LocalGatewayId": ("InvalidLocalGatewayID.NotFound", "localGateway ID"),
    "CarrierGatewayId": ("InvalidCarrierGatewayID.NotFound", "carrierGateway ID"),
    "EgressOnlyInternetGatewayId": ("InvalidGatewayID.NotFound", "eigw ID"),
}
"""Kinds of which skywalk has none, so that every id is unknown."""

_UNROUTABLE = IPv4Network("169.254.168.0/22")
"""Source: VPC User Guide, "Route table concepts": in use by AWS services."""


def create_route(call: Call, request: ec2.CreateRouteRequest) -> ec2.CreateRouteResult:
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_prefix_list(call, table, destination)
        raise unsupported_operation("Routes to a prefix list are not supported.")
    target_id = _target(call, table, request)
    _check_outside_vpc(call, table, destination)
    if any(route.destination == destination for route in table.routes):
        raise AwsError("RouteAlreadyExists", f"The route identified by {destination} already exists")
    route = Route(destination=destination, target_kind=RouteTargetKind.GATEWAY, target_id=target_id)
    call.tx.put(replace(table, routes=(*table.routes, route)))
    return {"Return": True}


def replace_route(call: Call, request: ec2.ReplaceRouteRequest) -> None:
    """Gives a route another target; with LocalTarget, the local route its own, which it never lost."""
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_endpoint_route(call, table, destination)
        raise _no_route_to_replace(destination)
    former = _route_to(table, destination)
    if request.get("LocalTarget"):
        if former is None or former.target_kind is not RouteTargetKind.LOCAL:
            raise _no_route_to_replace(str(destination))
        return
    target_id = _target(call, table, request)
    if former is None:
        raise _no_route_to_replace(str(destination))
    _check_outside_vpc(call, table, destination)
    route = Route(destination=destination, target_kind=RouteTargetKind.GATEWAY, target_id=target_id)
    routes = tuple(route if one is former else one for one in table.routes)
    call.tx.put(replace(table, routes=routes))


def delete_route(call: Call, request: ec2.DeleteRouteRequest) -> None:
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_endpoint_route(call, table, destination)
        raise _no_route(f"destination-prefix-list-id {destination}", table)
    route = _route_to(table, destination)
    if route is None:
        raise _no_route(f"destination-cidr-block {destination}", table)
    if route.target_kind is RouteTargetKind.LOCAL:
        raise invalid_parameter_value(f"cannot remove local route {destination} in route table {table.id}")
    call.tx.put(replace(table, routes=tuple(one for one in table.routes if one is not route)))


def _destination(call: Call, request: Mapping[str, object]) -> IPv4Network | str:
    """The network, or the id of a prefix list that exists."""
    given = [name for name in _DESTINATIONS if name in request]
    if len(given) != 1:
        raise _not_exactly_one("destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId", given)
    text = str(request[given[0]])
    if given == ["DestinationIpv6CidrBlock"]:
        raise unsupported_operation("The parameter DestinationIpv6CidrBlock is not supported.")
    if given == ["DestinationPrefixListId"]:
        return existing_prefix_list(call, text).prefix_list_id
    destination = parse_ipv4_block(text, "destinationCidrBlock")
    if contains(_UNROUTABLE, destination):
        raise invalid_parameter_value(f"The destination CIDR block {destination} is reserved and cannot be routed.")
    return destination


def _not_exactly_one(choice: str, given: list[str]) -> AwsError:
    code = "InvalidParameterCombination" if given else "MissingParameter"
    return AwsError(code, f"The request must contain exactly one of {choice}")


def _target(call: Call, table: RouteTable, request: Mapping[str, object]) -> str:
    """The id of the internet gateway that the request names and that the table's VPC has."""
    given = [name for name in _TARGETS if name in request]
    if len(given) != 1:
        raise _not_exactly_one(
            "gatewayId, natGatewayId, networkInterfaceId, instanceId, vpcPeeringConnectionId, vpcEndpointId", given
        )
    name, target_id = given[0], str(request[given[0]])
    if name != "GatewayId":
        raise _other_target(call, name, target_id)
    if call.tx.owned(VPC_ENDPOINT.kind, call.scope, target_id) is not None:
        raise _no_route_target(target_id)
    gateway = call.tx.owned(InternetGateway, call.scope, target_id)
    if gateway is None:
        raise AwsError("InvalidGatewayID.NotFound", f"The gateway ID '{target_id}' does not exist")
    if gateway.vpc_id != table.vpc_id:
        raise invalid_parameter_value(
            f"route table {table.id} and network gateway {gateway.id} belong to different networks"
        )
    return gateway.id


def _other_target(call: Call, name: str, target_id: str) -> AwsError:
    """Why there can be no route to it: it does not exist, or does not carry routed traffic."""
    if name in _NEVER_THERE:
        code, noun = _NEVER_THERE[name]
        return AwsError(code, f"The {noun} '{target_id}' does not exist")
    if name == "VpcEndpointId":
        return _no_route_target(existing(call, VPC_ENDPOINT, target_id).id)
    if name == "NetworkInterfaceId":
        existing(call, NETWORK_INTERFACE, target_id)
    elif name == "InstanceId":
        existing(call, INSTANCE, target_id)
    return unsupported_operation(f"The parameter {name} is not supported.")


def _no_route_target(vpc_endpoint_id: str) -> AwsError:
    return AwsError(
        "RouteNotSupported",
        f"Route table contains unsupported route target: {vpc_endpoint_id}. "
        "VPC Endpoints of this type cannot be used as route targets.",
    )


def _check_outside_vpc(call: Call, table: RouteTable, destination: IPv4Network) -> None:
    """What is local stays local: only an interface could take it, for a whole subnet."""
    vpc = call.tx.get(Vpc, table.vpc_id)
    assert vpc is not None
    if any(contains(network, destination) for network in vpc.networks):
        raise invalid_parameter_value(
            f"The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR "
            "blocks. This route can target only an interface or an instance."
        )


def _route_to(table: RouteTable, destination: IPv4Network) -> Route | None:
    return next((route for route in table.routes if route.destination == destination), None)


def _has_endpoint_route(call: Call, table: RouteTable, prefix_list_id: str) -> bool:
    return any(endpoint_prefix_list_id(endpoint) == prefix_list_id for endpoint in endpoints_of(call, table))


def _refuse_prefix_list(call: Call, table: RouteTable, prefix_list_id: str) -> None:
    if _has_endpoint_route(call, table, prefix_list_id):
        raise AwsError(
            "RouteAlreadyExists",
            f"route table {table.id} already has a route with destination-prefix-list-id {prefix_list_id}",
        )


def _refuse_endpoint_route(call: Call, table: RouteTable, prefix_list_id: str) -> None:
    """An endpoint's routes come and go with its association alone."""
    if _has_endpoint_route(call, table, prefix_list_id):
        raise invalid_parameter_value(f"cannot remove VPC endpoint route {prefix_list_id} in route table {table.id}")


def _no_route(destination: str, table: RouteTable) -> AwsError:
    return AwsError("InvalidRoute.NotFound", f"no route with {destination} in route table {table.id}")


def _no_route_to_replace(destination: str) -> AwsError:
    return invalid_parameter_value(
        f"There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
    )
