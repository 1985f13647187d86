"""VPC endpoints as answers show them. Source: EC2 API Reference, VpcEndpoint; captured answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.network_interface_view import show_groups
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.endpoint_names import dns_entries
from skywalk.resources.endpoint_services import GATEWAY, INTERFACE, endpoint_service, types_of
from skywalk.resources.subnet import Subnet

if TYPE_CHECKING:
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight
    from skywalk.resources.vpc_endpoint import VpcEndpoint


def show_vpc_endpoint(sight: Sight, endpoint: VpcEndpoint) -> ec2.VpcEndpoint:
    """Sets that an endpoint has nothing in are there and empty."""
    shown: ec2.VpcEndpoint = {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.endpoint_type,
        "VpcId": endpoint.vpc_id,
        "ServiceName": endpoint.service_name,
        "State": endpoint.state.value,
        "PolicyDocument": endpoint.policy,
        "RouteTableIds": list(endpoint.route_table_ids),
        "SubnetIds": list(endpoint.subnet_ids),
        "Groups": show_groups(sight, endpoint.security_group_ids),
        "IpAddressType": endpoint.ip_address_type,
        "DnsOptions": _dns_options(endpoint),
        "PrivateDnsEnabled": endpoint.private_dns_enabled,
        "RequesterManaged": False,
        "NetworkInterfaceIds": list(endpoint.network_interface_ids),
        "DnsEntries": _dns_entries(sight, endpoint) if endpoint.is_interface else [],
        "CreationTimestamp": endpoint.created_at,
        "Tags": show_tags(endpoint.tags),
        "OwnerId": endpoint.scope.account_id,
        "ServiceRegion": endpoint.service_region,
    }
    if endpoint.failure is not None:
        shown["LastError"] = {"Code": "InternalError", "Message": endpoint.failure}
        shown["FailureReason"] = endpoint.failure
    return shown


def _dns_options(endpoint: VpcEndpoint) -> ec2.DnsOptions:
    shown: ec2.DnsOptions = {"DnsRecordIpType": endpoint.dns_record_ip_type}
    if endpoint.is_interface and GATEWAY in types_of(endpoint.service_region, endpoint.service_name):
        shown["PrivateDnsOnlyForInboundResolverEndpoint"] = endpoint.inbound_resolver_only
    return shown


def _dns_entries(sight: Sight, endpoint: VpcEndpoint) -> list[ec2.DnsEntry]:
    service = endpoint_service(endpoint.service_region, endpoint.service_name, INTERFACE)
    if service is None:
        return []
    subnets = (sight.tx.get(Subnet, subnet_id) for subnet_id in endpoint.subnet_ids)
    zones = [subnet.availability_zone for subnet in subnets if subnet is not None]
    entries = dns_entries(endpoint, service, zones)
    return [{"DnsName": entry.name, "HostedZoneId": entry.hosted_zone_id} for entry in entries]
