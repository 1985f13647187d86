"""What an operator may ask, over a store, a reconciler and a driver that remembers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from skywalk.control import region
from skywalk.control.region import RegionOperations, new_account
from skywalk.drivers.driver import Connections, LinkCounters
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.account import Account
from skywalk.supervision.child import Child
from skywalk.supervision.pulse import Pulse
from skywalk.values.chance import SeededChance
from skywalk.values.errors import SkywalkError
from skywalk.values.scope import Scope
from support.waiting import until
from support.world import World

OTHER = "111122223333"
KEY_ID, SECRET = "AKIAEXAMPLEEXAMPLE12", "a-secret-of-the-user-s-own"
FACTS = {"region": "us-east-1", "endpoint_url": "http://127.0.0.1:4599", "state_dir": "/s", "pid": 7}


class Machine:
    """The operations of a region, and what stands behind them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.region.store
        self.driver = MemoryDriver()
        publication = Publication(Publisher(), Publisher())
        self.reconciler = Reconciler(self.store, self.driver, publication, world.region.clock)
        self.child = Child("edge 0", ["edge"], Path("/nowhere/edge.sock"), Path("/nowhere/log"), Publisher())
        self.child.connected = True
        self.stopped = 0
        self.operations = RegionOperations(
            self.store, self.reconciler, self.driver, [self.child], SeededChance(1), FACTS, self._stop
        )

    async def _stop(self) -> None:
        self.stopped += 1

    def refusal(self, *asked: Any) -> str:
        """Why an account is not made; nothing is stored."""
        before = self.store.revision
        with pytest.raises(SkywalkError) as refused:
            self.operations.add_account(*asked)
        assert self.store.revision == before
        return str(refused.value)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[Machine]:
    machine = Machine(world)
    await machine.reconciler.start()
    try:
        yield machine
    finally:
        await machine.reconciler.stop()


def bank() -> World:
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.endpoint("gate", "bank")
    world.instance("teller", "private")
    return world


def test_status_tells_what_runs_and_that_it_has_converged() -> None:
    async def story() -> None:
        async with running(bank()) as machine:
            await asyncio.wait_for(machine.operations.wait(), 60)
            assert machine.operations.status() == {
                "running": True,
                "ending": False,
                **FACTS,
                "converged": True,
                "revision": machine.store.revision,
                "behind": [],
                "failures": {},
                "failing": {},
                "processes": {"edge 0": True},
                "silent": [],
                "troubles": {},
                "ready": True,
                "reasons": [],
                "restarts": {"edge 0": 0},
                "killed": {"edge 0": 0},
                "resources": {"accounts": 0, "VPCs": 1, "instances": 1, "endpoints": 1},
            }

    asyncio.run(story())


def test_a_region_that_is_behind_has_not_converged() -> None:
    machine = Machine(bank())
    with machine.store.transaction() as tx:
        tx.put(new_account(OTHER, SeededChance()))
    machine.world.vpc("branch", "10.1.0.0/16")
    status = machine.operations.status()
    assert (status["converged"], status["behind"]) == (False, sorted([OTHER, machine.world.ids["branch"]]))


def test_a_failure_and_a_process_that_is_gone_are_told() -> None:
    async def story() -> None:
        world = bank()
        async with running(world) as machine:
            await asyncio.wait_for(machine.operations.wait(), 60)
            machine.child.connected = False
            status = machine.operations.status()
            assert (status["converged"], status["processes"]) == (False, {"edge 0": False})
            machine.child.connected = True
            machine.child.pulse.answers = False
            assert machine.operations.readiness.reasons() == ["edge 0 does not answer"]
            assert machine.operations.status()["silent"] == ["edge 0"]
            machine.child.connected = False
            assert machine.operations.readiness.reasons() == ["edge 0 is not connected"]
            machine.child.connected = True
            machine.child.pulse.answers = True
            machine.driver.fail(world.ids["bank"], "links: no buffer space available")
            world.subnet("public", "bank", "10.0.2.0/24")
            await until(lambda: not machine.reconciler.behind)
            status = machine.operations.status()
            assert status["converged"] is False
            assert status["failures"] == {world.ids["bank"]: f"{world.ids['bank']}: links: no buffer space available"}

    asyncio.run(asyncio.wait_for(story(), 60))


def test_waiting_ends_where_a_process_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region, "PROCESS_SECONDS", 0.01)

    async def story() -> None:
        async with running(bank()) as machine:
            machine.child.connected = False
            with pytest.raises(SkywalkError, match=r"not started within 0 s: edge 0$"):
                await asyncio.wait_for(machine.operations.wait(), 60)
            machine.child.connected = True
            await asyncio.wait_for(machine.operations.wait(), 60)

    asyncio.run(story())


def test_what_is_not_back_is_neither_counted_nor_entered() -> None:
    async def story() -> None:
        world = bank()
        async with running(world) as machine:
            await asyncio.wait_for(machine.operations.wait(), 60)
            machine.store.returning.expect_all(world.ids["bank"])
            counts = machine.operations.status()["resources"]
            assert (counts["instances"], counts["endpoints"]) == (0, 0)
            with pytest.raises(SkywalkError, match=f"the instance {world.ids['teller']} is pending, not running"):
                await machine.operations.entrance(world.ids["teller"])

    asyncio.run(story())


