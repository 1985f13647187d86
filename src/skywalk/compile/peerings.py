"""Pass: peerings."""

from __future__ import annotations

from skywalk.plan.origin import Origin
from skywalk.plan.peerings import Peering
from skywalk.resources.snapshot import Snapshot


def compile_peerings(snapshot: Snapshot) -> tuple[Peering, ...]:
    """Those that are accepted and lead to a VPC that is there."""
    vpc_id = snapshot.vpc.id
    return tuple(
        Peering(
            vpc_peering_connection_id=peering.id,
            peer_vpc_id=peer.id,
            peer_networks=peer.networks,
            origin=Origin(peering.id, f"peering connection with {peer.id}"),
        )
        for _, peering in sorted(snapshot.peerings.items())
        if (peer := snapshot.peer_vpcs.get(peering.peer_of(vpc_id))) is not None
    )
