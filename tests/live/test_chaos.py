"""A region whose processes are killed at random moments, and whose kernel objects are changed by hand, is whole again
each time. More of it: `python tests/chaos/run.py --kills N`."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.chaos import DAEMON, Chaos
from support.live_region import live_region

pytestmark = pytest.mark.live

SEED, KILLS, SECONDS = 20261122, 30, 60


def test_a_region_under_attack_is_whole_again(tmp_path: Path) -> None:
    with live_region() as region:
        chaos = Chaos(region, SEED, tmp_path / "copy.sqlite")
        try:
            chaos.prepare()
            ends = time.monotonic() + SECONDS
            while sum(chaos.kills.values()) < KILLS and time.monotonic() < ends:
                chaos.round()
        finally:
            chaos.end_witness()
        region.run("down")
        chaos.check_nothing_is_left()
    assert chaos.kills[DAEMON] >= 1
    assert chaos.data.acknowledged >= 1
    assert sum(chaos.foreign.values()) >= 1
