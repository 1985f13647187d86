from __future__ import annotations

import pytest

from skywalk.actions.default_vpcs import (
    create_default_subnet,
    create_default_vpc,
    default_subnet,
    default_vpc,
    is_to_be_opened,
    open_region,
)
from skywalk.actions.internet_gateways import (
    delete_internet_gateway,
    describe_internet_gateways,
    detach_internet_gateway,
)
from skywalk.actions.route_tables import describe_route_tables
from skywalk.actions.security_groups import describe_security_groups
from skywalk.actions.subnets import create_subnet, delete_subnet, describe_subnets
from skywalk.actions.vpcs import create_vpc, delete_vpc, describe_vpc_attribute, describe_vpcs
from skywalk.values.scope import Scope
from support.region import OTHER_ACCOUNT, OWNER, US_EAST_1, Client, Region


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def opened(ec2: Client) -> str:
    """The id of the default VPC that the region gives at its opening."""
    with ec2.call() as call:
        open_region(call)
        vpc = default_vpc(call)
    assert vpc is not None
    return vpc.id


def delete_default_vpc(ec2: Client, vpc_id: str) -> None:
    [gateway] = ec2(describe_internet_gateways)["InternetGateways"]
    ec2(detach_internet_gateway, InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc_id)
    ec2(delete_internet_gateway, InternetGatewayId=gateway["InternetGatewayId"])
    for subnet in ec2(describe_subnets)["Subnets"]:
        ec2(delete_subnet, SubnetId=subnet["SubnetId"])
    ec2(delete_vpc, VpcId=vpc_id)


def test_the_default_vpc_has_dns_host_names_and_an_internet_gateway(ec2: Client) -> None:
    vpc_id = opened(ec2)
    [vpc] = ec2(describe_vpcs, Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert (vpc["VpcId"], vpc["CidrBlock"], vpc["IsDefault"]) == (vpc_id, "172.31.0.0/16", True)
    support = ec2(describe_vpc_attribute, VpcId=vpc_id, Attribute="enableDnsSupport")
    hostnames = ec2(describe_vpc_attribute, VpcId=vpc_id, Attribute="enableDnsHostnames")
    assert (support["EnableDnsSupport"], hostnames["EnableDnsHostnames"]) == ({"Value": True}, {"Value": True})
    [gateway] = ec2(describe_internet_gateways)["InternetGateways"]
    assert gateway["Attachments"] == [{"State": "available", "VpcId": vpc_id}]
    [table] = ec2(describe_route_tables)["RouteTables"]
    assert [(route["DestinationCidrBlock"], route["GatewayId"]) for route in table["Routes"]] == [
        ("172.31.0.0/16", "local"),
        ("0.0.0.0/0", gateway["InternetGatewayId"]),
    ]
    [group] = ec2(describe_security_groups)["SecurityGroups"]
    assert (group["GroupName"], group["VpcId"]) == ("default", vpc_id)


def test_every_zone_has_a_public_default_subnet(ec2: Client) -> None:
    vpc_id = opened(ec2)
    subnets = ec2(describe_subnets, Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    assert [(one["AvailabilityZone"], one["CidrBlock"]) for one in subnets] == [
        ("us-east-1a", "172.31.0.0/20"),
        ("us-east-1b", "172.31.16.0/20"),
        ("us-east-1c", "172.31.32.0/20"),
        ("us-east-1d", "172.31.48.0/20"),
        ("us-east-1e", "172.31.64.0/20"),
        ("us-east-1f", "172.31.80.0/20"),
    ]
    for subnet in subnets:
        assert (subnet["VpcId"], subnet["DefaultForAz"], subnet["MapPublicIpOnLaunch"]) == (vpc_id, True, True)
        assert subnet["AvailableIpAddressCount"] == 4091


def test_a_region_is_opened_once_and_for_each_account(region: Region, ec2: Client) -> None:
    here, stranger = Scope(OWNER, US_EAST_1), Scope(OTHER_ACCOUNT, US_EAST_1)
    assert is_to_be_opened(region.store, here)
    vpc_id = opened(ec2)
    assert not is_to_be_opened(region.store, here)
    assert is_to_be_opened(region.store, stranger)
    assert is_to_be_opened(region.store, Scope(OWNER, "eu-west-1"))
    delete_default_vpc(ec2, vpc_id)
    assert not is_to_be_opened(region.store, here), "a deleted default VPC does not come back by itself"


def test_a_region_without_zones_is_not_opened(region: Region) -> None:
    assert not is_to_be_opened(region.store, Scope(OWNER, "mars-north-1"))


def test_what_the_default_vpc_and_subnets_are(region: Region, ec2: Client) -> None:
    with ec2.call() as call:
        assert default_vpc(call) is None
        assert default_subnet(call) is None
        assert default_subnet(call, "us-east-1c") is None
    ec2(create_vpc, CidrBlock="10.0.0.0/16")
    vpc_id = opened(ec2)
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="172.31.128.0/20", AvailabilityZone="us-east-1c")
    with ec2.call() as call:
        first, third = default_subnet(call), default_subnet(call, "us-east-1c")
        assert first is not None
        assert third is not None
        assert (first.availability_zone, third.availability_zone) == ("us-east-1a", "us-east-1c")
        assert str(third.network) == "172.31.32.0/20"
        assert default_subnet(call, "eu-west-1a") is None
    ec2(delete_subnet, SubnetId=first.id)
    with ec2.call() as call:
        after = default_subnet(call)
        assert after is not None
        assert after.availability_zone == "us-east-1b"
        assert default_subnet(call, "us-east-1a") is None
    with region.client(OTHER_ACCOUNT).call() as call:
        assert default_vpc(call) is None


def test_a_second_default_vpc_is_refused_and_a_deleted_one_made_again(ec2: Client) -> None:
    former = opened(ec2)
    assert ec2.refusal(create_default_vpc) == (
        "DefaultVpcAlreadyExists",
        "A Default VPC already exists for this account in this region.",
    )
    delete_default_vpc(ec2, former)
    vpc = ec2(create_default_vpc)["Vpc"]
    assert vpc["VpcId"] != former
    assert (vpc["State"], vpc["IsDefault"], vpc["CidrBlock"]) == ("pending", True, "172.31.0.0/16")
    assert len(ec2(describe_subnets)["Subnets"]) == 6


def test_a_default_subnet_is_made_again_in_the_next_free_network(ec2: Client) -> None:
    vpc_id = opened(ec2)
    [second] = ec2(describe_subnets, Filters=[{"Name": "availability-zone", "Values": ["us-east-1b"]}])["Subnets"]
    ec2(delete_subnet, SubnetId=second["SubnetId"])
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="172.31.16.0/24")
    subnet = ec2(create_default_subnet, AvailabilityZone="us-east-1b")["Subnet"]
    assert (subnet["CidrBlock"], subnet["DefaultForAz"]) == ("172.31.96.0/20", True)
    assert (subnet["MapPublicIpOnLaunch"], subnet["AvailabilityZone"]) == (True, "us-east-1b")


