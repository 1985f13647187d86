"""Security group rules: authorize, revoke, describe. What changes a rule is in `security_group_rule_changes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import SECURITY_GROUP, IdFamily, named_or_all
from skywalk.actions.ip_permissions import duplicate_permission, parse_permissions, rule_key, show_permissions
from skywalk.actions.requested_permissions import requested_permissions
from skywalk.actions.security_group_peers import show_peer
from skywalk.actions.security_groups import group_of_request
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.resources.vpc import Vpc
from skywalk.values.arn import ec2_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

    _Revoked = ec2.RevokeSecurityGroupIngressResult
    """The same in both directions."""

RULE_TYPE = "security-group-rule"
RULE_IDS = IdFamily(
    "sgr",
    "InvalidSecurityGroupRuleId.Malformed",
    "InvalidSecurityGroupRuleId.NotFound",
    "security group rule ID",
)


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule with the group that has it."""

    group: SecurityGroup
    rule: SecurityGroupRule


def authorize_security_group_ingress(
    call: Call, request: ec2.AuthorizeSecurityGroupIngressRequest
) -> ec2.AuthorizeSecurityGroupIngressResult:
    group = group_of_request(call, request.get("GroupId"), request.get("GroupName"))
    added = _authorize(call, group, request, is_egress=False)
    return {"Return": True, "SecurityGroupRules": [show_rule(call, one) for one in added]}


def authorize_security_group_egress(
    call: Call, request: ec2.AuthorizeSecurityGroupEgressRequest
) -> ec2.AuthorizeSecurityGroupEgressResult:
    group = group_of_request(call, request["GroupId"], None)
    added = _authorize(call, group, request, is_egress=True)
    return {"Return": True, "SecurityGroupRules": [show_rule(call, one) for one in added]}


def _authorize(
    call: Call,
    group: SecurityGroup,
    request: ec2.AuthorizeSecurityGroupIngressRequest | ec2.AuthorizeSecurityGroupEgressRequest,
    *,
    is_egress: bool,
) -> list[GroupRule]:
    permissions = requested_permissions(call, request, is_egress=is_egress)
    if not permissions:
        raise AwsError("MissingParameter", "The request must contain the parameter ipPermissions")
    tags = specified_tags(request.get("TagSpecifications"), RULE_TYPE)
    present = {rule_key(rule) for rule in group.rules}
    added: list[SecurityGroupRule] = []
    for rule in parse_permissions(call, group, permissions, is_egress=is_egress):
        if rule_key(rule) in present:
            raise duplicate_permission(rule)
        added.append(replace(rule, rule_id=call.mint("sgr"), tags=tags))
    group = replace(group, rules=(*group.rules, *added))
    call.tx.put(group)
    return [GroupRule(group, rule) for rule in added]


def revoke_security_group_ingress(
    call: Call, request: ec2.RevokeSecurityGroupIngressRequest
) -> ec2.RevokeSecurityGroupIngressResult:
    group = group_of_request(call, request.get("GroupId"), request.get("GroupName"))
    return _revoke(call, group, request, is_egress=False)


def revoke_security_group_egress(
    call: Call, request: ec2.RevokeSecurityGroupEgressRequest
) -> ec2.RevokeSecurityGroupEgressResult:
    group = group_of_request(call, request["GroupId"], None)
    return _revoke(call, group, request, is_egress=True)


def _revoke(
    call: Call,
    group: SecurityGroup,
    request: ec2.RevokeSecurityGroupIngressRequest | ec2.RevokeSecurityGroupEgressRequest,
    *,
    is_egress: bool,
) -> _Revoked:
    """All that the request names; permissions that are not there are refused, and shown in a default VPC instead."""
    permissions = requested_permissions(call, request, is_egress=is_egress)
    rule_ids = request.get("SecurityGroupRuleIds")
    if permissions and rule_ids:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'ipPermissions' and 'securityGroupRuleIds' may not be used in combination.",
        )
    unknown: list[SecurityGroupRule] = []
    if rule_ids:
        removed = rules_by_id(group, rule_ids, is_egress=is_egress)
    elif permissions:
        asked = parse_permissions(call, group, permissions, is_egress=is_egress, peers_exist=False)
        removed, unknown = known_and_unknown(group, asked)
    else:
        raise AwsError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
    if unknown and not _is_in_default_vpc(call, group):
        raise no_such_rule()
    gone = {rule.rule_id for rule in removed}
    call.tx.put(replace(group, rules=tuple(rule for rule in group.rules if rule.rule_id not in gone)))
    result: _Revoked = {
        "Return": True,
        "RevokedSecurityGroupRules": [_show_revoked(GroupRule(group, rule)) for rule in removed],
    }
    if unknown:
        result["UnknownIpPermissions"] = show_permissions(call, group, unknown)
    return result


def _is_in_default_vpc(call: Call, group: SecurityGroup) -> bool:
    vpc = call.tx.get(Vpc, group.vpc_id)
    return vpc is not None and vpc.is_default


def no_such_rule() -> AwsError:
    return AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")


