"""A world, a reconciler over it, and what its processes were told.

async with running(world) as machine:
    world.endpoint("gate", "bank", "documents")
    await machine.settled()
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Link, Publisher
from skywalk.feed.rows import RowChange
from skywalk.feed.subscriber import Subscriber
from skywalk.plan.services import GatewayEndpoint
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.instance import Instance
from skywalk.resources.store import Change
from skywalk.resources.vpc_endpoint import VpcEndpoint
from support.world import World


class Machine:
    """A world, a reconciler over it, and what its processes were told."""

    def __init__(self, world: World, driver: MemoryDriver, *, has_uplink: bool = False) -> None:
        self.world = world
        self.driver = driver
        self.edge = Publisher()
        self.local = Publisher()
        self.to_edge: list[RowChange] = []
        self.edge.attach(self.to_edge.append)
        publication = Publication(self.edge, self.local)
        self.reconciler = Reconciler(world.region.store, driver, publication, world.region.clock, has_uplink=has_uplink)
        self.last: Change | None = None
        world.region.store.on_change(self._remember)

    def _remember(self, change: Change) -> None:
        self.last = change

    async def settled(self) -> None:
        """Until the newest change of an action is obeyed, or has failed."""
        assert self.last is not None
        await self.reconciler.settled(self.last)

    async def all_settled(self) -> None:
        await self.reconciler.all_settled()

    def endpoint(self, name: str) -> VpcEndpoint:
        found = self.world.region.store.get(VpcEndpoint, self.world.ids[name])
        assert found is not None
        return found

    def instance(self, name: str) -> Instance:
        found = self.world.region.store.get(Instance, self.world.ids[name])
        assert found is not None
        return found

    def policy_at_edge(self, name: str) -> str | None:
        row = self.edge.rows.get(("GatewayEndpoint", self.world.ids[name]))
        assert row is None or isinstance(row, GatewayEndpoint)
        return row.policy if row else None


@asynccontextmanager
async def running(
    world: World, driver: MemoryDriver | None = None, *, has_uplink: bool = False
) -> AsyncIterator[Machine]:
    machine = Machine(world, driver or MemoryDriver(), has_uplink=has_uplink)
    await machine.reconciler.start()
    await machine.all_settled()
    try:
        yield machine
    finally:
        await machine.reconciler.stop()


@asynccontextmanager
async def process(
    publisher: Publisher, failing: Mapping[str, str], refuse: Callable[[], None] = lambda: None
) -> AsyncIterator[Link]:
    """A process of a publisher's that takes what `refuse` does not raise for, and cannot do what is in `failing`."""

    async def apply(_change: RowChange) -> None:
        refuse()

    with tempfile.TemporaryDirectory() as folder:
        subscriber = Subscriber(apply, failing=lambda: failing)
        await subscriber.listen(Path(folder) / "s")
        link = await publisher.connect(Path(folder) / "s")
        try:
            yield link
        finally:
            await link.close()
            await subscriber.close()


def story(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Runs a test's coroutine, a minute at most."""

    def run() -> None:
        async def bounded() -> None:
            await asyncio.wait_for(test(), 60)

        asyncio.run(bounded())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def bank() -> World:
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.table("documents", "bank", "private")
    return world
