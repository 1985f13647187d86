"""What a request's address parameters mean together; through a launch they are told in test_launch_interfaces."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from skywalk.actions.wished_addresses import WishedAddresses, wished_addresses
from skywalk.resources.subnet import Subnet
from skywalk.values.errors import AwsError
from skywalk.values.scope import Scope

SUBNET = Subnet(
    id="subnet-00000000000000001",
    scope=Scope("123456789012", "us-east-1"),
    vpc_id="vpc-00000000000000001",
    network=IPv4Network("10.0.1.0/24"),
    availability_zone="us-east-1a",
)
EIGHT, NINE = IPv4Address("10.0.1.8"), IPv4Address("10.0.1.9")


def wish(**request: Any) -> WishedAddresses:
    return wished_addresses(SUBNET, request)  # type: ignore[arg-type]


def one(address: IPv4Address, **more: bool) -> dict[str, Any]:
    return {"PrivateIpAddress": str(address), **more}


def test_nothing() -> None:
    assert (wish(), wish().drawn_count) == (WishedAddresses(), 1)


def test_primary_and_others() -> None:
    wished = wish(PrivateIpAddresses=[one(NINE), one(EIGHT, Primary=True)])
    assert wished == WishedAddresses(EIGHT, (NINE,), 0)
    assert (wished.named, wished.drawn_count) == ((EIGHT, NINE), 0)
    assert wish(PrivateIpAddress=str(EIGHT), PrivateIpAddresses=[one(EIGHT)]) == WishedAddresses(EIGHT)
    assert wish(PrivateIpAddress=str(EIGHT), SecondaryPrivateIpAddressCount=2).drawn_count == 2


def test_the_only_one_is_the_primary_one() -> None:
    assert wish(PrivateIpAddresses=[one(EIGHT)]).primary == EIGHT
    assert wish(PrivateIpAddresses=[one(EIGHT, Primary=False)]) == WishedAddresses(None, (EIGHT,), 0)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"PrivateIpAddresses": [one(EIGHT, Primary=True), one(NINE, Primary=True)]}, "InvalidParameterValue"),
        ({"PrivateIpAddresses": [one(EIGHT, Primary=True), one(EIGHT)]}, "InvalidParameterValue"),
        ({"SecondaryPrivateIpAddressCount": -1}, "InvalidParameterValue"),
        ({"PrivateIpAddress": "10.9.9.9"}, "InvalidParameterValue"),
        (
            {"PrivateIpAddresses": [one(EIGHT, Primary=False)], "SecondaryPrivateIpAddressCount": 1},
            "InvalidParameterCombination",
        ),
    ],
)
def test_contradictions(request_: dict[str, Any], code: str) -> None:
    with pytest.raises(AwsError) as caught:
        wish(**request_)
    assert caught.value.code == code
