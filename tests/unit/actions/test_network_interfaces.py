from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instances import terminate_instances
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.vpcs import modify_vpc_attribute
from skywalk.values.clock import FixedClock
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
    assert home.ec2.refusal(describe_network_interfaces, NetworkInterfaceIds=ids, MaxResults=5)[0] == (
        "InvalidParameterCombination"
    )
    assert home.region.client(OTHER_ACCOUNT)(describe_network_interfaces) == {"NetworkInterfaces": []}


def test_pages(home: Home) -> None:
    home.launch(MaxCount=7)
    first = home.ec2(describe_network_interfaces, MaxResults=5)
    rest = home.ec2(describe_network_interfaces, MaxResults=5, NextToken=first["NextToken"])
    addresses = [one["PrivateIpAddress"] for one in (*first["NetworkInterfaces"], *rest["NetworkInterfaces"])]
    assert addresses == [f"10.0.1.{number}" for number in range(4, 11)]
    assert "NextToken" not in rest
