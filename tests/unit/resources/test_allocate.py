from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from skywalk.resources.allocate import available_address_count, choose_address, is_reserved

SMALLEST = IPv4Network("10.0.0.16/28")


def test_addresses_are_given_lowest_first_until_there_are_none() -> None:
    taken: list[IPv4Address] = []
    while (address := choose_address(SMALLEST, taken)) is not None:
        taken.append(address)
    assert taken == [IPv4Address(f"10.0.0.{last}") for last in range(20, 31)]
    assert len(taken) == available_address_count(SMALLEST, 0) == 11
    assert available_address_count(SMALLEST, len(taken)) == 0


def test_a_freed_address_is_given_again() -> None:
    taken = [IPv4Address("10.0.0.20"), IPv4Address("10.0.0.22")]
    assert choose_address(SMALLEST, taken) == IPv4Address("10.0.0.21")


@pytest.mark.parametrize(
    ("last", "reserved"), [(16, True), (17, True), (18, True), (19, True), (20, False), (30, False), (31, True)]
)
def test_reserved_addresses(last: int, reserved: bool) -> None:
    assert is_reserved(SMALLEST, IPv4Address(f"10.0.0.{last}")) is reserved
