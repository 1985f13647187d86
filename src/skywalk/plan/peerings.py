"""Peerings: links between the routers of two VPCs."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Network


@dataclass(frozen=True, slots=True, order=True)
class Peering:
    """This VPC's side of an active peering connection. Only addresses of the two VPCs pass, in both directions: from
    `peer_networks` to this VPC's own. The plan of `peer_vpc_id` has the other side."""

    vpc_peering_connection_id: str
    peer_vpc_id: str
    peer_networks: tuple[Network, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.vpc_peering_connection_id
