"""Pass: NAT gateways."""

from __future__ import annotations

from skywalk.compile.live import live_nat_gateways
from skywalk.plan.nat_gateways import NatGateway
from skywalk.plan.origin import Origin
from skywalk.resources.snapshot import Snapshot


def compile_nat_gateways(snapshot: Snapshot) -> tuple[NatGateway, ...]:
    return tuple(
        NatGateway(
            nat_gateway_id=nat.id,
            network_interface_id=eni.id,
            address=eni.private_address,
            origin=Origin(nat.id, f"{nat.connectivity_type} NAT gateway in {nat.subnet_id}"),
        )
        for nat, eni in live_nat_gateways(snapshot)
    )
