from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.security_group_rules import authorize_security_group_ingress
from skywalk.actions.security_groups import create_security_group, describe_security_groups
from skywalk.actions.vpcs import create_vpc
from support.region import OTHER_ACCOUNT, Client, Region

_ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
_FROM_IPV6 = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
_BOTH_PORTS = "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
_BOTH_TYPES = "Invalid value for portRange. Must specify both from and to ports with ICMP."


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def group_id(ec2: Client) -> str:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]


@pytest.mark.parametrize(
    ("traffic", "shown", "ports"),
    [
        ({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}, "tcp", (0, 65535)),
        ({"IpProtocol": "TCP", "FromPort": 80, "ToPort": 80}, "tcp", (80, 80)),
        ({"IpProtocol": "17", "FromPort": 53, "ToPort": 53}, "udp", (53, 53)),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, "icmp", (8, -1)),
        ({"IpProtocol": "1", "FromPort": -1, "ToPort": -1}, "icmp", (-1, -1)),
        ({"IpProtocol": "icmpv6", **_FROM_IPV6}, "icmpv6", (-1, -1)),
        ({"IpProtocol": "58", "FromPort": 128, "ToPort": 0, **_FROM_IPV6}, "icmpv6", (128, 0)),
        ({"IpProtocol": "-1"}, "-1", None),
        ({"IpProtocol": "all", "FromPort": 1, "ToPort": 2}, "-1", None),
        ({"IpProtocol": "50"}, "50", None),
        ({"IpProtocol": "050"}, "50", None),
        ({"IpProtocol": "0", "FromPort": 1, "ToPort": 2}, "0", None),
    ],
)
def test_protocols_and_ports(
    ec2: Client, group_id: str, traffic: dict[str, Any], shown: str, ports: tuple[int, int] | None
) -> None:
    permission = traffic if "Ipv6Ranges" in traffic else {**traffic, **_ANYWHERE}
    [rule] = ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[permission])["SecurityGroupRules"]
    assert rule["IpProtocol"] == shown
    assert (rule["FromPort"], rule["ToPort"]) == (ports or (-1, -1))
    [group] = ec2(describe_security_groups, GroupIds=[group_id])["SecurityGroups"]
    [kept] = group["IpPermissions"]
    assert kept["IpProtocol"] == shown
    assert ("FromPort" in kept) is (ports is not None)
    if ports is not None:
        assert (kept["FromPort"], kept["ToPort"]) == ports


