from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from skywalk.resources.allocate import (
    PUBLIC_POOL,
    available_address_count,
    choose_address,
    choose_addresses,
    choose_public_address,
    is_reserved,
)
from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.public_services import PUBLIC_SERVICES
from skywalk.resources.regions import REGION_NAMES

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


def test_several_addresses_at_once() -> None:
    taken = [IPv4Address("10.0.0.20"), IPv4Address("10.0.0.22")]
    assert choose_addresses(SMALLEST, taken, 3) == [IPv4Address(f"10.0.0.{last}") for last in (21, 23, 24)]
    assert len(choose_addresses(SMALLEST, taken, 100)) == 9
    assert choose_addresses(SMALLEST, taken, 0) == []


def test_public_addresses() -> None:
    first, second, last = PUBLIC_POOL[1], PUBLIC_POOL[2], PUBLIC_POOL[-2]
    assert choose_public_address(0, set().__contains__) == first
    assert choose_public_address(0, {first}.__contains__) == second
    end = PUBLIC_POOL.num_addresses - 3
    assert choose_public_address(end, set().__contains__) == last
    assert choose_public_address(end, {last}.__contains__) == first
    assert choose_public_address(end, {last, first}.__contains__) == second


def test_a_used_up_pool() -> None:
    assert choose_public_address(7, set(PUBLIC_POOL.hosts()).__contains__) is None


def test_public_addresses_are_nobody_elses() -> None:
    """A route to a prefix list must not catch them."""
    lists = [network for region in REGION_NAMES for one in prefix_lists_of(region) for network in one.networks]
    services = [network for entry in PUBLIC_SERVICES for network in entry.networks]
    assert lists
    assert not [network for network in (*lists, *services) if network.overlaps(PUBLIC_POOL)]
