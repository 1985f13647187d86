"""The bytes of objects: in memory while small, in one file each when not.

A file that nobody wants any more stays until the state that still names it has been replaced (`sweep`), so that a
state on disk can always be loaded.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NewType

from skywalk.backends.request_body import RequestBody
from skywalk.values.chance import LOWER_AND_DIGITS, Chance

INLINE_LIMIT_BYTES = 16 << 10
"""Contents up to this size are part of the state itself; a file each would cost more than they hold."""

_NAME_LENGTH = 24

ContentReference = NewType("ContentReference", tuple[str, bytes])
"""What a state remembers of a content: the name of its file and no bytes, or no name and the bytes."""


class _Arriving(threading.local):
    body: RequestBody | None = None


class ContentFolder:
    """A folder of files, each written once."""

    def __init__(self, folder: Path, chance: Chance) -> None:
        self._folder = folder
        self._chance = chance
        self._unwanted: set[str] = set()
        self._arriving = _Arriving()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def new_content(self) -> Content:
        return Content(self, ContentReference(("", b"")))

    @contextlib.contextmanager
    def arriving(self, body: RequestBody) -> Iterator[None]:
        """What this thread writes meanwhile may be the body of a request, which need not be written twice."""
        self._arriving.body = body
        try:
            yield
        finally:
            self._arriving.body = None

    def restore(self, reference: ContentReference) -> Content:
        return Content(self, reference)

    def holds(self, reference: ContentReference) -> bool:
        name, _ = reference
        return not name or self.path(name).exists()

    def path(self, name: str) -> Path:
        return self._folder / name

    def write_file(self, data: bytes) -> str:
        """The name of a new file that holds `data`."""
        name = self._chance.text(LOWER_AND_DIGITS, _NAME_LENGTH)
        body = self._arriving.body
        if body is not None and body.path is not None and body.is_file_of(data):
            with contextlib.suppress(OSError):  # a file system without links, or no room for one more name
                os.link(body.path, self.path(name))
                return name
        try:
            with self.path(name).open("xb") as file:
                file.write(data)
        except OSError:
            self.path(name).unlink(missing_ok=True)  # half a file would only keep the disk full
            raise
        return name

    def discard(self, name: str) -> None:
        """`name` is not wanted any more; its file goes with the next sweep."""
        self._unwanted.add(name)

    def sweep(self, unwanted: frozenset[str]) -> None:
        """Removes files that no state names any more."""
        for name in unwanted:
            self.path(name).unlink(missing_ok=True)
        self._unwanted -= unwanted

    def unwanted(self) -> frozenset[str]:
        return frozenset(self._unwanted)

    def keep_only(self, names: frozenset[str]) -> None:
        """Removes every file but these: what a killed process had written and never saved."""
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink()


class Content:
    """Stands where moto expects a `SpooledTemporaryFile`; holds no descriptor while nobody reads.

    moto writes a content whole, once (`seek(0)`, `truncate()`, `write(…)`), and reads it any number of times.
    """

    def __init__(self, folder: ContentFolder, reference: ContentReference, *, is_owner: bool = True) -> None:
        self._folder = folder
        self._name, self._inline = reference
        self._is_owner = is_owner
        self._position = 0

    @property
    def reference(self) -> ContentReference:
        return ContentReference((self._name, self._inline))

    def borrowed(self) -> Content:
        """The same bytes for a copy of the object: closing it discards nothing."""
        return Content(self._folder, self.reference, is_owner=False)

    def seek(self, position: int) -> None:
        self._position = position

    def truncate(self) -> None:
        self.close()
        self._name, self._inline = "", b""

    def write(self, data: bytes) -> None:
        if len(data) <= INLINE_LIMIT_BYTES:
            self._inline = bytes(data)
        else:
            self._name = self._folder.write_file(data)
            self._is_owner = True
        self._position = len(data)

    def read(self, size_bytes: int = -1) -> bytes:
        if not self._name:
            end = None if size_bytes < 0 else self._position + size_bytes
            data = self._inline[self._position : end]
        else:
            with self._open() as file:
                file.seek(self._position)
                data = file.read(size_bytes)
        self._position += len(data)
        return data

    def close(self) -> None:
        if self._name and self._is_owner:
            self._folder.discard(self._name)

    def _open(self) -> IO[bytes]:
        return self._folder.path(self._name).open("rb")
