from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import (
    allocate_address,
    describe_addresses,
    describe_addresses_attribute,
    release_address,
)
from skywalk.resources.allocate import PUBLIC_POOL
from support.addressing import (
    elastic_address,
    internet_gateway,
    nat_gateway,
    new_interface,
    shown_address,
)
from support.launching import Home
from support.region import OTHER_ACCOUNT, OWNER, Region

UNKNOWN = "eipalloc-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def test_allocated(home: Home) -> None:
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "door"}]}]
    made = home.ec2(allocate_address, Domain="vpc", TagSpecifications=tags)
    assert IPv4Address(made["PublicIp"]) in PUBLIC_POOL
    assert made == {
        "AllocationId": made["AllocationId"],
        "PublicIp": made["PublicIp"],
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": "us-east-1",
        "Domain": "vpc",
    }
    assert made["AllocationId"].startswith("eipalloc-")
    assert shown_address(home, made["AllocationId"]) == {**made, "Tags": [{"Key": "Name", "Value": "door"}]}


def test_no_address_is_given_twice(home: Home) -> None:
    for _ in range(20):
        elastic_address(home)
    others = home.region.client(OTHER_ACCOUNT)
    theirs = [others(allocate_address)["PublicIp"] for _ in range(20)]
    ours = [one["PublicIp"] for one in home.ec2(describe_addresses)["Addresses"]]
    assert len({*ours, *theirs}) == 40


def test_a_wished_address(home: Home) -> None:
    made = home.ec2(allocate_address, Address="198.18.7.7")
    assert made["PublicIp"] == "198.18.7.7"
    for text in ("198.18.7.7", "203.0.113.5", "198.18.0.0", "198.19.255.255"):
        assert home.ec2.refusal(allocate_address, Address=text) == (
            "InvalidAddress.NotFound",
            f"Address '{text}' not found.",
        )
    assert home.ec2.refusal(allocate_address, Address="198.18") == (
        "InvalidParameterValue",
        "Value (198.18) for parameter address is invalid.",
    )
    home.ec2(release_address, AllocationId=made["AllocationId"])
    assert home.ec2(allocate_address, Address="198.18.7.7")["AllocationId"] != made["AllocationId"]


