"""Mint and check AWS resource identifiers (`vpc-` and seventeen hex digits).

Source: EC2 User Guide, "Resource IDs" (long identifiers); eight-digit ids are taken as well, as AWS does for
resources from before 2018.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from skywalk.values.chance import Chance

VpcId = NewType("VpcId", str)
SubnetId = NewType("SubnetId", str)
RouteTableId = NewType("RouteTableId", str)
RouteTableAssociationId = NewType("RouteTableAssociationId", str)
InternetGatewayId = NewType("InternetGatewayId", str)
SecurityGroupId = NewType("SecurityGroupId", str)
SecurityGroupRuleId = NewType("SecurityGroupRuleId", str)
NetworkInterfaceId = NewType("NetworkInterfaceId", str)
InstanceId = NewType("InstanceId", str)
PrefixListId = NewType("PrefixListId", str)
VpcEndpointId = NewType("VpcEndpointId", str)

_WELL_FORMED = re.compile(r"[a-z][a-z0-9-]*-(?:[0-9a-f]{17}|[0-9a-f]{8})")


def mint(prefix: str, chance: Chance) -> str:
    """A new id: `mint("vpc", chance)` → `vpc-0123456789abcdef0`."""
    return f"{prefix}-{chance.hex(17)}"


def is_well_formed(prefix: str, text: str) -> bool:
    """Whether `text` is an id of this prefix, of a resource that may or may not exist."""
    return (
        text.startswith(prefix + "-")
        and _WELL_FORMED.fullmatch(text) is not None
        and (len(text) - len(prefix) - 1 in (8, 17))
    )
