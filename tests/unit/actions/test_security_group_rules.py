from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.default_vpcs import open_region
from skywalk.actions.security_group_rules import (
    authorize_security_group_egress,
    authorize_security_group_ingress,
    describe_security_group_rules,
    revoke_security_group_egress,
    revoke_security_group_ingress,
)
from skywalk.actions.security_groups import create_security_group, describe_security_groups
from skywalk.actions.vpcs import create_vpc
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "sgr-00000000000000000"


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


def _ssh(*cidrs: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": cidr} for cidr in cidrs]}


def _ingress(ec2: Client, group_id: str) -> list[Any]:
    [group] = ec2(describe_security_groups, GroupIds=[group_id])["SecurityGroups"]
    return list(group["IpPermissions"])


def _egress(ec2: Client, group_id: str) -> list[Any]:
    [group] = ec2(describe_security_groups, GroupIds=[group_id])["SecurityGroups"]
    return list(group["IpPermissionsEgress"])


def test_one_rule_for_each_peer(ec2: Client, group_id: str, vpc_id: str) -> None:
    permission = {
        "IpProtocol": "6",
        "FromPort": 443,
        "ToPort": 444,
        "IpRanges": [{"CidrIp": "192.0.2.9/24", "Description": "office"}],
        "Ipv6Ranges": [{"CidrIpv6": "2001:db8::1/32"}],
        "UserIdGroupPairs": [{"GroupId": group_id, "UserId": OWNER}],
        "PrefixListIds": [{"PrefixListId": "pl-63a5400a", "Description": "S3"}],
    }
    tags = [{"Key": "Name", "Value": "tls"}]
    made = ec2(
        authorize_security_group_ingress,
        GroupId=group_id,
        IpPermissions=[permission],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )
    assert made["Return"] is True
    by_v4, by_v6, by_group, by_list = made["SecurityGroupRules"]
    common = {
        "GroupId": group_id,
        "GroupOwnerId": OWNER,
        "IsEgress": False,
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 444,
        "Tags": tags,
    }
    rule_id = by_v4["SecurityGroupRuleId"]
    assert by_v4 == {
        **common,
        "SecurityGroupRuleId": rule_id,
        "SecurityGroupRuleArn": f"arn:aws:ec2:us-east-1:{OWNER}:security-group-rule/{rule_id}",
        "CidrIpv4": "192.0.2.0/24",
        "Description": "office",
    }
    assert by_v6["CidrIpv6"] == "2001:db8::/32"
    assert "Description" not in by_v6
    assert by_group["ReferencedGroupInfo"] == {"GroupId": group_id, "UserId": OWNER, "VpcId": vpc_id}
    assert (by_list["PrefixListId"], by_list["Description"]) == ("pl-63a5400a", "S3")
    assert _ingress(ec2, group_id) == [
        {
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 444,
            "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": "office"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
            "UserIdGroupPairs": [{"GroupId": group_id, "UserId": OWNER}],
            "PrefixListIds": [{"PrefixListId": "pl-63a5400a", "Description": "S3"}],
        }
    ]


def test_the_flat_form(ec2: Client, group_id: str) -> None:
    ec2(
        authorize_security_group_ingress,
        GroupId=group_id,
        IpProtocol="udp",
        FromPort=53,
        ToPort=53,
        CidrIp="10.0.0.0/16",
    )
    [permission] = _ingress(ec2, group_id)
    assert (permission["IpProtocol"], permission["FromPort"]) == ("udp", 53)
    assert permission["IpRanges"] == [{"CidrIp": "10.0.0.0/16"}]
    ec2(
        revoke_security_group_ingress,
        GroupId=group_id,
        IpProtocol="udp",
        FromPort=53,
        ToPort=53,
        CidrIp="10.0.0.0/16",
    )
    assert _ingress(ec2, group_id) == []


def test_a_source_group_by_name_brings_tcp_udp_and_icmp(ec2: Client, group_id: str) -> None:
    with ec2.call() as call:
        open_region(call)
    apart = {"GroupId": group_id, "SourceSecurityGroupName": "web"}
    group_id = ec2(create_security_group, GroupName="web", Description="web")["GroupId"]
    other = ec2(create_security_group, GroupName="db", Description="db")["GroupId"]
    assert ec2.refusal(authorize_security_group_ingress, **apart) == (
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    )
    ec2(authorize_security_group_ingress, GroupId=other, SourceSecurityGroupName="web")
    shown = [(one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in _ingress(ec2, other)]
    assert shown == [("tcp", 0, 65535), ("udp", 0, 65535), ("icmp", -1, -1)]
    assert all(one["UserIdGroupPairs"] == [{"GroupId": group_id, "UserId": OWNER}] for one in _ingress(ec2, other))


@pytest.mark.parametrize(
    ("flat", "code", "message"),
    [
        ({"IpProtocol": "tcp"}, "MissingParameter", "The request must contain the parameter cidrIp"),
        ({"CidrIp": "10.0.0.0/16"}, "MissingParameter", "The request must contain the parameter ipProtocol"),
        (
            {"SourceSecurityGroupName": "web", "CidrIp": "10.0.0.0/16"},
            "InvalidParameterCombination",
            "The parameter 'sourceSecurityGroupName' may not be used in combination with 'cidrIp'.",
        ),
        (
            {"SourceSecurityGroupName": "none"},
            "VPCIdNotSpecified",
            "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
        ),
        (
            {"CidrIp": "10.0.0.0/16", "IpPermissions": [_ssh("10.0.0.0/16")]},
            "InvalidParameterCombination",
            "The parameter 'ipPermissions' may not be used in combination with 'cidrIp'.",
        ),
        ({}, "MissingParameter", "The request must contain the parameter ipPermissions"),
        ({"IpPermissions": []}, "MissingParameter", "The request must contain the parameter ipPermissions"),
    ],
)
def test_refusals_of_the_form(ec2: Client, group_id: str, flat: dict[str, Any], code: str, message: str) -> None:
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, **flat) == (code, message)


def test_egress_has_no_flat_form(ec2: Client, group_id: str) -> None:
    flat = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIp": "10.0.0.0/16"}
    for action in (authorize_security_group_egress, revoke_security_group_egress):
        assert ec2.refusal(action, GroupId=group_id, **flat) == (
            "InvalidParameterCombination",
            "The parameter 'cidrIp' is not supported. Use IP permissions instead.",
        )


def test_egress(ec2: Client, group_id: str) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    revoked = ec2(revoke_security_group_egress, GroupId=group_id, IpPermissions=[everything])
    [rule] = revoked["RevokedSecurityGroupRules"]
    assert rule == {
        "SecurityGroupRuleId": rule["SecurityGroupRuleId"],
        "GroupId": group_id,
        "IsEgress": True,
        "IpProtocol": "-1",
        "FromPort": -1,
        "ToPort": -1,
        "CidrIpv4": "0.0.0.0/0",
    }
    assert _egress(ec2, group_id) == []
    to_s3 = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "PrefixListIds": [{"PrefixListId": "pl-63a5400a"}],
    }
    ec2(authorize_security_group_egress, GroupId=group_id, IpPermissions=[to_s3])
    assert _egress(ec2, group_id)[0]["PrefixListIds"] == [{"PrefixListId": "pl-63a5400a"}]
    assert _ingress(ec2, group_id) == []


