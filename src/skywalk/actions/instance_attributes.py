"""DescribeInstanceAttribute, ModifyInstanceAttribute, ResetInstanceAttribute.

Source: API Reference; EC2 User Guide, "Change the instance type" and "Run commands at launch" (what only a stopped
instance takes); texts of refusals from answers quoted in public reports. Unconfirmed: the texts for a call without an
attribute and for values that an attribute cannot have.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skywalk.actions.existing import INSTANCE, SUBNET, existing
from skywalk.actions.interface_limits import check_address_count, check_interface_count, check_single_interface
from skywalk.actions.launch_options import check_user_data_size, checked_shutdown_behavior, existing_instance_type
from skywalk.actions.network_interface_view import show_groups
from skywalk.actions.new_interfaces import interface_groups
from skywalk.resources.images import IMAGES
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import NetworkInterface
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_Show = Callable[["Call", Instance], "ec2.InstanceAttribute"]
_Change = Callable[["Call", Instance, Any], None]


def describe_instance_attribute(call: Call, request: ec2.DescribeInstanceAttributeRequest) -> ec2.InstanceAttribute:
    """Raises InvalidParameterValue for an attribute that EC2 does not have."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    show = _SHOWN.get(request["Attribute"])
    if show is None:
        raise _unknown_attribute(request["Attribute"])
    return {"InstanceId": instance.id, **show(call, instance)}


_SHOWN: Mapping[str, _Show] = {
    "blockDeviceMapping": lambda _call, _one: {"BlockDeviceMappings": []},
    "disableApiStop": lambda _call, one: {"DisableApiStop": {"Value": one.disable_api_stop}},
    "disableApiTermination": lambda _call, one: {"DisableApiTermination": {"Value": one.disable_api_termination}},
    "ebsOptimized": lambda _call, one: {"EbsOptimized": {"Value": one.ebs_optimized}},
    "enaSupport": lambda _call, _one: {"EnaSupport": {"Value": True}},
    "enclaveOptions": lambda _call, _one: {"EnclaveOptions": {"Enabled": False}},
    "groupSet": lambda call, one: {"Groups": show_groups(call, primary_interface(call, one).security_group_ids)},
    "instanceInitiatedShutdownBehavior": lambda _call, one: {
        "InstanceInitiatedShutdownBehavior": {"Value": one.shutdown_behavior}
    },
    "instanceType": lambda _call, one: {"InstanceType": {"Value": one.instance_type}},
    "kernel": lambda _call, _one: {"KernelId": {}},
    "productCodes": lambda _call, _one: {"ProductCodes": []},
    "ramdisk": lambda _call, _one: {"RamdiskId": {}},
    "rootDeviceName": lambda _call, one: {"RootDeviceName": {"Value": IMAGES[one.image_id].root_device_name}},
    "sourceDestCheck": lambda call, one: {"SourceDestCheck": {"Value": primary_interface(call, one).source_dest_check}},
    "sriovNetSupport": lambda _call, _one: {"SriovNetSupport": {"Value": "simple"}},
    "userData": lambda _call, one: {"UserData": {"Value": one.user_data} if one.user_data else {}},
}


def primary_interface(call: Call, instance: Instance) -> NetworkInterface:
    """Raises IncorrectInstanceState for a terminated instance, which has none."""
    for eni in call.tx.referring(NetworkInterface, instance.id):
        if eni.attachment is not None and eni.attachment.device_index == 0:
            return eni
    raise AwsError("IncorrectInstanceState", f"Instance '{instance.id}' has no network interface.")


def modify_instance_attribute(call: Call, request: ec2.ModifyInstanceAttributeRequest) -> None:
    """One attribute a call. Raises IncorrectInstanceState, InvalidParameterCombination, InvalidParameterValue,
    UnsupportedOperation, and what the attribute's own values can be refused with."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    asked = _asked(request)
    if not asked:
        raise AwsError("InvalidParameterCombination", "No attributes specified.")
    if len(asked) > 1:
        raise AwsError(
            "InvalidParameterCombination", f"Fields for multiple attribute types specified: {', '.join(sorted(asked))}"
        )
    ((name, value),) = asked.items()
    _CHANGED[name](call, instance, value)


def _asked(request: ec2.ModifyInstanceAttributeRequest) -> dict[str, Any]:
    """Attribute → value, from the parameters of their own or from the older pair of Attribute and Value."""
    asked = {name: request[key] for key, name in _PARAMETERS.items() if key in request}  # type: ignore[literal-required]
    values = {name: value.get("Value") if _is_wrapped(value) else value for name, value in asked.items()}
    name, text = request.get("Attribute"), request.get("Value")
    if name is not None and text is not None:
        if name not in _CHANGED:
            raise _unknown_attribute(name)
        values[name] = _from_text(name, text)
    return values


def _is_wrapped(value: object) -> bool:
    return isinstance(value, Mapping) and value.keys() <= {"Value"}


_PARAMETERS = {
    "BlockDeviceMappings": "blockDeviceMapping",
    "DisableApiStop": "disableApiStop",
    "DisableApiTermination": "disableApiTermination",
    "EbsOptimized": "ebsOptimized",
    "EnaSupport": "enaSupport",
    "EnclaveOptions": "enclaveOptions",
    "Groups": "groupSet",
    "InstanceInitiatedShutdownBehavior": "instanceInitiatedShutdownBehavior",
    "InstanceType": "instanceType",
    "Kernel": "kernel",
    "Ramdisk": "ramdisk",
    "SourceDestCheck": "sourceDestCheck",
    "SriovNetSupport": "sriovNetSupport",
    "UserData": "userData",
}
_FLAGS = ("disableApiStop", "disableApiTermination", "ebsOptimized", "enaSupport", "sourceDestCheck")


def _from_text(name: str, text: str) -> Any:
    if name in _FLAGS:
        if text.lower() not in ("true", "false"):
            raise invalid_parameter_value(f"Invalid value '{text}' for {name}. Expected 'true' or 'false'.")
        return text.lower() == "true"
    if name == "userData":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except ValueError:
            raise invalid_parameter_value("Invalid BASE64 encoding of user data") from None
    if name in ("blockDeviceMapping", "groupSet", "enclaveOptions"):
        raise invalid_parameter_value(f"The attribute {name} cannot be given as a text.")
    return text


def _set_type(call: Call, instance: Instance, name: str | None) -> None:
    """The new type must have room for the interfaces that the instance has."""
    kind = existing_instance_type(name or "")
    _check_stopped(instance)
    interfaces = call.tx.referring(NetworkInterface, instance.id)
    check_interface_count(kind, len(interfaces))
    for eni in interfaces:
        check_address_count(kind, len(eni.addresses))
    cpu_credits = instance.cpu_credits if instance.cpu_credits and kind.is_burstable else kind.default_cpu_credits
    call.tx.put(replace(instance, instance_type=kind.name, cpu_credits=cpu_credits))


def _set_user_data(call: Call, instance: Instance, data: bytes | None) -> None:
    """What has run is not run again: user data is for an instance's first start."""
    _check_stopped(instance)
    check_user_data_size(data or b"")
    call.tx.put(replace(instance, user_data=base64.b64encode(data or b"").decode()))


