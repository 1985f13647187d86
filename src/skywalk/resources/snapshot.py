"""Snapshot: one VPC's shard at one revision, and the few things outside it that its plan depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All mappings are by id. `instance_profiles` and `roles` are those that the VPC's instances have."""

    revision: int
    vpc: Vpc
    subnets: Mapping[str, Subnet]
    route_tables: Mapping[str, RouteTable]
    internet_gateways: Mapping[str, InternetGateway]
    security_groups: Mapping[str, SecurityGroup]
    network_interfaces: Mapping[str, NetworkInterface]
    instances: Mapping[str, Instance]
    vpc_endpoints: Mapping[str, VpcEndpoint]
    instance_profiles: Mapping[str, InstanceProfile]
    roles: Mapping[str, Role]
