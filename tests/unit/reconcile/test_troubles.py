"""The loop where the machine is not ready yet, or machine and disk refuse: what is said, what is tried again."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.drivers.memory import MemoryDriver
from skywalk.reconcile import loop
from skywalk.reconcile.troubles import INTERNET, NotConverged
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.persist import NoPersistence, NotKeptError
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from support.reconciled import Machine, bank, running, story
from support.waiting import until
from support.world import World


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.02)


@story
async def test_a_start_says_what_is_not_there_yet_and_writes_nothing() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    world.instance("teller", "private")
    async with running(world):
        pass
    store, before = world.region.store, world.region.store.revision
    machine = Machine(world, MemoryDriver())
    machine.driver.fail(world.ids["bank"], "router: no memory")
    await machine.reconciler.take_over()
    assert (shown(machine, "gate"), shown(machine, "teller")) == ("pending", "pending")
    await machine.reconciler.start()
    await until(lambda: machine.reconciler.failures)
    assert (shown(machine, "gate"), shown(machine, "teller")) == ("pending", "pending")
    machine.driver.heal(world.ids["bank"])
    machine.driver.fail(world.ids["teller"], "mount: no overlay")
    await until(lambda: shown(machine, "gate") == "available")
    assert shown(machine, "teller") == "pending"
    machine.driver.heal(world.ids["teller"])
    await until(lambda: shown(machine, "teller") == "running")
    assert store.revision == before
    await machine.reconciler.stop()


@story
async def test_what_a_daemon_that_was_killed_has_left_running_never_looks_like_anything_else() -> None:
    world = bank()
    world.endpoint("gate", "bank", "documents")
    world.instance("teller", "private")
    world.instance("died", "private")
    async with running(world):
        pass
    driver = MemoryDriver(found=frozenset([world.ids["bank"]]))
    driver.running = {world.ids["teller"]}
    machine = Machine(world, driver)
    await machine.reconciler.take_over()
    assert [shown(machine, name) for name in ("gate", "teller", "died")] == ["available", "running", "pending"]
    await machine.reconciler.start()
    await machine.all_settled()
    assert shown(machine, "died") == "running"
    await machine.reconciler.stop()


def shown(machine: Machine, name: str) -> str:
    """The state that Describe shows of an instance or an endpoint."""
    store, resource_id = machine.world.region.store, machine.world.ids[name]
    found = store.get(Instance, resource_id) or store.get(VpcEndpoint, resource_id)
    assert found is not None
    return store.returning.as_it_is(found).state.value


@story
async def test_what_waits_for_the_machine_hears_of_what_fails_for_good() -> None:
    world = bank()
    driver = MemoryDriver()
    driver.fail(world.ids["bank"], "router: no memory")
    machine = Machine(world, driver)
    await machine.reconciler.start()
    bank_id = world.ids["bank"]
    with pytest.raises(NotConverged, match=f"{bank_id} is not as it should be: {bank_id}: router: no memory"):
        await machine.all_settled()
    with pytest.raises(NotConverged):  # a mistake that was mended meanwhile gets its time, too
        await machine.all_settled()
    driver.heal(bank_id)
    await machine.all_settled()
    await machine.reconciler.stop()


@story
async def test_the_internet_is_tried_again_too() -> None:
    world = bank()
    driver = MemoryDriver()
    driver.fail(INTERNET, "links: no memory")
    machine = Machine(world, driver)
    await machine.reconciler.start()
    await until(lambda: machine.reconciler.failures)
    assert machine.reconciler.failures == {INTERNET: f"{INTERNET}: links: no memory"}
    assert ("Place", INTERNET) not in machine.edge.rows
    driver.heal(INTERNET)
    await machine.all_settled()
    assert ("Place", INTERNET) in machine.edge.rows
    await machine.reconciler.stop()


@story
async def test_what_nobody_wants_is_removed_when_the_machine_can() -> None:
    world = bank()

    class Stumbling(MemoryDriver):
        stumbles = 2

        def remove_unwanted(self) -> None:
            if self.stumbles:
                self.stumbles -= 1
                raise OSError(24, "Too many open files")
            super().remove_unwanted()

    left = frozenset(["vpc-0123456789abcdef0"])
    async with running(world, Stumbling(found=left)) as machine:
        await until(lambda: not machine.driver.observe())
        world.endpoint("gate", "bank", "documents")
        await machine.settled()
        assert machine.endpoint("gate").state is VpcEndpointState.AVAILABLE


@story
async def test_states_that_the_disk_does_not_take_are_written_when_it_does() -> None:
    world = World()
    disk = Disk()
    world.region.store._persistence = disk
    world.vpc("bank")
    world.subnet("private", "bank")
    async with running(world) as machine:
        world.instance("teller", "private")
        disk.is_full = True
        await until(lambda: machine.reconciler.failures)
        assert machine.reconciler.failures == {world.ids["bank"]: "NotKeptError: no room"}
        assert machine.instance("teller").state is InstanceState.PENDING
        with pytest.raises(NotConverged, match="no room"):
            await machine.all_settled()
        disk.is_full = False
        await machine.all_settled()
        assert machine.instance("teller").state is InstanceState.RUNNING


class Disk(NoPersistence):
    is_full = False

    def write(self, *_: Any) -> None:
        if self.is_full:
            raise NotKeptError("no room")
