from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.security_group_rule_changes import (
    modify_security_group_rules,
    update_security_group_rule_descriptions_egress,
    update_security_group_rule_descriptions_ingress,
)
from skywalk.actions.security_group_rules import (
    authorize_security_group_ingress,
    describe_security_group_rules,
)
from skywalk.actions.security_groups import create_security_group, delete_security_group
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus
from support.placed_targets import place_peering, set_peering_status
from support.region import OTHER_ACCOUNT, Client, Region

GONE = "sgr-00000000000000000"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def group_id(ec2: Client, vpc_id: str) -> str:
    return ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]


def _authorize(ec2: Client, group_id: str, **peer: Any) -> str:
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]
    made = ec2(
        authorize_security_group_ingress,
        GroupId=group_id,
        IpPermissions=[{**HTTPS, **(peer or {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "x"}]})}],
        TagSpecifications=tags,
    )
    return made["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def _rule(ec2: Client, rule_id: str) -> dict[str, Any]:
    [rule] = ec2(describe_security_group_rules, SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
    return dict(rule)


def _update(rule_id: str, **rule: Any) -> list[dict[str, Any]]:
    return [{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": rule}]


def test_a_rule_changes_and_keeps_its_id_and_tags(ec2: Client, group_id: str) -> None:
    rule_id = _authorize(ec2, group_id)
    before = _rule(ec2, rule_id)
    changed = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54, "CidrIpv4": "192.0.2.9/24", "Description": "DNS"}
    assert ec2(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update(rule_id, **changed)) == {
        "Return": True
    }
    assert _rule(ec2, rule_id) == {**before, **changed, "CidrIpv4": "192.0.2.0/24"}
    del changed["Description"]
    ec2(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update(rule_id, **changed))
    assert "Description" not in _rule(ec2, rule_id)


@pytest.mark.parametrize(
    ("peer", "changed"),
    [
        ({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, {"CidrIpv6": "2001:db8::/32"}),
        ({"PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]}, {"PrefixListId": "pl-02cd2c6b"}),
    ],
)
def test_other_peers(ec2: Client, group_id: str, peer: dict[str, Any], changed: dict[str, str]) -> None:
    rule_id = _authorize(ec2, group_id, **peer)
    ec2(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update(rule_id, **HTTPS, **changed))
    [(name, value)] = changed.items()
    assert _rule(ec2, rule_id)[name] == value


def test_a_rule_names_another_group(ec2: Client, vpc_id: str, group_id: str) -> None:
    other = ec2(create_security_group, VpcId=vpc_id, GroupName="db", Description="db")["GroupId"]
    rule_id = _authorize(ec2, group_id, UserIdGroupPairs=[{"GroupId": group_id}])
    ec2(
        modify_security_group_rules,
        GroupId=group_id,
        SecurityGroupRules=_update(rule_id, **HTTPS, ReferencedGroupId=other),
    )
    assert _rule(ec2, rule_id)["ReferencedGroupInfo"]["GroupId"] == other
    assert ec2.refusal(delete_security_group, GroupId=other)[0] == "DependencyViolation"


def test_a_rule_across_a_peering_connection(region: Region, ec2: Client, vpc_id: str, group_id: str) -> None:
    theirs = region.client(OTHER_ACCOUNT)
    their_vpc = theirs(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    first, second = (
        theirs(create_security_group, VpcId=their_vpc, GroupName=name, Description=name)["GroupId"]
        for name in ("a", "b")
    )
    peering_id = place_peering(region, vpc_id, their_vpc)
    rule_id = _authorize(ec2, group_id, UserIdGroupPairs=[{"GroupId": first, "UserId": OTHER_ACCOUNT}])

    def modify(referenced: str, **more: str) -> None:
        update = _update(rule_id, **HTTPS, ReferencedGroupId=referenced, **more)
        ec2(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=update)

    modify(second)
    assert _rule(ec2, rule_id)["ReferencedGroupInfo"]["GroupId"] == second
    set_peering_status(region, peering_id, PeeringStatus.DELETED)
    modify(second, Description="stale")
    assert _rule(ec2, rule_id)["ReferencedGroupInfo"] == {
        "GroupId": second,
        "UserId": OTHER_ACCOUNT,
        "VpcId": their_vpc,
        "VpcPeeringConnectionId": peering_id,
        "PeeringStatus": "deleted",
    }


def test_a_changed_rule_may_take_what_another_gives_up(ec2: Client, group_id: str) -> None:
    one = _authorize(ec2, group_id, IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    two = _authorize(ec2, group_id, IpRanges=[{"CidrIp": "192.0.2.0/24"}])
    swapped = [
        *_update(one, **HTTPS, CidrIpv4="192.0.2.0/24"),
        *_update(two, **HTTPS, CidrIpv4="10.0.0.0/8"),
    ]
    ec2(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=swapped)
    assert _rule(ec2, one)["CidrIpv4"] == "192.0.2.0/24"
    assert _rule(ec2, two)["CidrIpv4"] == "10.0.0.0/8"


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        (
            {**HTTPS, "CidrIpv4": "192.0.2.0/24"},
            "InvalidPermission.Duplicate",
            'the specified rule "peer: 192.0.2.0/24, TCP, from port: 443, to port: 443, ALLOW" already exists',
        ),
        (
            {**HTTPS, "ReferencedGroupId": "sg-00000000000000000"},
            "InvalidParameterValue",
            "You may not specify a referenced group id for an existing IPv4 CIDR rule.",
        ),
        (
            {**HTTPS, "CidrIpv6": "::/0"},
            "InvalidParameterValue",
            "You may not specify an IPv6 CIDR for an existing IPv4 CIDR rule.",
        ),
        (
            HTTPS,
            "MissingParameter",
            "The request must contain exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedGroupId",
        ),
        (
            {**HTTPS, "CidrIpv4": "10.0.0.0/8", "CidrIpv6": "::/0"},
            "InvalidParameterCombination",
            "The request must contain exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedGroupId",
        ),
        (
            {"CidrIpv4": "10.0.0.0/8"},
            "MissingParameter",
            "The request must contain the parameter ipProtocol",
        ),
        (
            {**HTTPS, "FromPort": 444, "CidrIpv4": "10.0.0.0/8"},
            "InvalidPermission.Malformed",
            "Invalid TCP/UDP port range (444:443)",
        ),
        (
            {**HTTPS, "CidrIpv4": "10.0.0.0/99"},
            "InvalidParameterValue",
            "CIDR block 10.0.0.0/99 is malformed",
        ),
    ],
)
def test_refusals(ec2: Client, group_id: str, rule: dict[str, Any], code: str, message: str) -> None:
    rule_id = _authorize(ec2, group_id)
    _authorize(ec2, group_id, IpRanges=[{"CidrIp": "192.0.2.0/24"}])
    assert ec2.refusal(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update(rule_id, **rule)) == (
        code,
        message,
    )


def test_rules_that_are_not_the_groups(ec2: Client, vpc_id: str, group_id: str) -> None:
    other = ec2(create_security_group, VpcId=vpc_id, GroupName="db", Description="db")["GroupId"]
    rule_id = _authorize(ec2, other)
    rule = {**HTTPS, "CidrIpv4": "10.0.0.0/8"}
    for unknown in (rule_id, GONE):
        assert ec2.refusal(
            modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update(unknown, **rule)
        ) == ("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{unknown}' does not exist")
    assert ec2.refusal(modify_security_group_rules, GroupId=group_id, SecurityGroupRules=_update("x", **rule)) == (
        "InvalidSecurityGroupRuleId.Malformed",
        'Invalid id: "x" (expecting "sgr-...")',
    )
    twice = [*_update(rule_id, **rule), *_update(rule_id, **rule)]
    assert ec2.refusal(modify_security_group_rules, GroupId=other, SecurityGroupRules=twice) == (
        "InvalidParameterValue",
        f"The security group rule ID '{rule_id}' is specified more than once.",
    )


def test_descriptions_by_permission_and_by_id(ec2: Client, group_id: str) -> None:
    rule_id = _authorize(ec2, group_id)
    permission = {**HTTPS, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "offices"}]}
    assert ec2(update_security_group_rule_descriptions_ingress, GroupId=group_id, IpPermissions=[permission]) == {
        "Return": True
    }
    assert _rule(ec2, rule_id)["Description"] == "offices"
    by_id = [{"SecurityGroupRuleId": rule_id, "Description": "sites"}]
    ec2(update_security_group_rule_descriptions_ingress, GroupId=group_id, SecurityGroupRuleDescriptions=by_id)
    assert _rule(ec2, rule_id)["Description"] == "sites"
    without = [{"SecurityGroupRuleId": rule_id}]
    ec2(update_security_group_rule_descriptions_ingress, GroupId=group_id, SecurityGroupRuleDescriptions=without)
    assert "Description" not in _rule(ec2, rule_id)


def test_descriptions_of_what_goes_out(ec2: Client, group_id: str) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "out"}]}
    ec2(update_security_group_rule_descriptions_egress, GroupId=group_id, IpPermissions=[everything])
    of_group = [{"Name": "group-id", "Values": [group_id]}]
    [rule] = ec2(describe_security_group_rules, Filters=of_group)["SecurityGroupRules"]
    assert rule["Description"] == "out"
    assert ec2.refusal(
        update_security_group_rule_descriptions_ingress, GroupId=group_id, IpPermissions=[everything]
    ) == ("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")


def test_refusals_of_descriptions(ec2: Client, group_id: str) -> None:
    rule_id = _authorize(ec2, group_id)

    def refusal(**request: Any) -> tuple[str, str]:
        return ec2.refusal(update_security_group_rule_descriptions_ingress, GroupId=group_id, **request)

    assert refusal() == (
        "MissingParameter",
        "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
    )
    by_id = [{"SecurityGroupRuleId": rule_id}]
    both = {"IpPermissions": [HTTPS], "SecurityGroupRuleDescriptions": by_id}
    assert refusal(**both) == (
        "InvalidParameterCombination",
        "The parameters 'ipPermissions' and 'securityGroupRuleDescriptions' may not be used in combination.",
    )
    assert refusal(SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": GONE}])[0] == (
        "InvalidSecurityGroupRuleId.NotFound"
    )
    assert refusal(SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule_id, "Description": "ä"}])[0] == (
        "InvalidParameterValue"
    )
    assert ec2.refusal(update_security_group_rule_descriptions_egress, SecurityGroupRuleDescriptions=by_id)[0] == (
        "MissingParameter"
    )
