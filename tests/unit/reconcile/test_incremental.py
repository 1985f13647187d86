"""Incremental equals afresh: after every random change the loop has kept what a new daemon would make."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.compile.compiler import compile_plan
from skywalk.drivers.linux.network import lay_out
from skywalk.drivers.linux.port_pieces import PortBook
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, RowChange, RowId, row_id
from skywalk.plan.plan import Plan
from skywalk.reconcile import loop
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.instance import Instance
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.resolver_endpoint import ResolverEndpoint
from skywalk.resources.resource import Resource
from skywalk.resources.store import Store
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.clock import FixedClock
from support.hosted_zones import change, make_zone
from support.one_vpc_mutations import OneVpc
from support.region import OTHER_ACCOUNT, Region
from support.region_mutations import RegionMutations, performing
from support.traffic_mutations import TrafficMutations

STEPS = 250
Rows = dict[RowId, Row]


class Daemon:
    """A reconciler with a machine and processes that are plain memory."""

    def __init__(self, store: Store) -> None:
        self.driver = MemoryDriver()
        self.edge, self.local = Publisher(), Publisher()
        self.reconciler = Reconciler(store, self.driver, Publication(self.edge, self.local), FixedClock())

    def told(self) -> tuple[dict[str, Plan], Rows, Rows]:
        return dict(self.driver.plans), dict(self.edge.rows), dict(self.local.rows)


async def told_afresh(store: Store) -> tuple[dict[str, Plan], Rows, Rows]:
    daemon = Daemon(store)
    await daemon.reconciler.start()
    await daemon.reconciler.all_settled()
    await daemon.reconciler.stop()
    return daemon.told()


@pytest.mark.parametrize("seed", range(4))
def test_incremental_equals_afresh(seed: int) -> None:
    async def story() -> None:
        region = Region(seed)
        mutations = TrafficMutations(seed, performing(region.client()))
        daemon = Daemon(region.store)
        await daemon.reconciler.start()
        for _ in range(STEPS):
            mutations.step()
            await daemon.reconciler.all_settled()
            assert daemon.driver.plans == plans_of(region.store), mutations.done[-1]
        assert daemon.told() == await told_afresh(region.store)
        await daemon.reconciler.stop()
        kinds = Counter(mutations.done)
        assert len(kinds) >= 30, kinds  # else this proves little

    asyncio.run(asyncio.wait_for(story(), 60))


def test_changes_that_come_faster_than_they_are_applied_end_in_the_same_place() -> None:
    async def story() -> None:
        region = Region(7)
        mutations = TrafficMutations(7, performing(region.client()))
        daemon = Daemon(region.store)
        await daemon.reconciler.start()
        for step in range(STEPS):
            mutations.step()
            if step % 7 == 0:
                await asyncio.sleep(0)
        await daemon.reconciler.all_settled()
        assert daemon.told() == await told_afresh(region.store)
        await daemon.reconciler.stop()

    asyncio.run(asyncio.wait_for(story(), 60))


@pytest.mark.parametrize("seed", range(2))
def test_endpoints_and_records_of_one_vpc(seed: int) -> None:
    """What was told of endpoints, zones and records, one change after the other, is what a new daemon would tell; the
    layout too, which a driver makes from plan to plan."""

    async def story() -> None:
        vpc, book = OneVpc(seed), PortBook()
        daemon = Daemon(vpc.region.store)
        await daemon.reconciler.start()
        for step in range(STEPS):
            history = vpc.step()
            await daemon.reconciler.all_settled()
            plan = daemon.driver.plans[vpc.home.vpc_id]
            assert lay_out(plan, book) == lay_out(plan), history
            if step % 25 == 24:
                assert daemon.told() == await told_afresh(vpc.region.store), history
        await daemon.reconciler.stop()
        assert {kind for kind, _ in daemon.local.rows} >= {"ViewZone", "ViewRecord", "NameView", "PublicName"}

    asyncio.run(asyncio.wait_for(story(), 60))


@pytest.mark.parametrize("seed", range(3))
def test_two_accounts_on_a_machine_that_fails_and_daemons_that_die(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has happened, once nothing fails any more everybody was told what a new daemon would tell, and states
    say so."""
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.01)

    async def story() -> None:
        region, chance = Region(seed), random.Random(seed)
        mutations = RegionMutations(seed, performing(region.client()), performing(region.client(OTHER_ACCOUNT)))
        books: defaultdict[str, PortBook] = defaultdict(PortBook)
        daemon, failing = Daemon(region.store), None
        await daemon.reconciler.start()
        for step in range(STEPS):
            said = mutations.step()
            if chance.random() < 0.03:
                await daemon.reconciler.stop()  # in the midst of whatever it does
                mutations.step()
                daemon, failing = Daemon(region.store), None
                await daemon.reconciler.start()
            elif failing is not None and chance.random() < 0.3:
                daemon.driver.heal(failing)
                failing = None
            elif failing is None and chance.random() < 0.15 and (failing := any_resource(daemon, chance)):
                daemon.driver.fail(failing, "refused by the kernel")
            if failing is not None:
                await asyncio.sleep(0)
                continue
            await daemon.reconciler.all_settled()
            assert daemon.driver.plans == plans_of(region.store), said
            assert restless(region.store) == [], said
            for vpc_id, plan in daemon.driver.plans.items():
                assert lay_out(plan, books[vpc_id]) == lay_out(plan), said
            if step % 10 == 0:
                assert daemon.told() == await told_afresh(region.store), said
        await daemon.reconciler.stop()
        kinds = Counter(mutations.done)
        assert len(kinds) >= 40, kinds  # else this proves little

    asyncio.run(asyncio.wait_for(story(), 300))


