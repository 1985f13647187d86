"""Reboots through the loop: obeyed once, noted, tried again where the machine fails, and not lost with the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from skywalk.actions.instances import reboot_instances, start_instances, stop_instances
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.reconcile import loop
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.instance import Instance, InstanceState
from support.waiting import until
from support.world import World


class Refusing(MemoryDriver):
    """Cannot restart anything until it is told to."""

    refuses = True

    def restart_guest(self, instance_id: str) -> None:
        if self.refuses:
            raise OSError("no such process")
        super().restart_guest(instance_id)


def bank() -> World:
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.instance("teller", "private")
    return world


def instance(world: World) -> Instance:
    found = world.region.store.get(Instance, world.ids["teller"])
    assert found is not None
    return found


def reboot(world: World) -> None:
    world.do(reboot_instances, InstanceIds=[world.ids["teller"]])


@asynccontextmanager
async def reconciled(world: World, driver: MemoryDriver) -> AsyncIterator[Reconciler]:
    store, clock = world.region.store, world.region.clock
    reconciler = Reconciler(store, driver, Publication(Publisher(), Publisher()), clock)
    await reconciler.start()
    try:
        await until(lambda: instance(world).state is InstanceState.RUNNING)
        yield reconciler
    finally:
        await reconciler.stop()


def is_noted(world: World) -> bool:
    return instance(world).reboots_done == instance(world).reboots_asked > 0


def test_a_reboot_is_obeyed_once() -> None:
    async def story() -> None:
        world, driver = bank(), MemoryDriver()
        async with reconciled(world, driver) as reconciler:
            reboot(world)
            await until(lambda: is_noted(world))
            await reconciler.all_settled()
            assert driver.restarted == [world.ids["teller"]]
            assert instance(world).state is InstanceState.RUNNING
            reboot(world)
            await until(lambda: len(driver.restarted) == 2)

    asyncio.run(story())


def test_a_reboot_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.01)

    async def story() -> None:
        world, driver = bank(), Refusing()
        async with reconciled(world, driver) as reconciler:
            reboot(world)
            await until(lambda: bool(reconciler.failures))
            assert "reboot: no such process" in reconciler.failures[world.ids["bank"]]
            assert not is_noted(world)
            driver.refuses = False
            await until(lambda: is_noted(world))
            await until(lambda: not reconciler.failures)
            assert driver.restarted == [world.ids["teller"]]

    asyncio.run(story())


def test_a_reboot_outlives_the_daemon() -> None:
    async def story() -> None:
        world, driver = bank(), MemoryDriver()
        async with reconciled(world, driver):
            pass
        reboot(world)
        assert driver.restarted == []
        async with reconciled(world, driver):
            await until(lambda: is_noted(world))
            assert driver.restarted == [world.ids["teller"]]

    asyncio.run(story())


def test_stop_and_start_on_the_machine() -> None:
    async def story() -> None:
        world, driver = bank(), MemoryDriver()
        vpc_id, teller = world.ids["bank"], world.ids["teller"]
        async with reconciled(world, driver):
            world.do(stop_instances, InstanceIds=[teller])
            await until(lambda: instance(world).state is InstanceState.STOPPED)
            assert (driver.plans[vpc_id].guests, driver.plans[vpc_id].ports) == ((), ())
            assert driver.forgotten == [], "a stopped instance keeps its files"
            world.do(start_instances, InstanceIds=[teller])
            await until(lambda: instance(world).state is InstanceState.RUNNING)
            assert [guest.instance_id for guest in driver.plans[vpc_id].guests] == [teller]

    asyncio.run(story())


def test_what_an_instance_said_is_read_from_the_machine() -> None:
    async def story() -> None:
        world, driver = bank(), MemoryDriver()
        driver.consoles[world.ids["teller"]] = b"hello"
        async with reconciled(world, driver) as reconciler:
            assert await reconciler.console_output(world.ids["teller"]) == b"hello"
            assert await reconciler.console_output("i-00000000000000000") == b""

    asyncio.run(story())
