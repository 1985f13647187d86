"""Who names a group across a peering connection, which rules are stale, and which groups a VPC's interfaces may have.

Source: API Reference, DescribeSecurityGroupReferences, DescribeStaleSecurityGroups, GetSecurityGroupsForVpc; VPC
Peering Guide, "Identify stale security group rules".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import SECURITY_GROUP, VPC, all_existing, existing
from skywalk.actions.ip_permissions import has_ports
from skywalk.actions.security_group_peers import is_stale, show_peer
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2


def describe_security_group_references(
    call: Call, request: ec2.DescribeSecurityGroupReferencesRequest
) -> ec2.DescribeSecurityGroupReferencesResult:
    """The VPCs on the other side whose groups have a rule with one of these groups."""
    references = [
        reference
        for group in all_existing(call, SECURITY_GROUP, request["GroupId"])
        for reference in _references(call, group)
    ]
    return {"SecurityGroupReferenceSet": references}


def _references(call: Call, group: SecurityGroup) -> list[ec2.SecurityGroupReference]:
    found: dict[tuple[str, str], ec2.SecurityGroupReference] = {}
    for other in call.tx.referring(SecurityGroup, group.id):
        for rule in other.rules:
            peering_id = rule.peering_connection_id
            if rule.referenced_group_id == group.id and peering_id is not None and not is_stale(call, rule):
                found[other.vpc_id, peering_id] = {
                    "GroupId": group.id,
                    "ReferencingVpcId": other.vpc_id,
                    "VpcPeeringConnectionId": peering_id,
                }
    return list(found.values())


def describe_stale_security_groups(
    call: Call, request: ec2.DescribeStaleSecurityGroupsRequest
) -> ec2.DescribeStaleSecurityGroupsResult:
    """The VPC's groups with rules for groups across a connection that is not there, or for groups that are not."""
    vpc = existing(call, VPC, request["VpcId"])
    groups = call.tx.of_vpc(SecurityGroup, vpc.id)
    stale = [group for group in groups if any(is_stale(call, rule) for rule in group.rules)]
    shown, token = page(stale, request.get("MaxResults"), request.get("NextToken"), limits=(5, 255))
    result: ec2.DescribeStaleSecurityGroupsResult = {
        "StaleSecurityGroupSet": [_show_stale(call, group) for group in shown]
    }
    if token is not None:
        result["NextToken"] = token
    return result


def _show_stale(call: Call, group: SecurityGroup) -> ec2.StaleSecurityGroup:
    rules = [rule for rule in group.rules if is_stale(call, rule)]
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc_id,
        "StaleIpPermissions": _show_permissions(call, group, [rule for rule in rules if not rule.is_egress]),
        "StaleIpPermissionsEgress": _show_permissions(call, group, [rule for rule in rules if rule.is_egress]),
    }


def _show_permissions(
    call: Call, group: SecurityGroup, rules: Sequence[SecurityGroupRule]
) -> list[ec2.StaleIpPermission]:
    """Peers of equal traffic together."""
    shown: dict[tuple[str, int, int], ec2.StaleIpPermission] = {}
    for rule in rules:
        permission: ec2.StaleIpPermission = {
            "IpProtocol": rule.protocol,
            "IpRanges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }
        if has_ports(rule):
            permission["FromPort"], permission["ToPort"] = rule.from_port, rule.to_port
        permission = shown.setdefault((rule.protocol, rule.from_port, rule.to_port), permission)
        permission["UserIdGroupPairs"].append(show_peer(call, group, rule))
    return list(shown.values())


def get_security_groups_for_vpc(
    call: Call, request: ec2.GetSecurityGroupsForVpcRequest
) -> ec2.GetSecurityGroupsForVpcResult:
    """Those of the VPC: groups are not shared between VPCs here."""
    vpc = existing(call, VPC, request["VpcId"])
    found = matching(call.tx.of_vpc(SecurityGroup, vpc.id), request.get("Filters"), _FILTERS, lambda group: group.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.GetSecurityGroupsForVpcResult = {
        "SecurityGroupForVpcs": [
            {
                "GroupId": group.id,
                "GroupName": group.name,
                "Description": group.description,
                "OwnerId": group.scope.account_id,
                "PrimaryVpcId": group.vpc_id,
                "Tags": show_tags(group.tags),
            }
            for group in shown
        ]
    }
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[SecurityGroup]] = {
    "description": lambda group: [group.description],
    "group-id": lambda group: [group.id],
    "group-name": lambda group: [group.name],
    "owner-id": lambda group: [group.scope.account_id],
    "primary-vpc-id": lambda group: [group.vpc_id],
}
