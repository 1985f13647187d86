from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from skywalk.actions.vpc_peering_connections import (
    accept_vpc_peering_connection,
    create_vpc_peering_connection,
    delete_vpc_peering_connection,
)
from skywalk.drivers.driver import ApplyReport
from skywalk.plan.plan import Plan
from skywalk.reconcile.peering_links import PeeringLinks, write_peerings
from skywalk.reconcile.status import forget_old
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from support.region import OTHER_ACCOUNT
from support.world import World

HOUR, DAY = 3600, 86400


class Peered:
    """Two VPCs of one account with an accepted connection, and what the machine said of them."""

    def __init__(self) -> None:
        self.world = World()
        self.world.vpc("a", "10.0.0.0/16")
        self.world.vpc("b", "10.1.0.0/16")
        ids = self.world.ids
        made = self.world.do(create_vpc_peering_connection, VpcId=ids["a"], PeerVpcId=ids["b"])
        self.id = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.links = PeeringLinks()

    def accept(self) -> None:
        self.world.do(accept_vpc_peering_connection, VpcPeeringConnectionId=self.id)

    def applied(self, name: str, *, waits_for: str | None = None, failures: Mapping[str, str] | None = None) -> None:
        waits = frozenset({self.world.ids[waits_for]} if waits_for else ())
        self.links.note(self.plan(name), ApplyReport(failures or {}, waits_for=waits))
        write_peerings(self.world.region.store, self.links, self.world.ids[name])

    def plan(self, name: str) -> Plan:
        return self.world.plan(name)

    @property
    def peering(self) -> VpcPeeringConnection:
        found = self.world.region.store.get(VpcPeeringConnection, self.id)
        assert found is not None
        return found

    @property
    def status(self) -> tuple[str, str]:
        return self.peering.status.value, self.peering.status_message


@pytest.fixture
def peered() -> Peered:
    return Peered()


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_it_is_active_when_both_sides_carry_packets(peered: Peered, order: str) -> None:
    peered.accept()
    assert [one.peer_vpc_id for one in peered.plan("a").peerings] == [peered.world.ids["b"]]
    peered.applied(order[0])
    assert peered.status == ("provisioning", "Provisioning")
    peered.applied(order[1])
    assert peered.status == ("active", "Active")


def test_a_side_that_waits_for_the_other_carries_nothing(peered: Peered) -> None:
    peered.accept()
    peered.applied("a", waits_for="b", failures={peered.id: "the router of the other side is not there"})
    assert peered.links.waiting_for(peered.world.ids["b"]) == [peered.world.ids["a"]]
    peered.applied("b")
    assert peered.status[0] == "provisioning"
    peered.applied("a")
    assert peered.status[0] == "active"
    assert peered.links.waiting_for(peered.world.ids["b"]) == []


def test_a_side_that_failed_or_was_unsettled_carries_nothing(peered: Peered) -> None:
    peered.accept()
    peered.applied("a")
    peered.applied("b", failures={peered.id: "link: no memory"})
    assert peered.status[0] == "provisioning"
    b = peered.world.ids["b"]
    peered.links.note(peered.plan("b"), ApplyReport(unsettles=frozenset({peered.world.ids["a"]})))
    write_peerings(peered.world.region.store, peered.links, b)
    assert peered.status[0] == "provisioning"
    peered.applied("a")
    assert peered.status[0] == "active"


def test_a_vpc_that_failed_as_a_whole_is_believed_no_more_than_before(peered: Peered) -> None:
    peered.accept()
    peered.applied("a")
    peered.applied("b", failures={peered.world.ids["b"]: "router: refused"})
    assert peered.status[0] == "provisioning"


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_it_is_deleted_when_neither_side_carries_packets(peered: Peered, order: str) -> None:
    peered.accept()
    peered.applied("a")
    peered.applied("b")
    peered.world.do(delete_vpc_peering_connection, VpcPeeringConnectionId=peered.id)
    assert peered.plan("a").peerings == ()
    peered.applied(order[0])
    assert peered.status[0] == "deleting"
    peered.applied(order[1], failures={peered.id: "link: busy"})
    assert peered.status[0] == "deleting", "nobody knows what a failed apply has left"
    peered.applied(order[1])
    assert peered.status == ("deleted", "Deleted by 123456789012")


def test_a_vpc_that_is_gone_carries_nothing(peered: Peered) -> None:
    peered.accept()
    peered.applied("a")
    peered.applied("b")
    peered.world.do(delete_vpc_peering_connection, VpcPeeringConnectionId=peered.id)
    peered.applied("a")
    peered.links.forget(peered.world.ids["b"])
    write_peerings(peered.world.region.store, peered.links, peered.world.ids["b"])
    assert peered.status[0] == "deleted"


def test_an_unanswered_request_expires_and_is_forgotten(peered: Peered) -> None:
    region = peered.world.region
    region.clock.advance(7 * DAY)
    forget_old(region.store, region.clock)
    assert peered.peering.status is PeeringStatus.EXPIRED
    region.clock.advance(2 * DAY - 1)
    forget_old(region.store, region.clock)
    assert peered.peering.status is PeeringStatus.EXPIRED
    region.clock.advance(1)
    forget_old(region.store, region.clock)
    assert not region.store.holds(peered.id)


def test_what_one_of_two_accounts_still_sees_is_kept(peered: Peered) -> None:
    region = peered.world.region
    theirs = replace(peered.peering.accepter_scope, account_id=OTHER_ACCOUNT)
    with region.store.transaction() as tx:
        tx.put(replace(peered.peering, accepter_scope=theirs))
    peered.world.do(delete_vpc_peering_connection, VpcPeeringConnectionId=peered.id)
    region.clock.advance(2 * HOUR)
    forget_old(region.store, region.clock)
    assert peered.peering.status is PeeringStatus.DELETED
    region.clock.advance(46 * HOUR)
    forget_old(region.store, region.clock)
    assert not region.store.holds(peered.id)
