"""What every new network interface needs, made by CreateNetworkInterface, by a launch or by a NAT gateway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.actions.dependencies import DEFAULT_GROUP_NAME
from skywalk.actions.existing import SECURITY_GROUP, all_existing
from skywalk.actions.quotas import check_security_groups
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.errors import invalid_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.subnet import Subnet


def interface_groups(call: Call, subnet: Subnet, group_ids: Sequence[str] | None) -> tuple[str, ...]:
    """The ids of the groups named, each once; the VPC's default group where none is named.

    Raises InvalidGroup.NotFound, SecurityGroupsPerInterfaceLimitExceeded, InvalidParameter for a group of another VPC.
    """
    if not group_ids:
        groups = call.tx.of_vpc(SecurityGroup, subnet.vpc_id)
        return tuple(group.id for group in groups if group.name == DEFAULT_GROUP_NAME)
    groups = all_existing(call, SECURITY_GROUP, group_ids)
    for group in groups:
        if group.vpc_id != subnet.vpc_id:
            raise invalid_parameter(f"Security group {group.id} and subnet {subnet.id} belong to different networks.")
    check_security_groups(call, len(groups))
    return tuple(group.id for group in groups)


def draw_macs(call: Call, count: int) -> list[str]:
    """Locally administered ones that no interface has."""
    drawn: list[str] = []
    while len(drawn) < count:
        digits = call.chance.hex(10)
        mac = ":".join(["02", *(digits[place : place + 2] for place in range(0, 10, 2))])
        if mac not in drawn and not call.tx.referring(NetworkInterface, mac):
            drawn.append(mac)
    return drawn
