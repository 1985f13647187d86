"""Subnet."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet(Resource):
    vpc_id: str
    network: IPv4Network
    availability_zone: str
    is_default: bool = False
    """The zone's default subnet, in the account's default VPC."""
    map_public_ip_on_launch: bool = False
    private_dns_hostname_type: str = "ip-name"
    enable_resource_name_dns_a_record: bool = False