def test_equal_traffic_shares_a_permission(ec2: Client, group_id: str) -> None:
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[_ssh("192.0.2.0/24")])
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[_ssh("198.51.100.0/24")])
    [permission] = _ingress(ec2, group_id)
    assert permission["IpRanges"] == [{"CidrIp": "192.0.2.0/24"}, {"CidrIp": "198.51.100.0/24"}]


def test_a_rule_exists_once(ec2: Client, group_id: str) -> None:
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[_ssh("192.0.2.0/24")])
    described = {**_ssh(), "IpRanges": [{"CidrIp": "192.0.2.77/24", "Description": "again"}]}
    fresh = _ssh("198.51.100.0/24")
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[fresh, described]) == (
        "InvalidPermission.Duplicate",
        'the specified rule "peer: 192.0.2.0/24, TCP, from port: 22, to port: 22, ALLOW" already exists',
    )
    assert len(_ingress(ec2, group_id)[0]["IpRanges"]) == 1
    twice = _ssh("198.51.100.0/24", "198.51.100.1/24")
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[twice]) == (
        "InvalidParameterValue",
        "The same permission must not appear multiple times",
    )


def test_the_same_rule_in_and_out(ec2: Client, group_id: str) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[everything])
    assert ec2.refusal(authorize_security_group_egress, GroupId=group_id, IpPermissions=[everything]) == (
        "InvalidPermission.Duplicate",
        'the specified rule "peer: 0.0.0.0/0, ALL, ALLOW" already exists',
    )


def test_revoking_by_id(ec2: Client, group_id: str) -> None:
    made = ec2(
        authorize_security_group_ingress,
        GroupId=group_id,
        IpPermissions=[_ssh("192.0.2.0/24", "198.51.100.0/24")],
    )
    first, second = (rule["SecurityGroupRuleId"] for rule in made["SecurityGroupRules"])
    revoked = ec2(revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=[first])
    assert [rule["CidrIpv4"] for rule in revoked["RevokedSecurityGroupRules"]] == ["192.0.2.0/24"]
    assert _ingress(ec2, group_id)[0]["IpRanges"] == [{"CidrIp": "198.51.100.0/24"}]
    assert ec2.refusal(revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=[first]) == (
        "InvalidSecurityGroupRuleId.NotFound",
        f"The security group rule ID '{first}' does not exist",
    )
    assert ec2.refusal(revoke_security_group_egress, GroupId=group_id, SecurityGroupRuleIds=[second])[0] == (
        "InvalidSecurityGroupRuleId.NotFound"
    )


