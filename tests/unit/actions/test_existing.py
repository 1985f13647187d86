from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.existing import ROUTE_TABLE, SECURITY_GROUP, SUBNET, VPC, all_existing, existing, named_or_all
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from skywalk.values.errors import AwsError
from support.region import OTHER_ACCOUNT, Client, Region


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def _new(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def test_ids_are_found_once_and_in_their_order(ec2: Client) -> None:
    one, two = _new(ec2), _new(ec2)
    with ec2.call() as call:
        assert [vpc.id for vpc in all_existing(call, VPC, [two, one, two])] == [two, one]
        assert existing(call, VPC, one).id == one


def test_no_ids_mean_all_of_the_callers(region: Region, ec2: Client) -> None:
    one, two = _new(ec2), _new(ec2)
    with ec2.call() as call:
        assert [vpc.id for vpc in named_or_all(call, VPC, None)] == [one, two]
        assert [vpc.id for vpc in named_or_all(call, VPC, [])] == [one, two]
        assert [vpc.id for vpc in named_or_all(call, VPC, [two])] == [two]
    with region.client(OTHER_ACCOUNT).call() as call:
        assert named_or_all(call, VPC, None) == []


@pytest.mark.parametrize("text", ["", "vpc", "vpc-", "vpc-1234567", "vpc-ABCDEF01", "subnet-01234567", "vpc-01234567 "])
def test_malformed_ids(ec2: Client, text: str) -> None:
    with ec2.call() as call, pytest.raises(AwsError) as refused:
        existing(call, VPC, text)
    assert refused.value.code == "InvalidVpcID.Malformed"
    assert refused.value.message == f'Invalid id: "{text}" (expecting "vpc-...")'


def test_a_malformed_id_comes_before_an_unknown_one(ec2: Client) -> None:
    with ec2.call() as call, pytest.raises(AwsError) as refused:
        all_existing(call, VPC, ["vpc-01234567", "nonsense"])
    assert refused.value.code == "InvalidVpcID.Malformed"


def filtered(name: str, *values: str) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": list(values)}]


def found(client: Client, noun: Any, *filters: Any, references: tuple[str, ...] = ()) -> list[str]:
    with client.call() as call:
        return [one.id for one in named_or_all(call, noun, None, list(filters), references)]


def test_filters_by_plain_ids_are_answered_by_an_index() -> None:
    region = Region()
    ec2 = region.client()
    first, second = (ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    subnets = [
        ec2(create_subnet, VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
        for vpc, cidr in ((first, "10.0.1.0/24"), (second, "10.0.1.0/24"), (first, "10.0.2.0/24"))
    ]
    group = ec2(create_security_group, VpcId=first, GroupName="own", Description="own")["GroupId"]
    table = ec2(create_route_table, VpcId=second)["RouteTable"]["RouteTableId"]
    assert found(ec2, SUBNET, *filtered("vpc-id", first)) == [subnets[0], subnets[2]]
    assert found(ec2, SUBNET, *filtered("vpc-id", second, first)) == subnets, "oldest first"
    assert found(ec2, SUBNET, *filtered("subnet-id", subnets[2], subnets[0])) == [subnets[0], subnets[2]]
    assert found(ec2, VPC, *filtered("vpc-id", second)) == [second]
    assert found(ec2, SECURITY_GROUP, *filtered("group-id", group)) == [group]
    assert found(ec2, ROUTE_TABLE, *filtered("route-table-id", table)) == [table]
    assert found(ec2, SUBNET, *filtered("vpc-id")) == []


def test_patterns_and_other_filters_look_at_everything() -> None:
    ec2 = Region().client()
    vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(create_subnet, VpcId=vpc, CidrBlock="10.0.1.0/24")
    for name, value in (("vpc-id", "vpc-*"), ("vpc-id", "vpc-?"), ("state", "available"), ("subnet-id", "a\\*")):
        assert len(found(ec2, SUBNET, *filtered(name, value))) == 1


def test_what_others_own_is_never_found_by_an_index() -> None:
    region = Region()
    ec2, other = region.client(), region.client(OTHER_ACCOUNT)
    vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(create_subnet, VpcId=vpc, CidrBlock="10.0.1.0/24")
    assert found(other, SUBNET, *filtered("vpc-id", vpc)) == []
    assert found(other, VPC, *filtered("vpc-id", vpc)) == []
    assert found(ec2.elsewhere("eu-west-1"), SUBNET, *filtered("vpc-id", vpc)) == []
