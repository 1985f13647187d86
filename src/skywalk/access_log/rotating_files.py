"""One process's files: appended to in whole lines, moved aside when they are full, the oldest removed.

Each file says what its lines share before the first line that does, so that it can be read alone. A file is opened for
each piece that is written, which is rare: no descriptor is kept, however many endpoints there are, and a file or folder
that somebody has taken away is made anew. One that a kill has torn gets the end of its line first, so that readers lose
the torn line alone.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.access_log.settings import MAXIMUM_ENDPOINTS, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from skywalk.access_log.lines import Line
    from skywalk.access_log.settings import Place

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_SHARED_AT_MOST = 1024
"""Of one file: from there numbers begin anew, and readers take the later meaning."""


@dataclass(slots=True)
class _Written:
    """What this process has said in a file: the number of each text that lines share."""

    inode: int
    numbers: dict[str, int] = field(default_factory=dict)

    def render(self, lines: Iterable[Line]) -> bytes:
        pieces = []
        for shared, own in lines:
            number = self.numbers.get(shared)
            if number is None:
                if len(self.numbers) >= _SHARED_AT_MOST:
                    self.numbers.clear()
                number = self.numbers[shared] = len(self.numbers)
                pieces.append(f'{{"is":{number},{shared}}}\n')
            pieces.append(f'{{"as":{number},{own}}}\n')
        return "".join(pieces).encode()


class RotatingFiles:
    """The files of one writer, of all endpoints."""

    def __init__(self, place: Place, maximum_endpoints: int = MAXIMUM_ENDPOINTS) -> None:
        self._folder = place.folder
        self._name = place.writer + SUFFIX
        self._maximum_bytes = place.settings.maximum_bytes
        self._files = place.settings.files
        self._maximum_endpoints = maximum_endpoints
        self._written: dict[str, _Written] = {}

    def append(self, vpc_endpoint_id: str, lines: list[Line]) -> None:
        """Raises OSError where not all of them could be written."""
        path = self._folder / vpc_endpoint_id / self._name
        descriptor = self._open(path)
        try:
            size = os.fstat(descriptor).st_size
            if size and size + sum(len(line.own) for line in lines) > self._maximum_bytes:
                self._move_aside(path)
                os.close(descriptor)
                descriptor = self._open(path)
            self._append(descriptor, vpc_endpoint_id, lines)
        except OSError:
            self._written.pop(vpc_endpoint_id, None)  # nobody knows how much of it is there
            raise
        finally:
            os.close(descriptor)

    def _append(self, descriptor: int, vpc_endpoint_id: str, lines: list[Line]) -> None:
        found = os.fstat(descriptor)
        written = self._written.get(vpc_endpoint_id)
        if written is None or written.inode != found.st_ino or not found.st_size:
            if len(self._written) >= self._maximum_endpoints:
                self._written.clear()
            written = self._written[vpc_endpoint_id] = _Written(found.st_ino)
        data = written.render(lines)
        if found.st_size and os.pread(descriptor, 1, found.st_size - 1) != b"\n":
            data = b"\n" + data
        if os.write(descriptor, data) < len(data):
            raise OSError("there is no room for all of it")

    def _open(self, path: Path) -> int:
        try:
            return os.open(path, _FLAGS, 0o600)
        except FileNotFoundError:
            self._make_folder(path.parent)
            return os.open(path, _FLAGS, 0o600)

    def _make_folder(self, folder: Path) -> None:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._make_room()
        folder.mkdir(exist_ok=True, mode=0o700)

    def _make_room(self) -> None:
        """For one more endpoint's folder."""
        folders = [one for one in self._folder.iterdir() if one.is_dir()]
        surplus = len(folders) + 1 - self._maximum_endpoints
        if surplus > 0:
            for folder in sorted(folders, key=_last_written)[:surplus]:
                shutil.rmtree(folder, ignore_errors=True)

    def _move_aside(self, path: Path) -> None:
        """`edge-0.jsonl` becomes `edge-0.jsonl.1`, and so on; the last one is written over."""
        with suppress(FileNotFoundError):
            if self._files == 1:
                path.unlink()
                return
            for number in range(self._files - 1, 1, -1):
                with suppress(FileNotFoundError):
                    path.with_name(f"{path.name}.{number - 1}").rename(path.with_name(f"{path.name}.{number}"))
            path.rename(path.with_name(f"{path.name}.1"))


def _last_written(folder: Path) -> float:
    """When anything in a folder was written to last."""
    moments = [0.0]
    with suppress(OSError):
        for file in folder.iterdir():
            with suppress(OSError):
                moments.append(file.stat().st_mtime)
    return max(moments)
