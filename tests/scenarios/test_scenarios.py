"""Each folder here is a story: `world.py` builds a region, `plan.txt` is what must come out, read before it was kept.

python tests/scenarios/write_plans.py      # writes them anew; then read the difference
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.scenarios import SCENARIOS, load, render_all


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_plan_is_the_expected_one(folder: Path) -> None:
    assert render_all(load(folder)) == (folder / "plan.txt").read_text()


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_plan_does_not_depend_on_drawn_ids(folder: Path) -> None:
    assert render_all(load(folder, seed=4711)) == (folder / "plan.txt").read_text()
