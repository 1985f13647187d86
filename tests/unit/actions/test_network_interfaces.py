from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import allocate_address, describe_addresses
from skywalk.actions.instances import terminate_instances
from skywalk.actions.network_interface_attachments import attach_network_interface
from skywalk.actions.network_interfaces import (
    create_network_interface,
    delete_network_interface,
    describe_network_interfaces,
)
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.vpcs import create_vpc, modify_vpc_attribute
from skywalk.values.clock import FixedClock
from support.addressing import elastic_address, internet_gateway, nat_gateway, new_interface
from support.launching import Home
from support.region import OTHER_ACCOUNT, OWNER, Region

GONE = "eni-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def interfaces(home: Home, **request: Any) -> list[dict[str, Any]]:
    return [dict(one) for one in home.ec2(describe_network_interfaces, **request)["NetworkInterfaces"]]


def launch_public(home: Home, **more: Any) -> dict[str, Any]:
    interface = {"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True, **more}
    tags = [{"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "line"}]}]
    return dict(home.launch(NetworkInterfaces=[interface], TagSpecifications=tags)["Instances"][0])


def test_the_interface_of_an_instance(home: Home) -> None:
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": True})
    instance = launch_public(home, Description="first line")
    home.settle()
    (shown,) = interfaces(home)
    association = {
        "IpOwnerId": "amazon",
        "PublicIp": instance["PublicIpAddress"],
        "PublicDnsName": instance["PublicDnsName"],
    }
    assert instance["PublicDnsName"].startswith("ec2-198-1")
    assert shown == {
        "NetworkInterfaceId": instance["NetworkInterfaces"][0]["NetworkInterfaceId"],
        "OwnerId": OWNER,
        "VpcId": home.vpc_id,
        "SubnetId": home.subnet_id,
        "AvailabilityZone": "us-east-1a",
        "AvailabilityZoneId": "use1-az1",
        "Description": "first line",
        "InterfaceType": "interface",
        "MacAddress": instance["NetworkInterfaces"][0]["MacAddress"],
        "PrivateIpAddress": "10.0.1.4",
        "PrivateDnsName": "ip-10-0-1-4.ec2.internal",
        "PrivateIpAddresses": [
            {
                "Primary": True,
                "PrivateIpAddress": "10.0.1.4",
                "PrivateDnsName": "ip-10-0-1-4.ec2.internal",
                "Association": association,
            }
        ],
        "Ipv6Addresses": [],
        "Groups": [{"GroupId": home.default_group_id, "GroupName": "default"}],
        "RequesterManaged": False,
        "SourceDestCheck": True,
        "Status": "in-use",
        "Operator": {"Managed": False},
        "TagSet": [{"Key": "Name", "Value": "line"}],
        "Association": association,
        "Attachment": {
            "AttachmentId": instance["NetworkInterfaces"][0]["Attachment"]["AttachmentId"],
            "AttachTime": FixedClock().now(),
            "DeleteOnTermination": True,
            "DeviceIndex": 0,
            "NetworkCardIndex": 0,
            "InstanceId": instance["InstanceId"],
            "InstanceOwnerId": OWNER,
            "Status": "attached",
        },
    }


def test_names_need_dns_host_names(home: Home) -> None:
    launch_public(home)
    (shown,) = interfaces(home)
    assert "PrivateDnsName" not in shown
    assert shown["Association"]["PublicDnsName"] == ""


def test_an_interface_that_is_left_behind(home: Home) -> None:
    instance = launch_public(home, AssociatePublicIpAddress=False, DeleteOnTermination=False)
    home.ec2(terminate_instances, InstanceIds=[instance["InstanceId"]])
    assert interfaces(home)[0]["Attachment"]["Status"] == "detaching"
    home.settle()
    (shown,) = interfaces(home)
    assert shown["Status"] == "available"
    assert "Attachment" not in shown
    assert interfaces(home, Filters=[{"Name": "attachment.instance-id", "Values": ["*"]}]) == []


@pytest.mark.parametrize(
    ("name", "value", "is_found"),
    [
        ("addresses.private-ip-address", "10.0.1.4", True),
        ("addresses.primary", "true", True),
        ("addresses.association.public-ip", "198.1*", True),
        ("addresses.association.owner-id", "amazon", True),
        ("association.public-ip", "198.1*", True),
        ("association.ip-owner-id", "amazon", True),
        ("association.allocation-id", "*", False),
        ("attachment.instance-id", "i-*", True),
        ("attachment.attachment-id", "eni-attach-*", True),
        ("attachment.device-index", "0", True),
        ("attachment.delete-on-termination", "true", True),
        ("attachment.instance-owner-id", OWNER, True),
        ("attachment.status", "attaching", True),
        ("attachment.status", "attached", False),
        ("attachment.attach-time", "2026-01-01T00:00:00.000Z", True),
        ("availability-zone", "us-east-1a", True),
        ("availability-zone", "us-east-1b", False),
        ("description", "first*", True),
        ("group-name", "default", True),
        ("group-id", "sg-*", True),
        ("interface-type", "interface", True),
        ("interface-type", "vpc_endpoint", False),
        ("mac-address", "02:*", True),
        ("network-interface-id", "eni-*", True),
        ("owner-id", OWNER, True),
        ("private-ip-address", "10.0.1.5", False),
        ("requester-managed", "false", True),
        ("source-dest-check", "true", True),
        ("status", "in-use", True),
        ("status", "available", False),
        ("subnet-id", "subnet-*", True),
        ("vpc-id", "vpc-*", True),
        ("tag:Name", "line", True),
        ("tag-key", "Owner", False),
    ],
)
def test_filters(home: Home, name: str, value: str, is_found: bool) -> None:
    launch_public(home, Description="first line")
    assert len(interfaces(home, Filters=[{"Name": name, "Values": [value]}])) == int(is_found)


def test_an_unknown_filter(home: Home) -> None:
    assert home.ec2.refusal(describe_network_interfaces, Filters=[{"Name": "eni", "Values": ["x"]}]) == (
        "InvalidParameterValue",
        "The filter 'eni' is invalid",
    )


def test_by_id(home: Home) -> None:
    home.launch(MaxCount=2)
    first, second = interfaces(home)
    ids = [second["NetworkInterfaceId"], first["NetworkInterfaceId"]]
    assert interfaces(home, NetworkInterfaceIds=ids) == [second, first]
    assert home.ec2.refusal(describe_network_interfaces, NetworkInterfaceIds=[*ids, GONE]) == (
        "InvalidNetworkInterfaceID.NotFound",
        f"The networkInterface ID '{GONE}' does not exist",
    )
    assert home.ec2.refusal(describe_network_interfaces, NetworkInterfaceIds=["eni-x"])[0] == (
        "InvalidNetworkInterfaceId.Malformed"
    )
    assert home.ec2.refusal(describe_network_interfaces, NetworkInterfaceIds=ids, MaxResults=5) == (
        "InvalidParameterCombination",
        "The parameter networkInterfaceIdSet cannot be used with the parameter maxResults",
    )
    assert home.region.client(OTHER_ACCOUNT)(describe_network_interfaces) == {"NetworkInterfaces": []}


def test_pages(home: Home) -> None:
    home.launch(MaxCount=7)
    first = home.ec2(describe_network_interfaces, MaxResults=5)
    rest = home.ec2(describe_network_interfaces, MaxResults=5, NextToken=first["NextToken"])
    addresses = [one["PrivateIpAddress"] for one in (*first["NetworkInterfaces"], *rest["NetworkInterfaces"])]
    assert addresses == [f"10.0.1.{number}" for number in range(4, 11)]
    assert "NextToken" not in rest


def test_an_interface_of_its_own(home: Home) -> None:
    tags = [{"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "spare"}]}]
    made = home.ec2(create_network_interface, SubnetId=home.subnet_id, Description="spare", TagSpecifications=tags)
    shown = made["NetworkInterface"]
    assert shown["Status"] == "pending"
    assert interfaces(home) == [{**shown, "Status": "available"}]
    assert shown["PrivateIpAddresses"] == [{"Primary": True, "PrivateIpAddress": "10.0.1.4"}]
    assert shown["Groups"] == [{"GroupId": home.default_group_id, "GroupName": "default"}]
    assert shown["MacAddress"].startswith("02:")
    assert (shown["Description"], shown["TagSet"]) == ("spare", [{"Key": "Name", "Value": "spare"}])
    assert (shown["SourceDestCheck"], shown["RequesterManaged"], shown["InterfaceType"]) == (True, False, "interface")
    assert "Attachment" not in shown
    assert "Association" not in shown


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["10.0.1.4"]),
        ({"PrivateIpAddress": "10.0.1.9"}, ["10.0.1.9"]),
        ({"SecondaryPrivateIpAddressCount": 2}, ["10.0.1.4", "10.0.1.5", "10.0.1.6"]),
        ({"PrivateIpAddress": "10.0.1.5", "SecondaryPrivateIpAddressCount": 2}, ["10.0.1.5", "10.0.1.4", "10.0.1.6"]),
        ({"PrivateIpAddresses": [("10.0.1.7", False), ("10.0.1.6", True)]}, ["10.0.1.6", "10.0.1.7"]),
        ({"PrivateIpAddresses": [("10.0.1.4", False)]}, ["10.0.1.5", "10.0.1.4"]),
        ({"PrivateIpAddress": "10.0.1.8", "PrivateIpAddresses": [("10.0.1.9", False)]}, ["10.0.1.8", "10.0.1.9"]),
        ({"PrivateIpAddress": "10.0.1.8", "PrivateIpAddresses": [("10.0.1.8", True)]}, ["10.0.1.8"]),
    ],
)
def test_addresses_of_a_new_interface(home: Home, request_: dict[str, Any], expected: list[str]) -> None:
    listed = [{"PrivateIpAddress": text, "Primary": first} for text, first in request_.get("PrivateIpAddresses", ())]
    wished = {**request_, "PrivateIpAddresses": listed} if listed else request_
    shown = home.ec2(create_network_interface, SubnetId=home.subnet_id, **wished)["NetworkInterface"]
    assert [one["PrivateIpAddress"] for one in shown["PrivateIpAddresses"]] == expected
    assert [one["Primary"] for one in shown["PrivateIpAddresses"]] == [True] + [False] * (len(expected) - 1)
    assert shown["PrivateIpAddress"] == expected[0]


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ({"PrivateIpAddress": "10.0.1.4"}, ("InvalidIPAddress.InUse", "The specified address is already in use.")),
        (
            {"PrivateIpAddress": "10.0.2.4"},
            ("InvalidParameterValue", "Address 10.0.2.4 does not fall within the subnet's address range"),
        ),
        (
            {"PrivateIpAddress": "10.0.1.255"},
            ("InvalidParameterValue", "Address 10.0.1.255 is in subnet's reserved address range"),
        ),
        ({"PrivateIpAddress": "x"}, ("InvalidParameterValue", "invalid value for parameter address: x")),
        (
            {"PrivateIpAddresses": [{"PrivateIpAddress": f"10.0.1.{n}", "Primary": True} for n in (5, 6)]},
            ("InvalidParameterValue", "Only one primary private IP address can be specified."),
        ),
        (
            {"PrivateIpAddress": "10.0.1.5", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.6", "Primary": True}]},
            ("InvalidParameterValue", "Only one primary private IP address can be specified."),
        ),
        (
            {"PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.6"}] * 2},
            ("InvalidParameterValue", "Only one primary private IP address can be specified."),
        ),
        (
            {
                "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.6", "Primary": False}],
                "SecondaryPrivateIpAddressCount": 1,
            },
            (
                "InvalidParameterCombination",
                "Secondary private addresses may be specified by privateIpAddresses or "
                "secondaryPrivateIpAddressCount, but not both.",
            ),
        ),
        (
            {"SecondaryPrivateIpAddressCount": -1},
            ("InvalidParameterValue", "Value (-1) for parameter secondaryPrivateIpAddressCount is invalid."),
        ),
        (
            {"SecondaryPrivateIpAddressCount": 300},
            (
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.",
            ),
        ),
        ({"InterfaceType": "efa"}, ("UnsupportedOperation", "Network interfaces of special types are not supported.")),
        ({"Ipv6AddressCount": 1}, ("UnsupportedOperation", "The parameter Ipv6AddressCount is not supported.")),
        (
            {"Groups": ["sg-00000000000000000"]},
            ("InvalidGroup.NotFound", "The security group 'sg-00000000000000000' does not exist"),
        ),
        (
            {"SubnetId": "subnet-00000000000000000"},
            ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-00000000000000000' does not exist"),
        ),
    ],
)
def test_refusals_of_a_new_interface(home: Home, request_: dict[str, Any], refusal: tuple[str, str]) -> None:
    new_interface(home)
    assert home.ec2.refusal(create_network_interface, **{"SubnetId": home.subnet_id, **request_}) == refusal


