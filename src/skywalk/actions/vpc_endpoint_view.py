"""VPC endpoints as answers show them. Source: EC2 API Reference, VpcEndpoint; captured answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from skywalk.actions.network_interface_view import show_groups
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.endpoint_names import own_names, private_zone_id, vpce_zone_id
from skywalk.resources.endpoint_services import GATEWAY, INTERFACE, endpoint_service, types_of
from skywalk.resources.subnet import Subnet
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight
    from skywalk.resources.vpc_endpoint import VpcEndpoint

_Alike = tuple[str, str, str, str, str, str, bool, bool, int, bool]
"""Type, service, its region, state, address and record type; whether it has private DNS, only for inbound resolver
endpoints; the number of its own names; whether it has failed."""


def show_vpc_endpoint(sight: Sight, endpoint: VpcEndpoint) -> ec2.VpcEndpoint:
    """Sets that an endpoint has nothing in are there and empty."""
    names = _own_names(sight, endpoint)
    alike = (
        endpoint.endpoint_type,
        endpoint.service_name,
        endpoint.service_region,
        endpoint.state.value,
        endpoint.ip_address_type,
        endpoint.dns_record_ip_type,
        endpoint.private_dns_enabled,
        endpoint.inbound_resolver_only,
        len(names),
        endpoint.failure is not None,
    )
    return _endpoint(
        alike,
        endpoint.id,
        endpoint.vpc_id,
        endpoint.policy,
        list(endpoint.route_table_ids),
        list(endpoint.subnet_ids),
        show_groups(sight, endpoint.security_group_ids) if endpoint.security_group_ids else [],
        list(endpoint.network_interface_ids),
        endpoint.created_at,
        show_tags(endpoint.tags),
        endpoint.scope.account_id,
        endpoint.failure or "",
        *names,
    )


@template
def _endpoint(
    alike: _Alike,
    endpoint_id: str,
    vpc_id: str,
    policy: str,
    route_table_ids: list[str],
    subnet_ids: list[str],
    groups: list[ec2.GroupIdentifier],
    network_interface_ids: list[str],
    created_at: datetime,
    tags: list[ec2.Tag],
    owner_id: str,
    failure: str,
    *names: str,
) -> ec2.VpcEndpoint:
    kind, service, region, state, address_type, record_type, has_private_dns, is_inbound_only, _, has_failed = alike
    shown: ec2.VpcEndpoint = {
        "VpcEndpointId": endpoint_id,
        "VpcEndpointType": kind,
        "VpcId": vpc_id,
        "ServiceName": service,
        "State": state,
        "PolicyDocument": policy,
        "RouteTableIds": route_table_ids,
        "SubnetIds": subnet_ids,
        "Groups": groups,
        "IpAddressType": address_type,
        "DnsOptions": {"DnsRecordIpType": record_type},
        "PrivateDnsEnabled": has_private_dns,
        "RequesterManaged": False,
        "NetworkInterfaceIds": network_interface_ids,
        "DnsEntries": [{"DnsName": name, "HostedZoneId": vpce_zone_id(region)} for name in names],
        "CreationTimestamp": created_at,
        "Tags": tags,
        "OwnerId": owner_id,
        "ServiceRegion": region,
    }
    if kind == INTERFACE and GATEWAY in types_of(region, service):
        shown["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"] = is_inbound_only
    if has_private_dns:
        shown["DnsEntries"] += _private_entries(region, service)
    if has_failed:
        shown["LastError"] = {"Code": "InternalError", "Message": failure}
        shown["FailureReason"] = failure
    return shown


def _own_names(sight: Sight, endpoint: VpcEndpoint) -> tuple[str, ...]:
    """Regional and zonal, in AWS's order; those of gateway endpoints are none."""
    if not endpoint.is_interface:
        return ()
    service = endpoint_service(endpoint.service_region, endpoint.service_name, INTERFACE)
    if service is None:
        return ()
    subnets = [sight.tx.get(Subnet, subnet_id) for subnet_id in endpoint.subnet_ids]
    return own_names(endpoint, service, [subnet.availability_zone for subnet in subnets if subnet is not None])


def _private_entries(region: str, service_name: str) -> list[ec2.DnsEntry]:
    """The private names come last."""
    service = endpoint_service(region, service_name, INTERFACE)
    names = service.private_names if service is not None else ()
    return [{"DnsName": name, "HostedZoneId": private_zone_id(name)} for name in names]
