from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.internet_gateways import create_internet_gateway
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.security_group_rules import describe_security_group_rules
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import create_subnet
from skywalk.actions.tags import create_tags, delete_tags, describe_tags
from skywalk.actions.vpcs import create_vpc, describe_vpcs
from support.placed import place_endpoint, place_interface
from support.region import OTHER_ACCOUNT, Client, Region

RESERVED = ("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _shown(ec2: Client, **filters: str) -> list[tuple[str, str, str]]:
    wire = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    lines = ec2(describe_tags, Filters=wire)["Tags"]
    return [(line["ResourceType"], line["Key"], line["Value"]) for line in lines]


def test_everything_with_an_id_has_tags(region: Region, ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    table_id = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    group_id = ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")["GroupId"]
    of_group = [{"Name": "group-id", "Values": [group_id]}]
    [rule] = ec2(describe_security_group_rules, Filters=of_group)["SecurityGroupRules"]
    ids = [
        vpc_id,
        subnet_id,
        table_id,
        group_id,
        rule["SecurityGroupRuleId"],
        ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"],
        place_interface(region, subnet_id),
        place_endpoint(region, vpc_id),
    ]
    ec2(create_tags, Resources=ids, Tags=_tags(team="bank"))
    assert sorted(_shown(ec2)) == [
        (kind, "team", "bank")
        for kind in (
            "internet-gateway",
            "network-interface",
            "route-table",
            "security-group",
            "security-group-rule",
            "subnet",
            "vpc",
            "vpc-endpoint",
        )
    ]
    [rule] = ec2(describe_security_group_rules, Filters=of_group)["SecurityGroupRules"]
    assert rule["Tags"] == _tags(team="bank")
    ec2(delete_tags, Resources=ids, Tags=[{"Key": "team"}])
    assert _shown(ec2) == []


def test_a_value_is_overwritten_and_others_stay(ec2: Client, vpc_id: str) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(Name="one", team="bank"))
    ec2(create_tags, Resources=[vpc_id, vpc_id], Tags=_tags(Name="two"))
    [vpc] = ec2(describe_vpcs)["Vpcs"]
    assert vpc["Tags"] == _tags(Name="two", team="bank")


@pytest.mark.parametrize(
    ("deleted", "left"),
    [
        ([{"Key": "Name"}], ["empty", "team"]),
        ([{"Key": "Name", "Value": "other"}], ["Name", "empty", "team"]),
        ([{"Key": "Name", "Value": "one"}, {"Key": "team", "Value": "bank"}], ["empty"]),
        ([{"Key": "Name", "Value": ""}, {"Key": "empty", "Value": ""}], ["Name", "team"]),
        ([{"Key": "none"}], ["Name", "empty", "team"]),
        ([], []),
    ],
)
def test_deleting_by_key_and_by_value(ec2: Client, vpc_id: str, deleted: list[Any], left: list[str]) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(Name="one", empty="", team="bank"))
    ec2(delete_tags, Resources=[vpc_id], Tags=deleted)
    [vpc] = ec2(describe_vpcs)["Vpcs"]
    assert [tag["Key"] for tag in vpc["Tags"]] == left


def test_deleting_without_tags_takes_all(ec2: Client, vpc_id: str) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(Name="one", team="bank"))
    ec2(delete_tags, Resources=[vpc_id])
    assert _shown(ec2) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"key": "N*"}, [("subnet", "Name", "two"), ("vpc", "Name", "one")]),
        ({"value": "one"}, [("vpc", "Name", "one")]),
        ({"resource_type": "vpc"}, [("vpc", "Name", "one"), ("vpc", "team", "bank")]),
        ({"tag:Name": "t?o"}, [("subnet", "Name", "two")]),
        ({"resource_id": "vpc-*", "key": "team"}, [("vpc", "team", "bank")]),
    ],
)
def test_filters(ec2: Client, vpc_id: str, filters: dict[str, str], found: list[tuple[str, str, str]]) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(Name="one", team="bank"))
    ec2(create_tags, Resources=[subnet_id], Tags=_tags(Name="two"))
    assert _shown(ec2, **filters) == found


def test_pages(ec2: Client, vpc_id: str) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(**{f"k{n}": "" for n in range(7)}))
    first = ec2(describe_tags, MaxResults=5)
    second = ec2(describe_tags, MaxResults=5, NextToken=first["NextToken"])
    assert [line["Key"] for line in [*first["Tags"], *second["Tags"]]] == [f"k{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("resource_id", "code", "message"),
    [
        ("bank", "InvalidID", "The ID 'bank' is not valid"),
        ("vpc-1", "InvalidID", "The ID 'vpc-1' is not valid"),
        ("vol-00000000000000000", "InvalidID", "The ID 'vol-00000000000000000' is not valid"),
        ("tgw-63a5400a", "InvalidID", "The ID 'tgw-63a5400a' is not valid"),
        (
            "vpc-00000000000000000",
            "InvalidVpcID.NotFound",
            "The vpc ID 'vpc-00000000000000000' does not exist",
        ),
        (
            "sgr-00000000000000000",
            "InvalidSecurityGroupRuleId.NotFound",
            "The security group rule ID 'sgr-00000000000000000' does not exist",
        ),
        (
            "i-00000000000000000",
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-00000000000000000' does not exist",
        ),
    ],
)
def test_unknown_resources(ec2: Client, vpc_id: str, resource_id: str, code: str, message: str) -> None:
    ids = [vpc_id, resource_id]
    assert ec2.refusal(create_tags, Resources=ids, Tags=_tags(Name="one")) == (code, message)
    assert ec2.refusal(delete_tags, Resources=ids) == (code, message)
    assert _shown(ec2) == []


def test_reserved_keys(ec2: Client, vpc_id: str) -> None:
    for key in ("aws:cloudformation:stack-name", "AWS:x"):
        assert ec2.refusal(create_tags, Resources=[vpc_id], Tags=_tags(**{key: "v"})) == RESERVED
        assert ec2.refusal(delete_tags, Resources=[vpc_id], Tags=[{"Key": key}]) == RESERVED


def test_fifty_tags_and_no_more(ec2: Client, vpc_id: str) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(**{f"k{n}": "" for n in range(49)}))
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(k0="again", k49=""))
    assert ec2.refusal(create_tags, Resources=[vpc_id], Tags=_tags(k50="")) == (
        "TagLimitExceeded",
        "The maximum number of Tags for a resource has been reached.",
    )
    assert len(_shown(ec2)) == 50


def test_a_thousand_resources_and_no_more(ec2: Client, vpc_id: str) -> None:
    assert ec2.refusal(create_tags, Resources=[vpc_id] * 1001, Tags=_tags(Name="x")) == (
        "InvalidParameterValue",
        "The number of resources exceeds the maximum of 1000 per request.",
    )


def test_tags_of_another_account(region: Region, ec2: Client, vpc_id: str) -> None:
    ec2(create_tags, Resources=[vpc_id], Tags=_tags(Name="one"))
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    assert _shown(stranger) == []
    assert stranger.refusal(create_tags, Resources=[vpc_id], Tags=_tags(Name="mine")) == unknown
    assert stranger.refusal(delete_tags, Resources=[vpc_id]) == unknown
    assert _shown(ec2) == [("vpc", "Name", "one")]