def _set_ebs_optimized(call: Call, instance: Instance, value: bool) -> None:
    _check_stopped(instance)
    call.tx.put(replace(instance, ebs_optimized=bool(value)))


def _set_shutdown_behavior(call: Call, instance: Instance, behavior: str | None) -> None:
    call.tx.put(replace(instance, shutdown_behavior=checked_shutdown_behavior(behavior or "")))


def _set_source_dest_check(call: Call, instance: Instance, value: bool) -> None:
    call.tx.put(replace(_only_interface(call, instance), source_dest_check=bool(value)))


def _set_groups(call: Call, instance: Instance, group_ids: list[str]) -> None:
    eni = _only_interface(call, instance)
    if not group_ids:
        raise invalid_parameter_value("You must specify at least one security group.")
    groups = interface_groups(call, existing(call, SUBNET, eni.subnet_id), group_ids)
    call.tx.put(replace(eni, security_group_ids=groups))


def _only_interface(call: Call, instance: Instance) -> NetworkInterface:
    check_single_interface(instance.id, len(call.tx.referring(NetworkInterface, instance.id)))
    return primary_interface(call, instance)


def _keep_ena_support(_call: Call, instance: Instance, value: bool) -> None:
    _check_stopped(instance)
    if not value:
        raise unsupported_operation("Instances have enhanced networking; it cannot be taken from them.")


def _keep_sriov_support(_call: Call, instance: Instance, value: str | None) -> None:
    _check_stopped(instance)
    if value != "simple":
        raise invalid_parameter_value(f"Value ({value}) for parameter sriovNetSupport is invalid.")


def _refuse_devices(
    _call: Call, _instance: Instance, mappings: list[ec2.InstanceBlockDeviceMappingSpecification]
) -> None:
    for mapping in mappings:
        raise AwsError(
            "InvalidInstanceAttributeValue", f"No device is currently mapped at {mapping.get('DeviceName', '')}"
        )


def _refuse_enclaves(_call: Call, _instance: Instance, value: Mapping[str, Any]) -> None:
    if value.get("Enabled"):
        raise unsupported_operation("The parameter EnclaveOptions is not supported.")


def _refuse(name: str) -> _Change:
    def refuse(_call: Call, _instance: Instance, _value: object) -> None:
        raise unsupported_operation(f"The parameter {name} is not supported.")

    return refuse


_CHANGED: Mapping[str, _Change] = {
    "blockDeviceMapping": _refuse_devices,
    "disableApiStop": lambda call, one, value: call.tx.put(replace(one, disable_api_stop=bool(value))),
    "disableApiTermination": lambda call, one, value: call.tx.put(replace(one, disable_api_termination=bool(value))),
    "ebsOptimized": _set_ebs_optimized,
    "enaSupport": _keep_ena_support,
    "enclaveOptions": _refuse_enclaves,
    "groupSet": _set_groups,
    "instanceInitiatedShutdownBehavior": _set_shutdown_behavior,
    "instanceType": _set_type,
    "kernel": _refuse("Kernel"),
    "ramdisk": _refuse("Ramdisk"),
    "sourceDestCheck": _set_source_dest_check,
    "sriovNetSupport": _keep_sriov_support,
    "userData": _set_user_data,
}


def reset_instance_attribute(call: Call, request: ec2.ResetInstanceAttributeRequest) -> None:
    """To what a launch gives. Instances have no kernel or RAM disk of their own, so that there is none to reset."""
    instance = existing(call, INSTANCE, request["InstanceId"])
    attribute = request["Attribute"]
    if attribute == "sourceDestCheck":
        _set_source_dest_check(call, instance, True)
    elif attribute in ("kernel", "ramdisk"):
        _check_stopped(instance)
    else:
        raise _unknown_attribute(attribute)


def _check_stopped(instance: Instance) -> None:
    if instance.state is not InstanceState.STOPPED:
        raise AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")


def _unknown_attribute(name: str) -> AwsError:
    return invalid_parameter_value(f"Value ({name}) for parameter attribute is invalid. Unknown attribute.")
