"""Pass: inbound resolver endpoints: where they listen, and which groups guard them."""

from __future__ import annotations

from skywalk.compile.segments import route_table_by_subnet
from skywalk.plan.name_views import InboundEndpoint
from skywalk.plan.origin import Origin
from skywalk.plan.segments import EndpointPort
from skywalk.resources.resolver_endpoint import ResolverEndpoint
from skywalk.resources.snapshot import Snapshot

_TCP, _UDP, _DNS_PORT = 6, 17, 53


def compile_inbound(snapshot: Snapshot) -> tuple[InboundEndpoint, ...]:
    """By id."""
    return tuple(
        InboundEndpoint(
            endpoint.id,
            tuple(one.address for one in endpoint.addresses),
            Origin(endpoint.id, "inbound resolver endpoint"),
        )
        for endpoint in _live(snapshot)
    )


def compile_resolver_ports(snapshot: Snapshot) -> tuple[EndpointPort, ...]:
    tables = route_table_by_subnet(snapshot)
    rows = [
        EndpointPort(
            network_interface_id=one.network_interface_id,
            owner_id=endpoint.id,
            subnet_id=one.subnet_id,
            route_table_id=tables[one.subnet_id],
            address=one.address,
            security_group_ids=tuple(sorted(endpoint.security_group_ids)),
            services=((_TCP, _DNS_PORT), (_UDP, _DNS_PORT)),
            origin=Origin(one.network_interface_id, f"network interface of {endpoint.id}"),
        )
        for endpoint in _live(snapshot)
        for one in endpoint.addresses
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def _live(snapshot: Snapshot) -> list[ResolverEndpoint]:
    return [endpoint for _, endpoint in sorted(snapshot.resolver_endpoints.items()) if endpoint.answers]
