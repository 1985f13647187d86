from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from skywalk.actions.private_addresses import free_addresses, taken_addresses, wanted_address
from skywalk.resources.subnet import Subnet
from skywalk.values.errors import AwsError
from support.addressing import new_interface
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    return Home(Region())


def subnet_of(home: Home) -> Subnet:
    found = home.region.store.get(Subnet, home.subnet_id)
    assert found is not None
    return found


def test_secondary_addresses_are_taken_too(home: Home) -> None:
    new_interface(home, PrivateIpAddress="10.0.1.9", SecondaryPrivateIpAddressCount=1)
    other = home.subnet("10.0.2.0/24")
    new_interface(home, SubnetId=other)
    with home.ec2.call() as call:
        assert taken_addresses(call, subnet_of(home)) == [IPv4Address("10.0.1.9"), IPv4Address("10.0.1.4")]


def test_free_ones_leave_out_what_the_caller_wants(home: Home) -> None:
    new_interface(home, PrivateIpAddress="10.0.1.5")
    with home.ec2.call() as call:
        found = free_addresses(call, subnet_of(home), 2, [IPv4Address("10.0.1.4")])
        assert found == [IPv4Address("10.0.1.6"), IPv4Address("10.0.1.7")]
        assert free_addresses(call, subnet_of(home), 0) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10.0.1.4", "InvalidIPAddress.InUse"),
        ("10.0.1.3", "InvalidParameterValue"),
        ("10.0.2.4", "InvalidParameterValue"),
        ("::1", "InvalidParameterValue"),
    ],
)
def test_what_cannot_be_had(home: Home, text: str, code: str) -> None:
    new_interface(home)
    with home.ec2.call() as call, pytest.raises(AwsError) as caught:
        wanted_address(call, subnet_of(home), text)
    assert caught.value.code == code


def test_what_can(home: Home) -> None:
    with home.ec2.call() as call:
        assert wanted_address(call, subnet_of(home), "10.0.1.4") == IPv4Address("10.0.1.4")
        assert wanted_address(call, subnet_of(home), None) is None
