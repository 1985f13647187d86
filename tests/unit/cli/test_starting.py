"""The lock of a region that is about to start, and an `up` that is just being loaded."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.cli import starting
from skywalk.cli.other_daemon import is_held
from skywalk.cli.starting import await_starting, take_lock
from skywalk.config import STATE_DIR_VARIABLE, Paths
from skywalk.values.errors import SkywalkError


@contextlib.contextmanager
def being_loaded(*words: str, cwd: Path | None = None, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is called as `up` is, and does nothing."""
    program = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "/usr/bin/skywalk", "up", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **variables},
        cwd=cwd,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_one_takes_it_and_the_next_does_not(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "new")
    lock = take_lock(paths)
    assert lock is not None
    assert is_held(paths.lock)
    assert take_lock(paths) is None
    os.close(lock)
    assert not is_held(paths.lock)


def test_it_goes_on_to_who_inherits_it(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    lock = take_lock(paths)
    assert lock is not None
    heir = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(heir, stdin=subprocess.PIPE, pass_fds=[lock]) as process:
        os.close(lock)
        assert is_held(paths.lock)
        process.kill()
    assert not is_held(paths.lock)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SkywalkError, match=r"the state directory .*/file cannot be used: "):
        take_lock(Paths(tmp_path / "file"))


def test_where_none_is_being_loaded_nobody_is_waited_for(tmp_path: Path) -> None:
    assert not await_starting(Paths(tmp_path))


@pytest.mark.parametrize("how", ["option", "option of one word", "variable", "relative"])
def test_one_that_is_being_loaded_is_waited_for(tmp_path: Path, how: str) -> None:
    paths = Paths(tmp_path / "s")
    named = str(paths.state_dir)
    words = {"option": ["--state-dir", named], "option of one word": [f"--state-dir={named}"], "relative": []}
    words["relative"] = ["--state-dir", "s"]
    variables = {STATE_DIR_VARIABLE: named} if how == "variable" else {}
    found: list[bool] = []
    with being_loaded(*words.get(how, []), cwd=tmp_path, **variables):
        waiting = threading.Thread(target=lambda: found.append(await_starting(paths)))
        waiting.start()
        lock = take_lock(paths)
        assert lock is not None
        waiting.join(20)
        os.close(lock)
    assert found == [True]


def test_another_region_s_is_not(tmp_path: Path) -> None:
    with being_loaded("--state-dir", str(tmp_path / "other")):
        assert not await_starting(Paths(tmp_path / "s"))


def test_one_that_fails_is_not_waited_for_any_longer(tmp_path: Path) -> None:
    found: list[bool] = []
    with being_loaded("--state-dir", str(tmp_path)) as process:
        waiting = threading.Thread(target=lambda: found.append(await_starting(Paths(tmp_path))))
        waiting.start()
        process.kill()
        waiting.join(20)
    assert found == [False]


def test_one_that_hangs_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "PATIENCE_SECONDS", 0.05)
    with being_loaded("--state-dir", str(tmp_path)):
        assert not await_starting(Paths(tmp_path))
