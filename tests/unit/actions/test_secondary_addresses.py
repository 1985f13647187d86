from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.secondary_addresses import assign_private_ip_addresses, unassign_private_ip_addresses
from skywalk.actions.subnets import describe_subnets
from support.addressing import (
    elastic_address,
    internet_gateway,
    nat_gateway,
    new_interface,
    shown_address,
    shown_interface,
    shown_nat_gateway,
)
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    return Home(Region())


def addresses(home: Home, network_interface_id: str) -> list[str]:
    return [one["PrivateIpAddress"] for one in shown_interface(home, network_interface_id)["PrivateIpAddresses"]]


def assign(home: Home, network_interface_id: str, **request: Any) -> list[str]:
    made = home.ec2(assign_private_ip_addresses, NetworkInterfaceId=network_interface_id, **request)
    assert made["NetworkInterfaceId"] == network_interface_id
    return [one["PrivateIpAddress"] for one in made["AssignedPrivateIpAddresses"]]


def refusal(home: Home, network_interface_id: str, **request: Any) -> tuple[str, str]:
    return home.ec2.refusal(assign_private_ip_addresses, NetworkInterfaceId=network_interface_id, **request)


def test_addresses_by_name_and_by_number(home: Home) -> None:
    eni = new_interface(home)
    assert assign(home, eni, PrivateIpAddresses=["10.0.1.20", "10.0.1.6"]) == ["10.0.1.20", "10.0.1.6"]
    assert assign(home, eni, SecondaryPrivateIpAddressCount=2) == ["10.0.1.5", "10.0.1.7"]
    assert addresses(home, eni) == ["10.0.1.4", "10.0.1.20", "10.0.1.6", "10.0.1.5", "10.0.1.7"]
    (subnet,) = home.ec2(describe_subnets)["Subnets"]
    assert subnet["AvailableIpAddressCount"] == 251 - 5


def test_its_own_address_again_changes_nothing(home: Home) -> None:
    eni = new_interface(home, SecondaryPrivateIpAddressCount=1)
    assert assign(home, eni, PrivateIpAddresses=["10.0.1.5"]) == ["10.0.1.5"]
    assert addresses(home, eni) == ["10.0.1.4", "10.0.1.5"]


def test_an_address_of_another_interface_moves_if_it_may(home: Home) -> None:
    internet_gateway(home)
    first, second = new_interface(home, SecondaryPrivateIpAddressCount=2), new_interface(home)
    allocation = elastic_address(home)
    associated = home.ec2(
        associate_address, AllocationId=allocation, NetworkInterfaceId=first, PrivateIpAddress="10.0.1.5"
    )
    wanted = ["10.0.1.5", "10.0.1.6", "10.0.1.9"]
    for may in ({}, {"AllowReassignment": False}):
        assert refusal(home, second, PrivateIpAddresses=wanted, **may) == (
            "InvalidParameterValue",
            "[10.0.1.5, 10.0.1.6] assigned, but move is not allowed.",
        )
    assert assign(home, second, PrivateIpAddresses=wanted, AllowReassignment=True) == wanted
    assert addresses(home, first) == ["10.0.1.4"]
    assert addresses(home, second) == ["10.0.1.7", *wanted]
    address = shown_address(home, allocation)
    assert (address["NetworkInterfaceId"], address["PrivateIpAddress"]) == (second, "10.0.1.5")
    assert address["AssociationId"] == associated["AssociationId"]


