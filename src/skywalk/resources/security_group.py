"""SecurityGroup with its rules."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from skywalk.resources.resource import Resource
from skywalk.values.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupRule:
    """One permission with one peer; exactly one of the four peers is set.

    `protocol` is as EC2 shows it: `tcp`, `udp`, `icmp`, `-1`, or a number as text. The ports are -1 where the
    protocol is -1; for ICMP they are type and code.
    """

    rule_id: str
    is_egress: bool
    protocol: str
    from_port: int
    to_port: int
    ipv4_network: IPv4Network | None = None
    ipv6_network: IPv6Network | None = None
    referenced_group_id: str | None = None
    referenced_owner_id: str | None = None
    """The account of the referenced group, which may be another one's across a peering connection."""
    peering_connection_id: str | None = None
    prefix_list_id: str | None = None
    description: str | None = None
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup(Resource):
    vpc_id: str
    name: str
    description: str
    rules: tuple[SecurityGroupRule, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Its rules, and the groups and prefix lists that they name."""
        named = (one for rule in self.rules for one in (rule.rule_id, rule.referenced_group_id, rule.prefix_list_id))
        return tuple(dict.fromkeys(one for one in named if one is not None))
