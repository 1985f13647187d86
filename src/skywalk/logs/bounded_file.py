"""A log file that several processes write to and that stays small.

Every line is one appending write, so that lines of different processes never mix. Whoever finds the file too large
moves it aside (`….1`) under a lock; the others notice by its inode. A process's standard outputs follow, as what
Python itself says of a crash goes there. Moving needs no room on the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

MAX_BYTES = 8 << 20
"""Of one file; with the one that was moved aside there is at most twice as much for each log."""
LOOK_SECONDS = 0.25
"""How often the file is looked at, at most; a burst of lines has it looked at more often."""


class BoundedFile:
    """Writes never raise: a line that finds no room is lost."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, outputs: tuple[int, ...] = ()) -> None:
        """`outputs` are descriptors of this process that are to be the file as well."""
        self._path = path
        self._max_bytes = max_bytes
        self._look_bytes = max_bytes // 64
        self._outputs = outputs
        self._descriptor = -1
        self._inode = 0
        self._looked_at = float("-inf")
        self._unseen_bytes = 0

    def write(self, text: str) -> None:
        data = text.encode(errors="backslashreplace")
        now, self._unseen_bytes = time.monotonic(), self._unseen_bytes + len(data)
        if now - self._looked_at > LOOK_SECONDS or self._unseen_bytes > self._look_bytes:
            self._looked_at, self._unseen_bytes = now, len(data)
            with contextlib.suppress(OSError):
                self._find_file(len(data))
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._append(data)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, data: bytes) -> None:
        written = os.write(self._descriptor, data)
        if written < len(data):  # the disk is full: half a line must not run into the next one
            os.write(self._descriptor, b"\n")

    def _find_file(self, length: int) -> None:
        found = self._look()
        if found is None or found.st_ino != self._inode:
            self._open()
            found = self._look()
        if found is not None and found.st_size + length > self._max_bytes:
            self._move_aside(length)

    def _look(self) -> os.stat_result | None:
        try:
            return os.stat(self._path)
        except FileNotFoundError:
            return None

    def _open(self) -> None:
        opened = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.close()
        self._descriptor, self._inode = opened, os.fstat(opened).st_ino
        for output in self._outputs:
            os.dup2(opened, output)

    def _move_aside(self, length: int) -> None:
        lock = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self._look()
            if found is not None and found.st_size and found.st_size + length > self._max_bytes:
                self._path.rename(self._path.with_name(f"{self._path.name}.1"))
            self._open()
        finally:
            os.close(lock)
