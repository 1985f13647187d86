"""The default VPC as a stock client meets it: there with the first call, and made again on demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.waiting import wait_until
from support.wire_region import OTHER, WireRegion, wire_region


@pytest.fixture
def wire() -> Iterator[WireRegion]:
    """An untouched region for every story."""
    with wire_region() as running:
        yield running


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def delete_default_vpc(ec2: Any) -> None:
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    for subnet in ec2.describe_subnets(Filters=of_vpc)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])


def test_it_is_there_with_the_first_call_of_an_account_in_a_region(wire: WireRegion) -> None:
    ec2 = wire.client("ec2")
    [vpc] = ec2.describe_vpcs()["Vpcs"]
    assert (vpc["CidrBlock"], vpc["IsDefault"], vpc["State"]) == ("172.31.0.0/16", True, "available")
    assert len(ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]) == 6
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1, "and it is made once"
    there = wire.client("ec2", region="eu-west-1").describe_vpcs()["Vpcs"]
    theirs = wire.client("ec2", OTHER).describe_vpcs()["Vpcs"]
    ids = {one["VpcId"] for one in (vpc, *there, *theirs)}
    assert len(ids) == 3, "every account has its own in every region"
    attributes = ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert attributes == [{"AttributeName": "default-vpc", "AttributeValues": [{"AttributeValue": vpc["VpcId"]}]}]


def test_a_first_call_that_is_refused_or_dry_finds_it_too(wire: WireRegion) -> None:
    ec2 = wire.client("ec2")
    assert refused(ec2.describe_vpcs, DryRun=True)[0] == "DryRunOperation"
    assert refused(ec2.create_default_vpc) == (
        "DefaultVpcAlreadyExists",
        "A Default VPC already exists for this account in this region.",
    )


def test_the_machine_carries_it(wire: WireRegion) -> None:
    [vpc] = wire.client("ec2").describe_vpcs()["Vpcs"]
    wait_until(lambda: vpc["VpcId"] in wire.driver.plans)
    plan = wire.driver.plans[vpc["VpcId"]]
    assert len(plan.segments) == 6
    assert "0.0.0.0/0" in [str(route.destination) for route in plan.routes]


def test_a_deleted_one_does_not_come_back_by_itself(wire: WireRegion) -> None:
    ec2 = wire.client("ec2")
    delete_default_vpc(ec2)
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert refused(ec2.create_default_subnet, AvailabilityZone="us-east-1a") == (
        "DefaultVpcDoesNotExist",
        "No default VPC exists for this account in this region.",
    )
    made = ec2.create_default_vpc()["Vpc"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[made["VpcId"]])
    assert made["IsDefault"] is True


def test_a_default_subnet_is_made_again(wire: WireRegion) -> None:
    ec2 = wire.client("ec2")
    in_zone = [{"Name": "availability-zone", "Values": ["us-east-1c"]}]
    [subnet] = ec2.describe_subnets(Filters=in_zone)["Subnets"]
    assert refused(ec2.create_default_subnet, AvailabilityZone="us-east-1c") == (
        "DefaultSubnetAlreadyExistsInAvailabilityZone",
        f"'{subnet['SubnetId']}' is already the default subnet in us-east-1c.",
    )
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    made = ec2.create_default_subnet(AvailabilityZone="us-east-1c")["Subnet"]
    assert (made["CidrBlock"], made["DefaultForAz"]) == (subnet["CidrBlock"], True)
    ec2.get_waiter("subnet_available").wait(SubnetIds=[made["SubnetId"]])
