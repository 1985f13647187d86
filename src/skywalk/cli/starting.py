"""A region that is about to start: its lock, taken by `up` and handed to the daemon; an `up` that has not got so far.

Loading a program takes its time. Whoever says `down` right after `up` means that region, and not that there is none.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from skywalk.cli.other_daemon import is_held
from skywalk.config import STATE_DIR_VARIABLE, Paths, default_state_dir
from skywalk.values.errors import SkywalkError

PATIENCE_SECONDS = 30.0
PROBED_SECONDS = 1.0
"""Whoever looks whether the lock is held has it for a moment itself; who runs the region has it for longer."""
_POLL_SECONDS = 0.01
_STATE_DIR_OPTION = "--state-dir"


def take_lock(paths: Paths) -> int | None:
    """A descriptor with the region's lock, for the daemon that is to be started: as long as one of the two has it open,
    the region is theirs. None where another has it. Raises SkywalkError."""
    try:
        paths.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(paths.lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SkywalkError(f"the state directory {paths.state_dir} cannot be used: {error.strerror}") from None
    deadline = time.monotonic() + PROBED_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                return None
            time.sleep(_POLL_SECONDS)
        else:
            return descriptor


def await_starting(paths: Paths) -> bool:
    """Waits for an `up` of this region's that is just being loaded; answers whether one has taken the region."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_held(paths.lock):
        if time.monotonic() > deadline or paths.state_dir not in _started_now():
            return is_held(paths.lock)
        time.sleep(_POLL_SECONDS)
    return True


def _started_now() -> Iterator[Path]:
    """The state directories of all `skywalk up` of this user's."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == os.geteuid() and int(process.name) != os.getpid():
                words = _strings(process / "cmdline")
                if "up" in words and any(Path(word).name == "skywalk" for word in words[: words.index("up")]):
                    yield _state_dir(process, words)


def _state_dir(process: Path, words: list[str]) -> Path:
    """As `config.find_paths` has it, but of another process. Raises OSError."""
    chosen = dict(each.partition("=")[::2] for each in _strings(process / "environ")).get(STATE_DIR_VARIABLE)
    for number, word in enumerate(words):
        if word == _STATE_DIR_OPTION and number + 1 < len(words):
            chosen = words[number + 1]
        elif word.startswith(f"{_STATE_DIR_OPTION}="):
            chosen = word.partition("=")[2]
    return Path(os.path.realpath(Path(os.readlink(process / "cwd"), chosen))) if chosen else default_state_dir()


def _strings(file: Path) -> list[str]:
    return os.fsdecode(file.read_bytes()).split("\0")[:-1]
