from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import release_address
from skywalk.actions.internet_gateways import detach_internet_gateway
from skywalk.actions.nat_gateways import create_nat_gateway, delete_nat_gateway, describe_nat_gateways
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.subnets import delete_subnet
from skywalk.actions.vpcs import delete_vpc
from skywalk.values.clock import FixedClock
from support.addressing import (
    elastic_address,
    internet_gateway,
    nat_gateway,
    new_interface,
    shown_address,
    shown_nat_gateway,
)
from support.launching import Home
from support.region import OTHER_ACCOUNT, Region

UNKNOWN = "nat-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def test_a_public_gateway(home: Home) -> None:
    internet_gateway(home)
    allocation = elastic_address(home)
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "Name", "Value": "out"}]}]
    made = home.ec2(create_nat_gateway, SubnetId=home.subnet_id, AllocationId=allocation, TagSpecifications=tags)
    shown = made["NatGateway"]
    address = shown_address(home, allocation)
    (eni,) = home.ec2(describe_network_interfaces)["NetworkInterfaces"]
    assert shown == {
        "NatGatewayId": shown["NatGatewayId"],
        "VpcId": home.vpc_id,
        "SubnetId": home.subnet_id,
        "ConnectivityType": "public",
        "AvailabilityMode": "zonal",
        "State": "pending",
        "CreateTime": FixedClock().now(),
        "NatGatewayAddresses": [
            {
                "AllocationId": allocation,
                "AssociationId": address["AssociationId"],
                "IsPrimary": True,
                "NetworkInterfaceId": eni["NetworkInterfaceId"],
                "PrivateIp": "10.0.1.4",
                "PublicIp": address["PublicIp"],
                "Status": "associating",
            }
        ],
        "Tags": [{"Key": "Name", "Value": "out"}],
    }
    assert (address["NetworkInterfaceId"], address["PrivateIpAddress"]) == (eni["NetworkInterfaceId"], "10.0.1.4")
    home.settle()
    available = shown_nat_gateway(home, shown["NatGatewayId"])
    assert available["State"] == "available"
    assert available["NatGatewayAddresses"][0]["Status"] == "succeeded"


def test_a_private_gateway_needs_no_internet(home: Home) -> None:
    nat = nat_gateway(home, ConnectivityType="private", PrivateIpAddress="10.0.1.77")
    home.settle()
    shown = shown_nat_gateway(home, nat)
    assert (shown["State"], shown["ConnectivityType"]) == ("available", "private")
    assert shown["NatGatewayAddresses"][0]["PrivateIp"] == "10.0.1.77"
    assert not {"AllocationId", "AssociationId", "PublicIp"} & shown["NatGatewayAddresses"][0].keys()


def failed(home: Home, nat_gateway_id: str) -> tuple[str, str]:
    """The reason why a gateway failed, which it says once it has."""
    assert shown_nat_gateway(home, nat_gateway_id)["State"] == "pending"
    assert "FailureCode" not in shown_nat_gateway(home, nat_gateway_id)
    home.settle()
    shown = shown_nat_gateway(home, nat_gateway_id)
    assert shown["State"] == "failed"
    assert shown["DeleteTime"] == FixedClock().now()
    assert "NetworkInterfaceId" not in shown["NatGatewayAddresses"][0]
    return shown["FailureCode"], shown["FailureMessage"]


def test_without_an_internet_gateway_it_fails(home: Home) -> None:
    allocation = elastic_address(home)
    assert failed(home, nat_gateway(home, AllocationId=allocation)) == (
        "Gateway.NotAttached",
        f"Network {home.vpc_id} has no Internet gateway attached",
    )
    assert home.ec2(describe_network_interfaces) == {"NetworkInterfaces": []}
    home.ec2(release_address, AllocationId=allocation)


def test_with_an_address_of_another_it_fails(home: Home) -> None:
    internet_gateway(home)
    allocation = elastic_address(home)
    home.ec2(associate_address, AllocationId=allocation, NetworkInterfaceId=new_interface(home))
    assert failed(home, nat_gateway(home, AllocationId=allocation)) == (
        "Resource.AlreadyAssociated",
        f"Elastic IP address {allocation} is already associated",
    )


def test_in_a_full_subnet_it_fails(home: Home) -> None:
    internet_gateway(home)
    small = home.subnet("10.0.9.0/28")
    for _ in range(11):
        new_interface(home, SubnetId=small)
    assert failed(home, nat_gateway(home, SubnetId=small, AllocationId=elastic_address(home))) == (
        "InsufficientFreeAddressesInSubnet",
        "Subnet has insufficient free addresses to create this NAT gateway",
    )


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (
            {"AllocationId": "eipalloc-00000000000000000"},
            ("InvalidElasticIpID.NotFound", "The elasticIp ID 'eipalloc-00000000000000000' does not exist"),
        ),
        (
            {"AllocationId": "eip-1"},
            ("InvalidElasticIpID.Malformed", 'Invalid id: "eip-1" (expecting "eipalloc-...")'),
        ),
        ({}, ("MissingParameter", "The request must contain the parameter AllocationId")),
        (
            {"ConnectivityType": "private", "SubnetId": ""},
            ("MissingParameter", "The request must contain the parameter SubnetId"),
        ),
        (
            {"ConnectivityType": "private", "AllocationId": "eipalloc-00000000000000000"},
            ("InvalidParameter", "AllocationId is not supported for NAT gateways of connectivity type private."),
        ),
        (
            {"ConnectivityType": "both"},
            ("InvalidParameterValue", "Value (both) for parameter connectivityType is invalid."),
        ),
        (
            {"ConnectivityType": "private", "SubnetId": "subnet-00000000000000000"},
            ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-00000000000000000' does not exist"),
        ),
        (
            {"ConnectivityType": "private", "PrivateIpAddress": "10.0.1.4"},
            ("InvalidIPAddress.InUse", "Address 10.0.1.4 is in use."),
        ),
        (
            {"ConnectivityType": "private", "SecondaryPrivateIpAddressCount": 1},
            ("UnsupportedOperation", "The parameter SecondaryPrivateIpAddressCount is not supported."),
        ),
        (
            {"SecondaryAllocationIds": ["eipalloc-00000000000000000"]},
            ("UnsupportedOperation", "The parameter SecondaryAllocationIds is not supported."),
        ),
        ({"AvailabilityMode": "regional"}, ("UnsupportedOperation", "Regional NAT gateways are not supported.")),
    ],
)
def test_refusals(home: Home, request_: dict[str, Any], refusal: tuple[str, str]) -> None:
    new_interface(home)
    assert home.ec2.refusal(create_nat_gateway, **{"SubnetId": home.subnet_id, **request_}) == refusal


