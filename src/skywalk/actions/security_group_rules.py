"""Security group rules: authorize, revoke, describe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import IdFamily
from skywalk.actions.ip_permissions import duplicate_permission, group_by_name, parse_permissions, rule_key
from skywalk.actions.security_groups import group_of_request
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.values.arn import ec2_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

    Request = (
        ec2.AuthorizeSecurityGroupIngressRequest
        | ec2.AuthorizeSecurityGroupEgressRequest
        | ec2.RevokeSecurityGroupIngressRequest
        | ec2.RevokeSecurityGroupEgressRequest
    )

RULE_TYPE = "security-group-rule"
RULE_IDS = IdFamily(
    "sgr",
    "InvalidSecurityGroupRuleId.Malformed",
    "InvalidSecurityGroupRuleId.NotFound",
    "security group rule ID",
)
_FLAT = ("CidrIp", "FromPort", "IpProtocol", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "ToPort")


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
    return {"Return": True, "SecurityGroupRules": [show_rule(one) for one in added]}


def authorize_security_group_egress(
    call: Call, request: ec2.AuthorizeSecurityGroupEgressRequest
) -> ec2.AuthorizeSecurityGroupEgressResult:
    group = group_of_request(call, request["GroupId"], None)
    added = _authorize(call, group, request, is_egress=True)
    return {"Return": True, "SecurityGroupRules": [show_rule(one) for one in added]}


def _authorize(
    call: Call,
    group: SecurityGroup,
    request: ec2.AuthorizeSecurityGroupIngressRequest | ec2.AuthorizeSecurityGroupEgressRequest,
    *,
    is_egress: bool,
) -> list[GroupRule]:
    permissions = _permissions(call, group, request, is_egress)
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
    removed = _revoke(call, group, request, is_egress=False)
    return {"Return": True, "RevokedSecurityGroupRules": [_show_revoked(one) for one in removed]}


def revoke_security_group_egress(
    call: Call, request: ec2.RevokeSecurityGroupEgressRequest
) -> ec2.RevokeSecurityGroupEgressResult:
    group = group_of_request(call, request["GroupId"], None)
    removed = _revoke(call, group, request, is_egress=True)
    return {"Return": True, "RevokedSecurityGroupRules": [_show_revoked(one) for one in removed]}


def _revoke(
    call: Call,
    group: SecurityGroup,
    request: ec2.RevokeSecurityGroupIngressRequest | ec2.RevokeSecurityGroupEgressRequest,
    *,
    is_egress: bool,
) -> list[GroupRule]:
    """All that the request names, or nothing: what is not there is refused (outside a default VPC)."""
    permissions = _permissions(call, group, request, is_egress)
    rule_ids = request.get("SecurityGroupRuleIds")
    if permissions and rule_ids:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'ipPermissions' and 'securityGroupRuleIds' may not be used in combination.",
        )
    if rule_ids:
        removed = _rules_by_id(group, rule_ids, is_egress)
    elif permissions:
        removed = _rules_by_permission(call, group, permissions, is_egress)
    else:
        raise AwsError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
    gone = {rule.rule_id for rule in removed}
    call.tx.put(replace(group, rules=tuple(rule for rule in group.rules if rule.rule_id not in gone)))
    return [GroupRule(group, rule) for rule in removed]


def _rules_by_id(group: SecurityGroup, rule_ids: Sequence[str], is_egress: bool) -> list[SecurityGroupRule]:
    present = {rule.rule_id: rule for rule in group.rules if rule.is_egress is is_egress}
    for rule_id in rule_ids:
        RULE_IDS.check(rule_id)
    missing = [rule_id for rule_id in dict.fromkeys(rule_ids) if rule_id not in present]
    if missing:
        raise RULE_IDS.not_found(*missing)
    return [present[rule_id] for rule_id in dict.fromkeys(rule_ids)]


def _rules_by_permission(
    call: Call, group: SecurityGroup, permissions: Iterable[ec2.IpPermission], is_egress: bool
) -> list[SecurityGroupRule]:
    present = {rule_key(rule): rule for rule in group.rules}
    asked = parse_permissions(call, group, permissions, is_egress=is_egress)
    if any(rule_key(rule) not in present for rule in asked):
        raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
    return [present[rule_key(rule)] for rule in asked]


def _permissions(call: Call, group: SecurityGroup, request: Request, is_egress: bool) -> list[ec2.IpPermission]:
    """The request's permissions, in whichever of the two forms it has them.

    The flat form is of ingress alone (API Reference: "Not supported. Use IP permissions instead.").
    """
    structured = request.get("IpPermissions") or []
    flat = [name for name in _FLAT if name in request]
    if flat and structured:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameter 'ipPermissions' may not be used in combination with '{_lower_first(flat[0])}'.",
        )
    if flat and is_egress:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameter '{_lower_first(flat[0])}' is not supported. Use IP permissions instead.",
        )
    return _flat_permissions(call, group, request) if flat else structured


def _lower_first(name: str) -> str:
    """A parameter as EC2's refusals write it."""
    return name[0].lower() + name[1:]


