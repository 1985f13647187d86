"""Another daemon of the same region that starts or ends at this moment: a command waits for it, as for its turn."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path

from skywalk.cli.control_client import ControlClient
from skywalk.config import Paths
from skywalk.values.errors import SkywalkError

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05


def await_other(paths: Paths) -> bool:
    """Returns as soon as a daemon answers for the region, or none has it; answers whether one does.

    One that says that it ends is given its time, however long that is. Raises SkywalkError where one has it and does
    not answer.
    """
    control = ControlClient(paths.control_socket)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_held(paths.lock):
        if control.is_running():
            return True
        if control.is_ending():
            deadline = time.monotonic() + PATIENCE_SECONDS
        elif time.monotonic() > deadline:
            raise SkywalkError(f"another daemon has the region in {paths.state_dir} and does not answer")
        time.sleep(POLL_SECONDS)
    return False


def is_held(lock: Path) -> bool:
    """Whether a daemon has it."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False