def test_groups_of_another_vpc_are_refused(home: Home) -> None:
    other = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    group = home.ec2(create_security_group, VpcId=other, GroupName="theirs", Description="theirs")["GroupId"]
    assert home.ec2.refusal(create_network_interface, SubnetId=home.subnet_id, Groups=[group]) == (
        "InvalidParameter",
        f"Security group {group} and subnet {home.subnet_id} belong to different networks.",
    )


def test_a_client_token_makes_one_interface(home: Home) -> None:
    first, again = (home.ec2(create_network_interface, SubnetId=home.subnet_id, ClientToken="once") for _ in range(2))
    assert first == again
    assert first["ClientToken"] == "once"
    assert len(interfaces(home)) == 1
    assert (
        home.ec2.refusal(create_network_interface, SubnetId=home.subnet_id, ClientToken="once", Description="other")[0]
        == "IdempotentParameterMismatch"
    )


def test_an_interface_in_use_cannot_be_deleted(home: Home) -> None:
    instance = home.launch()["Instances"][0]["InstanceId"]
    home.settle()
    eni = new_interface(home)
    home.ec2(attach_network_interface, NetworkInterfaceId=eni, InstanceId=instance, DeviceIndex=1)
    for one in interfaces(home):
        assert home.ec2.refusal(delete_network_interface, NetworkInterfaceId=one["NetworkInterfaceId"]) == (
            "InvalidParameterValue",
            f"Network interface '{one['NetworkInterfaceId']}' is currently in use.",
        )
    assert (
        home.ec2.refusal(delete_network_interface, NetworkInterfaceId=GONE)[0] == "InvalidNetworkInterfaceID.NotFound"
    )


