"""What changes security group rules that are there: ModifySecurityGroupRules, and their descriptions.

Source: API Reference, ModifySecurityGroupRules (a rule keeps the kind of its peer) and
UpdateSecurityGroupRuleDescriptionsIngress; texts from answers quoted in public reports. Unconfirmed: the texts for a
missing or second peer, for peers of other kinds than a group for an IPv4 CIDR, for a rule named twice, and that a
protocol must be given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.existing import SECURITY_GROUP, existing
from skywalk.actions.ip_permissions import check_description, duplicate_permission, parse_permissions, rule_key
from skywalk.actions.security_group_rules import RULE_IDS, known_and_unknown, no_such_rule, rules_by_id
from skywalk.actions.security_groups import group_of_request
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

    DescriptionsRequest = (
        ec2.UpdateSecurityGroupRuleDescriptionsIngressRequest | ec2.UpdateSecurityGroupRuleDescriptionsEgressRequest
    )

_PEERS: Mapping[str, tuple[str, str]] = {
    "CidrIpv4": ("an IPv4 CIDR", "IPv4 CIDR"),
    "CidrIpv6": ("an IPv6 CIDR", "IPv6 CIDR"),
    "PrefixListId": ("a prefix list id", "prefix list"),
    "ReferencedGroupId": ("a referenced group id", "referenced group"),
}
"""How a refusal speaks of what a request has, and of what a rule has."""


def modify_security_group_rules(
    call: Call, request: ec2.ModifySecurityGroupRulesRequest
) -> ec2.ModifySecurityGroupRulesResult:
    """Protocol, ports, peer and description of rules; each keeps its id, direction and tags."""
    group = existing(call, SECURITY_GROUP, request["GroupId"])
    updates = request["SecurityGroupRules"]
    _check_once([update["SecurityGroupRuleId"] for update in updates])
    present = {rule.rule_id: rule for rule in group.rules}
    _check_present(present, [update["SecurityGroupRuleId"] for update in updates])
    for update in updates:
        former = present[update["SecurityGroupRuleId"]]
        asked = _asked_rule(call, group, former, update.get("SecurityGroupRule") or {})
        present[former.rule_id] = replace(asked, rule_id=former.rule_id, tags=former.tags)
    _check_no_two_alike(list(present.values()), {update["SecurityGroupRuleId"] for update in updates})
    call.tx.put(replace(group, rules=tuple(present.values())))
    return {"Return": True}


def _check_once(rule_ids: Sequence[str]) -> None:
    for rule_id in rule_ids:
        RULE_IDS.check(rule_id)
        if rule_ids.count(rule_id) > 1:
            raise invalid_parameter_value(f"The security group rule ID '{rule_id}' is specified more than once.")


def _check_present(present: Mapping[str, SecurityGroupRule], rule_ids: Sequence[str]) -> None:
    missing = [rule_id for rule_id in rule_ids if rule_id not in present]
    if missing:
        raise RULE_IDS.not_found(*missing)


def _asked_rule(
    call: Call, group: SecurityGroup, former: SecurityGroupRule, asked: ec2.SecurityGroupRuleRequest
) -> SecurityGroupRule:
    given = [name for name in _PEERS if name in asked]
    if len(given) != 1:
        code = "InvalidParameterCombination" if given else "MissingParameter"
        raise AwsError(
            code, "The request must contain exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedGroupId"
        )
    if given[0] != _kind_of(former):
        raise invalid_parameter_value(
            f"You may not specify {_PEERS[given[0]][0]} for an existing {_PEERS[_kind_of(former)][1]} rule."
        )
    keeps_group = (
        former.referenced_group_id is not None and asked.get("ReferencedGroupId") == former.referenced_group_id
    )
    permissions = [_permission(call, asked)]
    [rule] = parse_permissions(call, group, permissions, is_egress=former.is_egress, peers_exist=not keeps_group)
    if keeps_group:
        owner_id, peering_id = former.referenced_owner_id, former.peering_connection_id
        return replace(rule, referenced_owner_id=owner_id, peering_connection_id=peering_id)
    return rule


def _kind_of(rule: SecurityGroupRule) -> str:
    if rule.ipv4_network is not None:
        return "CidrIpv4"
    if rule.ipv6_network is not None:
        return "CidrIpv6"
    return "PrefixListId" if rule.prefix_list_id is not None else "ReferencedGroupId"


def _permission(call: Call, asked: ec2.SecurityGroupRuleRequest) -> ec2.IpPermission:
    """The same as a permission with one peer."""
    permission: ec2.IpPermission = {}
    if "IpProtocol" in asked:
        permission["IpProtocol"] = asked["IpProtocol"]
    if "FromPort" in asked:
        permission["FromPort"] = asked["FromPort"]
    if "ToPort" in asked:
        permission["ToPort"] = asked["ToPort"]
    description = asked.get("Description", "")
    if "CidrIpv4" in asked:
        permission["IpRanges"] = [{"CidrIp": asked["CidrIpv4"], "Description": description}]
    elif "CidrIpv6" in asked:
        permission["Ipv6Ranges"] = [{"CidrIpv6": asked["CidrIpv6"], "Description": description}]
    elif "PrefixListId" in asked:
        permission["PrefixListIds"] = [{"PrefixListId": asked["PrefixListId"], "Description": description}]
    else:
        group_id = asked["ReferencedGroupId"]
        owner_id = _owner_id(call, group_id)
        permission["UserIdGroupPairs"] = [{"GroupId": group_id, "UserId": owner_id, "Description": description}]
    return permission


def _owner_id(call: Call, group_id: str) -> str:
    """The group's account, which such a request has no place for."""
    found = call.tx.get(SecurityGroup, group_id)
    return call.caller.account_id if found is None else found.scope.account_id


