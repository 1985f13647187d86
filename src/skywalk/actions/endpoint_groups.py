"""The security groups of an interface endpoint: its network interfaces have them.

Source: EC2 API Reference, CreateVpcEndpoint and ModifyVpcEndpoint. Unconfirmed: the texts for a group of another VPC,
for one that the endpoint does not have, and for taking away the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.dependencies import DEFAULT_GROUP_NAME
from skywalk.actions.existing import SECURITY_GROUP, all_existing
from skywalk.actions.quotas import check_security_groups
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.errors import invalid_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.vpc_endpoint import VpcEndpoint


def endpoint_groups(call: Call, vpc_id: str, group_ids: Sequence[str]) -> tuple[str, ...]:
    """The groups named, each once; the VPC's default group where none is. Raises InvalidGroup.NotFound,
    SecurityGroupsPerInterfaceLimitExceeded, InvalidParameter for a group of another VPC."""
    if not group_ids:
        groups = call.tx.of_vpc(SecurityGroup, vpc_id)
        return tuple(group.id for group in groups if group.name == DEFAULT_GROUP_NAME)
    found = all_existing(call, SECURITY_GROUP, group_ids)
    for group in found:
        if group.vpc_id != vpc_id:
            raise invalid_parameter(f"Security group {group.id} belongs to a different VPC than {vpc_id}.")
    check_security_groups(call, len(found))
    return tuple(group.id for group in found)


def with_other_groups(call: Call, endpoint: VpcEndpoint, request: ec2.ModifyVpcEndpointRequest) -> VpcEndpoint:
    """The endpoint, and its interfaces in the store, with groups removed and added."""
    removed, added = request.get("RemoveSecurityGroupIds") or (), request.get("AddSecurityGroupIds") or ()
    if not removed and not added:
        return endpoint
    gone = {group.id for group in all_existing(call, SECURITY_GROUP, removed)} if removed else set()
    for group_id in gone:
        if group_id not in endpoint.security_group_ids:
            raise invalid_parameter(f"Security group {group_id} is not associated with {endpoint.id}.")
    kept = [group_id for group_id in endpoint.security_group_ids if group_id not in gone]
    new = endpoint_groups(call, endpoint.vpc_id, added) if added else ()
    groups = tuple(dict.fromkeys((*kept, *new)))
    if not groups:
        raise invalid_parameter(f"The VPC endpoint {endpoint.id} must have at least one security group.")
    check_security_groups(call, len(groups))
    for eni_id in endpoint.network_interface_ids:
        eni = call.tx.get(NetworkInterface, eni_id)
        if eni is not None:
            call.tx.put(replace(eni, security_group_ids=groups))
    return replace(endpoint, security_group_ids=groups)