def test_a_primary_address_never_moves(home: Home) -> None:
    first, second = new_interface(home), new_interface(home)
    assert refusal(home, second, PrivateIpAddresses=["10.0.1.4"], AllowReassignment=True) == (
        "InvalidParameterValue",
        f"[10.0.1.4] is the primary address of {first} and cannot be moved.",
    )


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        ({}, ("InvalidParameter", "One of privateIpAddressSet or secondaryPrivateIpAddressCount must be specified.")),
        (
            {"PrivateIpAddresses": ["10.0.1.9"], "SecondaryPrivateIpAddressCount": 1},
            (
                "InvalidParameterCombination",
                "You may specify one and only one of privateIpAddressSet or secondaryPrivateIpAddressCount",
            ),
        ),
        (
            {"SecondaryPrivateIpAddressCount": 0},
            ("InvalidParameterValue", "Value (0) for parameter secondaryPrivateIpAddressCount is invalid."),
        ),
        (
            {"SecondaryPrivateIpAddressCount": 251},
            (
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.",
            ),
        ),
        (
            {"PrivateIpAddresses": ["10.0.2.9"]},
            ("InvalidParameterValue", "Address 10.0.2.9 does not fall within the subnet's address range"),
        ),
        (
            {"PrivateIpAddresses": ["10.0.1.1"]},
            ("InvalidParameterValue", "Address 10.0.1.1 is in subnet's reserved address range"),
        ),
        ({"Ipv4PrefixCount": 1}, ("UnsupportedOperation", "The parameter Ipv4PrefixCount is not supported.")),
    ],
)
def test_refusals(home: Home, request_: dict[str, Any], refused: tuple[str, str]) -> None:
    assert refusal(home, new_interface(home), **request_) == refused


def test_the_instance_type_has_a_limit(home: Home) -> None:
    instance = home.launch(InstanceType="t3.micro")["Instances"][0]
    eni = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert assign(home, eni, SecondaryPrivateIpAddressCount=1) == ["10.0.1.5"]
    assert assign(home, eni, PrivateIpAddresses=["10.0.1.5"]) == ["10.0.1.5"]
    assert refusal(home, eni, SecondaryPrivateIpAddressCount=1) == (
        "PrivateIpAddressLimitExceeded",
        "Number of private addresses will exceed limit.",
    )


def test_addresses_are_given_back(home: Home) -> None:
    internet_gateway(home)
    eni, allocation = new_interface(home, SecondaryPrivateIpAddressCount=2), elastic_address(home)
    home.ec2(associate_address, AllocationId=allocation, NetworkInterfaceId=eni, PrivateIpAddress="10.0.1.6")
    home.ec2(unassign_private_ip_addresses, NetworkInterfaceId=eni, PrivateIpAddresses=["10.0.1.6"])
    assert addresses(home, eni) == ["10.0.1.4", "10.0.1.5"]
    assert "AssociationId" not in shown_address(home, allocation)
    for named, refused in (
        (["10.0.1.4"], ("InvalidParameterValue", "The primary address 10.0.1.4 cannot be unassigned.")),
        (
            ["10.0.1.5", "10.0.1.6"],
            ("InvalidParameterValue", f"Some of the specified addresses are not assigned to interface {eni}"),
        ),
        ([], ("MissingParameter", "The request must contain the parameter privateIpAddresses")),
    ):
        found = home.ec2.refusal(unassign_private_ip_addresses, NetworkInterfaceId=eni, PrivateIpAddresses=named)
        assert found == refused


def test_the_addresses_of_a_nat_gateway_are_its_own(home: Home) -> None:
    nat = nat_gateway(home, ConnectivityType="private")
    eni = shown_nat_gateway(home, nat)["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    not_permitted = ("OperationNotPermitted", "You do not have permission to access the specified resource.")
    assert refusal(home, eni, SecondaryPrivateIpAddressCount=1) == not_permitted
    named = {"NetworkInterfaceId": eni, "PrivateIpAddresses": ["10.0.1.4"]}
    assert home.ec2.refusal(unassign_private_ip_addresses, **named) == not_permitted
    other = new_interface(home)
    assert refusal(home, other, PrivateIpAddresses=["10.0.1.4"], AllowReassignment=True) == not_permitted


def test_prefixes_are_not_carried(home: Home) -> None:
    request = {"NetworkInterfaceId": new_interface(home), "Ipv4Prefixes": ["10.0.1.16/28"]}
    refused = ("UnsupportedOperation", "The parameter Ipv4Prefixes is not supported.")
    assert home.ec2.refusal(unassign_private_ip_addresses, **request) == refused
