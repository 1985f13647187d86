"""The compiler: one VPC's snapshot to its plan.

    snapshot ─► segments ─► routes ─► filters ─► translations ─► NAT gateways ─► endpoints ─► guests ─► plan
                (router,    (tables,  (security   (public          and peerings     (where the   and
                 subnets,    prefix    groups,     addresses,                        edge         names
                 ports)      lists)    ACLs)       zones)                            listens)

The passes do not read each other's rows: each is a function of the snapshot, and their order is that of a packet.
"""

from __future__ import annotations

from skywalk.compile.conntrack_zones import compile_conntrack_zones
from skywalk.compile.filters import compile_filter_rules, compile_prefix_sets, used_groups
from skywalk.compile.gateway_endpoints import compile_gateway_endpoints
from skywalk.compile.guests import compile_guests
from skywalk.compile.memory import Memory
from skywalk.compile.names import compile_name_view
from skywalk.compile.nat_gateways import compile_nat_gateways
from skywalk.compile.network_acls import compile_acl_rules
from skywalk.compile.peerings import compile_peerings
from skywalk.compile.resolver_endpoints import compile_resolver_ports
from skywalk.compile.routes import compile_routes
from skywalk.compile.segments import compile_ports, compile_router, compile_segments
from skywalk.compile.translations import compile_translations
from skywalk.plan.plan import Plan
from skywalk.plan.segments import EndpointPort
from skywalk.resources.snapshot import Snapshot


def compile_plan(snapshot: Snapshot, memory: Memory | None = None) -> Plan:
    """The plan of one VPC, the same for equal snapshots. A `memory` is one VPC's, and saves what it has made before."""
    memory = memory or Memory()
    endpoints = memory.endpoints.rows_of(snapshot)
    used = used_groups(snapshot, endpoints.security_group_ids)
    return Plan(
        vpc_id=snapshot.vpc.id,
        router=compile_router(snapshot),
        segments=compile_segments(snapshot),
        ports=compile_ports(snapshot),
        routes=compile_routes(snapshot),
        group_members=memory.members.members_of(snapshot, used),
        prefix_sets=compile_prefix_sets(snapshot, used),
        filter_rules=compile_filter_rules(used),
        acl_rules=compile_acl_rules(snapshot),
        translations=compile_translations(snapshot),
        conntrack_zones=compile_conntrack_zones(snapshot),
        nat_gateways=compile_nat_gateways(snapshot),
        peerings=compile_peerings(snapshot),
        gateway_endpoints=compile_gateway_endpoints(snapshot),
        guests=compile_guests(snapshot),
        name_view=compile_name_view(snapshot, memory.zones.zones_of(snapshot), endpoints.zones),
        interface_endpoints=endpoints.endpoints,
        endpoint_ports=_by_key(endpoints.ports, compile_resolver_ports(snapshot)),
        public_names=endpoints.public_names,
    )


def _by_key(of_endpoints: tuple[EndpointPort, ...], of_resolver: tuple[EndpointPort, ...]) -> tuple[EndpointPort, ...]:
    if not of_resolver:
        return of_endpoints
    return tuple(sorted((*of_endpoints, *of_resolver), key=lambda port: port.key))
