"""How answers show network interfaces, their attachments, their addresses and the public ones that lead to these.

Unconfirmed: the RequesterId of interfaces of NAT gateways and endpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.host_names import private_host_name, public_host_name
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import ReturningAttachment
from skywalk.resources.regions import zone_id
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.vpc import Vpc
from skywalk.values.addresses import address_text
from skywalk.values.constant import constant
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.shapes import ec2
    from skywalk.resources.network_interface import Attachment, NetworkInterface, PrivateAddress, PublicAddress
    from skywalk.resources.views import Sight
    from skywalk.values.scope import Scope

AMAZON = "amazon"
"""The owner of public addresses that AWS assigned."""

REQUESTER = "amazon-aws"
"""Who owns what interfaces of NAT gateways and endpoints are attached to."""

ATTACHMENT_STATUSES = {
    InstanceState.PENDING: "attaching",
    InstanceState.RUNNING: "attached",
    InstanceState.STOPPING: "attached",
    InstanceState.STOPPED: "attached",
    InstanceState.SHUTTING_DOWN: "detaching",
    InstanceState.TERMINATED: "detaching",
}
"""An interface is attaching until its instance runs, and detaching once that shuts down; a stopped one keeps it."""

OPERATOR: ec2.OperatorResponse = constant({"Managed": False})
"""Of what no service of AWS's manages."""


def show_network_interface(sight: Sight, eni: NetworkInterface) -> ec2.NetworkInterface:
    """Public addresses, the attachment and the names of groups are looked up; host names are a matter of the VPC."""
    has_names = has_host_names(sight, eni.vpc_id)
    addresses = [_show_address(eni, one, has_names=has_names) for one in eni.addresses]
    primary = addresses[0]
    some: dict[str, Any] = {}
    if len(addresses) > 1:
        some["PrivateIpAddresses"] = [{"Primary": place == 0, **one} for place, one in enumerate(addresses)]
    if eni.requester_managed:
        some["RequesterId"] = REQUESTER
    attached = None if eni.attachment is None else show_attachment(sight, eni, eni.attachment)
    alike = (
        tuple(primary),
        tuple(some),
        tuple(attached) if attached else None,
        eni.availability_zone,
        eni.interface_type,
        eni.requester_managed,
        eni.source_dest_check,
        interface_status(eni),
    )
    return _interface(
        alike,
        eni.id,
        eni.scope.account_id,
        eni.vpc_id,
        eni.subnet_id,
        eni.description,
        eni.mac,
        show_groups(sight, eni.security_group_ids),
        show_tags(eni.tags),
        *primary.values(),
        *some.values(),
        *(attached.values() if attached else ()),
    )


@template
def _interface(
    alike: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...] | None, str, str, bool, bool, str],
    interface_id: str,
    owner_id: str,
    vpc_id: str,
    subnet_id: str,
    description: str,
    mac: str,
    groups: list[ec2.GroupIdentifier],
    tags: list[ec2.Tag],
    *others: Any,
) -> ec2.NetworkInterface:
    """`others` are the members of the primary address, which the interface is shown with, too, then what only some
    interfaces are shown with, and the members of the attachment."""
    of_primary, of_some, of_attachment, zone, interface_type, is_requester_managed, source_dest_check, status = alike
    values = iter(others)
    primary, some, attachment = (
        {name: next(values) for name in names} for names in (of_primary, of_some, of_attachment or ())
    )
    if attachment:
        some["Attachment"] = attachment
    shown: dict[str, Any] = {
        "NetworkInterfaceId": interface_id,
        "OwnerId": owner_id,
        "VpcId": vpc_id,
        "SubnetId": subnet_id,
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id(zone),
        "Description": description,
        "InterfaceType": interface_type,
        "MacAddress": mac,
        "PrivateIpAddresses": [{"Primary": True, **primary}],
        "Ipv6Addresses": [],
        "Groups": groups,
        "RequesterManaged": is_requester_managed,
        "SourceDestCheck": source_dest_check,
        "Status": status,
        "Operator": OPERATOR,
        "TagSet": tags,
    }
    return cast("ec2.NetworkInterface", {**shown, **primary, **some})


def has_host_names(sight: Sight, vpc_id: str) -> bool:
    """Whether the VPC gives its interfaces DNS host names."""
    vpc = sight.tx.get(Vpc, vpc_id)
    return vpc is not None and vpc.enable_dns_hostnames


def interface_status(eni: NetworkInterface) -> str:
    return "available" if eni.attachment is None else "in-use"


def _show_address(
    eni: NetworkInterface, one: PrivateAddress, *, has_names: bool
) -> ec2.NetworkInterfacePrivateIpAddress:
    """Without saying whether it is the primary one."""
    address: ec2.NetworkInterfacePrivateIpAddress = {"PrivateIpAddress": address_text(one.address)}
    if has_names:
        address["PrivateDnsName"] = private_host_name(one.address, eni.scope.region)
    if one.public is not None:
        address["Association"] = show_association(one.public, eni.scope, has_names=has_names)
    return address


def show_association(public: PublicAddress, scope: Scope, *, has_names: bool) -> ec2.NetworkInterfaceAssociation:
    """What leads to a private address of an interface in this scope."""
    shown: ec2.NetworkInterfaceAssociation = {
        "IpOwnerId": public_address_owner(public, scope),
        "PublicIp": address_text(public.address),
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


def show_attachment(sight: Sight, eni: NetworkInterface, attachment: Attachment) -> ec2.NetworkInterfaceAttachment:
    shown: ec2.NetworkInterfaceAttachment = {
        "AttachmentId": attachment.attachment_id,
        "AttachTime": attachment.attached_at,
        "DeleteOnTermination": attachment.delete_on_termination,
        "DeviceIndex": attachment.device_index,
        "NetworkCardIndex": 0,
        "InstanceOwnerId": attachment_owner(eni),
        "Status": attachment_status(sight, eni),
    }
    if attachment.instance_id is not None:
        shown["InstanceId"] = attachment.instance_id
    return shown


def attachment_owner(eni: NetworkInterface) -> str:
    return eni.scope.account_id if eni.instance_id else REQUESTER


def attachment_status(sight: Sight, eni: NetworkInterface) -> str:
    if eni.instance_id is None:
        return "attached" if eni.attachment is not None else "detached"
    instance = sight.tx.get(Instance, eni.instance_id)
    if instance is None:
        return "detached"
    is_returning = isinstance(eni.attachment, ReturningAttachment) and instance.state is InstanceState.RUNNING
    return ATTACHMENT_STATUSES[InstanceState.PENDING if is_returning else instance.state]


def show_groups(sight: Sight, security_group_ids: Sequence[str]) -> list[ec2.GroupIdentifier]:
    """Groups with their names, in their order."""
    shown = []
    for group_id in security_group_ids:
        group = sight.tx.get(SecurityGroup, group_id)
        if group is not None:
            shown.append(_group(group.id, group.name))
    return shown


@lru_cache(maxsize=4096)
def _group(group_id: str, name: str) -> ec2.GroupIdentifier:
    shown: ec2.GroupIdentifier = constant({"GroupId": group_id, "GroupName": name})
    return shown
