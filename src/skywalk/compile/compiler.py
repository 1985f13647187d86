"""The compiler: one VPC's snapshot to its plan.

    snapshot ─► segments ─► routes ─► filters ─► translations ─► gateway endpoints ─► guests ─► names ─► plan
                (router,    (tables,  (security   (public          (links behind       (in-     (resolver)
                 subnets,    prefix    groups)     addresses)        which the          stances)
                 ports)      lists)                                  edge listens)

The passes do not read each other's rows: each is a function of the snapshot, and their order is that of a packet.
"""

from __future__ import annotations

from skywalk.compile.filters import compile_filter_rules, compile_group_members, compile_prefix_sets
from skywalk.compile.gateway_endpoints import compile_gateway_endpoints
from skywalk.compile.guests import compile_guests
from skywalk.compile.names import compile_name_view
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
        translations=compile_translations(snapshot),
        # No packet crosses this router twice in one direction: a hairpin's second crossing is another connection.
        conntrack_zones=(),
        gateway_endpoints=compile_gateway_endpoints(snapshot),
        guests=compile_guests(snapshot),
        name_view=compile_name_view(snapshot),
    )
