"""Changes that are not in the saved state yet, in the order in which they took effect: one file beside it.

A change is written down before it is handled (`begin`) and counts when its outcome is written over the room that was
left for it (`finish`): that needs no more of a full disk. What a kill leaves behind is therefore a row of finished
changes and at most one that is not, which nobody was told of. Writes reach the kernel before anything is answered, not
the disk: the file survives any death of the process, and may lose its end with the power.

A journal belongs to the state of its *generation*: saving a state ends the journal that is in it.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import pickle
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from skywalk.backends.moment import Moment
from skywalk.backends.request_body import RequestBody

log = logging.getLogger(__name__)

JOURNAL, BODIES = "journal", "bodies"
_HEAD = struct.Struct("<18sQ")
_MAGIC = b"skywalk-journal-1\n"
_RECORD = struct.Struct("<?III")
"""Whether it is finished and the check sum of the answer; length and check sum of what follows."""
_OUTCOME = struct.Struct("<?I")


class Change(NamedTuple):
    """A request that may change something, as it was met. `content` is None where its body is a file, `file_name`."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    nanoseconds: int
    seed: bytes
    content: bytes | None
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """`keys`: the private keys that were made meanwhile. `answer_sum`: the check sum of what was answered."""

    change: Change
    keys: tuple[bytes, ...]
    answer_sum: int


class Journal:
    """Written by one thread."""

    def __init__(self, state_dir: Path) -> None:
        self.bodies = state_dir / BODIES
        self.bodies.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(state_dir / JOURNAL, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._end: int | None = None
        """Where the next change goes; None while there is no journal of the saved state."""
        self._begun = 0
        self._files: set[str] = set()

    def read(self, generation: int) -> Iterator[Finished]:
        """The changes since that state was saved. To be read to the end before anything else is done."""
        head = os.pread(self._descriptor, _HEAD.size, 0)
        if head == _HEAD.pack(_MAGIC, generation):
            yield from self._read_changes()
        else:
            self.restart(generation)
        for path in self.bodies.iterdir():
            if path.name not in self._files:
                path.unlink()

    def _read_changes(self) -> Iterator[Finished]:
        begun: tuple[Change, int] | None = None
        keys: tuple[bytes, ...] = ()
        at = _HEAD.size
        while (record := self._read_record(at)) is not None:
            is_finished, answer_sum, payload, end = record
            found = pickle.loads(payload)  # noqa: S301 (written here, for the owner)
            if isinstance(found, list):
                keys = tuple(found)
            else:
                if begun is not None:
                    yield Finished(begun[0], keys, begun[1])
                change = Change(*found)
                begun, keys = ((change, answer_sum) if is_finished else None), ()
                if change.file_name:
                    self._files.add(change.file_name)
            at = end
        if begun is not None:
            yield Finished(begun[0], keys, begun[1])
        rest = os.fstat(self._descriptor).st_size - at
        if rest:
            log.warning("the last %d bytes of the journal are no whole change, and left out", rest)
            os.ftruncate(self._descriptor, at)
        self._end = at

    def _read_record(self, at: int) -> tuple[bool, int, bytes, int] | None:
        head = os.pread(self._descriptor, _RECORD.size, at)
        if len(head) < _RECORD.size:
            return None
        is_finished, answer_sum, length, payload_sum = _RECORD.unpack(head)
        payload = os.pread(self._descriptor, length, at + _RECORD.size)
        if not length or len(payload) < length or zlib.crc32(payload) != payload_sum:
            return None
        return is_finished, answer_sum, payload, at + _RECORD.size + length

    def begin(self, change: Change) -> None:
        """Raises OSError; there is nothing of the change in the journal then."""
        if self._end is None:
            raise OSError(errno.EIO, "the saved state has no journal")
        self._begun = self._end
        self._append(tuple(change))
        if change.file_name:
            self._files.add(change.file_name)

    def finish(self, keys: Sequence[bytes], answer_sum: int) -> None:
        """The change that was begun last has taken effect. Raises OSError: it then counts for none."""
        if keys:
            self._append(list(keys))
        os.pwrite(self._descriptor, _OUTCOME.pack(True, answer_sum), self._begun)

    def restart(self, generation: int) -> None:
        """All that is written down is in the state of this generation. Raises OSError."""
        self._end = None
        os.ftruncate(self._descriptor, 0)
        self._write(_HEAD.pack(_MAGIC, generation), 0)
        self._end = _HEAD.size
        for name in self._files:
            (self.bodies / name).unlink(missing_ok=True)
        self._files.clear()

    def close(self) -> None:
        os.close(self._descriptor)

    def _append(self, written: Any) -> None:
        assert self._end is not None
        payload = pickle.dumps(written, protocol=pickle.HIGHEST_PROTOCOL)
        record = _RECORD.pack(False, 0, len(payload), zlib.crc32(payload)) + payload
        self._write(record, self._end)
        self._end += len(record)

    def _write(self, data: bytes, at: int) -> None:
        written = 0
        try:
            while written < len(data):
                written += os.pwrite(self._descriptor, data[written:], at + written)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, at)  # half a record would only keep the disk full
            raise


def change_of(
    method: str, target: str, headers: Sequence[tuple[str, str]], body: RequestBody, moment: Moment
) -> Change:
    name = "" if body.path is None else body.path.name
    return Change(method, target, headers, moment.nanoseconds, moment.seed, body.content, name)