def test_an_assigned_address_cannot_be_wished(home: Home) -> None:
    public = {"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}
    instance = home.launch(NetworkInterfaces=[public])["Instances"][0]
    refused = home.ec2.refusal(allocate_address, Address=instance["PublicIpAddress"])
    assert refused[0] == "InvalidAddress.NotFound"


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ({"Domain": "standard"}, ("InvalidParameterValue", "Value (standard) for parameter domain is invalid.")),
        (
            {"NetworkBorderGroup": "us-east-1-wl1"},
            ("InvalidParameterValue", "Value (us-east-1-wl1) for parameter networkBorderGroup is invalid."),
        ),
        ({"PublicIpv4Pool": "own"}, ("UnsupportedOperation", "There is no public IPv4 pool but Amazon's.")),
        ({"IpamPoolId": "x"}, ("UnsupportedOperation", "The parameter IpamPoolId is not supported.")),
        (
            {"CustomerOwnedIpv4Pool": "x"},
            ("UnsupportedOperation", "The parameter CustomerOwnedIpv4Pool is not supported."),
        ),
    ],
)
def test_what_is_not_here(home: Home, request_: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert home.ec2.refusal(allocate_address, **request_) == refusal


def test_released(home: Home) -> None:
    kept, gone = elastic_address(home), elastic_address(home)
    home.ec2(release_address, AllocationId=gone, NetworkBorderGroup="us-east-1")
    assert [one["AllocationId"] for one in home.ec2(describe_addresses)["Addresses"]] == [kept]
    not_found = ("InvalidAllocationID.NotFound", f"The allocation ID '{gone}' does not exist")
    assert home.ec2.refusal(release_address, AllocationId=gone) == not_found
    others = home.region.client(OTHER_ACCOUNT)
    assert others.refusal(release_address, AllocationId=kept)[0] == "InvalidAllocationID.NotFound"
    assert home.ec2.refusal(release_address, AllocationId="eip-1")[0] == "InvalidAllocationID.Malformed"


def test_an_address_that_leads_somewhere_is_kept(home: Home) -> None:
    internet_gateway(home)
    allocation = elastic_address(home)
    home.ec2(associate_address, AllocationId=allocation, NetworkInterfaceId=new_interface(home))
    address = shown_address(home, allocation)["PublicIp"]
    assert home.ec2.refusal(release_address, AllocationId=allocation) == (
        "InvalidIPAddress.InUse",
        f"Address {address} is in use.",
    )


def test_the_address_of_a_nat_gateway_is_its_own(home: Home) -> None:
    internet_gateway(home)
    allocation = elastic_address(home)
    nat_gateway(home, AllocationId=allocation)
    assert home.ec2.refusal(release_address, AllocationId=allocation) == (
        "AuthFailure",
        "You do not have permission to access the specified resource.",
    )


def test_a_public_address_alone_releases_nothing(home: Home) -> None:
    allocation = elastic_address(home)
    address = shown_address(home, allocation)["PublicIp"]
    assert home.ec2.refusal(release_address, PublicIp=address) == (
        "InvalidParameterValue",
        "You must specify an allocation id when releasing a VPC elastic IP address",
    )
    assert home.ec2.refusal(release_address, PublicIp="198.18.0.9") == (
        "InvalidAddress.NotFound",
        "Address '198.18.0.9' not found.",
    )
    assert home.ec2.refusal(release_address, PublicIp=address, AllocationId=allocation) == (
        "InvalidParameterCombination",
        "You may specify public IP or allocation id, but not both in the same call",
    )
    assert home.ec2.refusal(release_address) == (
        "MissingParameter",
        "The request must contain the parameter AllocationId",
    )


def test_described_by_either_name(home: Home) -> None:
    first, second, third = (elastic_address(home) for _ in range(3))
    address = shown_address(home, second)["PublicIp"]

    def named(**request: Any) -> list[str]:
        return [one["AllocationId"] for one in home.ec2(describe_addresses, **request)["Addresses"]]

    assert named() == [first, second, third]
    assert named(PublicIps=[address]) == [second]
    assert named(AllocationIds=[third, first]) == [third, first]
    assert named(AllocationIds=[second], PublicIps=[address]) == [second]
    assert home.ec2.refusal(describe_addresses, AllocationIds=[first, UNKNOWN]) == (
        "InvalidAllocationID.NotFound",
        f"The allocation ID '{UNKNOWN}' does not exist",
    )
    others = home.region.client(OTHER_ACCOUNT)
    assert others.refusal(describe_addresses, PublicIps=[address]) == (
        "InvalidAddress.NotFound",
        f"Address '{address}' not found.",
    )
    assert others(describe_addresses) == {"Addresses": []}


def test_filters(home: Home) -> None:
    internet_gateway(home)
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": "door"}]}]
    allocation, free = elastic_address(home, TagSpecifications=tags), elastic_address(home)
    instance = home.launch()["Instances"][0]["InstanceId"]
    home.settle()
    home.ec2(associate_address, AllocationId=allocation, InstanceId=instance)
    shown = shown_address(home, allocation)
    assert shown["InstanceId"] == instance
    assert (shown["PrivateIpAddress"], shown["NetworkInterfaceOwnerId"]) == ("10.0.1.4", OWNER)
    for name, value in (
        ("allocation-id", allocation),
        ("association-id", shown["AssociationId"]),
        ("instance-id", instance),
        ("network-interface-id", shown["NetworkInterfaceId"]),
        ("network-interface-owner-id", OWNER),
        ("private-ip-address", "10.0.1.*"),
        ("public-ip", shown["PublicIp"]),
        ("tag:Name", "door"),
        ("tag-key", "Name"),
    ):
        found = home.ec2(describe_addresses, Filters=[{"Name": name, "Values": [value]}])["Addresses"]
        assert [one["AllocationId"] for one in found] == [allocation], name
    for name, value in (("domain", "vpc"), ("network-border-group", "us-east-1")):
        found = home.ec2(describe_addresses, Filters=[{"Name": name, "Values": [value]}])["Addresses"]
        assert [one["AllocationId"] for one in found] == [allocation, free]
    assert home.ec2.refusal(describe_addresses, Filters=[{"Name": "vpc", "Values": ["x"]}]) == (
        "InvalidParameterValue",
        "The filter 'vpc' is invalid",
    )


def test_no_address_has_a_domain_name(home: Home) -> None:
    ids = [elastic_address(home) for _ in range(3)]
    first = home.ec2(describe_addresses_attribute, Attribute="domain-name", MaxResults=2)
    rest = home.ec2(describe_addresses_attribute, MaxResults=2, NextToken=first["NextToken"])
    found = [*first["Addresses"], *rest["Addresses"]]
    assert [one["AllocationId"] for one in found] == ids
    assert all(one.keys() == {"AllocationId", "PublicIp"} for one in found)
    assert "NextToken" not in rest
    assert home.ec2.refusal(describe_addresses_attribute, Attribute="name") == (
        "InvalidParameterValue",
        "Value (name) for parameter attribute is invalid.",
    )
