"""NAT gateways, spoken to by boto3 and its waiters as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from support.wire_region import WireRegion

SOON = {"Delay": 1, "MaxAttempts": 120}


@pytest.fixture
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def subnet(ec2: Any, vpc: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_its_whole_life(wire: WireRegion, ec2: Any, vpc: str, subnet: str) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address()
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address["AllocationId"])["NatGateway"]
    nat = made["NatGatewayId"]
    assert made["State"] == "pending"
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig=SOON)
    assert [row.nat_gateway_id for row in wire.driver.plans[vpc].nat_gateways] == [nat]
    (shown,) = ec2.describe_nat_gateways(Filter=[{"Name": "vpc-id", "Values": [vpc]}])["NatGateways"]
    assert shown["NatGatewayAddresses"][0]["PublicIp"] == address["PublicIp"]
    assert refusal(ec2.release_address, AllocationId=address["AllocationId"]) == (400, "AuthFailure")
    assert refusal(ec2.delete_subnet, SubnetId=subnet) == (400, "DependencyViolation")

    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat], WaiterConfig=SOON)
    assert wire.driver.plans[vpc].nat_gateways == ()
    ec2.release_address(AllocationId=address["AllocationId"])
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert refusal(ec2.delete_nat_gateway, NatGatewayId=nat) == (400, "NatGatewayNotFound")


def test_one_that_fails_says_why(ec2: Any, subnet: str) -> None:
    allocation = ec2.allocate_address()["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    with pytest.raises(WaiterError, match="failed"):
        ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig=SOON)
    (shown,) = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    ec2.release_address(AllocationId=allocation)


def test_dry_runs_tokens_and_refusals(wire: WireRegion, ec2: Any, subnet: str) -> None:
    private = {"SubnetId": subnet, "ConnectivityType": "private"}
    before = wire.store.revision
    assert refusal(ec2.create_nat_gateway, **private, DryRun=True) == (412, "DryRunOperation")
    unknown = "eipalloc-00000000000000000"
    assert refusal(ec2.create_nat_gateway, SubnetId=subnet, AllocationId=unknown) == (
        400,
        "InvalidElasticIpID.NotFound",
    )
    assert refusal(ec2.describe_nat_gateways, NatGatewayIds=["nat-00000000000000000"]) == (400, "NatGatewayNotFound")
    assert wire.store.revision == before
    made = {
        ec2.create_nat_gateway(**private, ClientToken=token)["NatGateway"]["NatGatewayId"] for token in ("a", "b", "a")
    }
    assert len(made) == 2
    pages = ec2.get_paginator("describe_nat_gateways").paginate(
        Filter=[{"Name": "subnet-id", "Values": [subnet]}], PaginationConfig={"PageSize": 5}
    )
    assert {one["NatGatewayId"] for page in pages for one in page["NatGateways"]} == made
