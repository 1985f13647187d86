"""Pass: routes. Prefix lists are taken apart here, and of equal destinations AWS's choice is made.

Source: VPC User Guide, "Route priority": the longest prefix wins; of equal ones a static route (and the local one)
wins over a prefix list's.
"""

from __future__ import annotations

from skywalk.compile.gateway_endpoints import endpoint_networks, serving_endpoints
from skywalk.plan.origin import Origin
from skywalk.plan.routes import Route, TargetKind
from skywalk.resources.route_table import Route as StoredRoute
from skywalk.resources.route_table import RouteTable, RouteTargetKind
from skywalk.resources.snapshot import Snapshot


def compile_routes(snapshot: Snapshot) -> tuple[Route, ...]:
    rows: dict[str, Route] = {}
    for route in _endpoint_routes(snapshot):
        # The first by endpoint id keeps an equal member of two lists: arbitrary at AWS, stable here.
        rows.setdefault(route.key, route)
    for _, table in sorted(snapshot.route_tables.items()):
        rows.update((route.key, route) for route in _table_routes(table, snapshot))
    return tuple(route for _, route in sorted(rows.items()))


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


def _table_routes(table: RouteTable, snapshot: Snapshot) -> list[Route]:
    return [
        Route(
            route_table_id=table.id,
            destination=route.destination,
            target_kind=_target_kind(route, snapshot),
            target_id=route.target_id,
            origin=Origin(table.id, f"route {route.destination} to {route.target_id}"),
        )
        for route in table.routes
    ]


def _target_kind(route: StoredRoute, snapshot: Snapshot) -> TargetKind:
    if route.target_kind is RouteTargetKind.LOCAL:
        return TargetKind.LOCAL
    if route.target_kind is RouteTargetKind.GATEWAY and route.target_id in snapshot.internet_gateways:
        return TargetKind.INTERNET
    return TargetKind.BLACKHOLE
