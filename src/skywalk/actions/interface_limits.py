"""How many network interfaces an instance may have, and how many addresses each: its type decides, or the call.

Source: EC2 User Guide, "Maximum IP addresses per network interface"; texts from answers quoted in public reports.
Unconfirmed: the refusal of a device index beyond the number of interfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.resources.instance_types import InstanceType


def check_interface_count(kind: InstanceType, count: int) -> None:
    """Raises AttachmentLimitExceeded."""
    if count > kind.max_interfaces:
        raise AwsError("AttachmentLimitExceeded", f"Interface count {count} exceeds the limit for {kind.name}")


def check_single_interface(instance_id: str, count: int) -> None:
    """For calls that mean an instance's interface without naming it. Raises InvalidInstanceID."""
    if count > 1:
        raise AwsError(
            "InvalidInstanceID",
            f"There are multiple interfaces attached to instance '{instance_id}'. "
            "Please specify an interface ID for the operation instead.",
        )


def check_device_index(kind: InstanceType, index: int) -> None:
    """Raises InvalidParameterValue for one that no interface of the type's network card can have."""
    if not 0 <= index < kind.max_interfaces:
        raise invalid_parameter_value(f"Value ({index}) for parameter deviceIndex is invalid.")


def check_address_count(kind: InstanceType, count: int) -> None:
    """Raises PrivateIpAddressLimitExceeded."""
    if count > kind.addresses_per_interface:
        raise AwsError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
