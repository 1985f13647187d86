"""The loop hears of what happens on the machine, and applies again what others have changed."""

from __future__ import annotations

from skywalk.drivers.driver import Findings
from skywalk.drivers.memory import MemoryDriver
from support.reconciled import bank, running, story
from support.waiting import until


@story
async def test_a_vpc_that_was_changed_by_hand_is_applied_again() -> None:
    world = bank()
    async with running(world) as machine:
        before = len(machine.driver.applied)
        machine.driver.change_by_hand(world.ids["bank"])
        await until(lambda: len(machine.driver.applied) == before + 1)
        assert machine.driver.applied[-1] == world.plan("bank")


@story
async def test_so_is_the_internet() -> None:
    async with running(bank()) as machine:
        machine.driver.internet = None
        machine.driver.change_by_hand("internet")
        await until(lambda: machine.driver.internet is not None)


@story
async def test_a_vpc_that_is_gone_by_then_is_left_alone() -> None:
    world = bank()
    async with running(world) as machine:
        machine.driver.change_by_hand("vpc-00000000000000009")
        machine.driver.change_by_hand(world.ids["bank"])
        before = len(machine.driver.applied)
        await until(lambda: len(machine.driver.applied) == before + 1)
        await machine.all_settled()
        assert machine.reconciler.failures == {}


@story
async def test_a_look_that_fails_is_followed_by_another() -> None:
    class Stumbling(MemoryDriver):
        looks = 0

        def look(self) -> Findings:
            self.looks += 1
            if self.looks == 2:  # the first is at the start
                raise OSError("out of descriptors")
            return super().look()

    world = bank()
    async with running(world, driver=Stumbling()) as machine:
        before = len(machine.driver.applied)
        machine.driver.change_by_hand(world.ids["bank"])
        await until(lambda: len(machine.driver.applied) == before + 1)