def test_revoking_takes_all_or_nothing(ec2: Client, group_id: str) -> None:
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[_ssh("192.0.2.0/24")])
    absent = _ssh("192.0.2.0/24", "203.0.113.0/24")
    assert ec2.refusal(revoke_security_group_ingress, GroupId=group_id, IpPermissions=[absent]) == (
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
    )
    assert len(_ingress(ec2, group_id)) == 1


def test_refusals_of_revoke(ec2: Client, group_id: str) -> None:
    assert ec2.refusal(revoke_security_group_ingress, GroupId=group_id) == (
        "MissingParameter",
        "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
    )
    assert ec2.refusal(revoke_security_group_ingress, GroupId=group_id, SecurityGroupRuleIds=["sgr-1"]) == (
        "InvalidSecurityGroupRuleId.Malformed",
        'Invalid id: "sgr-1" (expecting "sgr-...")',
    )
    both = {"IpPermissions": [_ssh("192.0.2.0/24")], "SecurityGroupRuleIds": [GONE]}
    assert ec2.refusal(revoke_security_group_ingress, GroupId=group_id, **both) == (
        "InvalidParameterCombination",
        "The parameters 'ipPermissions' and 'securityGroupRuleIds' may not be used in combination.",
    )


def test_describing_rules(ec2: Client, group_id: str) -> None:
    tags = [{"Key": "Name", "Value": "ssh"}]
    [made] = ec2(
        authorize_security_group_ingress,
        GroupId=group_id,
        IpPermissions=[_ssh("192.0.2.0/24")],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": tags}],
    )["SecurityGroupRules"]
    rule_id = made["SecurityGroupRuleId"]
    assert len(ec2(describe_security_group_rules)["SecurityGroupRules"]) == 4  # the default group has two

    def found(**request: Any) -> list[str]:
        shown = ec2(describe_security_group_rules, **request)["SecurityGroupRules"]
        return [rule["SecurityGroupRuleId"] for rule in shown]

    assert ec2(describe_security_group_rules, SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"] == [made]
    assert len(found(Filters=[{"Name": "group-id", "Values": [group_id]}])) == 2
    assert found(Filters=[{"Name": "security-group-rule-id", "Values": [rule_id]}]) == [rule_id]
    assert found(Filters=[{"Name": "tag:Name", "Values": ["s?h"]}]) == [rule_id]
    assert ec2.refusal(describe_security_group_rules, SecurityGroupRuleIds=[GONE]) == (
        "InvalidSecurityGroupRuleId.NotFound",
        f"The security group rule ID '{GONE}' does not exist",
    )
    assert ec2.refusal(describe_security_group_rules, Filters=[{"Name": "vpc-id", "Values": ["x"]}]) == (
        "InvalidParameterValue",
        "The filter 'vpc-id' is invalid",
    )


def test_rules_of_another_account(region: Region, ec2: Client, group_id: str) -> None:
    stranger = region.client(OTHER_ACCOUNT)
    [rule] = ec2(describe_security_group_rules, Filters=[{"Name": "group-id", "Values": [group_id]}])[
        "SecurityGroupRules"
    ]
    assert stranger(describe_security_group_rules)["SecurityGroupRules"] == []
    ids = [rule["SecurityGroupRuleId"]]
    assert stranger.refusal(describe_security_group_rules, SecurityGroupRuleIds=ids)[0] == (
        "InvalidSecurityGroupRuleId.NotFound"
    )
    assert stranger.refusal(revoke_security_group_egress, GroupId=group_id, SecurityGroupRuleIds=ids) == (
        "InvalidGroup.NotFound",
        f"The security group '{group_id}' does not exist",
    )


def test_a_default_vpc_shows_what_it_did_not_have_to_revoke(ec2: Client) -> None:
    with ec2.call() as call:
        open_region(call)
    group_id = ec2(create_security_group, GroupName="web", Description="web")["GroupId"]
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[_ssh("192.0.2.0/24")])
    revoked = ec2(
        revoke_security_group_ingress, GroupName="web", IpPermissions=[_ssh("192.0.2.0/24", "198.51.100.0/24")]
    )
    assert [rule["CidrIpv4"] for rule in revoked["RevokedSecurityGroupRules"]] == ["192.0.2.0/24"]
    [unknown] = revoked["UnknownIpPermissions"]
    assert unknown["IpRanges"] == [{"CidrIp": "198.51.100.0/24"}]
    assert _ingress(ec2, group_id) == []
