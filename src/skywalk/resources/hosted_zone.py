"""HostedZone, RecordSet, HostedZoneChange: Route 53's, which has one region for all.

Names are in the kept form (`values.dns_names`). Record sets are resources of their own, so that a change costs what it
changes and not what its zone holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skywalk.resources.resource import Resource
from skywalk.values.dns_names import show_name

NAME_SERVERS = ("ns-1536.awsdns-00.co.uk", "ns-0.awsdns-00.com", "ns-1024.awsdns-00.org", "ns-512.awsdns-00.net")
"""Those that every private zone names; nobody asks them."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ZoneVpc:
    """A VPC that a zone is associated with, or may be."""

    vpc_id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZone(Resource):
    """A private zone; `id` is `Z…`. `vpcs` see its names; `authorized` are other accounts' VPCs that may be associated
    with it."""

    name: str
    caller_reference: str
    comment: str
    created_at: datetime
    vpcs: tuple[ZoneVpc, ...]
    authorized: tuple[ZoneVpc, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(vpc.vpc_id for vpc in self.vpcs)

    @property
    def shown_name(self) -> str:
        return show_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTarget:
    """`name` in the kept form; `hosted_zone_id` is the target's."""

    hosted_zone_id: str
    name: str
    evaluates_health: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet(Resource):
    """The records of one name and type; `id` is made of zone, name and type. `values` are as the API was given them;
    with `alias` there are none."""

    hosted_zone_id: str
    name: str
    type: str
    ttl_seconds: int = 0
    values: tuple[str, ...] = ()
    alias: AliasTarget | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (self.hosted_zone_id, name_reference(self.hosted_zone_id, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZoneChange(Resource):
    """What GetChange tells of; `id` is `C…`. `vpc_ids` are those whose resolvers were to learn of it."""

    comment: str
    submitted_at: datetime
    vpc_ids: tuple[str, ...]


def record_set_id(hosted_zone_id: str, name: str, type_: str) -> str:
    return f"{hosted_zone_id} {name} {type_}"


def name_reference(hosted_zone_id: str, name: str) -> str:
    """By which all record sets of one name are found."""
    return f"{hosted_zone_id} {name}"