def test_an_account_gets_keys_of_aws_s_form() -> None:
    machine = Machine(World())
    made = machine.operations.add_account(OTHER, None, None)
    assert made["account_id"] == OTHER
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", made["access_key_id"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", made["secret_access_key"])
    assert machine.operations.list_accounts() == [made]
    stored = machine.store.get(Account, OTHER)
    assert stored is not None
    assert stored.scope == Scope(OTHER, "")


def test_an_account_may_bring_its_keys() -> None:
    machine = Machine(World())
    made = machine.operations.add_account(OTHER, KEY_ID, SECRET)
    assert made == {"account_id": OTHER, "access_key_id": KEY_ID, "secret_access_key": SECRET}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (("12", None, None), "an account id has twelve digits, not '12'"),
        (("11112222333４", None, None), "an account id has twelve digits, not '11112222333４'"),
        (("111122223333\n", None, None), "an account id has twelve digits, not '111122223333\\n'"),
        ((OTHER, KEY_ID, None), "give both --access-key-id and --secret-access-key, or neither"),
        ((OTHER, None, SECRET), "give both --access-key-id and --secret-access-key, or neither"),
        ((OTHER, "short", SECRET), "an access key id has 16 to 128 letters and digits"),
        ((OTHER, "AKIA/EXAMPLEEXAMPLE", SECRET), "an access key id has 16 to 128 letters and digits"),
        ((OTHER, KEY_ID, ""), "the secret access key is empty"),
    ],
)
def test_accounts_that_cannot_be(asked: tuple[Any, ...], reason: str) -> None:
    assert Machine(World()).refusal(*asked) == reason


def test_neither_an_account_nor_a_key_is_there_twice() -> None:
    machine = Machine(World())
    machine.operations.add_account(OTHER, KEY_ID, SECRET)
    assert machine.refusal(OTHER, None, None) == f"there is an account {OTHER} already"
    assert machine.refusal("444455556666", KEY_ID, "else") == f"the access key id {KEY_ID} is in use"


def test_the_way_into_an_instance() -> None:
    async def story() -> None:
        world = bank()
        async with running(world) as machine:
            await asyncio.wait_for(machine.operations.wait(), 60)
            teller = world.ids["teller"]
            assert await machine.operations.entrance(teller) == {
                "instance_id": teller,
                "init_pid": 1,
                "root": "/",
                "namespace": f"/memory/{teller}",
                "region": "us-east-1",
            }
            world.terminate("teller")
            with pytest.raises(SkywalkError, match=f"the instance {teller} is shutting-down, not running"):
                await machine.operations.entrance(teller)
            with pytest.raises(SkywalkError, match="there is no instance i-none"):
                await machine.operations.entrance("i-none")

    asyncio.run(story())


def test_an_instance_whose_processes_are_gone() -> None:
    async def story() -> None:
        world = bank()
        async with running(world) as machine:
            await asyncio.wait_for(machine.operations.wait(), 60)
            machine.driver.plans.clear()
            with pytest.raises(SkywalkError, match=f"the instance {world.ids['teller']} has no processes"):
                await machine.operations.entrance(world.ids["teller"])

    asyncio.run(story())


def test_counters_are_those_of_the_driver() -> None:
    async def story() -> None:
        async with running(World()) as machine:
            machine.driver.counters = {"vpce-1": LinkCounters(1, 2, 3, 4)}
            assert await machine.operations.counters() == {
                "vpce-1": {"received_packets": 1, "received_bytes": 2, "sent_packets": 3, "sent_bytes": 4}
            }

    asyncio.run(story())


def test_connections_are_those_of_the_driver() -> None:
    async def story() -> None:
        async with running(World()) as machine:
            machine.driver.connections = {"vpc-1": Connections(5, 100)}
            assert await machine.operations.connections() == {"vpc-1": {"tracked": 5, "limit": 100}}

    asyncio.run(story())


def test_stop_is_the_region_s() -> None:
    machine = Machine(World())
    asyncio.run(machine.operations.stop())
    assert machine.stopped == 1


def test_silent_backends_and_troubles_of_the_daemon_itself_are_told_and_make_it_not_ready() -> None:
    backend = Pulse("backend s3", no_answer, lambda: None)
    backend.answers, backend.killed = False, 2
    machine = Machine(World())
    machine.operations = RegionOperations(
        machine.store,
        machine.reconciler,
        machine.driver,
        [machine.child],
        SeededChance(1),
        FACTS,
        machine._stop,
        backends=[backend],
        troubles=lambda: {"store": "its disk is full"},
    )
    status = machine.operations.status()
    assert (status["ready"], status["reasons"]) == (False, ["backend s3 does not answer", "its disk is full"])
    assert (status["silent"], status["troubles"]) == (["backend s3"], {"store": "its disk is full"})
    assert status["killed"] == {"edge 0": 0, "backend s3": 2}


async def no_answer(_: float) -> bool:
    return False
