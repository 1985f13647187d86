"""Security groups. Their rules change in `security_group_rules`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from skywalk.actions.default_vpcs import default_vpc
from skywalk.actions.dependencies import DEFAULT_GROUP_NAME, check_security_group_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import SECURITY_GROUP, VPC, existing, named_or_all
from skywalk.actions.ip_permissions import has_ports, show_permissions
from skywalk.actions.security_group_peers import group_by_name
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.vpcs import allow_all_egress
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.values.arn import ec2_arn
from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_REFERENCES = tuple(
    direction + name
    for direction in ("ip-permission.", "egress.ip-permission.")
    for name in ("group-id", "prefix-list-id")
)
"""Filters that the index of references answers."""

_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_TEXT_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"


def create_security_group(call: Call, request: ec2.CreateSecurityGroupRequest) -> ec2.CreateSecurityGroupResult:
    """A group that lets everything out and nothing in."""
    name, description = request["GroupName"].strip(" "), request["Description"]
    _check_name(name)
    _check_description(description)
    vpc = existing(call, VPC, request["VpcId"]) if "VpcId" in request else default_vpc(call)
    if vpc is None:
        raise AwsError("VPCIdNotSpecified", "No default VPC for this user")
    if any(other.name.casefold() == name.casefold() for other in call.tx.of_vpc(SecurityGroup, vpc.id)):
        raise AwsError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc.id}'")
    group = SecurityGroup(
        id=call.mint("sg"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), SECURITY_GROUP.resource_type),
        vpc_id=vpc.id,
        name=name,
        description=description,
        rules=(allow_all_egress(call),),
    )
    call.tx.put(group)
    return {"GroupId": group.id, "Tags": show_tags(group.tags), "SecurityGroupArn": _arn(group)}


def _check_name(name: str) -> None:
    if not name:
        raise AwsError("MissingParameter", "The request must contain the parameter GroupName")
    if not _TEXT.fullmatch(name):
        raise invalid_parameter_value(
            "Invalid security group name. Valid names are strings less than 256 characters "
            f"from the following set:  {_TEXT_SET}"
        )
    if name.startswith("sg-"):
        raise invalid_parameter_value("Group names may not be in the format sg-*.")
    if name.casefold() == DEFAULT_GROUP_NAME:
        raise invalid_parameter_value(f"Cannot use reserved security group name: {name}")


def _check_description(description: str) -> None:
    if not description:
        raise AwsError("MissingParameter", "The request must contain the parameter GroupDescription")
    if not _TEXT.fullmatch(description):
        raise invalid_parameter_value(
            "Invalid security group description. Valid descriptions are strings less than 256 characters "
            f"from the following set:  {_TEXT_SET}"
        )


def describe_security_groups(
    call: Call, request: ec2.DescribeSecurityGroupsRequest
) -> ec2.DescribeSecurityGroupsResult:
    """Group names are those of the default VPC."""
    found = named_or_all(call, SECURITY_GROUP, request.get("GroupIds"), request.get("Filters"), _REFERENCES)
    if request.get("GroupNames"):
        named = {group_by_name(call, name).id for name in request["GroupNames"]}
        found = [group for group in found if group.id in named]
    found = matching(found, request.get("Filters"), _filters(call), lambda group: group.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeSecurityGroupsResult = {"SecurityGroups": call.views(_show, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


def _filters(call: Call) -> Mapping[str, FilterValues[SecurityGroup]]:
    return {
        **_FILTERS,
        **_rule_filters(call, False, "ip-permission."),
        **_rule_filters(call, True, "egress.ip-permission."),
    }


_FILTERS: Mapping[str, FilterValues[SecurityGroup]] = {
    "description": lambda group: [group.description],
    "group-id": lambda group: [group.id],
    "group-name": lambda group: [group.name],
    "owner-id": lambda group: [group.scope.account_id],
    "vpc-id": lambda group: [group.vpc_id],
}


def _rule_filters(call: Call, is_egress: bool, prefix: str) -> dict[str, FilterValues[SecurityGroup]]:
    """A group passes several of them if any of its rules passes each, not one rule all (API Reference)."""

    def of_rules(read: Callable[[SecurityGroup, SecurityGroupRule], object]) -> FilterValues[SecurityGroup]:
        def values(group: SecurityGroup) -> Iterable[str]:
            found = (read(group, rule) for rule in group.rules if rule.is_egress is is_egress)
            return [str(value) for value in found if value is not None]

        return values

    def group_name(group: SecurityGroup, rule: SecurityGroupRule) -> str | None:
        named = call.tx.get(SecurityGroup, rule.referenced_group_id) if rule.referenced_group_id else None
        return None if named is None else named.name

    return {
        prefix + "cidr": of_rules(lambda _, rule: rule.ipv4_network),
        prefix + "from-port": of_rules(lambda _, rule: rule.from_port if has_ports(rule) else None),
        prefix + "group-id": of_rules(lambda _, rule: rule.referenced_group_id),
        prefix + "group-name": of_rules(group_name),
        prefix + "ipv6-cidr": of_rules(lambda _, rule: rule.ipv6_network),
        prefix + "prefix-list-id": of_rules(lambda _, rule: rule.prefix_list_id),
        prefix + "protocol": of_rules(lambda _, rule: rule.protocol),
        prefix + "to-port": of_rules(lambda _, rule: rule.to_port if has_ports(rule) else None),
        prefix + "user-id": of_rules(_peer_account),
    }


def _peer_account(group: SecurityGroup, rule: SecurityGroupRule) -> str | None:
    return (rule.referenced_owner_id or group.scope.account_id) if rule.referenced_group_id else None


def _arn(group: SecurityGroup) -> str:
    return ec2_arn(group.scope.region, group.scope.account_id, f"security-group/{group.id}")


def _show(sight: Sight, group: SecurityGroup) -> ec2.SecurityGroup:
    return _group(
        (),
        group.id,
        group.name,
        group.description,
        group.scope.account_id,
        group.vpc_id,
        _arn(group),
        show_permissions(sight, group, [rule for rule in group.rules if not rule.is_egress]),
        show_permissions(sight, group, [rule for rule in group.rules if rule.is_egress]),
        show_tags(group.tags),
    )


@template
def _group(
    _: tuple[()],
    group_id: str,
    name: str,
    description: str,
    owner_id: str,
    vpc_id: str,
    arn: str,
    ingress: list[ec2.IpPermission],
    egress: list[ec2.IpPermission],
    tags: list[ec2.Tag],
) -> ec2.SecurityGroup:
    return {
        "GroupId": group_id,
        "GroupName": name,
        "Description": description,
        "OwnerId": owner_id,
        "VpcId": vpc_id,
        "SecurityGroupArn": arn,
        "IpPermissions": ingress,
        "IpPermissionsEgress": egress,
        "Tags": tags,
    }


def delete_security_group(call: Call, request: ec2.DeleteSecurityGroupRequest) -> ec2.DeleteSecurityGroupResult:
    group = group_of_request(call, request.get("GroupId"), request.get("GroupName"))
    if group.name == DEFAULT_GROUP_NAME:
        raise AwsError(
            "CannotDelete",
            f'the specified group: "{group.id}" name: "{group.name}" cannot be deleted by a user',
        )
    check_security_group_is_free(call, group)
    call.tx.remove(group.id)
    return {"Return": True, "GroupId": group.id}


def group_of_request(call: Call, group_id: str | None, group_name: str | None) -> SecurityGroup:
    """The group that a call is about. A name is one of the default VPC's."""
    if group_id is not None:
        return existing(call, SECURITY_GROUP, group_id)
    if group_name is not None:
        return group_by_name(call, group_name)
    raise AwsError("MissingParameter", "The request must contain the parameter GroupName or GroupId")
