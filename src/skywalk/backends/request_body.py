"""A request's body while it is read and handled: in memory while small, in a file of its own when not.

The file of a change stays beside the journal that names it, and an object that is the whole body is a link to it: large
contents are written once.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from pathlib import Path
from typing import IO, Protocol

MEMORY_BYTES = 128 << 10
"""Bodies up to this size wait in memory, and are in the journal itself."""


class Readable(Protocol):
    """What moto asks of a body."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, /) -> int: ...


class RequestBody(io.RawIOBase):
    """Written from begin to end, then read."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._file: IO[bytes] = io.BytesIO()
        self._path: Path | None = None
        self._kept = False
        self._read: bytes | None = None
        self.length = 0

    @classmethod
    def of(cls, folder: Path, content: bytes | None, name: str) -> RequestBody:
        """One that was recorded: its content, or the name of its file. Raises OSError."""
        body = cls(folder)
        if content is None:
            body._path, body._kept = folder / name, True
            body._file = body._path.open("rb")
            body.length = os.fstat(body._file.fileno()).st_size
        else:
            body._file, body.length = io.BytesIO(content), len(content)
        return body

    @property
    def path(self) -> Path | None:
        """Of its file, if it has one."""
        return self._path

    @property
    def content(self) -> bytes | None:
        """None where it has a file."""
        return self._file.getvalue() if isinstance(self._file, io.BytesIO) else None

    def append(self, piece: bytes) -> None:
        """Raises OSError."""
        if self._path is None and self.length + len(piece) > MEMORY_BYTES:
            self._move_to_file()
        self._file.write(piece)
        self.length += len(piece)

    def _move_to_file(self) -> None:
        held = self._file
        assert isinstance(held, io.BytesIO)
        path = self._folder / secrets.token_hex(12)
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")  # noqa: SIM115
        self._path = path
        self._file.write(held.getbuffer())

    def begin(self) -> None:
        """It is whole and read from now on. Raises OSError."""
        self._file.seek(0)

    def keep(self) -> None:
        """Its file outlives it."""
        self._kept = True

    def is_file_of(self, data: bytes) -> bool:
        """Whether `data` is all of it, and in a file."""
        return self._path is not None and self._read is not None and (data is self._read or data == self._read)

    # -- a file, for moto --------------------------------------------------------------------------------------------

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._file.read(-1 if size is None else size)
        self._read = data if len(data) == self.length else None
        return data

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._read = None
            with contextlib.suppress(OSError):  # what it still held has no room, and nobody wants it
                self._file.close()
            if self._path is not None and not self._kept:
                self._path.unlink(missing_ok=True)
        super().close()
