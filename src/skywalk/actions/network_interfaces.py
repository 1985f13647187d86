"""DescribeNetworkInterfaces, and how answers show what belongs to an interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page, shown_at
from skywalk.actions.existing import NETWORK_INTERFACE, named_or_all
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.regions import zone_id
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.vpc import Vpc
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.network_interface import NetworkInterface

_FILTERS = {
    "addresses.association.owner-id": shown_at("PrivateIpAddresses", "Association", "IpOwnerId"),
    "addresses.association.public-ip": shown_at("PrivateIpAddresses", "Association", "PublicIp"),
    "addresses.primary": shown_at("PrivateIpAddresses", "Primary"),
    "addresses.private-ip-address": shown_at("PrivateIpAddresses", "PrivateIpAddress"),
    "association.allocation-id": shown_at("Association", "AllocationId"),
    "association.association-id": shown_at("Association", "AssociationId"),
    "association.ip-owner-id": shown_at("Association", "IpOwnerId"),
    "association.public-dns-name": shown_at("Association", "PublicDnsName"),
    "association.public-ip": shown_at("Association", "PublicIp"),
    "attachment.attach-time": shown_at("Attachment", "AttachTime"),
    "attachment.attachment-id": shown_at("Attachment", "AttachmentId"),
    "attachment.delete-on-termination": shown_at("Attachment", "DeleteOnTermination"),
    "attachment.device-index": shown_at("Attachment", "DeviceIndex"),
    "attachment.instance-id": shown_at("Attachment", "InstanceId"),
    "attachment.instance-owner-id": shown_at("Attachment", "InstanceOwnerId"),
    "attachment.status": shown_at("Attachment", "Status"),
    "availability-zone": shown_at("AvailabilityZone"),
    "availability-zone-id": shown_at("AvailabilityZoneId"),
    "description": shown_at("Description"),
    "group-id": shown_at("Groups", "GroupId"),
    "group-name": shown_at("Groups", "GroupName"),
    "interface-type": shown_at("InterfaceType"),
    "ipv6-addresses.ipv6-address": shown_at("Ipv6Addresses", "Ipv6Address"),
    "mac-address": shown_at("MacAddress"),
    "network-interface-id": shown_at("NetworkInterfaceId"),
    "operator.managed": shown_at("Operator", "Managed"),
    "operator.principal": shown_at("Operator", "Principal"),
    "owner-id": shown_at("OwnerId"),
    "private-dns-name": shown_at("PrivateDnsName"),
    "private-ip-address": shown_at("PrivateIpAddresses", "PrivateIpAddress"),
    "requester-id": shown_at("RequesterId"),
    "requester-managed": shown_at("RequesterManaged"),
    "source-dest-check": shown_at("SourceDestCheck"),
    "status": shown_at("Status"),
    "subnet-id": shown_at("SubnetId"),
    "vpc-id": shown_at("VpcId"),
}


def describe_network_interfaces(
    call: Call, request: ec2.DescribeNetworkInterfacesRequest
) -> ec2.DescribeNetworkInterfacesResult:
    """Raises InvalidNetworkInterfaceID.NotFound, InvalidNetworkInterfaceId.Malformed."""
    ids, max_results = request.get("NetworkInterfaceIds"), request.get("MaxResults")
    if ids and max_results is not None:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter networkInterfaceIdSet cannot be used with the parameter maxResults",
        )
    interfaces = [_show(call, eni) for eni in _candidates(call, ids, request.get("Filters"))]
    found = matching(interfaces, request.get("Filters"), _FILTERS, tags=_tags)
    shown, token = page(found, max_results, request.get("NextToken"))
    result: ec2.DescribeNetworkInterfacesResult = {"NetworkInterfaces": list(shown)}
    if token:
        result["NextToken"] = token
    return result


def _candidates(call: Call, ids: Sequence[str] | None, filters: Sequence[ec2.Filter] | None) -> list[NetworkInterface]:
    references = ("subnet-id", "group-id", "attachment.instance-id", "association.allocation-id")
    return named_or_all(call, NETWORK_INTERFACE, ids, filters, references)


def _tags(shown: ec2.NetworkInterface) -> list[Tag]:
    return [Tag(tag["Key"], tag["Value"]) for tag in shown["TagSet"]]


def _show(call: Call, eni: NetworkInterface) -> ec2.NetworkInterface:
    vpc = call.tx.get(Vpc, eni.vpc_id)
    has_names = vpc is not None and vpc.enable_dns_hostnames
    address: ec2.NetworkInterfacePrivateIpAddress = {"Primary": True, "PrivateIpAddress": str(eni.private_address)}
    shown: ec2.NetworkInterface = {
        "NetworkInterfaceId": eni.id,
        "OwnerId": eni.scope.account_id,
        "VpcId": eni.vpc_id,
        "SubnetId": eni.subnet_id,
        "AvailabilityZone": eni.availability_zone,
        "AvailabilityZoneId": zone_id(eni.availability_zone),
        "Description": eni.description,
        "InterfaceType": eni.interface_type,
        "MacAddress": eni.mac,
        "PrivateIpAddress": str(eni.private_address),
        "PrivateIpAddresses": [address],
        "Ipv6Addresses": [],
        "Groups": show_groups(call, eni.security_group_ids),
        "RequesterManaged": eni.requester_managed,
        "SourceDestCheck": eni.source_dest_check,
        "Status": "available" if eni.attachment is None else "in-use",
        "Operator": {"Managed": False},
        "TagSet": show_tags(eni.tags),
    }
    if has_names:
        shown["PrivateDnsName"] = private_host_name(eni.private_address, eni.scope.region)
        address["PrivateDnsName"] = shown["PrivateDnsName"]
    if eni.public_address is not None:
        shown["Association"] = {
            "IpOwnerId": "amazon",
            "PublicIp": str(eni.public_address),
            "PublicDnsName": public_host_name(eni.public_address, eni.scope.region) if has_names else "",
        }
        address["Association"] = shown["Association"]
    if eni.attachment is not None:
        shown["Attachment"] = {
            "AttachmentId": eni.attachment.attachment_id,
            "AttachTime": eni.attachment.attached_at,
            "DeleteOnTermination": eni.attachment.delete_on_termination,
            "DeviceIndex": eni.attachment.device_index,
            "NetworkCardIndex": 0,
            "InstanceOwnerId": eni.scope.account_id if eni.instance_id else "amazon-aws",
            "Status": attachment_status(call, eni),
        }
        if eni.instance_id is not None:
            shown["Attachment"]["InstanceId"] = eni.instance_id
    return shown


def show_groups(call: Call, security_group_ids: Sequence[str]) -> list[ec2.GroupIdentifier]:
    """Groups with their names, in their order."""
    groups = [call.tx.get(SecurityGroup, group_id) for group_id in security_group_ids]
    return [{"GroupId": group.id, "GroupName": group.name} for group in groups if group is not None]


def attachment_status(call: Call, eni: NetworkInterface) -> str:
    """An interface is attaching until its instance runs, and detaching once that shuts down."""
    if eni.instance_id is None:
        return "attached" if eni.attachment is not None else "detached"
    instance = call.tx.get(Instance, eni.instance_id)
    if instance is None:
        return "detached"
    return {InstanceState.PENDING: "attaching", InstanceState.RUNNING: "attached"}.get(instance.state, "detaching")
