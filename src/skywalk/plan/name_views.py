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
class ZoneRecord:
    """The records of one name and type in a private zone. `name` as in `HostRecord`, `*.` in front for all names below
    that have no records of their own; `type` is `A`, `CNAME`, …; `values` as in a zone file, names fully qualified
    without the final dot. With `alias` there are no values: the answer is that name's, of the same type."""

    name: str
    type: str
    ttl_seconds: int
    values: tuple[str, ...]
    alias: str | None
    origin: Origin

    @property
    def key(self) -> str:
        return f"{self.name} {self.type}"


@dataclass(frozen=True, slots=True, order=True)
class PrivateZone:
    """A zone that only some VPCs see: a Route 53 private hosted zone, or the hidden one of an endpoint's private name.
    Names in it that it does not have do not exist, whatever the public knows of them.

    `for_instances`: answered to the VPC's own; inbound resolver endpoints answer from all zones.
    """

    name: str
    records: tuple[ZoneRecord, ...]
    for_instances: bool
    origin: Origin

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class InboundEndpoint:
    """An inbound resolver endpoint: addresses in the VPC's endpoint namespace at which others ask for its names."""

    endpoint_id: str
    addresses: tuple[Address, ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.endpoint_id


@dataclass(frozen=True, slots=True, order=True)
class NameView:
    """One VPC's names. `domain` is its internal domain (`ec2.internal`); `networks` those whose reverse zone
    it answers; `answering` is the VPC attribute enableDnsSupport. `zones` and `inbound` are sorted by key; there is
    one zone of a name."""

    vpc_id: str
    resolver_addresses: tuple[Address, ...]
    answering: bool
    domain: str
    networks: tuple[Network, ...]
    hosts: tuple[HostRecord, ...]
    origin: Origin
    zones: tuple[PrivateZone, ...] = ()
    inbound: tuple[InboundEndpoint, ...] = ()

    @property
    def key(self) -> str:
        return self.vpc_id


@dataclass(frozen=True, slots=True, order=True)
class ViewZone:
    """A zone of a `NameView` on its way to a resolver, without its records: those are rows of their own, so that a
    change of one of them sends one."""

    vpc_id: str
    name: str
    for_instances: bool

    @property
    def key(self) -> str:
        return f"{self.vpc_id} {self.name}"


@dataclass(frozen=True, slots=True, order=True)
class ViewRecord:
    """A record of a `ViewZone`; the rest as in `ZoneRecord`."""

    vpc_id: str
    zone: str
    name: str
    type: str
    ttl_seconds: int
    values: tuple[str, ...]
    alias: str | None

    @property
    def key(self) -> str:
        return f"{self.vpc_id} {self.zone} {self.name} {self.type}"


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
