"""Pass: routes. Prefix lists are taken apart here, and of equal destinations AWS's choice is made.

Source: VPC User Guide, "Route priority": the longest prefix wins; of equal ones a static route (and the local one)
wins over a prefix list's; of two prefix lists with an equal member one is chosen, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from skywalk.compile.gateway_endpoints import endpoint_networks, serving_endpoints
from skywalk.compile.live import live_interfaces
from skywalk.plan.origin import Origin
from skywalk.plan.routes import Route, TargetKind
from skywalk.resources.route_table import Route as StoredRoute
from skywalk.resources.route_table import RouteTable, RouteTargetKind
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Network

_Target = tuple[TargetKind, str]


def compile_routes(snapshot: Snapshot) -> tuple[Route, ...]:
    """The first of equal destinations counts: static routes, prefix lists by id, endpoints by id."""
    ports = {live.eni.id for live in live_interfaces(snapshot)}
    rows: dict[str, Route] = {}
    for _, table in sorted(snapshot.route_tables.items()):
        for route in (*_static_routes(table, ports, snapshot), *_prefix_list_routes(table, ports, snapshot)):
            rows.setdefault(route.key, route)
    for route in _endpoint_routes(snapshot):
        rows.setdefault(route.key, route)
    return tuple(route for _, route in sorted(rows.items()))


def _static_routes(table: RouteTable, ports: set[str], snapshot: Snapshot) -> Iterator[Route]:
    for route in table.routes:
        if route.destination is not None:
            origin = Origin(table.id, f"route {route.destination} to {route.target_id}")
            yield _row(table, route.destination, _target(route, ports, snapshot), origin)


def _prefix_list_routes(table: RouteTable, ports: set[str], snapshot: Snapshot) -> Iterator[Route]:
    for route in sorted(table.routes, key=lambda one: one.prefix_list_id or ""):
        prefix_list = snapshot.prefix_lists.get(route.prefix_list_id or "")
        if prefix_list is not None:
            origin = Origin(table.id, f"route {prefix_list.id} to {route.target_id}")
            target = _target(route, ports, snapshot)
            yield from (_row(table, network, target, origin) for network in prefix_list.ipv4_networks)


def _endpoint_routes(snapshot: Snapshot) -> list[Route]:
    return [
        Route(
            route_table_id=table_id,
            destination=network,
            target_kind=TargetKind.GATEWAY_ENDPOINT,
            target_id=endpoint.id,
            origin=Origin(endpoint.id, f"gateway endpoint for {endpoint.service_name}, associated with {table_id}"),
        )
        for endpoint in serving_endpoints(snapshot)
        for table_id in endpoint.route_table_ids
        if table_id in snapshot.route_tables
        for network in endpoint_networks(endpoint)
    ]


def _row(table: RouteTable, destination: IPv4Network | Network, target: _Target, origin: Origin) -> Route:
    kind, target_id = target
    return Route(table.id, destination, kind, target_id, origin)


def _target(route: StoredRoute, ports: set[str], snapshot: Snapshot) -> _Target:
    """Where the route leads now: a target that is gone, or does not carry traffic, makes a blackhole of it."""
    found: _Target | None = None
    match route.target_kind:
        case RouteTargetKind.LOCAL:
            found = TargetKind.LOCAL, route.target_id
        case RouteTargetKind.GATEWAY if route.target_id in snapshot.internet_gateways:
            found = TargetKind.INTERNET, route.target_id
        case RouteTargetKind.NETWORK_INTERFACE if route.target_id in ports:
            found = TargetKind.PORT, route.target_id
        case RouteTargetKind.NAT_GATEWAY if (eni_id := _interface_of(route.target_id, snapshot)) in ports:
            found = TargetKind.PORT, eni_id
        case RouteTargetKind.VPC_PEERING_CONNECTION if route.target_id in snapshot.peerings:
            found = TargetKind.PEERING, route.target_id
    return found or (TargetKind.BLACKHOLE, route.target_id)


def _interface_of(nat_gateway_id: str, snapshot: Snapshot) -> str:
    nat = snapshot.nat_gateways.get(nat_gateway_id)
    return (nat.network_interface_id or "") if nat is not None else ""
