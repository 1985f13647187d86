"""Names that disappear from folders, as the kernel tells it (inotify)."""

from __future__ import annotations

import ctypes
import os
import struct
from contextlib import suppress
from pathlib import Path

_IN_MOVED_FROM, _IN_DELETE, _IN_Q_OVERFLOW, _IN_IGNORED = 0x40, 0x200, 0x4000, 0x8000
_EVENT = struct.Struct("=iIII")
_READ_BYTES = 1 << 16

_libc = ctypes.CDLL(None, use_errno=True)


class Removals:
    """Folders that are looked at. One descriptor for all; it is readable when something was removed."""

    def __init__(self) -> None:
        self.descriptor = _check(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders: dict[int, Path] = {}
        self._numbers: dict[Path, int] = {}

    def add(self, folder: Path) -> None:
        """Nothing if it is looked at already. Raises OSError, also where the user may not look at more folders."""
        if folder not in self._numbers:
            mask = _IN_DELETE | _IN_MOVED_FROM
            number = _check(_libc.inotify_add_watch(self.descriptor, os.fsencode(folder), mask))
            self._numbers[folder], self._folders[number] = number, folder

    def remove(self, folder: Path) -> None:
        number = self._numbers.pop(folder, None)
        if number is not None:
            self._folders.pop(number, None)
            _libc.inotify_rm_watch(self.descriptor, number)  # refused where the folder has gone

    def take(self) -> list[Path] | None:
        """The paths that were removed since the last call; None where the kernel has lost count."""
        removed: list[Path] = []
        is_complete = True
        with suppress(BlockingIOError):
            while True:
                data = os.read(self.descriptor, _READ_BYTES)
                offset = 0
                while offset < len(data):
                    number, mask, _, length = _EVENT.unpack_from(data, offset)
                    offset += _EVENT.size
                    name = os.fsdecode(data[offset : offset + length].rstrip(b"\0"))
                    offset += length
                    is_complete = is_complete and not mask & _IN_Q_OVERFLOW
                    if mask & _IN_IGNORED:
                        self._forget(number)
                    elif number in self._folders:
                        removed.append(self._folders[number] / name)
        return removed if is_complete else None

    def close(self) -> None:
        os.close(self.descriptor)

    def _forget(self, number: int) -> None:
        """The folder itself has gone: a later one of that name is another."""
        folder = self._folders.pop(number, None)
        if folder is not None and self._numbers.get(folder) == number:
            del self._numbers[folder]


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
