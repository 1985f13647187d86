"""A backend's state at one moment: what was answered before is in it, whether the process runs or not."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.backends import snapshot as module
from skywalk.backends.process import BackendProcess
from skywalk.backends.snapshot import SNAPSHOT_HEADER, SnapshotFailed, snapshot
from support.unix_http import ask

OWNER = {"Host": "s3.us-east-1.amazonaws.com", "x-moto-account-id": "111111111111"}
LARGE = hashlib.sha256(b"seed").digest() * 4000


class Backends:
    """Processes by their folders; all end with the test."""

    def __init__(self) -> None:
        self._processes: dict[Path, BackendProcess] = {}

    def start(self, state_dir: Path) -> None:
        process = self._processes.setdefault(state_dir, BackendProcess("s3", state_dir))
        asyncio.run(process.start())

    def stop(self, state_dir: Path) -> None:
        asyncio.run(self._processes[state_dir].stop())

    def stop_all(self) -> None:
        for state_dir in self._processes:
            self.stop(state_dir)


@pytest.fixture
def backends() -> Iterator[Backends]:
    found = Backends()
    yield found
    found.stop_all()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "s3"


def put(state_dir: Path, target: str, body: bytes = b"") -> None:
    assert ask(state_dir / "socket", "PUT", target, body, OWNER)[0] == 200


def get(state_dir: Path, target: str) -> tuple[int, bytes]:
    status, _, body = ask(state_dir / "socket", "GET", target, headers=OWNER)
    return status, body


def copied(state_dir: Path, to: Path) -> Path:
    with snapshot("s3", state_dir) as folder:
        shutil.copytree(folder, to)
    return to


def test_it_is_a_state_that_another_backend_serves(backends: Backends, state_dir: Path, tmp_path: Path) -> None:
    backends.start(state_dir)
    put(state_dir, "/bucket")
    put(state_dir, "/bucket/small", b"small")
    put(state_dir, "/bucket/large", LARGE)
    with snapshot("s3", state_dir) as folder:
        put(state_dir, "/bucket/later", b"later")
        put(state_dir, "/bucket/large", b"replaced")
        shutil.copytree(folder, tmp_path / "other")
    other = tmp_path / "other"
    backends.start(other)
    assert get(other, "/bucket/small") == (200, b"small")
    assert get(other, "/bucket/large") == (200, LARGE)
    assert get(other, "/bucket/later")[0] == 404
    assert get(state_dir, "/bucket/large") == (200, b"replaced")
    assert not (state_dir / "snapshot").exists()


def test_of_a_backend_that_does_not_run(backends: Backends, state_dir: Path, tmp_path: Path) -> None:
    backends.start(state_dir)
    put(state_dir, "/bucket")
    put(state_dir, "/bucket/large", LARGE)
    backends.stop(state_dir)
    other = copied(state_dir, tmp_path / "other")
    assert (other / "state.pickle").read_bytes() == (state_dir / "state.pickle").read_bytes()
    (name,) = (state_dir / "objects").iterdir()
    assert (other / "objects" / name.name).read_bytes() == LARGE


def test_of_one_that_was_never_used(state_dir: Path, tmp_path: Path) -> None:
    state_dir.mkdir()
    assert sorted(one.name for one in copied(state_dir, tmp_path / "other").rglob("*")) == ["bodies", "objects"]


def test_what_a_killed_snapshot_left_is_not_in_the_next(state_dir: Path, tmp_path: Path) -> None:
    (state_dir / "snapshot" / "objects").mkdir(parents=True)
    (state_dir / "snapshot" / "objects" / "old").write_text("old")
    assert sorted(one.name for one in copied(state_dir, tmp_path / "other").rglob("*")) == ["bodies", "objects"]


def test_one_that_cannot_be_written_is_told(backends: Backends, state_dir: Path) -> None:
    backends.start(state_dir)
    (state_dir / "snapshot").write_text("in the way")
    status, _, text = ask(state_dir / "socket", "POST", "/", headers={SNAPSHOT_HEADER: "1"})
    assert (status, b"snapshot" in text) == (507, True)
    with pytest.raises(SnapshotFailed, match="the backend of s3 could not save its state"), snapshot("s3", state_dir):
        pass
    put(state_dir, "/bucket")


def test_a_backend_that_neither_answers_nor_ends(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state_dir.mkdir()
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.0)
    with (state_dir / "lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SnapshotFailed, match="neither answers nor ends"), snapshot("s3", state_dir):
            pass
