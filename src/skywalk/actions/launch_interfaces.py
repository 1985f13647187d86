"""The network interfaces that RunInstances describes: new ones, and present ones that an instance takes over.

Source: EC2 API Reference, RunInstances and InstanceNetworkInterfaceSpecification; texts of refusals from answers
quoted in public reports; the words of those that nobody quotes are unconfirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.actions.existing import NETWORK_INTERFACE, SUBNET, existing
from skywalk.actions.interface_limits import check_device_index, check_interface_count
from skywalk.actions.new_interfaces import interface_groups
from skywalk.actions.private_addresses import taken_addresses
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.wished_addresses import NOT_ADDRESSES_OF_IPV4, WishedAddresses, wished_addresses
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.instance_types import InstanceType
    from skywalk.resources.network_interface import NetworkInterface
    from skywalk.resources.subnet import Subnet

_UNSUPPORTED = (
    "AssociateCarrierIpAddress",
    "ConnectionTrackingSpecification",
    "EnaQueueCount",
    "EnaSrdSpecification",
    *NOT_ADDRESSES_OF_IPV4,
    "NetworkCardIndex",
    "PrimaryIpv6",
)
_OF_NEW_INTERFACE = (
    "SubnetId",
    "Groups",
    "PrivateIpAddress",
    "PrivateIpAddresses",
    "SecondaryPrivateIpAddressCount",
    "AssociatePublicIpAddress",
    "Description",
)


@dataclass(frozen=True, slots=True)
class LaunchInterface:
    """`present` is an interface that is there already, which then has all that a new one would be given."""

    device_index: int
    subnet: Subnet
    security_group_ids: tuple[str, ...]
    addresses: WishedAddresses = field(default_factory=WishedAddresses)
    description: str = ""
    delete_on_termination: bool = True
    present: NetworkInterface | None = None

    @property
    def is_for_one(self) -> bool:
        """Whether only one instance can have it."""
        return bool(self.addresses.named) or self.present is not None

    @property
    def address_count(self) -> int:
        if self.present is not None:
            return len(self.present.addresses)
        return len(self.addresses.named) + self.addresses.drawn_count


def asked(parameters: Mapping[str, object]) -> dict[str, object]:
    """Without counts of zero and empty lists, which ask for nothing."""
    return {name: value for name, value in parameters.items() if value not in (0, "", [])}


def launch_interfaces(
    call: Call, specifications: Sequence[ec2.InstanceNetworkInterfaceSpecification], otherwise: Subnet | None
) -> list[LaunchInterface]:
    """By device index. `otherwise` is the subnet of those that name none. Raises AwsError."""
    _check_indexes(specifications)
    if len(specifications) > 1 and any(one.get("AssociatePublicIpAddress") for one in specifications):
        raise AwsError(
            "InvalidParameterCombination",
            "The associatePublicIPAddress parameter cannot be specified when launching with multiple network "
            "interfaces.",
        )
    found = [_interface(call, one, otherwise) for one in specifications]
    found.sort(key=lambda one: one.device_index)
    _check_they_fit(found)
    return found


def _check_indexes(specifications: Sequence[ec2.InstanceNetworkInterfaceSpecification]) -> None:
    if any("DeviceIndex" not in one for one in specifications):
        raise invalid_parameter_value("Each network interface requires a device index.")
    indexes = [one["DeviceIndex"] for one in specifications]
    if len(set(indexes)) < len(indexes):
        raise invalid_parameter_value("Each network interface requires a unique device index.")
    if 0 not in indexes:
        raise invalid_parameter_value("When specifying network interfaces, you must include a device at index 0.")


def _interface(
    call: Call, specification: ec2.InstanceNetworkInterfaceSpecification, otherwise: Subnet | None
) -> LaunchInterface:
    refuse_parameters(asked(specification), _UNSUPPORTED)
    if specification.get("InterfaceType", "interface") != "interface":
        raise unsupported_operation("Network interfaces of special types are not supported.")
    if specification.get("NetworkInterfaceId"):
        return _present_interface(call, specification)
    subnet_id = specification.get("SubnetId")
    subnet = existing(call, SUBNET, subnet_id) if subnet_id else otherwise
    assert subnet is not None, "callers know a subnet for those that name none"
    wished = wished_addresses(subnet, specification)
    check_free(call, subnet, wished)
    return LaunchInterface(
        device_index=specification["DeviceIndex"],
        subnet=subnet,
        security_group_ids=interface_groups(call, subnet, specification.get("Groups")),
        addresses=wished,
        description=specification.get("Description", ""),
        delete_on_termination=specification.get("DeleteOnTermination", True),
    )


def check_free(call: Call, subnet: Subnet, wished: WishedAddresses) -> None:
    """Raises InvalidIPAddress.InUse."""
    taken = taken_addresses(call, subnet) if wished.named else ()
    for address in wished.named:
        if address in taken:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address} is in use.")


def _present_interface(call: Call, specification: ec2.InstanceNetworkInterfaceSpecification) -> LaunchInterface:
    """It keeps all it has and stays when the instance ends, unless that is asked for."""
    for name in _OF_NEW_INTERFACE:
        if specification.get(name):
            raise AwsError(
                "InvalidParameterCombination",
                f"A network interface may not specify both a network interface ID and {name}",
            )
    eni = existing(call, NETWORK_INTERFACE, specification["NetworkInterfaceId"])
    if eni.attachment is not None or eni.requester_managed:
        raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    return LaunchInterface(
        device_index=specification["DeviceIndex"],
        subnet=existing(call, SUBNET, eni.subnet_id),
        security_group_ids=eni.security_group_ids,
        description=eni.description,
        delete_on_termination=specification.get("DeleteOnTermination", False),
        present=eni,
    )


def _check_they_fit(interfaces: Sequence[LaunchInterface]) -> None:
    """All of an instance's interfaces are in its zone and, here, in its VPC, and no address is wished twice."""
    first = interfaces[0].subnet
    for one in interfaces:
        if one.subnet.availability_zone != first.availability_zone:
            raise AwsError(
                "InvalidParameterCombination",
                "You may not attach a network interface to an instance if they are not in the same availability zone",
            )
        if one.subnet.vpc_id != first.vpc_id:
            raise unsupported_operation("Network interfaces in several VPCs are not supported.")
    ids = [one.present.id for one in interfaces if one.present is not None]
    if len(set(ids)) < len(ids):
        raise AwsError("InvalidNetworkInterface.InUse", f"Interface: [{ids[-1]}] in use.")
    named = [(one.subnet.id, address) for one in interfaces for address in one.addresses.named]
    if len(set(named)) < len(named):
        raise AwsError("InvalidIPAddress.InUse", f"Address {named[-1][1]} is in use.")


def check_limits(interfaces: Sequence[LaunchInterface], kind: InstanceType) -> None:
    """What the instance type has room for. Raises AttachmentLimitExceeded, InvalidParameterValue for a device index,
    InvalidInterface.IpAddressLimitExceeded."""
    check_interface_count(kind, len(interfaces))
    for one in interfaces:
        check_device_index(kind, one.device_index)
    if any(one.address_count > kind.addresses_per_interface for one in interfaces):
        raise AwsError("InvalidInterface.IpAddressLimitExceeded", "Number of private addresses will exceed limit.")
