"""Pass: the VPC's own names.

Source: VPC User Guide, "DNS attributes for your VPC"; EC2 User Guide, "EC2 instance hostname types".
"""

from __future__ import annotations

from collections.abc import Iterator

from skywalk.compile.live import LiveInterface, instance_interfaces, live_instances, live_interfaces
from skywalk.compile.resolver_endpoints import compile_inbound
from skywalk.compile.segments import resolver_addresses
from skywalk.plan.name_views import HostRecord, NameView, PrivateZone
from skywalk.plan.origin import Origin
from skywalk.resources.host_names import internal_domain, private_host_name, public_host_name, resource_host_name
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.snapshot import Snapshot


def compile_name_view(snapshot: Snapshot, hosted: tuple[PrivateZone, ...], hidden: tuple[PrivateZone, ...]) -> NameView:
    """`hosted` are Route 53's zones, `hidden` those of endpoints' private names, which a VPC has as it may have private
    zones."""
    vpc = snapshot.vpc
    return NameView(
        vpc_id=vpc.id,
        resolver_addresses=resolver_addresses(snapshot),
        answering=vpc.enable_dns_support,
        domain=internal_domain(vpc.scope.region),
        networks=vpc.networks,
        hosts=_hosts(snapshot),
        origin=Origin(vpc.id, "names of the VPC"),
        zones=_zones(snapshot, hosted, hidden),
        inbound=compile_inbound(snapshot),
    )


def _zones(
    snapshot: Snapshot, hosted: tuple[PrivateZone, ...], hidden: tuple[PrivateZone, ...]
) -> tuple[PrivateZone, ...]:
    """One of each name: actions let no VPC have two."""
    if not (snapshot.vpc.enable_dns_support and snapshot.vpc.enable_dns_hostnames):
        return ()
    if not hosted:
        return hidden
    return tuple(zone for _, zone in sorted({zone.key: zone for zone in (*hosted, *hidden)}.items()))


def _hosts(snapshot: Snapshot) -> tuple[HostRecord, ...]:
    live = live_interfaces(snapshot)
    rows = [*_private_names(snapshot, live), *_resource_names(snapshot), *_peer_public_names(snapshot)]
    if snapshot.vpc.enable_dns_hostnames:
        for one in live:
            rows += _public_names(one.eni, snapshot.vpc.scope.region)
    # An address may be known under several peering connections, never under several names.
    return tuple(row for _, row in sorted({row.key: row for row in rows}.items()))


def _private_names(snapshot: Snapshot, live: tuple[LiveInterface, ...]) -> Iterator[HostRecord]:
    region = snapshot.vpc.scope.region
    for one in live:
        for private in one.eni.addresses:
            origin = Origin(one.eni.id, "private host name")
            yield HostRecord(private_host_name(private.address, region), (private.address,), origin)


def _public_names(eni: NetworkInterface, region: str) -> Iterator[HostRecord]:
    """Inside its VPC a public host name leads to the private address."""
    for private in eni.addresses:
        if private.public is not None:
            name = public_host_name(private.public.address, region)
            yield HostRecord(name, (private.address,), Origin(eni.id, "public host name"))


def _peer_public_names(snapshot: Snapshot) -> Iterator[HostRecord]:
    """Of VPCs that let this one resolve their public host names to private addresses.

    Source: VPC Peering Guide, "Enable DNS resolution for a VPC peering connection".
    """
    vpc = snapshot.vpc
    for peering in snapshot.peerings.values():
        peer = snapshot.peer_vpcs.get(peering.peer_of(vpc.id))
        if peer is None or not peering.resolves_for(vpc.id) or not peer.enable_dns_hostnames:
            continue
        for eni in snapshot.peer_interfaces.values():
            if eni.vpc_id == peer.id:
                yield from _public_names(eni, peer.scope.region)


def _resource_names(snapshot: Snapshot) -> Iterator[HostRecord]:
    region = snapshot.vpc.scope.region
    primary = {live.host_id: live.eni for live in instance_interfaces(snapshot) if live.device_index == 0}
    for instance in live_instances(snapshot):
        if instance.id in primary and instance.has_resource_name_a_record:
            address = primary[instance.id].private_address
            name = resource_host_name(instance.id, region)
            yield HostRecord(name, (address,), Origin(instance.id, "resource-based host name"))
