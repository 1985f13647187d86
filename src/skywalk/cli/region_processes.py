"""A daemon with all that runs below it, held by descriptors, so that `down` can return when none of it is left."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

END_SECONDS = 10.0
"""After the daemon's word that the region is off the machine."""


class RegionProcesses:
    """An id may mean another process one day; a descriptor never does."""

    def __init__(self, descriptors: list[int]) -> None:
        self._descriptors = descriptors

    def await_end(self, within_seconds: float = END_SECONDS) -> int:
        """Returns when all have ended. Those that have not in time are killed; how many."""
        late = self._running(time.monotonic() + within_seconds)
        for descriptor in late:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        self._running(time.monotonic() + within_seconds)
        return len(late)

    def _running(self, deadline: float) -> list[int]:
        """Which still run then."""
        left = list(self._descriptors)
        while left:
            waiting = select.poll()
            for descriptor in left:
                waiting.register(descriptor, select.POLLIN)
            ended = waiting.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ended:
                break
            left = [descriptor for descriptor in left if descriptor not in {one for one, _ in ended}]
        return left


@contextmanager
def processes_of(daemon: int | None) -> Iterator[RegionProcesses]:
    """Those that run now; none where there is no daemon."""
    parents = _parents() if daemon is not None else {}
    found = {daemon} if daemon in parents else set()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    descriptors = []
    for process in found:
        assert process is not None
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(process)
            if _parent(process) == parents[process]:
                descriptors.append(descriptor)
            else:
                os.close(descriptor)  # it is another one by now, or nobody's
    try:
        yield RegionProcesses(descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (parent := _parent(int(folder.name))) is not None:
            found[int(folder.name)] = parent
    return found


def _parent(process: int) -> int | None:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return None
