"""The tour's region goes away, however the tour ends."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest

from skywalk.config import Paths
from skywalk.demo import own_region as module
from skywalk.demo.own_region import OwnRegion, own_region
from skywalk.values.errors import SkywalkError


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Paths]:
    found: list[Paths] = []

    def stop_region(paths: Paths) -> bool:
        found.append(paths)
        return True

    monkeypatch.setattr(module, "stop_region", stop_region)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return found


def test_a_folder_a_port_and_nothing_left(stopped: list[Paths]) -> None:
    with own_region() as region:
        assert region.folder.is_dir()
        assert region.paths.state_dir.parent == region.folder.parent
        assert 1024 < region.port < 65536
        (region.folder / "my_file.txt").write_text("x")
    assert not region.folder.parent.exists()
    assert stopped == [region.paths]


def test_two_tours_do_not_meet(stopped: list[Paths]) -> None:
    with own_region() as one, own_region() as other:
        assert one.paths.run_dir != other.paths.run_dir
    assert len(stopped) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_tour_cleanly(stopped: list[Paths], number: signal.Signals) -> None:
    seen: list[OwnRegion] = []
    with pytest.raises(KeyboardInterrupt), own_region() as region:
        seen.append(region)
        os.kill(os.getpid(), number)
    assert not seen[0].folder.parent.exists()
    assert stopped == [seen[0].paths]


def test_a_second_ctrl_c_does_not_cut_the_cleaning_short(monkeypatch: pytest.MonkeyPatch, stopped: list[Paths]) -> None:
    def stop_region(_paths: Paths) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        stopped.append(_paths)
        return True

    monkeypatch.setattr(module, "stop_region", stop_region)
    with own_region() as region:
        pass
    assert stopped == [region.paths]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_daemon_that_is_still_busy_is_waited_for(monkeypatch: pytest.MonkeyPatch, stopped: list[Paths]) -> None:
    refusals = [SkywalkError("another daemon runs the region")] * 2

    def stop_region(paths: Paths) -> bool:
        if refusals:
            raise refusals.pop()
        stopped.append(paths)
        return True

    monkeypatch.setattr(module, "stop_region", stop_region)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    with own_region() as region:
        pass
    assert stopped == [region.paths]


@pytest.mark.usefixtures("stopped")
def test_a_region_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_region(_paths: Paths) -> bool:
        raise SkywalkError("it does not stop")

    monkeypatch.setattr(module, "stop_region", stop_region)
    monkeypatch.setattr(module, "STOP_SECONDS", 0.0)
    told = r"the region in .*/region could not be taken away: it does not stop"
    with pytest.raises(SkywalkError, match=told), own_region() as region:
        pass
    assert region.folder.exists(), "what could not be stopped must stay findable"
