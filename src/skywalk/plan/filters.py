"""Security groups as rows: who is a member, what each group lets through. Default deny: no row, no packet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address, Network


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


ANY_PROTOCOL = -1
"""IP protocol number of a rule for all traffic, as EC2 writes it."""


@dataclass(frozen=True, slots=True, order=True)
class GroupMembers:
    """The private addresses of a group's members, for rules that name the group as their peer."""

    security_group_id: str
    addresses: tuple[Address, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.security_group_id


@dataclass(frozen=True, slots=True, order=True)
class PrefixSet:
    """The networks of a prefix list that some rule names as its peer."""

    prefix_list_id: str
    networks: tuple[Network, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.prefix_list_id


@dataclass(frozen=True, slots=True, order=True)
class FilterRule:
    """One thing that a group lets through. Exactly one of the three peers is set.

    `protocol` is an IP protocol number, -1 for all. For TCP (6) and UDP (17) the ports are a range, both ends
    included; for ICMP (1) `from_port` is the type and `to_port` the code, -1 for all.
    """

    rule_id: str
    security_group_id: str
    direction: Direction
    protocol: int
    from_port: int
    to_port: int
    peer_network: Network | None
    peer_group_id: str | None
    peer_prefix_list_id: str | None
    origin: Origin

    @property
    def key(self) -> str:
        return self.rule_id