def test_the_interface_of_a_nat_gateway(home: Home) -> None:
    internet_gateway(home)
    allocation = elastic_address(home)
    nat = nat_gateway(home, AllocationId=allocation)
    (shown,) = interfaces(home)
    assert home.ec2.refusal(delete_network_interface, NetworkInterfaceId=shown["NetworkInterfaceId"]) == (
        "InvalidParameterValue",
        f"Network interface '{shown['NetworkInterfaceId']}' is currently in use.",
    )
    assert shown["Description"] == f"Interface for NAT Gateway {nat}"
    assert (shown["InterfaceType"], shown["RequesterManaged"], shown["SourceDestCheck"]) == ("nat_gateway", True, False)
    assert (shown["Groups"], shown["Status"], shown["RequesterId"]) == ([], "in-use", "amazon-aws")
    assert shown["Association"]["AllocationId"] == allocation
    assert shown["Association"]["IpOwnerId"] == OWNER
    attachment = shown["Attachment"]
    assert attachment["AttachmentId"].startswith("ela-attach-")
    assert (attachment["InstanceOwnerId"], attachment["Status"], attachment["DeviceIndex"]) == (
        "amazon-aws",
        "attached",
        1,
    )
    assert "InstanceId" not in attachment


def test_a_deleted_interface_leaves_its_elastic_address(home: Home) -> None:
    internet_gateway(home)
    eni, allocation = new_interface(home), elastic_address(home)
    home.ec2(associate_address, AllocationId=allocation, NetworkInterfaceId=eni)
    home.ec2(delete_network_interface, NetworkInterfaceId=eni)
    assert interfaces(home) == []
    (address,) = home.ec2(describe_addresses)["Addresses"]
    assert address["AllocationId"] == allocation
    assert "AssociationId" not in address


