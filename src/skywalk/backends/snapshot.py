"""A service's state at one moment, in a folder beside it: links to files that are never written again.

A backend that runs makes it itself, between two requests (`SNAPSHOT_HEADER`); the files of one that does not are
linked by whoever wants them.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from skywalk.values.errors import SkywalkError
from skywalk.values.unix_path import reachable

SNAPSHOT_HEADER = "x-skywalk-snapshot"
"""A request with it is answered when the snapshot is there. The edge never forwards a client's header of this name."""

ANSWER_SECONDS = 600.0
_LOCK_SECONDS = 20.0
_POLL_SECONDS = 0.05
_STATE, _JOURNAL, _FOLDERS = "state.pickle", "journal", ("objects", "bodies")


class SnapshotFailed(SkywalkError):
    """The state could not be had; the text says of which service and why."""


def snapshot_folder(state_dir: Path) -> Path:
    return state_dir / "snapshot"


def link_state(state_dir: Path) -> None:
    """Makes the snapshot of what is saved. The caller sees to it that nothing is saved meanwhile. Raises OSError."""
    folder = snapshot_folder(state_dir)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    files = [state_dir / _STATE]
    for name in _FOLDERS:
        (folder / name).mkdir(mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            files += (state_dir / name).iterdir()
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            os.link(file, folder / file.relative_to(state_dir))
    with contextlib.suppress(FileNotFoundError):
        shutil.copy(state_dir / _JOURNAL, folder / _JOURNAL)  # it goes on being written


@contextlib.contextmanager
def snapshot(service: str, state_dir: Path) -> Iterator[Path]:
    """The folder of a service's snapshot, as long as the body runs. Raises SnapshotFailed."""
    try:
        _take(service, state_dir)
        yield snapshot_folder(state_dir)
    finally:
        shutil.rmtree(snapshot_folder(state_dir), ignore_errors=True)


def _take(service: str, state_dir: Path) -> None:
    """From the process if there is one, else under its lock: so that none starts meanwhile."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while not _ask(service, state_dir / "socket") and not _link_alone(state_dir):
        if time.monotonic() > deadline:
            raise SnapshotFailed(f"the backend of {service} neither answers nor ends")
        time.sleep(_POLL_SECONDS)  # it starts or ends at this moment


def _link_alone(state_dir: Path) -> bool:
    """False where a process has the state."""
    with (state_dir / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        link_state(state_dir)
    return True


def _ask(service: str, path: Path) -> bool:
    """False where nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connected:
        connected.settimeout(ANSWER_SECONDS)
        try:
            with reachable(path) as name:
                connected.connect(name)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        connection = http.client.HTTPConnection("localhost")
        connection.sock = connected
        try:
            connection.request("POST", "/", headers={SNAPSHOT_HEADER: "1", "Content-Length": "0"})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise SnapshotFailed(f"the backend of {service} does not answer: {error}") from error
    if response.status != 204:
        raise SnapshotFailed(f"the backend of {service} could not save its state: {text}")
    return True
