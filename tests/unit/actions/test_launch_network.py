from __future__ import annotations

import re
from typing import Any

import pytest

from skywalk.actions.default_vpcs import create_default_vpc
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import delete_subnet, describe_subnets, modify_subnet_attribute
from skywalk.actions.vpcs import create_vpc
from support.launching import Home
from support.region import OTHER_ACCOUNT, Region

NOWHERE = "subnet-00000000000000000"
NO_GROUP = "sg-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def group(home: Home, name: str, vpc_id: str | None = None) -> str:
    made = home.ec2(create_security_group, GroupName=name, Description=name, VpcId=vpc_id or home.vpc_id)
    return str(made["GroupId"])


def interface(home: Home, **more: Any) -> list[dict[str, Any]]:
    return [{"DeviceIndex": 0, "SubnetId": home.subnet_id, **more}]


def groups_of(launched: dict[str, Any]) -> list[str]:
    return [one["GroupId"] for one in launched["Instances"][0]["SecurityGroups"]]


# --- subnet and zone -----------------------------------------------------------------------------------------------


def test_there_is_no_default_vpc(home: Home) -> None:
    refused = ("VPCIdNotSpecified", "No default VPC for this user.")
    assert home.refusal(SubnetId=None) == refused
    assert home.refusal(NetworkInterfaces=[{"DeviceIndex": 0}]) == refused
    assert home.refusal(SubnetId=None, SecurityGroups=["default"]) == (
        "VPCIdNotSpecified",
        "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
    )


def test_subnets(home: Home) -> None:
    unknown = ("InvalidSubnetID.NotFound", f"The subnet ID '{NOWHERE}' does not exist")
    assert home.refusal(SubnetId=NOWHERE) == unknown
    assert home.refusal(NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": NOWHERE}]) == unknown
    assert home.refusal(SubnetId="subnet-x")[0] == "InvalidSubnetID.Malformed"


def test_a_strangers_subnet(home: Home) -> None:
    strangers = Home(home.region)
    strangers.ec2 = home.region.client(OTHER_ACCOUNT)
    strangers.vpc_id = strangers.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = strangers.subnet("10.0.1.0/24")
    assert home.refusal(SubnetId=subnet_id)[0] == "InvalidSubnetID.NotFound"


def test_the_zone_is_that_of_the_subnet(home: Home) -> None:
    launched = home.launch(Placement={"AvailabilityZone": "us-east-1a"})
    assert launched["Instances"][0]["Placement"]["AvailabilityZone"] == "us-east-1a"
    home.launch(Placement={"AvailabilityZoneId": "use1-az1"})
    assert home.refusal(Placement={"AvailabilityZone": "us-east-1b"}) == (
        "InvalidParameterValue",
        f"Value (us-east-1b) for parameter availabilityZone is invalid. "
        f"Subnet '{home.subnet_id}' is in the availability zone us-east-1a",
    )
    assert home.refusal(Placement={"AvailabilityZoneId": "use1-az2"}) == (
        "InvalidParameterValue",
        f"Value (use1-az2) for parameter availabilityZoneId is invalid. "
        f"Subnet '{home.subnet_id}' is in the availability zone use1-az1",
    )
    assert home.refusal(Placement={"AvailabilityZone": "eu-west-1a"}) == (
        "InvalidParameterValue",
        "Invalid availability zone: [eu-west-1a]",
    )
    assert home.refusal(Placement={"AvailabilityZoneId": "x"}) == (
        "InvalidParameterValue",
        "Invalid availability zone-id: [x]",
    )
    both = {"AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1"}
    assert home.refusal(Placement=both) == (
        "InvalidParameterCombination",
        "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination.",
    )


# --- groups --------------------------------------------------------------------------------------------------------


def test_groups(home: Home) -> None:
    web, app = group(home, "web"), group(home, "app")
    assert groups_of(home.launch()) == [home.default_group_id]
    assert groups_of(home.launch(SecurityGroupIds=[web, app, web])) == [web, app]
    assert groups_of(home.launch(NetworkInterfaces=interface(home, Groups=[app]))) == [app]
    assert groups_of(home.launch(NetworkInterfaces=interface(home))) == [home.default_group_id]


def test_unknown_groups(home: Home) -> None:
    refused = ("InvalidGroup.NotFound", f"The security group '{NO_GROUP}' does not exist")
    assert home.refusal(SecurityGroupIds=[home.default_group_id, NO_GROUP]) == refused
    assert home.refusal(NetworkInterfaces=interface(home, Groups=[NO_GROUP])) == refused
    assert home.refusal(SecurityGroupIds=["web"])[0] == "InvalidGroupId.Malformed"


def test_a_group_of_another_vpc(home: Home) -> None:
    other = home.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    strange = group(home, "web", other)
    assert home.refusal(SecurityGroupIds=[home.default_group_id, strange]) == (
        "InvalidParameter",
        f"Security group {strange} and subnet {home.subnet_id} belong to different networks.",
    )


def test_names_of_groups_are_for_default_vpcs(home: Home) -> None:
    assert home.refusal(SecurityGroups=["default"]) == (
        "InvalidParameterCombination",
        "The parameter groupName cannot be used with the parameter subnet",
    )


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["10.0.1.4", "10.0.1.200", "10.0.1.254"])
def test_a_wanted_address(home: Home, address: str) -> None:
    assert home.launch(PrivateIpAddress=address)["Instances"][0]["PrivateIpAddress"] == address


