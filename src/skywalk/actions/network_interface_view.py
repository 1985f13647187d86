"""How answers show network interfaces, their attachments, their addresses and the public ones that lead to these.

Unconfirmed: the RequesterId of a NAT gateway's interface.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.regions import zone_id
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.vpc import Vpc

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.network_interface import Attachment, NetworkInterface, PrivateAddress, PublicAddress
    from skywalk.values.scope import Scope

AMAZON = "amazon"
"""The owner of public addresses that AWS assigned."""

REQUESTER = "amazon-aws"
"""Who owns what interfaces of NAT gateways are attached to."""

ATTACHMENT_STATUSES = {
    InstanceState.PENDING: "attaching",
    InstanceState.RUNNING: "attached",
    InstanceState.STOPPING: "attached",
    InstanceState.STOPPED: "attached",
    InstanceState.SHUTTING_DOWN: "detaching",
    InstanceState.TERMINATED: "detaching",
}
"""An interface is attaching until its instance runs, and detaching once that shuts down; a stopped one keeps it."""

_OPERATOR: ec2.OperatorResponse = {"Managed": False}


class NetworkInterfaceView:
    """Looks up what many interfaces of one answer have in common once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._has_names: dict[str, bool] = {}
        self._groups: dict[tuple[str, ...], list[ec2.GroupIdentifier]] = {}

    def show(self, eni: NetworkInterface) -> ec2.NetworkInterface:
        addresses = self.addresses(eni)
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
            "PrivateIpAddress": addresses[0]["PrivateIpAddress"],
            "PrivateIpAddresses": addresses,
            "Ipv6Addresses": [],
            "Groups": self.groups(eni.security_group_ids),
            "RequesterManaged": eni.requester_managed,
            "SourceDestCheck": eni.source_dest_check,
            "Status": interface_status(eni),
            "Operator": _OPERATOR,
            "TagSet": show_tags(eni.tags),
        }
        if "PrivateDnsName" in addresses[0]:
            shown["PrivateDnsName"] = addresses[0]["PrivateDnsName"]
        if "Association" in addresses[0]:
            shown["Association"] = addresses[0]["Association"]
        if eni.requester_managed:
            shown["RequesterId"] = REQUESTER
        if eni.attachment is not None:
            shown["Attachment"] = show_attachment(self._call, eni, eni.attachment)
        return shown

    def addresses(self, eni: NetworkInterface) -> list[ec2.NetworkInterfacePrivateIpAddress]:
        """The primary one first."""
        has_names = self.has_names(eni.vpc_id)
        return [_show_address(eni, one, has_names) for one in eni.addresses]

    def groups(self, security_group_ids: tuple[str, ...]) -> list[ec2.GroupIdentifier]:
        if security_group_ids not in self._groups:
            self._groups[security_group_ids] = show_groups(self._call, security_group_ids)
        return self._groups[security_group_ids]

    def has_names(self, vpc_id: str) -> bool:
        """Whether the VPC gives its interfaces DNS host names."""
        if vpc_id not in self._has_names:
            vpc = self._call.tx.get(Vpc, vpc_id)
            self._has_names[vpc_id] = vpc is not None and vpc.enable_dns_hostnames
        return self._has_names[vpc_id]


def interface_status(eni: NetworkInterface) -> str:
    return "available" if eni.attachment is None else "in-use"


def _show_address(eni: NetworkInterface, one: PrivateAddress, has_names: bool) -> ec2.NetworkInterfacePrivateIpAddress:
    address: ec2.NetworkInterfacePrivateIpAddress = {
        "Primary": one is eni.addresses[0],
        "PrivateIpAddress": str(one.address),
    }
    if has_names:
        address["PrivateDnsName"] = private_host_name(one.address, eni.scope.region)
    if one.public is not None:
        address["Association"] = show_association(one.public, eni.scope, has_names=has_names)
    return address


def show_association(public: PublicAddress, scope: Scope, *, has_names: bool) -> ec2.NetworkInterfaceAssociation:
    """What leads to a private address of an interface in this scope."""
    shown: ec2.NetworkInterfaceAssociation = {
        "IpOwnerId": public_address_owner(public, scope),
        "PublicIp": str(public.address),
        "PublicDnsName": public_host_name(public.address, scope.region) if has_names else "",
    }
    if public.allocation_id is not None:
        shown["AllocationId"] = public.allocation_id
    if public.association_id is not None:
        shown["AssociationId"] = public.association_id
    return shown


def public_address_owner(public: PublicAddress, scope: Scope) -> str:
    """An Elastic IP address is the account's, an assigned one Amazon's."""
    return AMAZON if public.allocation_id is None else scope.account_id


def show_attachment(call: Call, eni: NetworkInterface, attachment: Attachment) -> ec2.NetworkInterfaceAttachment:
    shown: ec2.NetworkInterfaceAttachment = {
        "AttachmentId": attachment.attachment_id,
        "AttachTime": attachment.attached_at,
        "DeleteOnTermination": attachment.delete_on_termination,
        "DeviceIndex": attachment.device_index,
        "NetworkCardIndex": 0,
        "InstanceOwnerId": attachment_owner(eni),
        "Status": attachment_status(call, eni),
    }
    if attachment.instance_id is not None:
        shown["InstanceId"] = attachment.instance_id
    return shown


def attachment_owner(eni: NetworkInterface) -> str:
    return eni.scope.account_id if eni.instance_id else REQUESTER


def attachment_status(call: Call, eni: NetworkInterface) -> str:
    if eni.instance_id is None:
        return "attached" if eni.attachment is not None else "detached"
    instance = call.tx.get(Instance, eni.instance_id)
    return "detached" if instance is None else ATTACHMENT_STATUSES[instance.state]


def show_groups(call: Call, security_group_ids: Sequence[str]) -> list[ec2.GroupIdentifier]:
    """Groups with their names, in their order."""
    groups = [call.tx.get(SecurityGroup, group_id) for group_id in security_group_ids]
    return [{"GroupId": group.id, "GroupName": group.name} for group in groups if group is not None]
