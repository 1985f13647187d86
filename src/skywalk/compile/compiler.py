"""The compiler: one VPC's snapshot to its plan.

    snapshot ─► segments ─► routes ─► filters ─► translations ─► NAT gateways ─► endpoints ─► guests ─► plan
                (router,    (tables,  (security   (public          and peerings     (where the   and
                 subnets,    prefix    groups,     addresses,                        edge         names
                 ports)      lists)    ACLs)       zones)                            listens)

The passes do not read each other's rows: each is a function of the snapshot, and their order is that of a packet.
"""

from __future__ import annotations

from skywalk.compile.conntrack_zones import compile_conntrack_zones
from skywalk.compile.filters import compile_filter_rules, compile_group_members, compile_prefix_sets
from skywalk.compile.gateway_endpoints import compile_gateway_endpoints
from skywalk.compile.guests import compile_guests
from skywalk.compile.interface_endpoints import (
    compile_endpoint_ports,
    compile_interface_endpoints,
    compile_public_names,
)
from skywalk.compile.names import compile_name_view
from skywalk.compile.nat_gateways import compile_nat_gateways
from skywalk.compile.network_acls import compile_acl_rules
from skywalk.compile.peerings import compile_peerings
from skywalk.compile.resolver_endpoints import compile_resolver_ports
from skywalk.compile.routes import compile_routes
from skywalk.compile.segments import compile_ports, compile_router, compile_segments
from skywalk.compile.translations import compile_translations
from skywalk.plan.plan import Plan
from skywalk.resources.snapshot import Snapshot


def compile_plan(snapshot: Snapshot) -> Plan:
    """The plan of one VPC, the same for equal snapshots."""
    return Plan(
        vpc_id=snapshot.vpc.id,
        router=compile_router(snapshot),
        segments=compile_segments(snapshot),
        ports=compile_ports(snapshot),
        routes=compile_routes(snapshot),
        group_members=compile_group_members(snapshot),
        prefix_sets=compile_prefix_sets(snapshot),
        filter_rules=compile_filter_rules(snapshot),
        acl_rules=compile_acl_rules(snapshot),
        translations=compile_translations(snapshot),
        conntrack_zones=compile_conntrack_zones(snapshot),
        nat_gateways=compile_nat_gateways(snapshot),
        peerings=compile_peerings(snapshot),
        gateway_endpoints=compile_gateway_endpoints(snapshot),
        guests=compile_guests(snapshot),
        name_view=compile_name_view(snapshot),
        interface_endpoints=compile_interface_endpoints(snapshot),
        endpoint_ports=tuple(sorted((*compile_endpoint_ports(snapshot), *compile_resolver_ports(snapshot)))),
        public_names=compile_public_names(snapshot),
    )