def test_a_client_token_makes_one_gateway(home: Home) -> None:
    first, again = (
        home.ec2(create_nat_gateway, SubnetId=home.subnet_id, ConnectivityType="private", ClientToken="once")
        for _ in range(2)
    )
    assert first == again
    assert first["ClientToken"] == "once"
    assert len(home.ec2(describe_nat_gateways)["NatGateways"]) == 1


def test_deleted(home: Home) -> None:
    gateway = internet_gateway(home)
    allocation = elastic_address(home)
    nat = nat_gateway(home, AllocationId=allocation)
    home.settle()
    in_the_way = "DependencyViolation"
    assert home.ec2.refusal(delete_subnet, SubnetId=home.subnet_id)[0] == in_the_way
    assert home.ec2.refusal(delete_vpc, VpcId=home.vpc_id)[0] == in_the_way
    detach = {"InternetGatewayId": gateway, "VpcId": home.vpc_id}
    assert home.ec2.refusal(detach_internet_gateway, **detach)[0] == in_the_way
    assert home.ec2(delete_nat_gateway, NatGatewayId=nat) == {"NatGatewayId": nat}
    deleting = shown_nat_gateway(home, nat)
    assert deleting["State"] == "deleting"
    assert deleting["NatGatewayAddresses"][0]["Status"] == "disassociating"
    assert home.ec2.refusal(release_address, AllocationId=allocation)[0] == "AuthFailure", "its interface is there yet"
    home.ec2(delete_nat_gateway, NatGatewayId=nat)
    home.settle()
    deleted = shown_nat_gateway(home, nat)
    assert deleted["State"] == "deleted"
    assert deleted["DeleteTime"] == FixedClock().now()
    assert home.ec2(describe_network_interfaces) == {"NetworkInterfaces": []}
    assert home.ec2.refusal(delete_nat_gateway, NatGatewayId=nat) == (
        "NatGatewayNotFound",
        f"NAT gateway {nat} was not found",
    )
    home.ec2(release_address, AllocationId=allocation)
    home.ec2(detach_internet_gateway, **detach)
    home.ec2(delete_subnet, SubnetId=home.subnet_id)
    home.ec2(delete_vpc, VpcId=home.vpc_id)
    assert shown_nat_gateway(home, nat)["VpcId"] == home.vpc_id, "it is shown for a while"


def test_one_that_failed_can_be_deleted(home: Home) -> None:
    nat = nat_gateway(home, AllocationId=elastic_address(home))
    home.settle()
    home.ec2(delete_nat_gateway, NatGatewayId=nat)
    home.settle()
    assert shown_nat_gateway(home, nat)["State"] == "deleted"


def test_described(home: Home) -> None:
    other = home.subnet("10.0.2.0/24")
    nats = [nat_gateway(home, ConnectivityType="private", SubnetId=one) for one in [home.subnet_id] * 5 + [other]]
    home.settle()
    home.ec2(delete_nat_gateway, NatGatewayId=nats[0])

    def ids(**request: Any) -> list[str]:
        return [one["NatGatewayId"] for one in home.ec2(describe_nat_gateways, **request)["NatGateways"]]

    assert ids() == nats
    assert ids(NatGatewayIds=[nats[2], nats[1]]) == [nats[2], nats[1]]
    for name, value, expected in (
        ("nat-gateway-id", nats[3], [nats[3]]),
        ("state", "deleting", [nats[0]]),
        ("state", "available", nats[1:]),
        ("subnet-id", other, [nats[5]]),
        ("vpc-id", home.vpc_id, nats),
        ("connectivity-type", "public", []),
        ("tag-key", "Name", []),
    ):
        assert ids(Filter=[{"Name": name, "Values": [value]}]) == expected, name
    first = home.ec2(describe_nat_gateways, MaxResults=5)
    rest = home.ec2(describe_nat_gateways, MaxResults=5, NextToken=first["NextToken"])
    assert [one["NatGatewayId"] for one in (*first["NatGateways"], *rest["NatGateways"])] == nats


def test_unknown_ids(home: Home) -> None:
    not_found = ("NatGatewayNotFound", f"NAT gateway {UNKNOWN} was not found")
    assert home.ec2.refusal(describe_nat_gateways, NatGatewayIds=[UNKNOWN]) == not_found
    assert home.ec2.refusal(delete_nat_gateway, NatGatewayId=UNKNOWN) == not_found
    assert home.ec2.refusal(delete_nat_gateway, NatGatewayId="nat-x")[0] == "NatGatewayMalformed"
    nat = nat_gateway(home, ConnectivityType="private")
    others = home.region.client(OTHER_ACCOUNT)
    assert others.refusal(delete_nat_gateway, NatGatewayId=nat)[0] == "NatGatewayNotFound"
