"""Incremental equals afresh: after every random change the loop has kept what a new daemon would make."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from botocore import xform_name

from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.api.dispatch import EC2
from skywalk.compile.compiler import compile_plan
from skywalk.drivers.linux.network import lay_out
from skywalk.drivers.linux.port_pieces import PortBook
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, RowChange, RowId, row_id
from skywalk.plan.plan import Plan
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.store import Store
from skywalk.resources.vpc import Vpc
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support.hosted_zones import change, make_zone
from support.mutations import Refused
from support.one_vpc_mutations import OneVpc
from support.region import Client, Region
from support.traffic_mutations import TrafficMutations

STEPS = 250
ACTIONS = {xform_name(name): action.function for name, action in EC2.items()}

Rows = dict[RowId, Row]


class Daemon:
    """A reconciler with a machine and processes that are plain memory."""

    def __init__(self, store: Store) -> None:
        self.driver = MemoryDriver()
        self.edge, self.local = Publisher(), Publisher()
        self.reconciler = Reconciler(store, self.driver, Publication(self.edge, self.local), FixedClock())

    def told(self) -> tuple[dict[str, Plan], Rows, Rows]:
        return dict(self.driver.plans), dict(self.edge.rows), dict(self.local.rows)


def perform(client: Client) -> Any:
    def call(action: str, request: dict[str, Any]) -> Any:
        try:
            return client(ACTIONS[action], **request)
        except AwsError as error:
            raise Refused(error.code) from None

    return call


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
        mutations = TrafficMutations(seed, perform(region.client()))
        daemon = Daemon(region.store)
        await daemon.reconciler.start()
        for _ in range(STEPS):
            mutations.step()
            await daemon.reconciler.all_settled()
            wanted = {vpc.id: region.store.snapshot(vpc.id) for vpc in region.store.of_type(Vpc)}
            plans = {vpc_id: compile_plan(snapshot) for vpc_id, snapshot in wanted.items() if snapshot}
            assert daemon.driver.plans == plans, mutations.done[-1]
        assert daemon.told() == await told_afresh(region.store)
        await daemon.reconciler.stop()
        kinds = Counter(mutations.done)
        assert len(kinds) >= 30, kinds  # else this proves little

    asyncio.run(asyncio.wait_for(story(), 60))


def test_changes_that_come_faster_than_they_are_applied_end_in_the_same_place() -> None:
    async def story() -> None:
        region = Region(7)
        mutations = TrafficMutations(7, perform(region.client()))
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
