"""Which VPCs' plans a change of a resource may change: its own, and those that look across to it.

What a snapshot takes from outside its shard must be found here, from the other end and through an index.
"""

from __future__ import annotations

from skywalk.resources.hosted_zone import HostedZone, RecordSet
from skywalk.resources.instance import Instance
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.tables import Tables
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection


def shards_of(tables: Tables, resource: Resource) -> set[str]:
    """Ids of VPCs."""
    own = set() if resource.shard is None else {resource.shard}
    match resource:
        case NetworkInterface():
            return own | _that_name_groups_of(tables, resource) | _that_resolve(tables, resource.vpc_id)
        case Vpc():
            return own | {peering.peer_of(resource.id) for peering in _linked(tables, resource.id)}
        case VpcPeeringConnection():
            return {resource.requester_vpc_id, resource.accepter_vpc_id}
        case ManagedPrefixList():
            groups = {group.vpc_id for group in tables.referring(SecurityGroup, resource.id)}
            return groups | {table.vpc_id for table in tables.referring(RouteTable, resource.id)}
        case HostedZone():
            return {vpc.vpc_id for vpc in resource.vpcs}
        case RecordSet():
            zone = tables.get(HostedZone, resource.hosted_zone_id)
            return set() if zone is None else {vpc.vpc_id for vpc in zone.vpcs}
        case Role():
            profiles = tables.referring(InstanceProfile, resource.id)
            return {vpc_id for profile in profiles for vpc_id in _with_profile(tables, profile.id)}
        case InstanceProfile():
            return _with_profile(tables, resource.id)
    return own


def _that_name_groups_of(tables: Tables, eni: NetworkInterface) -> set[str]:
    """VPCs with a rule whose peer is one of the interface's groups: across a peering connection, others too."""
    return {group.vpc_id for group_id in eni.security_group_ids for group in tables.referring(SecurityGroup, group_id)}


def _that_resolve(tables: Tables, vpc_id: str) -> set[str]:
    """VPCs whose resolvers know this one's public host names."""
    peers = ((peering, peering.peer_of(vpc_id)) for peering in _linked(tables, vpc_id))
    return {peer_id for peering, peer_id in peers if peering.resolves_for(peer_id)}


def _linked(tables: Tables, vpc_id: str) -> list[VpcPeeringConnection]:
    return [peering for peering in tables.referring(VpcPeeringConnection, vpc_id) if peering.is_linked]


def _with_profile(tables: Tables, profile_arn: str) -> set[str]:
    return {instance.vpc_id for instance in tables.referring(Instance, profile_arn)}
