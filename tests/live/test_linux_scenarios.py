"""The plans of all scenarios on a real kernel: every row is taken, and a new daemon finds what it wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.compile.compiler import compile_plan
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.plan.plan import Plan
from skywalk.resources.vpc import Vpc
from support.linux_region import LinuxRegion, linux_region
from support.scenarios import SCENARIOS, load

pytestmark = pytest.mark.live


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_kernel_takes_a_scenarios_plans(folder: Path) -> None:
    store = load(folder).region.store
    snapshots = [store.snapshot(vpc.id) for vpc in store.of_type(Vpc)]
    plans = [compile_plan(snapshot) for snapshot in snapshots if snapshot is not None]
    with linux_region() as region:
        for plan in plans:
            # Of two routers that are to be linked one is the first.
            assert region.driver.apply(plan).waits_for <= {other.vpc_id for other in plans}
        before = apply_and_dump(region, plans)
        region.restart()
        assert apply_and_dump(region, plans) == before


def apply_and_dump(region: LinuxRegion, plans: list[Plan]) -> list[str]:
    for plan in plans:
        region.apply(plan)
    return [dump_kernel(region.run_dir, plan.vpc_id) for plan in plans]
