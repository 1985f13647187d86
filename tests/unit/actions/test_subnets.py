from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.subnets import create_subnet, delete_subnet, describe_subnets, modify_subnet_attribute
from skywalk.actions.vpcs import create_vpc
from support.placed import place_interface
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "subnet-00000000000000000"


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def test_a_new_subnet(ec2: Client, vpc_id: str) -> None:
    subnet = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.77/24", AvailabilityZone="us-east-1b")["Subnet"]
    subnet_id = subnet["SubnetId"]
    assert subnet == {
        "SubnetId": subnet_id,
        "SubnetArn": f"arn:aws:ec2:us-east-1:{OWNER}:subnet/{subnet_id}",
        "VpcId": vpc_id,
        "OwnerId": OWNER,
        "State": "available",
        "CidrBlock": "10.0.1.0/24",
        "Ipv6CidrBlockAssociationSet": [],
        "Ipv6Native": False,
        "AvailableIpAddressCount": 251,
        "AvailabilityZone": "us-east-1b",
        "AvailabilityZoneId": "use1-az2",
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "MapCustomerOwnedIpOnLaunch": False,
        "AssignIpv6AddressOnCreation": False,
        "EnableDns64": False,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "Tags": [],
    }
    assert ec2(describe_subnets)["Subnets"] == [subnet]


def test_zones_by_id_and_by_default(ec2: Client, vpc_id: str) -> None:
    by_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24", AvailabilityZoneId="use1-az3")["Subnet"]
    by_default = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]
    assert (by_id["AvailabilityZone"], by_default["AvailabilityZone"]) == ("us-east-1c", "us-east-1a")


_ZONES = "us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f"


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"CidrBlock": "10.1.0.0/24"}, "InvalidSubnet.Range", "The CIDR '10.1.0.0/24' is invalid."),
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidSubnet.Range", "The CIDR '10.0.0.0/15' is invalid."),
        ({"CidrBlock": "10.0.0.0/29"}, "InvalidSubnet.Range", "The CIDR '10.0.0.0/29' is invalid."),
        (
            {"CidrBlock": "10.0.8.0/24"},
            "InvalidSubnet.Conflict",
            "The CIDR '10.0.8.0/24' conflicts with another subnet",
        ),
        (
            {"CidrBlock": "10.0.0.0/20"},
            "InvalidSubnet.Conflict",
            "The CIDR '10.0.0.0/20' conflicts with another subnet",
        ),
        (
            {"CidrBlock": "ten"},
            "InvalidParameterValue",
            "Value (ten) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        ),
        ({}, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."),
        (
            {"CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1z"},
            "InvalidParameterValue",
            "Value (us-east-1z) for parameter availabilityZone is invalid. "
            f"Subnets can currently only be created in the following availability zones: {_ZONES}.",
        ),
        (
            {"CidrBlock": "10.0.0.0/24", "AvailabilityZoneId": "euw1-az1"},
            "InvalidParameterValue",
            "Value (euw1-az1) for parameter availabilityZoneId is invalid. Subnets can currently only be created in "
            "the following availability zones: use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6.",
        ),
        (
            {"CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1"},
            "InvalidParameterCombination",
            "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination.",
        ),
        (
            {"CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": "2001:db8::/64"},
            "UnsupportedOperation",
            "The parameter Ipv6CidrBlock is not supported.",
        ),
        ({"Ipv6Native": True}, "UnsupportedOperation", "The parameter Ipv6Native is not supported."),
        (
            {"CidrBlock": "10.0.0.0/24", "VpcId": "vpc-00000000000000000"},
            "InvalidVpcID.NotFound",
            "The vpc ID 'vpc-00000000000000000' does not exist",
        ),
    ],
)
def test_refusals_of_create_subnet(ec2: Client, vpc_id: str, request_: dict[str, Any], code: str, message: str) -> None:
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.8.0/22")
    assert ec2.refusal(create_subnet, **{"VpcId": vpc_id, **request_}) == (code, message)


def test_a_subnet_of_the_whole_vpc_and_the_smallest(ec2: Client) -> None:
    for cidr, count in (("10.0.0.0/16", 65531), ("10.0.0.0/28", 11)):
        vpc_id = ec2(create_vpc, CidrBlock=cidr)["Vpc"]["VpcId"]
        subnet = ec2(create_subnet, VpcId=vpc_id, CidrBlock=cidr)["Subnet"]
        assert subnet["AvailableIpAddressCount"] == count


def test_equal_subnets_in_two_vpcs(ec2: Client, vpc_id: str) -> None:
    other = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for one in (vpc_id, other):
        ec2(create_subnet, VpcId=one, CidrBlock="10.0.0.0/24")
    assert len(ec2(describe_subnets)["Subnets"]) == 2


