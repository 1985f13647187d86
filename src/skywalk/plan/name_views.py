"""Names: what a VPC's resolver knows of its own, and what everybody can resolve."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address, Network


@dataclass(frozen=True, slots=True, order=True)
class HostRecord:
    """A name, fully qualified, lower case, without the final dot, and its addresses."""

    name: str
    addresses: tuple[Address, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class NameView:
    """One VPC's names. `domain` is its internal domain (`ec2.internal`); `networks` those whose reverse zone
    it answers; `answering` is the VPC attribute enableDnsSupport."""

    vpc_id: str
    resolver_addresses: tuple[Address, ...]
    answering: bool
    domain: str
    networks: tuple[Network, ...]
    hosts: tuple[HostRecord, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.vpc_id


@dataclass(frozen=True, slots=True, order=True)
class PublicName:
    """A public name of a service. A leading `*.` covers every name below (`*.s3.us-east-1.amazonaws.com`)."""

    name: str
    addresses: tuple[Address, ...]
    ttl_seconds: int
    origin: Origin

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class PublicHosts:
    """A region's public host names: every address of `network` has one (`ec2-198-18-5-6.<domain>`), whoever has the
    address, if anybody. `domain` has no other names."""

    domain: str
    network: Network
    ttl_seconds: int
    origin: Origin

    @property
    def key(self) -> str:
        return self.domain
