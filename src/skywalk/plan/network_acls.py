"""Network ACLs as rows, in order of evaluation. What no rule matches is denied."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.filters import Direction
from skywalk.plan.origin import Origin
from skywalk.values.addresses import Network


@dataclass(frozen=True, slots=True, order=True)
class AclRule:
    """One entry of a network ACL: the first that matches decides. Stateless, and not asked within a subnet.

    `protocol` is an IP protocol number, -1 for all. For TCP (6) and UDP (17) the ports are a range, both ends
    included; for ICMP (1) `from_port` is the type and `to_port` the code, -1 for all. `network` is that of the other
    side: the source of what comes in, the destination of what goes out.
    """

    network_acl_id: str
    direction: Direction
    rule_number: int
    is_allow: bool
    protocol: int
    from_port: int
    to_port: int
    network: Network
    origin: Origin

    @property
    def key(self) -> str:
        return f"{self.network_acl_id} {self.direction} {self.rule_number:05}"