def _check_no_two_alike(rules: Sequence[SecurityGroupRule], changed: Collection[str]) -> None:
    """Raises InvalidPermission.Duplicate."""
    seen: dict[SecurityGroupRule, SecurityGroupRule] = {}
    for rule in sorted(rules, key=lambda one: one.rule_id in changed):
        if rule_key(rule) in seen:
            raise duplicate_permission(rule)
        seen[rule_key(rule)] = rule


def update_security_group_rule_descriptions_ingress(
    call: Call, request: ec2.UpdateSecurityGroupRuleDescriptionsIngressRequest
) -> ec2.UpdateSecurityGroupRuleDescriptionsIngressResult:
    _describe_rules(call, request, is_egress=False)
    return {"Return": True}


def update_security_group_rule_descriptions_egress(
    call: Call, request: ec2.UpdateSecurityGroupRuleDescriptionsEgressRequest
) -> ec2.UpdateSecurityGroupRuleDescriptionsEgressResult:
    _describe_rules(call, request, is_egress=True)
    return {"Return": True}


def _describe_rules(call: Call, request: DescriptionsRequest, *, is_egress: bool) -> None:
    """Rules by what they allow, or by their ids; a description that is left out goes."""
    group = group_of_request(call, request.get("GroupId"), request.get("GroupName"))
    permissions, by_id = request.get("IpPermissions"), request.get("SecurityGroupRuleDescriptions")
    if permissions and by_id:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'ipPermissions' and 'securityGroupRuleDescriptions' may not be used in combination.",
        )
    if permissions:
        descriptions = _descriptions_of(call, group, permissions, is_egress)
    elif by_id:
        rule_ids = [one.get("SecurityGroupRuleId", "") for one in by_id]
        rules_by_id(group, rule_ids, is_egress=is_egress)
        descriptions = {one["SecurityGroupRuleId"]: check_description(one.get("Description")) for one in by_id}
    else:
        raise AwsError(
            "MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided."
        )
    rules = (
        replace(rule, description=descriptions[rule.rule_id]) if rule.rule_id in descriptions else rule
        for rule in group.rules
    )
    call.tx.put(replace(group, rules=tuple(rules)))


def _descriptions_of(
    call: Call, group: SecurityGroup, permissions: Sequence[ec2.IpPermission], is_egress: bool
) -> dict[str, str | None]:
    """By rule id. Raises InvalidPermission.NotFound."""
    asked = parse_permissions(call, group, permissions, is_egress=is_egress, peers_exist=False)
    known, unknown = known_and_unknown(group, asked)
    if unknown:
        raise no_such_rule()
    return {rule.rule_id: one.description for rule, one in zip(known, asked, strict=True)}
