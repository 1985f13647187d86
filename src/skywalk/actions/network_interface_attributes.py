"""ModifyNetworkInterfaceAttribute, DescribeNetworkInterfaceAttribute, ResetNetworkInterfaceAttribute.

Source: API Reference (one attribute a call); texts of refusals from answers quoted in public reports. Unconfirmed: the
text for a call that names no attribute or an unknown one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.existing import NETWORK_INTERFACE, SUBNET, existing
from skywalk.actions.managed_interfaces import changeable_interface
from skywalk.actions.network_interface_attachments import attached_interface
from skywalk.actions.network_interface_view import show_attachment, show_groups
from skywalk.actions.new_interfaces import interface_groups
from skywalk.actions.unsupported import refuse_parameters
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.network_interface import NetworkInterface

_UNSUPPORTED = (
    "AssociatePublicIpAddress",
    "AssociatedSubnetIds",
    "ConnectionTrackingSpecification",
    "EnablePrimaryIpv6",
    "EnaSrdSpecification",
)
_ATTRIBUTES = ("Attachment", "Description", "Groups", "SourceDestCheck", *_UNSUPPORTED)


def modify_network_interface_attribute(call: Call, request: ec2.ModifyNetworkInterfaceAttributeRequest) -> None:
    """Raises InvalidParameterCombination unless the request is about one attribute."""
    eni = changeable_interface(call, request["NetworkInterfaceId"])
    given = [name for name in _ATTRIBUTES if name in request]
    if len(given) != 1:
        text = "Fields for multiple attribute types specified" if given else "No attributes specified."
        raise AwsError("InvalidParameterCombination", text)
    refuse_parameters(request, _UNSUPPORTED)
    if request.get("AssociatePublicIpAddress") is False and _has_assigned_address(eni):
        raise unsupported_operation("The parameter AssociatePublicIpAddress is not supported.")
    if given[0] not in _UNSUPPORTED:
        call.tx.put(_modified(call, eni, request))


def _modified(
    call: Call, eni: NetworkInterface, request: ec2.ModifyNetworkInterfaceAttributeRequest
) -> NetworkInterface:
    if "Description" in request:
        return replace(eni, description=request["Description"].get("Value", ""))
    if "SourceDestCheck" in request:
        return replace(eni, source_dest_check=request["SourceDestCheck"].get("Value", False))
    if "Groups" in request:
        subnet = existing(call, SUBNET, eni.subnet_id)
        return replace(eni, security_group_ids=interface_groups(call, subnet, request["Groups"]))
    return _with_attachment(call, eni, request["Attachment"])


def _with_attachment(
    call: Call, eni: NetworkInterface, changes: ec2.NetworkInterfaceAttachmentChanges
) -> NetworkInterface:
    """The attachment must be the interface's own; only what becomes of the interface at the end can change."""
    refuse_parameters(changes, ("DefaultEnaQueueCount", "EnaQueueCount"))
    for name in ("AttachmentId", "DeleteOnTermination"):
        if name not in changes:
            raise missing_parameter(f"attachment.{name[0].lower()}{name[1:]}")
    found = attached_interface(call, changes["AttachmentId"])
    if found.id != eni.id or found.attachment is None:
        raise invalid_parameter_value(
            f"The interface attachment '{changes['AttachmentId']}' is not of network interface '{eni.id}'."
        )
    attachment = replace(found.attachment, delete_on_termination=changes["DeleteOnTermination"])
    return replace(eni, attachment=attachment)


def _has_assigned_address(eni: NetworkInterface) -> bool:
    """Whether it has a public address that is no Elastic IP address."""
    return eni.public is not None and eni.public.allocation_id is None


def describe_network_interface_attribute(
    call: Call, request: ec2.DescribeNetworkInterfaceAttributeRequest
) -> ec2.DescribeNetworkInterfaceAttributeResult:
    """The one attribute that the request names, as it is spelled on the wire."""
    [eni] = call.tx.as_they_are([existing(call, NETWORK_INTERFACE, request["NetworkInterfaceId"])])
    name = request.get("Attribute")
    if not name:
        raise AwsError("InvalidParameterCombination", "No attributes specified.")
    if name not in _SHOWN:
        raise invalid_parameter_value(f"Value ({name}) for parameter attribute is invalid. Unknown attribute.")
    result: ec2.DescribeNetworkInterfaceAttributeResult = {"NetworkInterfaceId": eni.id, **_SHOWN[name](call, eni)}
    return result


def _show_attachment(call: Call, eni: NetworkInterface) -> ec2.DescribeNetworkInterfaceAttributeResult:
    return {} if eni.attachment is None else {"Attachment": show_attachment(call, eni, eni.attachment)}


_SHOWN: Mapping[str, Callable[[Call, NetworkInterface], ec2.DescribeNetworkInterfaceAttributeResult]] = {
    "associatePublicIpAddress": lambda call, eni: {"AssociatePublicIpAddress": _has_assigned_address(eni)},
    "attachment": _show_attachment,
    "description": lambda call, eni: {"Description": {"Value": eni.description}},
    "groupSet": lambda call, eni: {"Groups": show_groups(call, eni.security_group_ids)},
    "sourceDestCheck": lambda call, eni: {"SourceDestCheck": {"Value": eni.source_dest_check}},
}


def reset_network_interface_attribute(call: Call, request: ec2.ResetNetworkInterfaceAttributeRequest) -> None:
    """The source/destination check is the only attribute that can be reset: to true, whatever text is given."""
    eni = changeable_interface(call, request["NetworkInterfaceId"])
    if "SourceDestCheck" not in request:
        raise AwsError("InvalidParameterCombination", "No attributes specified.")
    call.tx.put(replace(eni, source_dest_check=True))
