"""The routes of a plan as rows of its router: route tables in use, each a kernel table, and what they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.inner_routes import is_inner, tables_with_inner_routes
from skywalk.drivers.linux.layout import ROUTER, KernelRoute, Row
from skywalk.drivers.linux.marks import inner_table, route_table_marks
from skywalk.drivers.linux.rtnetlink import RouteKind
from skywalk.drivers.linux.zones import INTERNET_DEVICE
from skywalk.plan.plan import Plan
from skywalk.plan.routes import TargetKind

BEYOND: Final = IPv4Address("169.254.255.1")
"""The other end of a link between two of our own namespaces, as a next hop; its MAC is a permanent neighbour's."""

_Target = tuple[TargetKind, str]
_Way = tuple[str, IPv4Address]
"""Device and next hop."""


def endpoint_device(vpc_endpoint_id: str) -> str:
    """The device of a gateway endpoint, in the router and in the endpoint namespace."""
    return interface_name(DeviceKind.ENDPOINT, vpc_endpoint_id)


def endpoints_device(vpc_id: str) -> str:
    """The device of all of a VPC's interface endpoints, in the router and in the endpoint namespace."""
    return interface_name(DeviceKind.ENDPOINTS, vpc_id)


def peering_device(vpc_peering_connection_id: str) -> str:
    """The device of a peering, in both routers."""
    return interface_name(DeviceKind.PEERING, vpc_peering_connection_id)


def route_rows(plan: Plan) -> Iterator[tuple[str, Row]]:
    """Routes by the resource that caused them. A target that the plan does not have is a blackhole."""
    marks = route_table_marks(plan)
    inner_tables = tables_with_inner_routes(plan)
    ways = _ways(plan)
    for route in plan.routes:
        mark = marks.get(route.route_table_id)
        if mark is None or not isinstance(route.destination, IPv4Network):
            continue
        within = is_inner(route, plan.router.networks)
        if route.target_kind is TargetKind.LOCAL:
            if within and route.route_table_id in inner_tables:
                # Back to the local route, out of a wider one that leads elsewhere.
                row = KernelRoute(ROUTER, inner_table(mark), route.destination, RouteKind.THROW)
                yield route.origin.resource_id, row
            continue
        table = inner_table(mark) if within else mark
        way = ways.get((route.target_kind, route.target_id if route.target_kind is not TargetKind.INTERNET else ""))
        if way is None:
            yield route.origin.resource_id, KernelRoute(ROUTER, table, route.destination, RouteKind.BLACKHOLE)
        else:
            yield route.origin.resource_id, KernelRoute(ROUTER, table, route.destination, RouteKind.UNICAST, *way)


def _ways(plan: Plan) -> dict[_Target, _Way]:
    """What routes may lead to, and how."""
    ways: dict[_Target, _Way] = {}
    if plan.router.has_internet:
        ways[TargetKind.INTERNET, ""] = INTERNET_DEVICE, BEYOND
    for endpoint in plan.gateway_endpoints:
        key = TargetKind.GATEWAY_ENDPOINT, endpoint.vpc_endpoint_id
        ways[key] = endpoint_device(endpoint.vpc_endpoint_id), BEYOND
    for peering in plan.peerings:
        key = TargetKind.PEERING, peering.vpc_peering_connection_id
        ways[key] = peering_device(peering.vpc_peering_connection_id), BEYOND
    for port in plan.ports:
        if isinstance(port.addresses[0], IPv4Address):
            device = interface_name(DeviceKind.PORT, port.network_interface_id)
            ways[TargetKind.PORT, port.network_interface_id] = device, port.addresses[0]
    return ways
