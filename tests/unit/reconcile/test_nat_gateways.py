from __future__ import annotations

from datetime import timedelta

import pytest

from skywalk.actions.nat_gateways import delete_nat_gateway
from skywalk.reconcile.nat_gateways import GONE_STAYS_VISIBLE
from skywalk.reconcile.status import forget_old
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.network_interface import NetworkInterface
from support.addressing import elastic_address, internet_gateway, nat_gateway, shown_address, shown_nat_gateway
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    made = Home(Region())
    internet_gateway(made)
    return made


def kept(home: Home, nat_gateway_id: str) -> NatGateway:
    found = home.region.store.get(NatGateway, nat_gateway_id)
    assert found is not None
    return found


@pytest.mark.parametrize("by_interface", [False, True])
def test_one_that_cannot_be_made_fails_and_gives_all_back(home: Home, by_interface: bool) -> None:
    allocation = elastic_address(home)
    nat = nat_gateway(home, AllocationId=allocation)
    blamed = kept(home, nat).network_interface_id if by_interface else nat
    home.settle({blamed or "": "nat: no such table"})
    shown = shown_nat_gateway(home, nat)
    assert (shown["State"], shown["FailureCode"]) == ("failed", "InternalError")
    assert shown["FailureMessage"] == "nat: no such table"
    assert home.region.store.of_type(NetworkInterface) == []
    assert "AssociationId" not in shown_address(home, allocation)
    home.settle()
    assert kept(home, nat).state is NatGatewayState.FAILED, "it is not tried again"


def test_an_available_one_stays_available(home: Home) -> None:
    nat = nat_gateway(home, ConnectivityType="private")
    home.settle()
    home.settle({nat: "nat: busy"})
    assert kept(home, nat).state is NatGatewayState.AVAILABLE


def test_it_is_deleted_when_the_machine_has_taken_it_away(home: Home) -> None:
    nat = nat_gateway(home, ConnectivityType="private")
    home.settle()
    home.ec2(delete_nat_gateway, NatGatewayId=nat)
    home.settle({nat: "nat: busy"})
    assert kept(home, nat).state is NatGatewayState.DELETING
    assert len(home.region.store.of_type(NetworkInterface)) == 1
    home.settle()
    assert kept(home, nat).state is NatGatewayState.DELETED
    assert home.region.store.of_type(NetworkInterface) == []


def test_deleted_and_failed_ones_are_shown_for_an_hour(home: Home) -> None:
    deleted, failed, there = (nat_gateway(home, ConnectivityType="private") for _ in range(3))
    home.settle({failed: "nat: busy"})
    home.ec2(delete_nat_gateway, NatGatewayId=deleted)
    home.settle()
    almost = timedelta(milliseconds=1)
    home.region.clock.advance((GONE_STAYS_VISIBLE - almost).total_seconds())
    forget_old(home.region.store, home.region.clock)
    assert [one.id for one in home.region.store.of_type(NatGateway)] == [deleted, failed, there]
    home.region.clock.advance(almost.total_seconds())
    forget_old(home.region.store, home.region.clock)
    assert [one.id for one in home.region.store.of_type(NatGateway)] == [there]