def test_interfaces_take_addresses(region: Region, ec2: Client, vpc_id: str) -> None:
    busy = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24")
    for _ in range(3):
        place_interface(region, busy)
    assert [one["AvailableIpAddressCount"] for one in ec2(describe_subnets)["Subnets"]] == [248, 251]
    with_248 = [{"Name": "available-ip-address-count", "Values": ["248"]}]
    assert [one["SubnetId"] for one in ec2(describe_subnets, Filters=with_248)["Subnets"]] == [busy]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("availability-zone", "us-east-1b", ["b"]),
        ("availabilityZone", "us-east-1?", ["a", "b"]),
        ("availability-zone-id", "use1-az1", ["a"]),
        ("availabilityZoneId", "use1-az2", ["b"]),
        ("available-ip-address-count", "251", ["a", "b"]),
        ("cidr", "10.0.1.0/24", ["b"]),
        ("cidrBlock", "10.0.0.0/24", ["a"]),
        ("cidr-block", "10.0.?.0/24", ["a", "b"]),
        ("default-for-az", "false", ["a", "b"]),
        ("map-public-ip-on-launch", "true", ["a"]),
        ("owner-id", OTHER_ACCOUNT, []),
        ("private-dns-name-options-on-launch.hostname-type", "ip-name", ["a", "b"]),
        ("state", "available", ["a", "b"]),
        ("subnet-arn", f"arn:aws:ec2:us-east-1:{OWNER}:subnet/*", ["a", "b"]),
        ("tag:Name", "b", ["b"]),
        ("vpc-id", "vpc-*", ["a", "b"]),
    ],
)
def test_filters_of_describe_subnets(ec2: Client, vpc_id: str, name: str, value: str, found: list[str]) -> None:
    ids = {}
    for number, letter in enumerate("ab"):
        subnet = ec2(
            create_subnet,
            VpcId=vpc_id,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=f"us-east-1{letter}",
            TagSpecifications=[{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": letter}]}],
        )["Subnet"]
        ids[subnet["SubnetId"]] = letter
    ec2(modify_subnet_attribute, SubnetId=next(iter(ids)), MapPublicIpOnLaunch={"Value": True})
    shown = ec2(describe_subnets, Filters=[{"Name": name, "Values": [value]}])["Subnets"]
    assert [ids[subnet["SubnetId"]] for subnet in shown] == found


def test_attributes(ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(modify_subnet_attribute, SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True})
    ec2(modify_subnet_attribute, SubnetId=subnet_id, PrivateDnsHostnameTypeOnLaunch="resource-name")
    ec2(modify_subnet_attribute, SubnetId=subnet_id, EnableResourceNameDnsARecordOnLaunch={"Value": True})
    ec2(modify_subnet_attribute, SubnetId=subnet_id, AssignIpv6AddressOnCreation={"Value": False})
    [subnet] = ec2(describe_subnets)["Subnets"]
    assert subnet["MapPublicIpOnLaunch"] is True
    assert subnet["PrivateDnsNameOptionsOnLaunch"] == {
        "HostnameType": "resource-name",
        "EnableResourceNameDnsARecord": True,
        "EnableResourceNameDnsAAAARecord": False,
    }


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({}, "InvalidParameterCombination", "No attributes specified."),
        (
            {"MapPublicIpOnLaunch": {"Value": True}, "EnableDns64": {"Value": False}},
            "InvalidParameterCombination",
            "Fields for multiple attribute types specified",
        ),
        ({"EnableDns64": {"Value": True}}, "UnsupportedOperation", "The parameter EnableDns64 is not supported."),
        (
            {"AssignIpv6AddressOnCreation": {"Value": True}},
            "UnsupportedOperation",
            "The parameter AssignIpv6AddressOnCreation is not supported.",
        ),
        (
            {"PrivateDnsHostnameTypeOnLaunch": "pet-name"},
            "InvalidParameterValue",
            "Value (pet-name) for parameter privateDnsHostnameTypeOnLaunch is invalid.",
        ),
    ],
)
def test_refusals_of_attributes(ec2: Client, vpc_id: str, request_: dict[str, Any], code: str, message: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    assert ec2.refusal(modify_subnet_attribute, SubnetId=subnet_id, **request_) == (code, message)


def test_deleting_a_subnet_drops_its_association(ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    table_id = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)
    ec2(delete_subnet, SubnetId=subnet_id)
    assert ec2(describe_subnets)["Subnets"] == []
    [table] = ec2(describe_route_tables, RouteTableIds=[table_id])["RouteTables"]
    assert table["Associations"] == []


def test_a_subnet_with_interfaces_stays(region: Region, ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    place_interface(region, subnet_id)
    assert ec2.refusal(delete_subnet, SubnetId=subnet_id) == (
        "DependencyViolation",
        f"The subnet '{subnet_id}' has dependencies and cannot be deleted.",
    )


@pytest.mark.parametrize(
    ("subnet_id", "code", "message"),
    [
        ("subnet-xyz", "InvalidSubnetID.Malformed", 'Invalid id: "subnet-xyz" (expecting "subnet-...")'),
        (GONE, "InvalidSubnetID.NotFound", f"The subnet ID '{GONE}' does not exist"),
    ],
)
def test_unknown_subnets(ec2: Client, subnet_id: str, code: str, message: str) -> None:
    assert ec2.refusal(describe_subnets, SubnetIds=[subnet_id]) == (code, message)
    assert ec2.refusal(delete_subnet, SubnetId=subnet_id) == (code, message)
    assert ec2.refusal(modify_subnet_attribute, SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True}) == (
        code,
        message,
    )


def test_subnets_of_another_account(region: Region, ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
    assert stranger(describe_subnets)["Subnets"] == []
    assert stranger.refusal(describe_subnets, SubnetIds=[subnet_id]) == unknown
    assert stranger.refusal(delete_subnet, SubnetId=subnet_id) == unknown
    assert stranger.refusal(create_subnet, VpcId=vpc_id, CidrBlock="10.0.9.0/24")[0] == "InvalidVpcID.NotFound"
