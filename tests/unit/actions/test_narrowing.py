"""What a Describe call looks at when a filter asks for plain ids: an index answers, in the order of creation."""

from __future__ import annotations

from typing import Any

from skywalk.actions.existing import ROUTE_TABLE, SECURITY_GROUP, SUBNET, VPC, named_or_all
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from support.region import OTHER_ACCOUNT, Client, Region


def filtered(name: str, *values: str) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": list(values)}]


def found(client: Client, noun: Any, *filters: Any, references: tuple[str, ...] = ()) -> list[str]:
    with client.call() as call:
        return [one.id for one in named_or_all(call, noun, None, list(filters), references)]


def test_by_vpc_by_own_id_and_by_reference() -> None:
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


def test_others_resources_are_never_among_them() -> None:
    region = Region()
    ec2, other = region.client(), region.client(OTHER_ACCOUNT)
    vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(create_subnet, VpcId=vpc, CidrBlock="10.0.1.0/24")
    assert found(other, SUBNET, *filtered("vpc-id", vpc)) == []
    assert found(other, VPC, *filtered("vpc-id", vpc)) == []
    assert found(ec2.elsewhere("eu-west-1"), SUBNET, *filtered("vpc-id", vpc)) == []
