"""Snapshot: one VPC's shard at one revision, and the few things outside it that its plan depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from skywalk.resources.dhcp_options import DhcpOptions
from skywalk.resources.hosted_zone import HostedZone, RecordSet
from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.resolver_endpoint import ResolverEndpoint
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.tables import Tables
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All mappings are by id. `instance_profiles` and `roles` are those that the VPC's instances have; `peerings` are
    accepted ones, `peer_vpcs` the VPCs on their other sides, `peer_interfaces` what the VPC needs to know of theirs:
    members of groups that its own groups name, and all where names are to be resolved. `prefix_lists` are those that
    its groups and route tables name, whoever owns them; `hosted_zones` the private zones that it sees, `record_sets`
    their records by zone."""

    revision: int
    vpc: Vpc
    subnets: Mapping[str, Subnet]
    route_tables: Mapping[str, RouteTable]
    internet_gateways: Mapping[str, InternetGateway]
    nat_gateways: Mapping[str, NatGateway]
    network_acls: Mapping[str, NetworkAcl]
    security_groups: Mapping[str, SecurityGroup]
    network_interfaces: Mapping[str, NetworkInterface]
    instances: Mapping[str, Instance]
    vpc_endpoints: Mapping[str, VpcEndpoint]
    instance_profiles: Mapping[str, InstanceProfile]
    roles: Mapping[str, Role]
    dhcp_options: DhcpOptions | None
    prefix_lists: Mapping[str, ManagedPrefixList]
    peerings: Mapping[str, VpcPeeringConnection]
    peer_vpcs: Mapping[str, Vpc]
    peer_interfaces: Mapping[str, NetworkInterface]
    resolver_endpoints: Mapping[str, ResolverEndpoint]
    hosted_zones: Mapping[str, HostedZone]
    record_sets: Mapping[str, tuple[RecordSet, ...]]


def take_snapshot(tables: Tables, revision: int, vpc_id: str) -> Snapshot | None:
    """The VPC's shard as it is now; None if there is no such VPC."""
    vpc = tables.get(Vpc, vpc_id)
    if vpc is None:
        return None
    instances = _shard(tables, Instance, vpc_id)
    profiles = _instance_profiles(tables, instances.values())
    groups = _shard(tables, SecurityGroup, vpc_id)
    route_tables = _shard(tables, RouteTable, vpc_id)
    zones = tables.referring(HostedZone, vpc_id)
    peerings = {one.id: one for one in tables.referring(VpcPeeringConnection, vpc_id) if one.is_linked}
    return Snapshot(
        revision=revision,
        vpc=vpc,
        subnets=_shard(tables, Subnet, vpc_id),
        route_tables=route_tables,
        internet_gateways=_shard(tables, InternetGateway, vpc_id),
        nat_gateways=_shard(tables, NatGateway, vpc_id),
        network_acls=_shard(tables, NetworkAcl, vpc_id),
        security_groups=groups,
        network_interfaces=_shard(tables, NetworkInterface, vpc_id),
        instances=instances,
        vpc_endpoints=_shard(tables, VpcEndpoint, vpc_id),
        instance_profiles=profiles,
        roles=_roles(tables, profiles.values()),
        dhcp_options=tables.get(DhcpOptions, vpc.dhcp_options_id),
        prefix_lists=_named(tables, ManagedPrefixList, (*groups.values(), *route_tables.values())),
        peerings=peerings,
        peer_vpcs=_peer_vpcs(tables, vpc_id, peerings.values()),
        peer_interfaces=_peer_interfaces(tables, vpc_id, groups.values(), peerings.values()),
        resolver_endpoints=_shard(tables, ResolverEndpoint, vpc_id),
        hosted_zones={zone.id: zone for zone in zones},
        record_sets={zone.id: tuple(tables.referring(RecordSet, zone.id)) for zone in zones},
    )


def _shard(tables: Tables, kind: type[R], vpc_id: str) -> dict[str, R]:
    return {resource.id: resource for resource in tables.of_vpc(kind, vpc_id)}


def _named(tables: Tables, kind: type[R], by: Iterable[Resource]) -> dict[str, R]:
    """Those that the references of some resources name."""
    names = sorted({name for resource in by for name in resource.references})
    found = (tables.get(kind, name) for name in names)
    return {resource.id: resource for resource in found if resource is not None}


def _instance_profiles(tables: Tables, instances: Iterable[Instance]) -> dict[str, InstanceProfile]:
    return _named(tables, InstanceProfile, instances)


def _roles(tables: Tables, profiles: Iterable[InstanceProfile]) -> dict[str, Role]:
    return _named(tables, Role, profiles)


def _peer_vpcs(tables: Tables, vpc_id: str, peerings: Iterable[VpcPeeringConnection]) -> dict[str, Vpc]:
    found = (tables.get(Vpc, peering.peer_of(vpc_id)) for peering in peerings)
    return {vpc.id: vpc for vpc in found if vpc is not None}


def _peer_interfaces(
    tables: Tables, vpc_id: str, groups: Iterable[SecurityGroup], peerings: Iterable[VpcPeeringConnection]
) -> dict[str, NetworkInterface]:
    peers = {peering.peer_of(vpc_id): peering for peering in peerings}
    if not peers:
        return {}
    found = [
        eni
        for group_id in sorted({name for group in groups for name in group.references})
        for eni in tables.referring(NetworkInterface, group_id)
        if eni.vpc_id in peers
    ]
    found += [
        eni
        for peer_id, peering in sorted(peers.items())
        if peering.resolves_for(vpc_id)
        for eni in tables.of_vpc(NetworkInterface, peer_id)
    ]
    return {eni.id: eni for eni in found}
