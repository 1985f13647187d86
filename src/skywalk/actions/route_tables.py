"""Route tables, and what DescribeRouteTables shows of their routes. Changing routes is in `routes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.dependencies import check_route_table_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import ROUTE_TABLE, VPC, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.vpcs import local_routes
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.route_table import Route, RouteTable, RouteTableAssociation, RouteTargetKind
from skywalk.resources.vpc_endpoint import VpcEndpoint

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_PAGE = 100
"""Source: API Reference, DescribeRouteTables: MaxResults from 5 to 100."""


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
    found = named_or_all(
        call, ROUTE_TABLE, request.get("RouteTableIds"), request.get("Filters"), ("association.subnet-id",)
    )
    found = matching(found, request.get("Filters"), _filters(call), lambda table: table.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"), limits=(5, MAX_PAGE))
    result: ec2.DescribeRouteTablesResult = {"RouteTables": [_show(call, table) for table in shown]}
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
    "association.gateway-id": lambda table: (),
    "association.main": lambda table: [_is_main(one) for one in table.associations],
    "association.route-table-association-id": lambda table: [one.association_id for one in table.associations],
    "association.route-table-id": lambda table: [table.id for _ in table.associations],
    "association.subnet-id": lambda table: [one.subnet_id for one in table.associations if one.subnet_id is not None],
    "owner-id": lambda table: [table.scope.account_id],
    "route-table-id": lambda table: [table.id],
    "vpc-id": lambda table: [table.vpc_id],
}


def _is_main(association: RouteTableAssociation) -> str:
    return "true" if association.subnet_id is None else "false"


def _show(call: Call, table: RouteTable) -> ec2.RouteTable:
    return {
        "RouteTableId": table.id,
        "VpcId": table.vpc_id,
        "OwnerId": table.scope.account_id,
        "Routes": show_routes(call, table),
        "Associations": [_show_association(table, one) for one in table.associations],
        "PropagatingVgws": [],
        "Tags": show_tags(table.tags),
    }


def _show_association(table: RouteTable, association: RouteTableAssociation) -> ec2.RouteTableAssociation:
    shown: ec2.RouteTableAssociation = {
        "Main": association.subnet_id is None,
        "RouteTableAssociationId": association.association_id,
        "RouteTableId": table.id,
        "AssociationState": {"State": "associated"},
    }
    if association.subnet_id is not None:
        shown["SubnetId"] = association.subnet_id
    return shown


def show_routes(call: Call, table: RouteTable) -> list[ec2.Route]:
    """The local route, then the others in the order of their making, then those of gateway endpoints."""
    own = [_show_route(call, table, route) for route in table.routes]
    return own + [_show_endpoint_route(one) for one in endpoints_of(call, table)]


def _show_route(call: Call, table: RouteTable, route: Route) -> ec2.Route:
    shown: ec2.Route = {"DestinationCidrBlock": str(route.destination), "Origin": route.origin}
    # Targets of the other kinds are refused before they are stored.
    shown["GatewayId"] = route.target_id
    shown["State"] = "active" if _has_target(call, table, route) else "blackhole"
    return shown


def _has_target(call: Call, table: RouteTable, route: Route) -> bool:
    if route.target_kind is RouteTargetKind.LOCAL:
        return True
    gateway = call.tx.get(InternetGateway, route.target_id)
    return gateway is not None and gateway.vpc_id == table.vpc_id


def endpoints_of(call: Call, table: RouteTable) -> list[VpcEndpoint]:
    """The gateway endpoints that have a route in this table."""
    endpoints = call.tx.of_vpc(VpcEndpoint, table.vpc_id)
    return [endpoint for endpoint in endpoints if endpoint.holds_routes and table.id in endpoint.route_table_ids]


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
