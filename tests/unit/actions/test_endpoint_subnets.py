from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.network_interface_attachments import detach_network_interface
from skywalk.actions.network_interface_attributes import modify_network_interface_attribute
from skywalk.actions.network_interfaces import (
    create_network_interface,
    delete_network_interface,
    describe_network_interfaces,
)
from skywalk.actions.secondary_addresses import assign_private_ip_addresses
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import create_subnet, delete_subnet
from skywalk.actions.tags import create_tags
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints
from skywalk.actions.vpcs import create_vpc, delete_vpc
from support.interface_endpoints import create, endpoint, interfaces, modify, modify_refusal, refusal
from support.launching import Home
from support.region import Region

GONE = "subnet-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def addresses(home: Home, shown: dict[str, Any]) -> list[str]:
    return [one["PrivateIpAddress"] for one in interfaces(home, shown)]


# --- create --------------------------------------------------------------------------------------------------------


def test_fixed_addresses(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    configurations = [{"SubnetId": home.subnet_id, "Ipv4": "10.0.1.77"}, {"SubnetId": second}]
    made = create(home, home.subnet_id, SubnetConfigurations=configurations)
    assert made["SubnetIds"] == [home.subnet_id, second]
    assert addresses(home, made) == ["10.0.1.77", "10.0.2.4"]


def test_a_subnet_named_twice_counts_once(home: Home) -> None:
    made = create(home, home.subnet_id, home.subnet_id)
    assert made["SubnetIds"] == [home.subnet_id]


@pytest.mark.parametrize(
    ("address", "code", "text"),
    [
        ("10.0.1.3", "InvalidParameterValue", "Address 10.0.1.3 is in subnet's reserved address range"),
        ("10.0.1.255", "InvalidParameterValue", "Address 10.0.1.255 is in subnet's reserved address range"),
        ("10.0.2.9", "InvalidParameterValue", "Address 10.0.2.9 does not fall within the subnet's address range"),
        ("10.0.1", "InvalidParameterValue", "invalid value for parameter address: 10.0.1"),
        ("10.0.1.50", "InvalidIPAddress.InUse", "Address 10.0.1.50 is in use."),
    ],
)
def test_addresses_that_cannot_be_had(home: Home, address: str, code: str, text: str) -> None:
    home.ec2(create_network_interface, SubnetId=home.subnet_id, PrivateIpAddress="10.0.1.50")
    configurations = [{"SubnetId": home.subnet_id, "Ipv4": address}]
    assert refusal(home, SubnetConfigurations=configurations) == (code, text)
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert modify_refusal(home, made, SubnetConfigurations=configurations) == (code, text)


@pytest.mark.parametrize(
    ("configuration", "code", "text"),
    [
        ({"Ipv4": "10.0.1.9"}, "MissingParameter", "The request must contain the parameter SubnetId"),
        (
            {"SubnetId": GONE, "Ipv6": "fd00::1"},
            "UnsupportedOperation",
            "IPv6 addresses of VPC endpoints are not supported yet.",
        ),
    ],
)
def test_configurations_that_say_too_little_or_too_much(
    home: Home, configuration: dict[str, str], code: str, text: str
) -> None:
    assert refusal(home, SubnetConfigurations=[configuration]) == (code, text)


def test_two_configurations_of_a_subnet(home: Home) -> None:
    twice = [{"SubnetId": home.subnet_id, "Ipv4": f"10.0.1.{last}"} for last in (8, 9)]
    assert refusal(home, SubnetConfigurations=twice) == (
        "InvalidParameter",
        f"The subnet {home.subnet_id} has several configurations.",
    )


def test_one_subnet_in_a_zone(home: Home) -> None:
    other = home.subnet("10.0.2.0/24")
    refused = (
        "DuplicateSubnetsInSameZone",
        f"Found another VPC endpoint subnet in the availability zone of {other}. VPC endpoint subnets should be in "
        "different availability zones supported by the VPC endpoint service.",
    )
    assert refusal(home, home.subnet_id, other) == refused
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert modify_refusal(home, made, AddSubnetIds=[other]) == refused


def test_subnets_that_are_not_there(home: Home) -> None:
    assert refusal(home, GONE) == ("InvalidSubnetID.NotFound", f"The subnet ID '{GONE}' does not exist")
    assert refusal(home, "subnet-x")[0] == "InvalidSubnetID.Malformed"


def test_a_subnet_of_another_vpc(home: Home) -> None:
    other_vpc = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    elsewhere = home.subnet("10.1.1.0/24", vpc_id=other_vpc)
    assert refusal(home, elsewhere) == (
        "InvalidParameter",
        f"Subnet {elsewhere} belongs to a different VPC than {home.vpc_id}.",
    )


def test_a_zone_that_other_regions_services_are_not_in(home: Home) -> None:
    outside = home.subnet("10.0.2.0/24", "c")
    request = {"ServiceName": "com.amazonaws.eu-west-1.kms", "ServiceRegion": "eu-west-1"}
    assert refusal(home, outside, **request) == (
        "InvalidParameter",
        "The VPC endpoint service com.amazonaws.eu-west-1.kms does not support the availability zone of the subnet: "
        f"{outside}.",
    )
    assert create(home, home.subnet_id, **request)["SubnetIds"] == [home.subnet_id]
    assert create(home, outside)["SubnetIds"] == [outside]


def test_a_full_subnet(home: Home) -> None:
    small = home.subnet("10.0.9.0/28", "b")
    for _ in range(11):
        home.ec2(create_network_interface, SubnetId=small)
    full = (
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )
    assert refusal(home, small) == full
    assert refusal(home, home.subnet_id, small) == full
    assert modify_refusal(home, create(home, home.subnet_id)["VpcEndpointId"], AddSubnetIds=[small]) == full


# --- modify --------------------------------------------------------------------------------------------------------


def test_subnets_come_and_go(home: Home) -> None:
    second, third = home.subnet("10.0.2.0/24", "b"), home.subnet("10.0.3.0/24", "c")
    made = create(home, home.subnet_id, second)
    home.settle()
    changed = modify(home, made["VpcEndpointId"], AddSubnetIds=[third], RemoveSubnetIds=[home.subnet_id])
    assert (changed["SubnetIds"], changed["State"]) == ([second, third], "pending")
    assert changed["NetworkInterfaceIds"][0] == made["NetworkInterfaceIds"][1]
    assert addresses(home, changed) == ["10.0.2.4", "10.0.3.4"]
    assert len(home.ec2(describe_network_interfaces)["NetworkInterfaces"]) == 2
    names = [entry["DnsName"].split(".")[0][-10:] for entry in changed["DnsEntries"]]
    assert names[1:] == ["us-east-1b", "us-east-1c"]
    home.settle()
    assert endpoint(home, made["VpcEndpointId"])["State"] == "available"


def test_a_subnet_takes_the_place_of_another_in_its_zone(home: Home) -> None:
    other = home.subnet("10.0.2.0/24")
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert modify(home, made, AddSubnetIds=[other], RemoveSubnetIds=[home.subnet_id])["SubnetIds"] == [other]
    assert modify(home, made, RemoveSubnetIds=[other])["SubnetIds"] == []
    assert modify(home, made, AddSubnetIds=[home.subnet_id])["SubnetIds"] == [home.subnet_id]


def test_another_address_is_another_interface(home: Home) -> None:
    made = create(home, home.subnet_id)
    same = [{"SubnetId": home.subnet_id}]
    assert modify(home, made["VpcEndpointId"], SubnetConfigurations=same) == made
    configurations = [{"SubnetId": home.subnet_id, "Ipv4": "10.0.1.99"}]
    changed = modify(home, made["VpcEndpointId"], SubnetConfigurations=configurations)
    assert addresses(home, changed) == ["10.0.1.99"]
    assert changed["NetworkInterfaceIds"] != made["NetworkInterfaceIds"]
    assert len(home.ec2(describe_network_interfaces)["NetworkInterfaces"]) == 1


def test_an_address_that_it_has_already_stays(home: Home) -> None:
    made = create(home, home.subnet_id)
    configurations = [{"SubnetId": home.subnet_id, "Ipv4": "10.0.1.4"}]
    assert modify(home, made["VpcEndpointId"], SubnetConfigurations=configurations) == made


def test_a_subnet_is_added_with_an_address(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    made = create(home, home.subnet_id)["VpcEndpointId"]
    configurations = [{"SubnetId": second, "Ipv4": "10.0.2.20"}]
    changed = modify(home, made, AddSubnetIds=[second], SubnetConfigurations=configurations)
    assert addresses(home, changed) == ["10.0.1.4", "10.0.2.20"]


def test_a_subnet_that_it_does_not_have_cannot_be_removed(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert modify_refusal(home, made, RemoveSubnetIds=[second]) == (
        "InvalidParameter",
        f"Subnet {second} is not associated with {made}.",
    )
    assert modify_refusal(home, made, RemoveSubnetIds=[GONE])[0] == "InvalidSubnetID.NotFound"


# --- what holds what -----------------------------------------------------------------------------------------------


def test_the_owner_of_the_interface_can_only_tag_it(home: Home) -> None:
    (eni,) = interfaces(home, create(home, home.subnet_id))
    eni_id = eni["NetworkInterfaceId"]
    in_use = ("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
    assert home.ec2.refusal(delete_network_interface, NetworkInterfaceId=eni_id) == in_use
    attachment = eni["Attachment"]["AttachmentId"]
    assert home.ec2.refusal(detach_network_interface, AttachmentId=attachment)[0] == "OperationNotPermitted"
    group = home.ec2(create_security_group, GroupName="a", Description="a", VpcId=home.vpc_id)["GroupId"]
    change = {"NetworkInterfaceId": eni_id, "Groups": [group]}
    assert home.ec2.refusal(modify_network_interface_attribute, **change)[0] == "OperationNotPermitted"
    more = {"NetworkInterfaceId": eni_id, "SecondaryPrivateIpAddressCount": 1}
    assert home.ec2.refusal(assign_private_ip_addresses, **more)[0] == "OperationNotPermitted"
    home.ec2(create_tags, Resources=[eni_id], Tags=[{"Key": "Name", "Value": "mine"}])
    shown = home.ec2(describe_network_interfaces, NetworkInterfaceIds=[eni_id])["NetworkInterfaces"][0]
    assert shown["TagSet"] == [{"Key": "Name", "Value": "mine"}]


def test_an_endpoint_holds_its_subnet_and_its_vpc(home: Home) -> None:
    lonely = home.ec2(create_vpc, CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = home.ec2(create_subnet, VpcId=lonely, CidrBlock="10.7.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]
    made = create(home, subnet["SubnetId"], VpcId=lonely)["VpcEndpointId"]
    assert home.ec2.refusal(delete_subnet, SubnetId=subnet["SubnetId"]) == (
        "DependencyViolation",
        f"The subnet '{subnet['SubnetId']}' has dependencies and cannot be deleted.",
    )
    assert home.ec2.refusal(delete_vpc, VpcId=lonely)[0] == "DependencyViolation"
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made])
    assert home.ec2.refusal(delete_subnet, SubnetId=subnet["SubnetId"])[0] == "DependencyViolation"
    home.settle()
    home.ec2(delete_subnet, SubnetId=subnet["SubnetId"])
    home.ec2(delete_vpc, VpcId=lonely)