def _flat_permissions(call: Call, group: SecurityGroup, request: Request) -> list[ec2.IpPermission]:
    if "SourceSecurityGroupName" in request:
        return _from_named_group(call, group, request)
    if "CidrIp" not in request:
        raise AwsError("MissingParameter", "The request must contain the parameter cidrIp")
    permission: ec2.IpPermission = {"IpRanges": [{"CidrIp": request["CidrIp"]}]}
    if "IpProtocol" in request:
        permission["IpProtocol"] = request["IpProtocol"]
    if "FromPort" in request:
        permission["FromPort"] = request["FromPort"]
    if "ToPort" in request:
        permission["ToPort"] = request["ToPort"]
    return [permission]


def _from_named_group(call: Call, group: SecurityGroup, request: Request) -> list[ec2.IpPermission]:
    """All TCP, UDP and ICMP from a group of the same VPC (API Reference, SourceSecurityGroupName)."""
    for name in ("CidrIp", "FromPort", "IpProtocol", "ToPort"):
        if name in request:
            raise AwsError(
                "InvalidParameterCombination",
                f"The parameter 'sourceSecurityGroupName' may not be used in combination with '{_lower_first(name)}'.",
            )
    source = group_by_name(call, group.vpc_id, request["SourceSecurityGroupName"])
    peer: ec2.UserIdGroupPair = {
        "GroupId": source.id,
        "UserId": request.get("SourceSecurityGroupOwnerId", source.scope.account_id),
    }
    return [
        {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [peer]},
        {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [peer]},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [peer]},
    ]


def describe_security_group_rules(
    call: Call, request: ec2.DescribeSecurityGroupRulesRequest
) -> ec2.DescribeSecurityGroupRulesResult:
    found = _named_or_all(call, request.get("SecurityGroupRuleIds"))
    found = matching(found, request.get("Filters"), _FILTERS, lambda one: one.rule.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeSecurityGroupRulesResult = {"SecurityGroupRules": [show_rule(one) for one in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[GroupRule]] = {
    "group-id": lambda one: [one.group.id],
    "security-group-rule-id": lambda one: [one.rule.rule_id],
}


def _named_or_all(call: Call, rule_ids: Sequence[str] | None) -> list[GroupRule]:
    present = all_rules(call)
    if not rule_ids:
        return list(present.values())
    for rule_id in rule_ids:
        RULE_IDS.check(rule_id)
    missing = [rule_id for rule_id in dict.fromkeys(rule_ids) if rule_id not in present]
    if missing:
        raise RULE_IDS.not_found(*missing)
    return [present[rule_id] for rule_id in dict.fromkeys(rule_ids)]


def all_rules(call: Call) -> dict[str, GroupRule]:
    """The rules of all of the caller's groups, by id."""
    groups = call.tx.of_owner(SecurityGroup, call.scope)
    return {rule.rule_id: GroupRule(group, rule) for group in groups for rule in group.rules}


def show_rule(one: GroupRule) -> ec2.SecurityGroupRule:
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
        shown["ReferencedGroupInfo"] = {
            "GroupId": rule.referenced_group_id,
            "UserId": group.scope.account_id,
            "VpcId": group.vpc_id,
        }
    if rule.description is not None:
        shown["Description"] = rule.description
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
