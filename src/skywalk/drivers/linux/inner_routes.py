"""Routes more specific than the VPC's local route: which of a route table's routes lead to destinations within it.

They are asked before the local route, in a kernel table of their own. Two things never follow them: the router's own
addresses, and what stays within the subnet that it comes from (unconfirmed: AWS's pages speak of traffic between
subnets alone).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from skywalk.plan.plan import Plan
from skywalk.plan.routes import Route, TargetKind
from skywalk.plan.segments import Segment
from skywalk.values.addresses import Network


def is_inner(route: Route, networks: Iterable[Network]) -> bool:
    """Whether a route's destination is one of the VPC's networks or a part of one."""
    destination = route.destination
    return isinstance(destination, IPv4Network) and any(
        isinstance(network, IPv4Network) and destination.subnet_of(network) for network in networks
    )


def tables_with_inner_routes(plan: Plan) -> frozenset[str]:
    """Route tables that lead some destination within the VPC elsewhere than the local route."""
    return frozenset(
        route.route_table_id
        for route in plan.routes
        if route.target_kind is not TargetKind.LOCAL and is_inner(route, plan.router.networks)
    )


def inner_routed_segments(plan: Plan) -> tuple[Segment, ...]:
    """Subnets with interfaces whose route tables have such routes."""
    tables = tables_with_inner_routes(plan)
    used = {each.subnet_id for ports in (plan.ports, plan.endpoint_ports) for each in ports}
    return tuple(each for each in plan.segments if each.route_table_id in tables and each.subnet_id in used)
