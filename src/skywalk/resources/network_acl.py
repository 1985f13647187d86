"""NetworkAcl with its entries and the subnets it is for."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from skywalk.resources.resource import Resource

DEFAULT_RULE_NUMBER = 32767
"""The entry `*` that denies what no other matched. It is shown, and follows from nothing stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAclEntry:
    """`protocol` is a number as text, `-1` for all. The ports are None unless it is TCP (6) or UDP (17); type and code
    None unless it is ICMP (1) or ICMPv6 (58), -1 for all of them."""

    rule_number: int
    is_egress: bool
    protocol: str
    is_allow: bool
    ipv4_network: IPv4Network | None = None
    ipv6_network: IPv6Network | None = None
    from_port: int | None = None
    to_port: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAclAssociation:
    association_id: str
    subnet_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl(Resource):
    """Every subnet is in exactly one: that of its VPC's `is_default` one unless it was put into another."""

    vpc_id: str
    is_default: bool = False
    entries: tuple[NetworkAclEntry, ...] = ()
    associations: tuple[NetworkAclAssociation, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(found for one in self.associations for found in (one.association_id, one.subnet_id))
