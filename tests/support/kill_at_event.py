"""A process is killed at a moment that is counted in changes of files."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_IN_CHANGES = 0x2 | 0x100 | 0x200  # IN_MODIFY, IN_CREATE, IN_DELETE


@contextmanager
def kill_at_event(process: int, count: int, folders: list[Path]) -> Iterator[None]:
    """Kills the process behind a descriptor at the n-th change of a file in the folders, or at the end of the block."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    for folder in folders:
        libc.inotify_add_watch(descriptor, os.fsencode(folder), _IN_CHANGES)
    ending, ended = os.pipe()

    def wait() -> None:
        seen = 0
        while seen < count:
            ready, _, _ = select.select([descriptor, ending], [], [])
            if ending in ready:
                break
            data = os.read(descriptor, 4096)
            while data:
                seen += 1
                data = data[16 + int.from_bytes(data[12:16], "little") :]
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGKILL)

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        os.write(ended, b"1")
        thread.join()
        select.select([process], [], [], 60)
        for each in (descriptor, ending, ended, process):
            os.close(each)
