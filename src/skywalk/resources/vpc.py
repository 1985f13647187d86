"""Vpc."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CidrAssociation:
    association_id: str
    network: IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc(Resource):
    """The first of `cidr_associations` is the primary one."""

    cidr_associations: tuple[CidrAssociation, ...]
    dhcp_options_id: str
    instance_tenancy: str = "default"
    is_default: bool = False
    enable_dns_support: bool = True
    enable_dns_hostnames: bool = False
    enable_network_address_usage_metrics: bool = False

    @property
    def shard(self) -> str | None:
        return self.id

    @property
    def references(self) -> tuple[str, ...]:
        return (self.dhcp_options_id, *(one.association_id for one in self.cidr_associations))

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        return tuple(association.network for association in self.cidr_associations)
