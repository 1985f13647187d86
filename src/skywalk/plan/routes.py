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
    BLACKHOLE = "blackhole"


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """`target_id` is the internet gateway's or the endpoint's id; of a blackhole, that of the target that is gone."""

    route_table_id: str
    destination: Network
    target_kind: TargetKind
    target_id: str
    origin: Origin

    @property
    def key(self) -> str:
        return f"{self.route_table_id} {self.destination}"
