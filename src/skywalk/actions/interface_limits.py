"""How many network interfaces an instance may have, and how many addresses each: its type decides.

Source: EC2 User Guide, "Maximum IP addresses per network interface"; texts from answers quoted in public reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.resources.instance_types import InstanceType


def check_interface_count(kind: InstanceType, count: int) -> None:
    """Raises AttachmentLimitExceeded."""
    if count > kind.max_interfaces:
        raise AwsError("AttachmentLimitExceeded", f"Interface count {count} exceeds the limit for {kind.name}")


def check_address_count(kind: InstanceType, count: int) -> None:
    """Raises PrivateIpAddressLimitExceeded."""
    if count > kind.addresses_per_interface:
        raise AwsError("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
