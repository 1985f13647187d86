"""CreateRoute, ReplaceRoute, DeleteRoute. What they may lead to is in `route_targets`.

A destination within the VPC is a subnet's whole CIDR block, and leads to an interface or a NAT gateway on the way to
it; the local route itself can be given such a target, and its own one back. The routes of gateway endpoints come and
go with their associations alone.
Source: API Reference and VPC User Guide, "Route tables" and "Middlebox routing"; texts from answers quoted in public
reports. Unconfirmed: the texts for 169.254.168.0/22, for a missing or second destination, for a destination within the
VPC that is no subnet's, and whether members of a prefix list that lie within the VPC are refused (here: not).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import parse_ipv4_block
from skywalk.actions.edge_routes import check_edge_route, has_gateway
from skywalk.actions.existing import ROUTE_TABLE, existing
from skywalk.actions.prefix_lists import existing_prefix_list, prefix_list_id_of
from skywalk.actions.quotas import check_routes
from skywalk.actions.route_tables import endpoint_prefix_list_id, endpoints_of
from skywalk.actions.route_targets import RouteTarget, given_targets, no_single_target, not_exactly_one, parse_target
from skywalk.resources.prefix_lists import prefix_list
from skywalk.resources.route_table import LOCAL_ORIGIN, Route, RouteTable, RouteTargetKind
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.values.addresses import contains
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

_ON_THE_WAY = (RouteTargetKind.NETWORK_INTERFACE, RouteTargetKind.NAT_GATEWAY)
"""Targets that destinations within the VPC may have."""

_UNROUTABLE = IPv4Network("169.254.168.0/22")
"""Source: VPC User Guide, "Route table concepts": in use by AWS services."""

Destination = IPv4Network | str
"""A network, or the id of a prefix list."""


def create_route(call: Call, request: ec2.CreateRouteRequest) -> ec2.CreateRouteResult:
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_prefix_list_of_aws(call, table, destination)
    route = _route(destination, parse_target(call, table, request))
    former = _route_to(table, destination)
    if former is not None and route.target_kind in _ON_THE_WAY:
        raise _already_there(table, destination)
    _check(call, table, route)
    if former is not None:
        raise _already_there(table, destination)
    check_routes(call, table, route)
    call.tx.put(replace(table, routes=(*table.routes, route)))
    return {"Return": True}


def replace_route(call: Call, request: ec2.ReplaceRouteRequest) -> None:
    """Gives a route another target; with LocalTarget, the local route its own."""
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_endpoint_route(call, table, destination)
    former = _route_to(table, destination)
    if request.get("LocalTarget"):
        if given_targets(request):
            raise no_single_target(["LocalTarget", *given_targets(request)])
        if former is None or former.origin != LOCAL_ORIGIN:
            raise _no_route_to_replace(destination)
        target = RouteTarget(RouteTargetKind.LOCAL, "local")
    else:
        target = parse_target(call, table, request)
    if former is None:
        raise _no_route_to_replace(destination)
    route = replace(former, target_kind=target.kind, target_id=target.target_id)
    _check(call, table, route)
    call.tx.put(replace(table, routes=tuple(route if one is former else one for one in table.routes)))


def delete_route(call: Call, request: ec2.DeleteRouteRequest) -> None:
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    destination = _destination(call, request)
    if isinstance(destination, str):
        _refuse_endpoint_route(call, table, destination)
    route = _route_to(table, destination)
    if route is None:
        name = "destination-prefix-list-id" if isinstance(destination, str) else "destination-cidr-block"
        raise AwsError("InvalidRoute.NotFound", f"no route with {name} {destination} in route table {table.id}")
    if route.origin == LOCAL_ORIGIN:
        raise invalid_parameter_value(f"cannot remove local route {destination} in route table {table.id}")
    call.tx.put(replace(table, routes=tuple(one for one in table.routes if one is not route)))


def _destination(call: Call, request: Mapping[str, object]) -> Destination:
    """The network, or the id of a prefix list that exists."""
    given = [name for name in _DESTINATIONS if name in request]
    if len(given) != 1:
        raise not_exactly_one("destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId", given)
    text = str(request[given[0]])
    if given == ["DestinationIpv6CidrBlock"]:
        raise unsupported_operation("The parameter DestinationIpv6CidrBlock is not supported.")
    if given == ["DestinationPrefixListId"]:
        return prefix_list_id_of(existing_prefix_list(call, text))
    destination = parse_ipv4_block(text, "destinationCidrBlock")
    if contains(_UNROUTABLE, destination):
        raise invalid_parameter_value(f"The destination CIDR block {destination} is reserved and cannot be routed.")
    return destination


def _route(destination: Destination, target: RouteTarget) -> Route:
    if isinstance(destination, str):
        return Route(prefix_list_id=destination, target_kind=target.kind, target_id=target.target_id)
    return Route(destination=destination, target_kind=target.kind, target_id=target.target_id)


def _route_to(table: RouteTable, destination: Destination) -> Route | None:
    return next((route for route in table.routes if destination in (route.destination, route.prefix_list_id)), None)


def _check(call: Call, table: RouteTable, route: Route) -> None:
    """Whether the table may have such a route."""
    if has_gateway(table):
        check_edge_route(call, table, route)
    if route.destination is not None and route.target_kind is not RouteTargetKind.LOCAL:
        _check_within_vpc(call, table, route.destination, route)


def _check_within_vpc(call: Call, table: RouteTable, destination: IPv4Network, route: Route) -> None:
    vpc = call.tx.get(Vpc, table.vpc_id)
    assert vpc is not None
    if not any(contains(network, destination) for network in vpc.networks):
        return
    if route.target_kind not in _ON_THE_WAY:
        raise invalid_parameter_value(
            f"The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR "
            "blocks. This route can target only an interface or an instance."
        )
    if route.origin == LOCAL_ORIGIN:
        return
    if all(subnet.network != destination for subnet in call.tx.of_vpc(Subnet, table.vpc_id)):
        raise invalid_parameter_value(
            f"The destination CIDR block {destination} does not match the CIDR block of any subnet in the VPC."
        )


def _already_there(table: RouteTable, destination: Destination) -> AwsError:
    if isinstance(destination, str):
        text = f"route table {table.id} already has a route with destination-prefix-list-id {destination}"
        return AwsError("RouteAlreadyExists", text)
    return AwsError("RouteAlreadyExists", f"The route identified by {destination} already exists")


def _has_endpoint_route(call: Call, table: RouteTable, prefix_list_id: str) -> bool:
    return any(endpoint_prefix_list_id(endpoint) == prefix_list_id for endpoint in endpoints_of(call, table))


def _refuse_prefix_list_of_aws(call: Call, table: RouteTable, prefix_list_id: str) -> None:
    if _has_endpoint_route(call, table, prefix_list_id):
        raise _already_there(table, prefix_list_id)
    if prefix_list(call.region, prefix_list_id) is not None:
        raise unsupported_operation("Routes to a prefix list of AWS's are not supported.")


def _refuse_endpoint_route(call: Call, table: RouteTable, prefix_list_id: str) -> None:
    """An endpoint's routes come and go with its association alone."""
    if _has_endpoint_route(call, table, prefix_list_id):
        raise invalid_parameter_value(f"cannot remove VPC endpoint route {prefix_list_id} in route table {table.id}")


def _no_route_to_replace(destination: Destination) -> AwsError:
    return invalid_parameter_value(
        f"There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
    )
