"""What a route table may hold that is associated with an internet gateway, and decides where what comes in goes.

Source: VPC User Guide, "Gateway route tables": its routes lead to network interfaces, for the whole CIDR block of a
subnet or of the VPC (whose local route then has another target); it has no routes to prefix lists. Unconfirmed: codes
and texts of these refusals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.resources.route_table import Route, RouteTable, RouteTargetKind
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call

_TARGETS = (RouteTargetKind.LOCAL, RouteTargetKind.NETWORK_INTERFACE)


def has_gateway(table: RouteTable) -> bool:
    return any(association.gateway_id is not None for association in table.associations)


def check_endpoint_table(table: RouteTable) -> None:
    """Before a gateway endpoint gets the table. Raises RouteNotSupported."""
    if has_gateway(table):
        raise _no_prefix_list(table)


def check_edge_table(call: Call, table: RouteTable) -> None:
    """Before a gateway gets the table. Raises as `check_edge_route`."""
    if any(endpoint.holds_routes for endpoint in call.tx.referring(VpcEndpoint, table.id)):
        raise _no_prefix_list(table)
    for route in table.routes:
        check_edge_route(call, table, route)


def check_edge_route(call: Call, table: RouteTable, route: Route) -> None:
    """Raises RouteNotSupported, InvalidParameterValue."""
    if route.prefix_list_id is not None:
        raise _no_prefix_list(table)
    if route.target_kind not in _TARGETS:
        raise AwsError(
            "RouteNotSupported",
            f"Route table {table.id} is associated with a gateway and cannot have a route to {route.target_id}. "
            "Its routes can target only network interfaces.",
        )
    vpc = call.tx.get(Vpc, table.vpc_id)
    assert vpc is not None
    subnets = (subnet.network for subnet in call.tx.of_vpc(Subnet, table.vpc_id))
    if route.destination not in (*vpc.networks, *subnets):
        raise invalid_parameter_value(
            f"The destination CIDR block {route.destination} is not supported in route table {table.id}, which is "
            "associated with a gateway: it must be that of the VPC or of one of its subnets."
        )


def _no_prefix_list(table: RouteTable) -> AwsError:
    return AwsError(
        "RouteNotSupported",
        f"Route table {table.id} is associated with a gateway and cannot have a route to a prefix list.",
    )
