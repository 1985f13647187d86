from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from skywalk.actions.internet_gateways import (
    attach_internet_gateway,
    create_internet_gateway,
    delete_internet_gateway,
    describe_internet_gateways,
    detach_internet_gateway,
)
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from support.placed import place_interface
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "igw-00000000000000000"


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def _new(ec2: Client) -> str:
    return ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]


def test_the_life_of_a_gateway(ec2: Client, vpc_id: str) -> None:
    tags = [{"Key": "Name", "Value": "door"}]
    gateway = ec2(create_internet_gateway, TagSpecifications=[{"ResourceType": "internet-gateway", "Tags": tags}])[
        "InternetGateway"
    ]
    gateway_id = gateway["InternetGatewayId"]
    assert gateway == {"InternetGatewayId": gateway_id, "OwnerId": OWNER, "Attachments": [], "Tags": tags}
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    [attached] = ec2(describe_internet_gateways)["InternetGateways"]
    assert attached["Attachments"] == [{"State": "available", "VpcId": vpc_id}]
    ec2(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    ec2(delete_internet_gateway, InternetGatewayId=gateway_id)
    assert ec2(describe_internet_gateways)["InternetGateways"] == []


def test_one_vpc_and_one_gateway(ec2: Client, vpc_id: str) -> None:
    gateway_id, second = _new(ec2), _new(ec2)
    other_vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    assert ec2.refusal(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=other_vpc) == (
        "Resource.AlreadyAssociated",
        f"resource {gateway_id} is already attached to network {vpc_id}",
    )
    assert ec2.refusal(attach_internet_gateway, InternetGatewayId=second, VpcId=vpc_id) == (
        "InvalidParameterValue",
        f"Network {vpc_id} already has an internet gateway attached",
    )


def test_detaching_what_is_not_attached(ec2: Client, vpc_id: str) -> None:
    gateway_id = _new(ec2)
    assert ec2.refusal(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id) == (
        "Gateway.NotAttached",
        f"resource {gateway_id} is not attached to network {vpc_id}",
    )


def test_mapped_addresses_hold_the_gateway(region: Region, ec2: Client, vpc_id: str) -> None:
    gateway_id = _new(ec2)
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    place_interface(region, subnet_id, public_address=IPv4Address("203.0.113.9"))
    assert ec2.refusal(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id) == (
        "DependencyViolation",
        f"Network {vpc_id} has some mapped public address(es). "
        "Please unmap those public address(es) before detaching the gateway.",
    )


def test_an_attached_gateway_stays(ec2: Client, vpc_id: str) -> None:
    gateway_id = _new(ec2)
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    assert ec2.refusal(delete_internet_gateway, InternetGatewayId=gateway_id) == (
        "DependencyViolation",
        f"The internetGateway '{gateway_id}' has dependencies and cannot be deleted.",
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("attachment.state", "available", [1]),
        ("attachment.vpc-id", "vpc-*", [1]),
        ("internet-gateway-id", "igw-*", [0, 1]),
        ("owner-id", OWNER, [0, 1]),
        ("tag-key", "*", []),
    ],
)
def test_filters(ec2: Client, vpc_id: str, name: str, value: str, found: list[int]) -> None:
    ids = [_new(ec2), _new(ec2)]
    ec2(attach_internet_gateway, InternetGatewayId=ids[1], VpcId=vpc_id)
    shown = ec2(describe_internet_gateways, Filters=[{"Name": name, "Values": [value]}])["InternetGateways"]
    assert [gateway["InternetGatewayId"] for gateway in shown] == [ids[place] for place in found]


@pytest.mark.parametrize(
    ("gateway_id", "refusal"),
    [
        ("igw-z", ("InvalidInternetGatewayId.Malformed", 'Invalid id: "igw-z" (expecting "igw-...")')),
        (GONE, ("InvalidInternetGatewayID.NotFound", f"The internetGateway ID '{GONE}' does not exist")),
    ],
)
def test_unknown_gateways(ec2: Client, vpc_id: str, gateway_id: str, refusal: tuple[str, str]) -> None:
    assert ec2.refusal(describe_internet_gateways, InternetGatewayIds=[gateway_id]) == refusal
    assert ec2.refusal(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id) == refusal
    assert ec2.refusal(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id) == refusal
    assert ec2.refusal(delete_internet_gateway, InternetGatewayId=gateway_id) == refusal


def test_gateways_of_another_account(region: Region, ec2: Client, vpc_id: str) -> None:
    gateway_id = _new(ec2)
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidInternetGatewayID.NotFound", f"The internetGateway ID '{gateway_id}' does not exist")
    assert stranger(describe_internet_gateways)["InternetGateways"] == []
    assert stranger.refusal(delete_internet_gateway, InternetGatewayId=gateway_id) == unknown
    own = _new(stranger)
    assert stranger.refusal(attach_internet_gateway, InternetGatewayId=own, VpcId=vpc_id) == (
        "InvalidVpcID.NotFound",
        f"The vpc ID '{vpc_id}' does not exist",
    )
