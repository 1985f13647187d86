"""What a running region's kernel holds, beside what a fresh driver makes of the stored state where nothing was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from skywalk.compile.compiler import compile_plan
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.plan.plan import Plan
from skywalk.resources.persist import SqlitePersistence
from skywalk.resources.store import Store
from support.linux_region import linux_region
from support.live_region import LiveRegion


@contextmanager
def stored(region: LiveRegion, copy: Path) -> Iterator[Store]:
    """What the region has stored, in a store of the test's own."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(region.paths.database)) as original, closing(sqlite3.connect(copy)) as target:
        original.backup(target)
    store = Store(SqlitePersistence(copy))
    try:
        yield store
    finally:
        store.close()


def kernel(region: LiveRegion, vpc_ids: list[str]) -> dict[str, str]:
    return {vpc_id: dump_kernel(region.paths.run_dir, vpc_id) for vpc_id in vpc_ids}


def kernel_afresh(store: Store, vpc_ids: list[str]) -> dict[str, str]:
    """Peers of each other must be among `vpc_ids`: a link between two routers needs both."""
    plans = [_plan(store, vpc_id) for vpc_id in vpc_ids]
    with linux_region() as fresh:
        late = [plan for plan in plans if fresh.driver.apply(plan).failures]
        for plan in late:
            assert fresh.driver.apply(plan).failures == {}
        return {vpc_id: dump_kernel(fresh.run_dir, vpc_id) for vpc_id in vpc_ids}


def _plan(store: Store, vpc_id: str) -> Plan:
    snapshot = store.snapshot(vpc_id)
    assert snapshot is not None
    return compile_plan(snapshot)
