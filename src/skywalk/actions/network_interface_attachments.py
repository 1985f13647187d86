"""AttachNetworkInterface, DetachNetworkInterface.

An interface is attached and detached at once: there is no operating system to ask, so that Force changes nothing.
Source: API Reference; EC2 User Guide, "Elastic network interfaces"; texts of refusals from answers quoted in public
reports. Unconfirmed: the text for an instance in a wrong state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.existing import INSTANCE, IdFamily, existing
from skywalk.actions.interface_limits import check_address_count, check_device_index, check_interface_count
from skywalk.actions.launch_options import existing_instance_type
from skywalk.actions.managed_interfaces import MANAGED_ATTACHMENT, changeable_interface
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import Attachment, NetworkInterface
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation
from skywalk.values.ids import is_well_formed

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_IDS = IdFamily(
    "eni-attach",
    "InvalidNetworkInterfaceAttachmentId.Malformed",
    "InvalidAttachmentID.NotFound",
    "interface attachment",
    "The interface attachment '{}' does not exist.",
)

_ATTACHABLE = (InstanceState.RUNNING, InstanceState.STOPPED)


def attach_network_interface(
    call: Call, request: ec2.AttachNetworkInterfaceRequest
) -> ec2.AttachNetworkInterfaceResult:
    """Raises InvalidNetworkInterface.InUse, InvalidParameterValue for a device index that is taken,
    InvalidParameterCombination for another availability zone."""
    refuse_parameters(request, ("EnaSrdSpecification", "EnaQueueCount"))
    if request.get("NetworkCardIndex", 0) != 0:
        raise unsupported_operation("Instances have one network card, of index 0.")
    eni = changeable_interface(call, request["NetworkInterfaceId"])
    instance = existing(call, INSTANCE, request["InstanceId"])
    _check_attachable(call, eni, instance, request["DeviceIndex"])
    attachment = Attachment(
        attachment_id=call.mint("eni-attach"),
        instance_id=instance.id,
        device_index=request["DeviceIndex"],
        attached_at=call.clock.now(),
        delete_on_termination=False,
    )
    call.tx.put(replace(eni, attachment=attachment))
    return {"AttachmentId": attachment.attachment_id, "NetworkCardIndex": 0}


def _check_attachable(call: Call, eni: NetworkInterface, instance: Instance, device_index: int) -> None:
    if eni.attachment is not None:
        raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    if instance.state not in _ATTACHABLE:
        raise AwsError("IncorrectState", f"Instance '{instance.id}' is not 'running' or 'stopped'.")
    if eni.availability_zone != instance.availability_zone:
        raise AwsError(
            "InvalidParameterCombination",
            "You may not attach a network interface to an instance if they are not in the same availability zone",
        )
    if eni.vpc_id != instance.vpc_id:
        raise unsupported_operation("Interfaces of another VPC than the instance's are not supported.")
    others = call.tx.referring(NetworkInterface, instance.id)
    kind = existing_instance_type(instance.instance_type)
    check_interface_count(kind, len(others) + 1)
    check_device_index(kind, device_index)
    check_address_count(kind, len(eni.addresses))
    if any(other.attachment and other.attachment.device_index == device_index for other in others):
        raise invalid_parameter_value(
            f"Instance '{instance.id}' already has an interface attached at device index '{device_index}'."
        )


def detach_network_interface(call: Call, request: ec2.DetachNetworkInterfaceRequest) -> None:
    """The primary interface stays with its instance. Raises InvalidAttachmentID.NotFound, OperationNotPermitted."""
    eni = attached_interface(call, request["AttachmentId"])
    assert eni.attachment is not None
    if eni.attachment.instance_id is None:
        raise AwsError("OperationNotPermitted", f"You are not allowed to manage '{MANAGED_ATTACHMENT}' attachments.")
    if eni.attachment.device_index == 0:
        raise AwsError(
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
        )
    call.tx.put(replace(eni.without_assigned_address(), attachment=None))


def attached_interface(call: Call, attachment_id: str) -> NetworkInterface:
    """The caller's interface with this attachment. Raises InvalidNetworkInterfaceAttachmentId.Malformed,
    InvalidAttachmentID.NotFound."""
    if not is_well_formed(MANAGED_ATTACHMENT, attachment_id):
        _IDS.check(attachment_id)
    for eni in call.tx.referring(NetworkInterface, attachment_id):
        if eni.scope == call.scope and eni.attachment is not None and eni.attachment.attachment_id == attachment_id:
            return eni
    raise _IDS.not_found(attachment_id)