def test_refusals_of_create_default_subnet(ec2: Client) -> None:
    assert ec2.refusal(create_default_subnet, AvailabilityZone="us-east-1a") == (
        "DefaultVpcDoesNotExist",
        "No default VPC exists for this account in this region.",
    )
    vpc_id = opened(ec2)
    [first] = ec2(describe_subnets, Filters=[{"Name": "availability-zone", "Values": ["us-east-1a"]}])["Subnets"]
    assert ec2.refusal(create_default_subnet, AvailabilityZone="us-east-1a") == (
        "DefaultSubnetAlreadyExistsInAvailabilityZone",
        f"'{first['SubnetId']}' is already the default subnet in us-east-1a.",
    )
    code, text = ec2.refusal(create_default_subnet, AvailabilityZone="eu-west-1a")
    assert code == "InvalidParameterValue"
    assert text.startswith("Value (eu-west-1a) for parameter availabilityZone is invalid. ")
    assert ec2.refusal(create_default_subnet, AvailabilityZone="us-east-1a", Ipv6Native=True) == (
        "UnsupportedOperation",
        "The parameter Ipv6Native is not supported.",
    )
    ec2(delete_subnet, SubnetId=first["SubnetId"])
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="172.31.0.0/21")
    for third in range(96, 256, 16):
        ec2(create_subnet, VpcId=vpc_id, CidrBlock=f"172.31.{third}.0/20")
    assert ec2.refusal(create_default_subnet, AvailabilityZone="us-east-1a") == (
        "InvalidSubnet.Conflict",
        f"No /20 CIDR block is free in the default VPC {vpc_id}",
    )