@pytest.mark.parametrize(
    "asked",
    [
        {"PrivateIpAddress": "10.0.1.77"},
        {"PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.77", "Primary": True}]},
        {"PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.77"}]},
        {"PrivateIpAddress": "10.0.1.77", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.77"}]},
    ],
)
def test_a_wanted_address_of_an_interface(home: Home, asked: dict[str, Any]) -> None:
    launched = home.launch(NetworkInterfaces=interface(home, **asked))
    assert launched["Instances"][0]["PrivateIpAddress"] == "10.0.1.77"


@pytest.mark.parametrize(
    ("address", "code", "text"),
    [
        ("10.0.2.4", "InvalidParameterValue", "Address 10.0.2.4 does not fall within the subnet's address range"),
        ("10.0.1.0", "InvalidParameterValue", "Address 10.0.1.0 is in subnet's reserved address range"),
        ("10.0.1.3", "InvalidParameterValue", "Address 10.0.1.3 is in subnet's reserved address range"),
        ("10.0.1.255", "InvalidParameterValue", "Address 10.0.1.255 is in subnet's reserved address range"),
        ("10.0.1", "InvalidParameterValue", "invalid value for parameter address: 10.0.1"),
        ("::1", "InvalidParameterValue", "invalid value for parameter address: ::1"),
        ("10.0.1.9", "InvalidIPAddress.InUse", "Address 10.0.1.9 is in use."),
    ],
)
def test_an_address_that_cannot_be_had(home: Home, address: str, code: str, text: str) -> None:
    home.launch(PrivateIpAddress="10.0.1.9")
    assert home.refusal(PrivateIpAddress=address) == (code, text)
    assert home.refusal(NetworkInterfaces=interface(home, PrivateIpAddress=address)) == (code, text)


# --- interfaces ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "noun"),
    [
        ("SubnetId", "subnet-00000000000000000", "subnet ID"),
        ("SecurityGroupIds", ["sg-00000000000000000"], "security groups"),
        ("SecurityGroups", ["default"], "security groups"),
        ("PrivateIpAddress", "10.0.1.9", "private IP address"),
    ],
)
def test_what_may_not_stand_beside_an_interface(home: Home, name: str, value: object, noun: str) -> None:
    assert home.refusal(NetworkInterfaces=interface(home), **{name: value}) == (
        "InvalidParameterCombination",
        f"Network interfaces and an instance-level {noun} may not be specified on the same request",
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"Ipv6AddressCount": 1},
        {"Ipv6Addresses": [{"Ipv6Address": "::1"}]},
        {"EnablePrimaryIpv6": True},
        {"SecondaryInterfaces": [{"DeviceIndex": 1}]},
    ],
)
def test_what_instances_do_not_carry_yet(home: Home, asked: dict[str, Any]) -> None:
    assert home.refusal(**asked) == (
        "UnsupportedOperation",
        f"The parameter {next(iter(asked))} is not supported.",
    )


