"""A VPC's names for tests of the resolver: `name_view({"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)})`."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.plan.name_views import HostRecord, NameView, PublicHosts, PublicName
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
    )


def public_name(name: str, *addresses: str, ttl_seconds: int = 5) -> PublicName:
    return PublicName(name, tuple(parse_address(text) for text in addresses), ttl_seconds, ORIGIN)


def public_hosts(domain: str, network: str = "198.18.0.0/15", *, ttl_seconds: int = 604800) -> PublicHosts:
    return PublicHosts(domain, parse_network(network), ttl_seconds, ORIGIN)