@pytest.mark.parametrize(
    ("permission", "code", "message"),
    [
        (_ANYWHERE, "MissingParameter", "The request must contain the parameter ipProtocol"),
        ({"IpProtocol": "tcp"}, "InvalidParameterValue", _BOTH_PORTS),
        ({"IpProtocol": "udp", "FromPort": 1}, "InvalidParameterValue", _BOTH_PORTS),
        (
            {"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1},
            "InvalidPermission.Malformed",
            "TCP/UDP port (-1) out of range",
        ),
        (
            {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65536},
            "InvalidPermission.Malformed",
            "TCP/UDP port (65536) out of range",
        ),
        (
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 22},
            "InvalidPermission.Malformed",
            "Invalid TCP/UDP port range (80:22)",
        ),
        ({"IpProtocol": "icmp"}, "InvalidParameterValue", _BOTH_TYPES),
        (
            {"IpProtocol": "icmp", "FromPort": 256, "ToPort": -1},
            "InvalidPermission.Malformed",
            "ICMP type (256) out of range",
        ),
        (
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": 3},
            "InvalidPermission.Malformed",
            "ICMP code must be -1 if the ICMP type is -1",
        ),
        (
            {"IpProtocol": "58", "FromPort": 128, "ToPort": 0},
            "InvalidParameterValue",
            "CIDR block 0.0.0.0/0 is of IPv4, which has no protocol icmpv6.",
        ),
        (
            {"IpProtocol": "quic"},
            "InvalidParameterValue",
            "Invalid value 'quic' for IP protocol. Unknown protocol.",
        ),
        (
            {"IpProtocol": "256"},
            "InvalidParameterValue",
            "Invalid value '256' for IP protocol. Unknown protocol.",
        ),
        (
            {"IpProtocol": "-1", "IpRanges": []},
            "MissingParameter",
            "The request must contain one of ipRanges, ipv6Ranges, groups or prefixListIds for each permission",
        ),
        (
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/33"}]},
            "InvalidParameterValue",
            "CIDR block 10.0.0.0/33 is malformed",
        ),
        (
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.1"}]},
            "InvalidParameterValue",
            "CIDR block 10.0.0.1 is malformed",
        ),
        (
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "::/0"}]},
            "InvalidParameterValue",
            "CIDR block ::/0 is malformed",
        ),
        (
            {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "0.0.0.0/0"}]},
            "InvalidParameterValue",
            "CIDR block 0.0.0.0/0 is malformed",
        ),
        (
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-00000000"}]},
            "InvalidPrefixListID.NotFound",
            "The prefix list ID 'pl-00000000' does not exist",
        ),
        (
            # S3's in eu-central-1, and DynamoDB's in us-west-1.
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-6ea54007"}]},
            "InvalidPrefixListID.NotFound",
            "The prefix list ID 'pl-6ea54007' does not exist",
        ),
        (
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-00000000000000000"}]},
            "InvalidGroup.NotFound",
            "The security group 'sg-00000000000000000' does not exist",
        ),
        (
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-web"}]},
            "InvalidGroupId.Malformed",
            'Invalid id: "sg-web" (expecting "sg-...")',
        ),
        (
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"VpcPeeringConnectionId": "pcx-1"}]},
            "InvalidGroupId.Malformed",
            'Invalid id: "" (expecting "sg-...")',
        ),
        (
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "a\nb"}]},
            "InvalidParameterValue",
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following "
            "set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        ),
    ],
)
def test_refusals(ec2: Client, group_id: str, permission: dict[str, Any], code: str, message: str) -> None:
    asked = {**_ANYWHERE, **permission}
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[asked]) == (code, message)


def test_a_group_of_another_vpc(ec2: Client, group_id: str) -> None:
    other_vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = ec2(create_security_group, VpcId=other_vpc, GroupName="db", Description="db")["GroupId"]
    pair = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": other}]}
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[pair]) == (
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    )
    by_name = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "db"}]}
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=[by_name]) == (
        "VPCIdNotSpecified",
        "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
    )


def test_a_group_of_another_account(region: Region, ec2: Client, group_id: str) -> None:
    stranger = region.client(OTHER_ACCOUNT)
    vpc_id = stranger(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = stranger(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]
    unknown = ("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
    for pair in ({"GroupId": group_id}, {"GroupId": group_id, "UserId": ec2.caller.account_id}):
        permission = {"IpProtocol": "-1", "UserIdGroupPairs": [pair]}
        assert stranger.refusal(authorize_security_group_ingress, GroupId=own, IpPermissions=[permission]) == unknown


@pytest.mark.parametrize(
    ("permission", "text"),
    [
        ({"IpProtocol": "-1"}, "peer: 0.0.0.0/0, ALL, ALLOW"),
        (
            {"IpProtocol": "udp", "FromPort": 1, "ToPort": 2},
            "peer: 0.0.0.0/0, UDP, from port: 1, to port: 2, ALLOW",
        ),
        (
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
            "peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW",
        ),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": 0}, "peer: 0.0.0.0/0, ICMP, type: 8, code: 0, ALLOW"),
    ],
)
def test_the_words_for_a_duplicate(ec2: Client, group_id: str, permission: dict[str, Any], text: str) -> None:
    asked = [{**permission, **_ANYWHERE}]
    ec2(authorize_security_group_ingress, GroupId=group_id, IpPermissions=asked)
    assert ec2.refusal(authorize_security_group_ingress, GroupId=group_id, IpPermissions=asked) == (
        "InvalidPermission.Duplicate",
        f'the specified rule "{text}" already exists',
    )
