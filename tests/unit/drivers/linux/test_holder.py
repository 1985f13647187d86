"""The process that keeps namespaces alive: found only if it is the very one, ended with its note."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.drivers.linux import holder
from support.waiting import wait_until


@pytest.fixture
def holding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run directory with a holder in it, in the namespaces of the test."""
    monkeypatch.setattr(holder, "may_manage_networks", lambda: False)
    monkeypatch.setattr(holder, "become_root_of_own", lambda: None)
    # Else the collector complains of a process that is meant to go on.
    monkeypatch.setattr(subprocess.Popen, "__del__", lambda self: None)
    holder.settle(tmp_path, "/the/state")
    yield tmp_path
    holder.end(tmp_path)


def number(run_dir: Path) -> int:
    return int((run_dir / "holder.pid").read_text().split()[0])


def test_it_says_whose_it_is_and_has_a_session_of_its_own(holding: Path) -> None:
    words = Path(f"/proc/{number(holding)}/cmdline")
    # A process that has just been made has its number before its program.
    wait_until(lambda: words.read_bytes().split(b"\0")[-3:-1] == [b"skywalk-holder", b"/the/state"])
    assert os.getsid(number(holding)) == number(holding)


def test_the_next_daemon_finds_it(holding: Path) -> None:
    first = number(holding)
    holder.settle(holding, "/the/state")
    assert number(holding) == first


def test_one_that_is_gone_is_replaced(holding: Path) -> None:
    first = number(holding)
    os.kill(first, 9)
    os.waitpid(first, 0)
    holder.settle(holding, "/the/state")
    assert number(holding) != first


def test_a_stranger_with_its_number_is_neither_entered_nor_ended(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "holder.pid").write_text(f"{stranger.pid} 1")
        assert not holder.enter(tmp_path)
        holder.end(tmp_path)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert not (tmp_path / "holder.pid").exists()


def test_who_is_in_the_namespaces_already_enters_none(holding: Path) -> None:
    assert not holder.enter(holding)


def test_root_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holder, "may_manage_networks", lambda: True)
    holder.settle(tmp_path, "/the/state")
    assert list(tmp_path.iterdir()) == []


def test_ended_it_leaves_no_process_and_no_note(holding: Path) -> None:
    process = number(holding)
    holder.end(holding)
    assert os.waitpid(process, 0)[0] == process
    assert not (holding / "holder.pid").exists()
