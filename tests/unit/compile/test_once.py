"""What several passes ask of the same snapshot is found once, and anew for the next one."""

from __future__ import annotations

from skywalk.compile.once import once
from skywalk.resources.snapshot import Snapshot
from support.world import World


def test_a_snapshot_is_looked_at_once_and_every_other_one_anew() -> None:
    asked: list[Snapshot] = []

    @once
    def vpc_of(snapshot: Snapshot) -> str:
        asked.append(snapshot)
        return snapshot.vpc.id

    world = World()
    world.vpc("bank")
    world.vpc("shop")
    store = world.region.store
    bank, shop = (store.snapshot(world.ids[name]) for name in ("bank", "shop"))
    assert bank is not None
    assert shop is not None
    assert [vpc_of(one) for one in (bank, bank, shop, shop, bank)] == [bank.vpc.id] * 2 + [shop.vpc.id] * 2 + [
        bank.vpc.id
    ]
    assert [id(one) for one in asked] == [id(bank), id(shop), id(bank)]
