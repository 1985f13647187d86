"""Route tables, and what DescribeRouteTables shows of their routes. Changing routes is in `routes`.

A route to an interface is shown with the instance that the interface is attached to, if it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from skywalk.actions.dependencies import check_route_table_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import ROUTE_TABLE, VPC, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.route_targets import takes_packets
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.vpcs import local_routes
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.route_table import Route, RouteTable, RouteTableAssociation, RouteTargetKind
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.addresses import network_text
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

MAX_PAGE = 100
"""Source: API Reference, DescribeRouteTables: MaxResults from 5 to 100."""

_REFERENCES = ("association.gateway-id", "association.route-table-association-id", "association.subnet-id")
"""Filters that the index of references answers."""


def create_route_table(call: Call, request: ec2.CreateRouteTableRequest) -> ec2.CreateRouteTableResult:
    before = made_before(call, "CreateRouteTable", request)
    if before is not None:
        return _created(call, existing(call, ROUTE_TABLE, before[0]), request)
    vpc = existing(call, VPC, request["VpcId"])
    table = RouteTable(
        id=call.mint("rtb"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), ROUTE_TABLE.resource_type),
        vpc_id=vpc.id,
        routes=local_routes(vpc),
    )
    call.tx.put(table)
    remember(call, "CreateRouteTable", request, [table.id])
    return _created(call, table, request)


def _created(call: Call, table: RouteTable, request: ec2.CreateRouteTableRequest) -> ec2.CreateRouteTableResult:
    result: ec2.CreateRouteTableResult = {"RouteTable": _show(call, table)}
    if "ClientToken" in request:
        result["ClientToken"] = request["ClientToken"]
    return result


def describe_route_tables(call: Call, request: ec2.DescribeRouteTablesRequest) -> ec2.DescribeRouteTablesResult:
    found = named_or_all(call, ROUTE_TABLE, request.get("RouteTableIds"), request.get("Filters"), _REFERENCES)
    found = matching(found, request.get("Filters"), _filters(call), lambda table: table.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(5, MAX_PAGE))
    result: ec2.DescribeRouteTablesResult = {"RouteTables": call.views(_show, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


def _filters(call: Call) -> Mapping[str, FilterValues[RouteTable]]:
    def of_routes(read: Callable[[ec2.Route], str | None]) -> FilterValues[RouteTable]:
        def values(table: RouteTable) -> Iterable[str]:
            found = (read(route) for route in show_routes(call, table))
            return [value for value in found if value is not None]

        return values

    return {
        **_FILTERS,
        "route.destination-cidr-block": of_routes(lambda route: route.get("DestinationCidrBlock")),
        "route.destination-ipv6-cidr-block": of_routes(lambda route: route.get("DestinationIpv6CidrBlock")),
        "route.destination-prefix-list-id": of_routes(lambda route: route.get("DestinationPrefixListId")),
        "route.egress-only-internet-gateway-id": of_routes(lambda route: route.get("EgressOnlyInternetGatewayId")),
        "route.gateway-id": of_routes(lambda route: route.get("GatewayId")),
        "route.instance-id": of_routes(lambda route: route.get("InstanceId")),
        "route.nat-gateway-id": of_routes(lambda route: route.get("NatGatewayId")),
        "route.origin": of_routes(lambda route: route.get("Origin")),
        "route.state": of_routes(lambda route: route.get("State")),
        "route.transit-gateway-id": of_routes(lambda route: route.get("TransitGatewayId")),
        "route.vpc-peering-connection-id": of_routes(lambda route: route.get("VpcPeeringConnectionId")),
    }


_FILTERS: Mapping[str, FilterValues[RouteTable]] = {
    "association.gateway-id": lambda table: [
        one.gateway_id for one in table.associations if one.gateway_id is not None
    ],
    "association.main": lambda table: [_is_main(one) for one in table.associations],
    "association.route-table-association-id": lambda table: [one.association_id for one in table.associations],
    "association.route-table-id": lambda table: [table.id for _ in table.associations],
    "association.subnet-id": lambda table: [one.subnet_id for one in table.associations if one.subnet_id is not None],
    "owner-id": lambda table: [table.scope.account_id],
    "route-table-id": lambda table: [table.id],
    "vpc-id": lambda table: [table.vpc_id],
}


def _is_main(association: RouteTableAssociation) -> str:
    return "true" if association.is_main else "false"


def _show(sight: Sight, table: RouteTable) -> ec2.RouteTable:
    routes = show_routes(sight, table)
    kinds = tuple([_kind(association) for association in table.associations])
    ids = [one.subnet_id or one.gateway_id for one in table.associations if not one.is_main]
    return _table(
        (tuple(map(tuple, routes)), kinds),
        table.id,
        table.vpc_id,
        table.scope.account_id,
        show_tags(table.tags),
        *[value for route in routes for value in route.values()],
        *[association.association_id for association in table.associations],
        *ids,
    )


def _kind(association: RouteTableAssociation) -> str:
    """The member that says what it is with; none for the main one."""
    if association.subnet_id is not None:
        return "SubnetId"
    return "" if association.gateway_id is None else "GatewayId"


@template
def _table(
    alike: tuple[tuple[tuple[str, ...], ...], tuple[str, ...]],
    table_id: str,
    vpc_id: str,
    owner_id: str,
    tags: list[ec2.Tag],
    *others: Any,
) -> ec2.RouteTable:
    """`alike` has the names of each route's members, and what kind each association is of; `others` are the values of
    the routes, the ids of the associations, and of what these are with."""
    of_routes, kinds = alike
    values = iter(others)
    routes = [{name: next(values) for name in names} for names in of_routes]
    ids = [next(values) for _ in kinds]
    shown: dict[str, Any] = {
        "RouteTableId": table_id,
        "VpcId": vpc_id,
        "OwnerId": owner_id,
        "Routes": routes,
        "Associations": [
            {
                "Main": not kind,
                "RouteTableAssociationId": association_id,
                "RouteTableId": table_id,
                "AssociationState": {"State": "associated"},
                **({kind: next(values)} if kind else {}),
            }
            for kind, association_id in zip(kinds, ids, strict=True)
        ],
        "PropagatingVgws": [],
        "Tags": tags,
    }
    return cast("ec2.RouteTable", shown)


def show_routes(sight: Sight, table: RouteTable) -> list[ec2.Route]:
    """The local route, then the others in the order of their making, then those of gateway endpoints."""
    own = [_show_route(sight, table, route) for route in table.routes]
    return own + [_show_endpoint_route(one) for one in endpoints_of(sight, table)]


def _show_route(sight: Sight, table: RouteTable, route: Route) -> ec2.Route:
    shown: ec2.Route = {
        "Origin": route.origin,
        "State": "active" if takes_packets(sight, table, route) else "blackhole",
    }
    if route.prefix_list_id is not None:
        shown["DestinationPrefixListId"] = route.prefix_list_id
    elif route.destination is not None:
        shown["DestinationCidrBlock"] = network_text(route.destination)
    shown.update(cast("ec2.Route", {_TARGETS.get(route.target_kind, "GatewayId"): route.target_id}))
    if route.target_kind is RouteTargetKind.NETWORK_INTERFACE:
        _show_instance(sight, shown, route.target_id)
    return shown


_TARGETS: Mapping[RouteTargetKind, str] = {
    RouteTargetKind.NAT_GATEWAY: "NatGatewayId",
    RouteTargetKind.VPC_PEERING_CONNECTION: "VpcPeeringConnectionId",
    RouteTargetKind.NETWORK_INTERFACE: "NetworkInterfaceId",
}
"""The members for targets that are no gateways."""


def _show_instance(sight: Sight, shown: ec2.Route, network_interface_id: str) -> None:
    eni = sight.tx.get(NetworkInterface, network_interface_id)
    if eni is not None and eni.instance_id is not None:
        shown["InstanceId"] = eni.instance_id
        shown["InstanceOwnerId"] = eni.scope.account_id


def endpoints_of(sight: Sight, table: RouteTable) -> list[VpcEndpoint]:
    """The gateway endpoints that have a route in this table."""
    return [endpoint for endpoint in sight.tx.referring(VpcEndpoint, table.id) if endpoint.holds_routes]


def endpoint_prefix_list_id(endpoint: VpcEndpoint) -> str:
    """The destination of a gateway endpoint's routes."""
    return service_prefix_list(endpoint.scope.region, endpoint.service_name).prefix_list_id


def _show_endpoint_route(endpoint: VpcEndpoint) -> ec2.Route:
    return {
        "DestinationPrefixListId": endpoint_prefix_list_id(endpoint),
        "GatewayId": endpoint.id,
        "Origin": "CreateRoute",
        "State": "active",
    }


def delete_route_table(call: Call, request: ec2.DeleteRouteTableRequest) -> None:
    """Endpoints that had a route in it forget it: AWS lets a table go that an endpoint names."""
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    check_route_table_is_free(table)
    for endpoint in endpoints_of(call, table):
        kept = tuple(table_id for table_id in endpoint.route_table_ids if table_id != table.id)
        call.tx.put(replace(endpoint, route_table_ids=kept))
    call.tx.remove(table.id)
