"""A VPC's names for tests of the resolver: `name_view({"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)})`."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.plan.name_views import (
    HostRecord,
    InboundEndpoint,
    NameView,
    PrivateZone,
    PublicHosts,
    PublicName,
    ZoneRecord,
)
from skywalk.plan.origin import Origin
from skywalk.values.addresses import parse_address, parse_network

ORIGIN = Origin("vpc-0a", "test")


def name_view(
    hosts: Mapping[str, tuple[str, ...]],
    *,
    vpc_id: str = "vpc-0a",
    domain: str = "ec2.internal",
    networks: tuple[str, ...] = ("10.0.0.0/16",),
    resolvers: tuple[str, ...] = ("10.0.0.2", "169.254.169.253"),
    answering: bool = True,
    zones: tuple[PrivateZone, ...] = (),
    inbound: tuple[InboundEndpoint, ...] = (),
) -> NameView:
    return NameView(
        vpc_id=vpc_id,
        resolver_addresses=tuple(parse_address(text) for text in resolvers),
        answering=answering,
        domain=domain,
        networks=tuple(parse_network(text) for text in networks),
        hosts=tuple(
            HostRecord(name, tuple(parse_address(text) for text in addresses), ORIGIN)
            for name, addresses in hosts.items()
        ),
        origin=ORIGIN,
        zones=zones,
        inbound=inbound,
    )


def private_zone(name: str, *records: str, for_instances: bool = True) -> PrivateZone:
    """Records as `www.corp.internal 300 A 10.0.0.1, 10.0.0.2`, or `… ALIAS A other.corp.internal`."""
    return PrivateZone(name, tuple(_zone_record(text) for text in records), for_instances, ORIGIN)


def _zone_record(text: str) -> ZoneRecord:
    name, ttl, type_, value = text.split(" ", 3)
    if type_ == "ALIAS":
        aliased, target = value.split()
        return ZoneRecord(name, aliased, int(ttl), (), target, ORIGIN)
    return ZoneRecord(name, type_, int(ttl), tuple(value.split(", ")), None, ORIGIN)


def public_name(name: str, *addresses: str, ttl_seconds: int = 5) -> PublicName:
    return PublicName(name, tuple(parse_address(text) for text in addresses), ttl_seconds, ORIGIN)


def public_hosts(domain: str, network: str = "198.18.0.0/15", *, ttl_seconds: int = 604800) -> PublicHosts:
    return PublicHosts(domain, parse_network(network), ttl_seconds, ORIGIN)
