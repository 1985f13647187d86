from __future__ import annotations

import pytest

from skywalk.actions.security_groups import create_security_group, delete_security_group
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints
from skywalk.actions.vpcs import create_vpc
from support.interface_endpoints import create, interfaces, modify, modify_refusal, refusal
from support.launching import Home
from support.region import Region

GONE = "sg-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def group(home: Home, name: str, vpc_id: str | None = None) -> str:
    made = home.ec2(create_security_group, GroupName=name, Description=name, VpcId=vpc_id or home.vpc_id)
    return str(made["GroupId"])


def test_its_groups_are_those_of_its_interfaces(home: Home) -> None:
    first, second = group(home, "first"), group(home, "second")
    made = create(home, home.subnet_id, SecurityGroupIds=[second, first, second])
    expected = [{"GroupId": second, "GroupName": "second"}, {"GroupId": first, "GroupName": "first"}]
    assert made["Groups"] == expected
    assert interfaces(home, made)[0]["Groups"] == expected


def test_groups_come_and_go(home: Home) -> None:
    first, second = group(home, "first"), group(home, "second")
    made = create(home, home.subnet_id, SecurityGroupIds=[first])["VpcEndpointId"]
    changed = modify(home, made, AddSecurityGroupIds=[second, first])
    assert [one["GroupId"] for one in changed["Groups"]] == [first, second]
    changed = modify(home, made, RemoveSecurityGroupIds=[first], AddSecurityGroupIds=[home.default_group_id])
    assert [one["GroupId"] for one in changed["Groups"]] == [second, home.default_group_id]
    assert interfaces(home, changed)[0]["Groups"] == changed["Groups"]
    new = modify(home, made, AddSubnetIds=[home.subnet("10.0.2.0/24", "b")])
    assert interfaces(home, new)[1]["Groups"] == changed["Groups"]


def test_the_last_one_stays(home: Home) -> None:
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert modify_refusal(home, made, RemoveSecurityGroupIds=[home.default_group_id]) == (
        "InvalidParameter",
        f"The VPC endpoint {made} must have at least one security group.",
    )


def test_groups_that_cannot_be_had(home: Home) -> None:
    missing = ("InvalidGroup.NotFound", f"The security group '{GONE}' does not exist")
    assert refusal(home, SecurityGroupIds=[GONE]) == missing
    other_vpc = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    elsewhere = group(home, "elsewhere", other_vpc)
    text = f"Security group {elsewhere} belongs to a different VPC than {home.vpc_id}."
    assert refusal(home, SecurityGroupIds=[elsewhere]) == ("InvalidParameter", text)
    made = create(home)["VpcEndpointId"]
    assert modify_refusal(home, made, AddSecurityGroupIds=[elsewhere]) == ("InvalidParameter", text)
    assert modify_refusal(home, made, RemoveSecurityGroupIds=[GONE]) == missing


def test_a_group_that_it_does_not_have_cannot_be_removed(home: Home) -> None:
    other = group(home, "other")
    made = create(home)["VpcEndpointId"]
    assert modify_refusal(home, made, RemoveSecurityGroupIds=[other]) == (
        "InvalidParameter",
        f"Security group {other} is not associated with {made}.",
    )


@pytest.mark.parametrize("has_subnet", [True, False])
def test_a_group_is_held_until_the_endpoint_is_gone(home: Home, has_subnet: bool) -> None:
    held = group(home, "held")
    made = create(home, *([home.subnet_id] if has_subnet else []), SecurityGroupIds=[held])["VpcEndpointId"]
    refused = ("DependencyViolation", f"resource {held} has a dependent object")
    assert home.ec2.refusal(delete_security_group, GroupId=held) == refused
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made])
    assert home.ec2.refusal(delete_security_group, GroupId=held) == refused
    home.settle()
    home.ec2(delete_security_group, GroupId=held)
