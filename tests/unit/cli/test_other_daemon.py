"""A daemon that has a region and does not answer yet, or no more."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from skywalk.cli import other_daemon
from skywalk.cli.control_client import ControlClient
from skywalk.config import Paths
from skywalk.values.errors import SkywalkError


@pytest.fixture
def held(tmp_path: Path) -> Iterator[IO[bytes]]:
    with Paths(tmp_path).lock.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def test_nobody_has_it(tmp_path: Path) -> None:
    assert not other_daemon.await_other(Paths(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
    Paths(tmp_path).lock.touch()
    assert not other_daemon.await_other(Paths(tmp_path))


def test_one_that_ends_is_waited_for(tmp_path: Path, held: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def is_running(_control: object) -> bool:
        asked.set()
        return False

    monkeypatch.setattr(ControlClient, "is_running", is_running)

    def end() -> None:
        asked.wait()
        fcntl.flock(held, fcntl.LOCK_UN)

    ending = threading.Thread(target=end)
    ending.start()
    assert not other_daemon.await_other(Paths(tmp_path))
    assert asked.is_set()
    ending.join()


def test_one_that_starts_is_waited_for(tmp_path: Path, held: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, False, True])
    monkeypatch.setattr(ControlClient, "is_running", lambda _control: next(answers))
    assert other_daemon.await_other(Paths(tmp_path))


def test_one_that_is_being_taken_down_gets_all_the_time_it_needs(
    tmp_path: Path, held: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_daemon, "PATIENCE_SECONDS", 0.001)
    looks = iter(range(5))

    def is_ending(_control: object) -> bool:
        if next(looks, None) is None:
            fcntl.flock(held, fcntl.LOCK_UN)
        return True

    monkeypatch.setattr(ControlClient, "is_ending", is_ending)
    assert not other_daemon.await_other(Paths(tmp_path))
    assert next(looks, None) is None


def test_one_that_never_answers(tmp_path: Path, held: IO[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_daemon, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(SkywalkError, match=rf"another daemon has the region in {tmp_path} and does not answer"):
        other_daemon.await_other(Paths(tmp_path))