def plans_of(store: Store) -> dict[str, Plan]:
    snapshots = {vpc.id: store.snapshot(vpc.id) for vpc in store.of_type(Vpc)}
    return {vpc_id: compile_plan(snapshot) for vpc_id, snapshot in snapshots.items() if snapshot}


def any_resource(daemon: Daemon, chance: random.Random) -> str | None:
    """One that a driver may fail for: endpoints and their interfaces more often than not."""
    found = [
        one
        for vpc_id, plan in daemon.driver.plans.items()
        for one in (
            vpc_id,
            *(segment.subnet_id for segment in plan.segments),
            *(port.network_interface_id for port in plan.ports),
            *(each for port in plan.endpoint_ports for each in (port.owner_id, port.network_interface_id)),
            *(endpoint.vpc_endpoint_id for endpoint in plan.gateway_endpoints),
            *(gateway.nat_gateway_id for gateway in plan.nat_gateways),
            *(peering.vpc_peering_connection_id for peering in plan.peerings),
        )
    ]
    return chance.choice(found) if found else None


def restless(store: Store) -> list[Resource]:
    """What the machine still has to do something for."""
    at_rest: list[tuple[type[Resource], set[str]]] = [
        (VpcEndpoint, {"available", "deleted"}),
        (ResolverEndpoint, {"OPERATIONAL"}),
        (NatGateway, {"available", "deleted", "failed"}),
        (Instance, {"running", "stopped", "terminated"}),
        (VpcPeeringConnection, {"pending-acceptance", "active", "failed", "deleted"}),
    ]
    found: list[Any] = [(one, states) for kind, states in at_rest for one in store.of_type(kind)]
    return [one for one, states in found if (one.state if hasattr(one, "state") else one.status) not in states]


def test_a_record_that_changes_is_all_that_is_sent() -> None:
    async def story() -> None:
        vpc = OneVpc(0)
        zone = make_zone(vpc.home.ec2, "corp.internal", VPC={"VPCRegion": "us-east-1", "VPCId": vpc.home.vpc_id})
        daemon = Daemon(vpc.region.store)
        await daemon.reconciler.start()

        async def put(*values: tuple[str, str]) -> None:
            batch = {"Changes": [change("UPSERT", f"{name}.corp.internal", "A", address) for name, address in values]}
            vpc.home.ec2(change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch)
            await daemon.reconciler.all_settled()

        await put(*((f"host-{number}", "10.9.0.1") for number in range(50)))
        sent: list[RowChange] = []
        daemon.local.attach(sent.append)
        del sent[:]
        await put(("host-7", "10.9.0.2"))
        await daemon.reconciler.stop()
        assert [row_id(row) for one in sent for row in one.put] == [
            ("ViewRecord", f"{vpc.home.vpc_id} corp.internal host-7.corp.internal A")
        ]
        assert [one.removed for one in sent] == [()]

    asyncio.run(asyncio.wait_for(story(), 60))