def known_and_unknown(
    group: SecurityGroup, asked: Iterable[SecurityGroupRule]
) -> tuple[list[SecurityGroupRule], list[SecurityGroupRule]]:
    """The group's rules that are as those asked for, and those asked for that it does not have."""
    present = {rule_key(rule): rule for rule in group.rules}
    known: list[SecurityGroupRule] = []
    unknown: list[SecurityGroupRule] = []
    for rule in asked:
        found = present.get(rule_key(rule))
        (unknown if found is None else known).append(found or rule)
    return known, unknown


def rules_by_id(group: SecurityGroup, rule_ids: Sequence[str], *, is_egress: bool) -> list[SecurityGroupRule]:
    """The group's rules of these ids, each once. Raises InvalidSecurityGroupRuleId.Malformed,
    InvalidSecurityGroupRuleId.NotFound."""
    present = {rule.rule_id: rule for rule in group.rules if rule.is_egress is is_egress}
    for rule_id in rule_ids:
        RULE_IDS.check(rule_id)
    missing = [rule_id for rule_id in dict.fromkeys(rule_ids) if rule_id not in present]
    if missing:
        raise RULE_IDS.not_found(*missing)
    return [present[rule_id] for rule_id in dict.fromkeys(rule_ids)]


def describe_security_group_rules(
    call: Call, request: ec2.DescribeSecurityGroupRulesRequest
) -> ec2.DescribeSecurityGroupRulesResult:
    found = _named_or_all(call, request)
    found = matching(found, request.get("Filters"), _FILTERS, lambda one: one.rule.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeSecurityGroupRulesResult = {"SecurityGroupRules": [show_rule(call, one) for one in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[GroupRule]] = {
    "group-id": lambda one: [one.group.id],
    "security-group-rule-id": lambda one: [one.rule.rule_id],
}


def _named_or_all(call: Call, request: ec2.DescribeSecurityGroupRulesRequest) -> list[GroupRule]:
    """At least those that can pass the filters: of groups or rules that these name by their ids, an index tells."""
    rule_ids = request.get("SecurityGroupRuleIds")
    if rule_ids:
        found = {rule_id: find_rule(call, rule_id) for rule_id in rule_ids}
        missing = [rule_id for rule_id, one in found.items() if one is None]
        if missing:
            raise RULE_IDS.not_found(*missing)
        return [one for one in found.values() if one is not None]
    groups = named_or_all(call, SECURITY_GROUP, None, request.get("Filters"), ("security-group-rule-id",))
    return [GroupRule(group, rule) for group in groups for rule in group.rules]


def find_rule(call: Call, rule_id: str) -> GroupRule | None:
    """The caller's rule of this id. Raises InvalidSecurityGroupRuleId.Malformed."""
    RULE_IDS.check(rule_id)
    for group in call.tx.referring(SecurityGroup, rule_id):
        for rule in group.rules:
            if rule.rule_id == rule_id and group.scope == call.scope:
                return GroupRule(group, rule)
    return None


def show_rule(call: Call, one: GroupRule) -> ec2.SecurityGroupRule:
    group, rule = one.group, one.rule
    shown: ec2.SecurityGroupRule = {
        "SecurityGroupRuleId": rule.rule_id,
        "SecurityGroupRuleArn": ec2_arn(group.scope.region, group.scope.account_id, f"{RULE_TYPE}/{rule.rule_id}"),
        "GroupId": group.id,
        "GroupOwnerId": group.scope.account_id,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        "Tags": show_tags(rule.tags),
    }
    if rule.ipv4_network is not None:
        shown["CidrIpv4"] = str(rule.ipv4_network)
    if rule.ipv6_network is not None:
        shown["CidrIpv6"] = str(rule.ipv6_network)
    if rule.prefix_list_id is not None:
        shown["PrefixListId"] = rule.prefix_list_id
    if rule.referenced_group_id is not None:
        shown["ReferencedGroupInfo"] = _show_referenced(call, one)
    if rule.description is not None:
        shown["Description"] = rule.description
    return shown


def _show_referenced(call: Call, one: GroupRule) -> ec2.ReferencedSecurityGroup:
    peer = show_peer(call, one.group, one.rule)
    shown: ec2.ReferencedSecurityGroup = {"GroupId": peer["GroupId"], "UserId": peer["UserId"]}
    if one.rule.peering_connection_id is None:
        shown["VpcId"] = one.group.vpc_id
        return shown
    if "VpcId" in peer:
        shown["VpcId"] = peer["VpcId"]
    shown["VpcPeeringConnectionId"] = peer["VpcPeeringConnectionId"]
    shown["PeeringStatus"] = peer["PeeringStatus"]
    return shown


def _show_revoked(one: GroupRule) -> ec2.RevokedSecurityGroupRule:
    rule = one.rule
    shown: ec2.RevokedSecurityGroupRule = {
        "SecurityGroupRuleId": rule.rule_id,
        "GroupId": one.group.id,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
    }
    if rule.ipv4_network is not None:
        shown["CidrIpv4"] = str(rule.ipv4_network)
    if rule.ipv6_network is not None:
        shown["CidrIpv6"] = str(rule.ipv6_network)
    if rule.prefix_list_id is not None:
        shown["PrefixListId"] = rule.prefix_list_id
    if rule.referenced_group_id is not None:
        shown["ReferencedGroupId"] = rule.referenced_group_id
    if rule.description is not None:
        shown["Description"] = rule.description
    return shown
