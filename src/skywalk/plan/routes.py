"""Route rows: where a route table sends a destination.

Prefix lists are already taken apart into their networks, and of two routes to an equal network only the one that
AWS prefers is in the plan, so the longest match decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Network


class TargetKind(StrEnum):
    LOCAL = "local"
    INTERNET = "internet"
    GATEWAY_ENDPOINT = "gateway_endpoint"
    PORT = "port"
    PEERING = "peering"
    BLACKHOLE = "blackhole"


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """`target_id` is the id of the internet gateway, of the endpoint, of the peering connection, or of a port's network
    interface (also where a NAT gateway or an instance is the target); of a blackhole, that of the target that is gone.

    A destination within the VPC's own networks is preferred to its local route: that is how traffic is led through
    an appliance.
    """

    route_table_id: str
    destination: Network
    target_kind: TargetKind
    target_id: str
    origin: Origin

    @property
    def key(self) -> str:
        return f"{self.route_table_id} {self.destination}"