def test_every_address_with_its_association(home: Home) -> None:
    internet_gateway(home)
    eni = new_interface(home, SecondaryPrivateIpAddressCount=2)
    address = home.ec2(allocate_address)
    associated = home.ec2(
        associate_address,
        AllocationId=address["AllocationId"],
        NetworkInterfaceId=eni,
        PrivateIpAddress="10.0.1.5",
    )
    (shown,) = interfaces(home)
    assert "Association" not in shown, "that is the primary address's"
    assert [one.get("Association") for one in shown["PrivateIpAddresses"]] == [
        None,
        {
            "AllocationId": address["AllocationId"],
            "AssociationId": associated["AssociationId"],
            "IpOwnerId": OWNER,
            "PublicIp": address["PublicIp"],
            "PublicDnsName": "",
        },
        None,
    ]
    for name, value, is_found in (
        ("addresses.association.public-ip", address["PublicIp"], True),
        ("addresses.association.owner-id", OWNER, True),
        ("addresses.private-ip-address", "10.0.1.6", True),
        ("association.public-ip", address["PublicIp"], False),
        ("association.allocation-id", address["AllocationId"], False),
        ("addresses.primary", "false", True),
    ):
        assert len(interfaces(home, Filters=[{"Name": name, "Values": [value]}])) == int(is_found), name
