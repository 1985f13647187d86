"""Reads the access log, whoever writes it meanwhile: all writers' files of one endpoint or of all.

A line that cannot be read is skipped: a kill may have torn it, or its file's beginning is gone. What has no end yet is
read when it has one.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skywalk.access_log.record import Record, read_record
from skywalk.access_log.settings import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class _Read:
    """How far a file has been read, and what its lines share so far."""

    vpc_endpoint_id: str
    offset: int = 0
    shared: dict[int, dict[str, Any]] = field(default_factory=dict)
    rest: bytes = b""


class Reader:
    """Remembers how far each file was read: `records` answers what has come since."""

    def __init__(self, folder: Path, vpc_endpoint_id: str | None = None) -> None:
        self._folder = folder
        self._vpc_endpoint_id = vpc_endpoint_id
        self._files: dict[tuple[int, int], _Read] = {}

    def records(self) -> Iterator[Record]:
        """In the order of each file; files one after the other. Raises OSError for what may not be read."""
        for path in sorted(self._paths()):
            with suppress(FileNotFoundError):  # moved aside meanwhile: the next time it is there
                yield from self._of_file(path)

    def _paths(self) -> Iterator[Path]:
        if self._vpc_endpoint_id is not None:
            folders = [self._folder / self._vpc_endpoint_id]
        else:
            folders = list(self._folder.iterdir()) if self._folder.is_dir() else []
        for folder in folders:
            if folder.is_dir():
                yield from (path for path in folder.iterdir() if SUFFIX in path.name)

    def _of_file(self, path: Path) -> Iterator[Record]:
        found = path.stat()
        # A file that was moved aside is known by its inode.
        known = self._files.setdefault((found.st_dev, found.st_ino), _Read(path.parent.name))
        if found.st_size < known.offset:  # another file, with the inode of one that is gone
            known = self._files[found.st_dev, found.st_ino] = _Read(path.parent.name)
        if found.st_size == known.offset:
            return
        with path.open("rb") as file:
            file.seek(known.offset)
            while piece := file.read(_PIECE_BYTES):
                known.offset += len(piece)
                lines = (known.rest + piece).split(b"\n")
                known.rest = lines.pop()
                for line in lines:
                    record = _record(known, line)
                    if record is not None:
                        yield record


def _record(known: _Read, line: bytes) -> Record | None:
    """What a line tells, if it tells of a request."""
    try:
        told = json.loads(line)
        if "is" in told:
            known.shared[told["is"]] = told
            return None
        return read_record(known.vpc_endpoint_id, known.shared[told["as"]], told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