def test_host_names_are_those_of_the_subnet_unless_asked_for(home: Home) -> None:
    home.ec2(modify_subnet_attribute, SubnetId=home.subnet_id, PrivateDnsHostnameTypeOnLaunch="resource-name")
    by_subnet = home.launch()["Instances"][0]
    assert by_subnet["PrivateDnsName"] == f"{by_subnet['InstanceId']}.ec2.internal"
    asked = {"HostnameType": "ip-name", "EnableResourceNameDnsARecord": True}
    other = home.launch(PrivateDnsNameOptions=asked)["Instances"][0]
    assert other["PrivateDnsName"] == "ip-10-0-1-5.ec2.internal"
    assert other["PrivateDnsNameOptions"] == {**asked, "EnableResourceNameDnsAAAARecord": False}


def test_host_names_stay_when_the_subnet_changes(home: Home) -> None:
    instance_id = home.launch()["Instances"][0]["InstanceId"]
    home.ec2(modify_subnet_attribute, SubnetId=home.subnet_id, PrivateDnsHostnameTypeOnLaunch="resource-name")
    assert home.instance(instance_id)["PrivateDnsNameOptions"]["HostnameType"] == "ip-name"


def test_host_names_that_cannot_be(home: Home) -> None:
    assert home.refusal(PrivateDnsNameOptions={"EnableResourceNameDnsAAAARecord": True}) == (
        "UnsupportedOperation",
        "DNS AAAA records need IPv6, which is not supported yet.",
    )
    assert home.refusal(PrivateDnsNameOptions={"HostnameType": "name"}) == (
        "InvalidParameterValue",
        "Value (name) for parameter HostnameType is invalid.",
    )


# --- the default VPC -----------------------------------------------------------------------------------------------


@pytest.fixture
def at_home(home: Home) -> Home:
    """With a default VPC beside the other one."""
    home.ec2(create_default_vpc)
    return home


def default_subnets(home: Home) -> dict[str, str]:
    filters = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = home.ec2(describe_subnets, Filters=filters)["Subnets"]
    return {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets}


def test_a_launch_without_a_subnet(at_home: Home) -> None:
    subnets = default_subnets(at_home)
    instance = at_home.launch(SubnetId=None)["Instances"][0]
    assert instance["SubnetId"] == subnets["us-east-1a"]
    assert "PublicIpAddress" in instance
    placed = at_home.launch(SubnetId=None, Placement={"AvailabilityZone": "us-east-1c"})["Instances"][0]
    assert placed["SubnetId"] == subnets["us-east-1c"]
    placed = at_home.launch(SubnetId=None, Placement={"AvailabilityZoneId": "use1-az2"})["Instances"][0]
    assert placed["SubnetId"] == subnets["us-east-1b"]
    described = [{"DeviceIndex": 0, "AssociatePublicIpAddress": False}]
    instance = at_home.launch(NetworkInterfaces=described, Placement={"AvailabilityZone": "us-east-1d"})["Instances"][0]
    assert instance["SubnetId"] == subnets["us-east-1d"]
    assert "PublicIpAddress" not in instance


def test_names_of_groups_are_those_of_the_default_vpc(at_home: Home) -> None:
    group(at_home, "elsewhere")
    vpc_id = at_home.launch(SubnetId=None)["Instances"][0]["VpcId"]
    web = group(at_home, "web", vpc_id)
    assert groups_of(at_home.launch(SubnetId=None, SecurityGroups=["web"])) == [web]
    assert at_home.refusal(SubnetId=None, SecurityGroups=["elsewhere"]) == (
        "InvalidGroup.NotFound",
        f"The security group 'elsewhere' does not exist in default VPC '{vpc_id}'",
    )


def test_a_zone_without_a_default_subnet(at_home: Home) -> None:
    at_home.ec2(delete_subnet, SubnetId=default_subnets(at_home)["us-east-1b"])
    assert at_home.refusal(SubnetId=None, Placement={"AvailabilityZone": "us-east-1b"}) == (
        "MissingInput",
        "No default subnet for availability zone: 'us-east-1b'.",
    )
    for subnet_id in default_subnets(at_home).values():
        at_home.ec2(delete_subnet, SubnetId=subnet_id)
    code, text = at_home.refusal(SubnetId=None)
    assert code == "MissingInput"
    assert re.fullmatch(r"No subnets found for the default VPC 'vpc-[0-9a-f]{17}'. Please specify a subnet.", text)
