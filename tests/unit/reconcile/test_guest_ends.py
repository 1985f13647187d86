"""Instances that end by themselves, as the loop hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instances import terminate_instances
from skywalk.drivers.driver import GuestEnd
from skywalk.reconcile.guest_ends import write_ends
from skywalk.resources.instance import Instance, InstanceState
from support.reconciled import bank, running, story
from support.waiting import until
from support.world import World


def with_teller(**options: Any) -> World:
    world = bank()
    world.instance("teller", "private", **options)
    return world


@pytest.mark.parametrize(
    ("behaviour", "state"), [("stop", InstanceState.STOPPED), ("terminate", InstanceState.TERMINATED)]
)
def test_a_shutdown_is_what_the_instance_says_of_it(behaviour: str, state: InstanceState) -> None:
    @story
    async def told() -> None:
        world = with_teller(InstanceInitiatedShutdownBehavior=behaviour)
        async with running(world) as machine:
            machine.driver.end_guest(world.ids["teller"], GuestEnd.SHUTDOWN)
            await until(lambda: machine.instance("teller").state is state)
            assert machine.instance("teller").state_reason_code == "Client.InstanceInitiatedShutdown"
            assert world.ids["teller"] not in machine.driver.running

    told()


@pytest.mark.parametrize("end", [GuestEnd.KILLED, GuestEnd.REBOOT])
def test_one_that_was_killed_or_restarts_is_started_again(end: GuestEnd) -> None:
    @story
    async def told() -> None:
        world = with_teller()
        async with running(world) as machine:
            machine.driver.end_guest(world.ids["teller"], end)
            await until(lambda: world.ids["teller"] in machine.driver.running)
            assert machine.instance("teller").state is InstanceState.RUNNING

    told()


def test_what_ended_before_the_start_is_known_before_anything_is_started() -> None:
    @story
    async def told() -> None:
        world = with_teller()
        async with running(world) as machine:
            await until(lambda: machine.instance("teller").state is InstanceState.RUNNING)
            driver = machine.driver
        driver.end_guest(world.ids["teller"], GuestEnd.SHUTDOWN)
        async with running(world, driver) as machine:
            assert machine.instance("teller").state is InstanceState.STOPPED

    told()


def test_instances_that_nobody_knows_or_that_end_anyway_are_passed_over() -> None:
    world = with_teller()
    world.do(terminate_instances, InstanceIds=[world.ids["teller"]])
    ended = {world.ids["teller"]: GuestEnd.SHUTDOWN, "i-00000000000000009": GuestEnd.KILLED}
    assert write_ends(world.region.store, ended) == frozenset()
    found = world.region.store.get(Instance, world.ids["teller"])
    assert found is not None
    assert found.state_reason_code == "Client.UserInitiatedShutdown"
