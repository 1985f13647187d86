"""The store's database, watched: how long each commit takes until it is on the disk, and whether the disk takes any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skywalk.metrics.histogram import DISK_SECONDS, Histogram
from skywalk.resources.persist import NotKeptError, Persistence, StoredRow
from skywalk.values.clock import Clock

BELIEVED_SECONDS = 5.0
"""So long after a commit the disk is believed to take the next."""
DOUBTED_SECONDS = 1.0
"""So long after a failure it is believed to take none."""


class MeasuredPersistence:
    """Another persistence, whose successful writes are counted by how long they took."""

    def __init__(self, persistence: Persistence, clock: Clock) -> None:
        self._persistence = persistence
        self._clock = clock
        self.commits = Histogram(DISK_SECONDS)
        self._trouble: str | None = None
        self._known_until = 0.0

    def load(self) -> Iterator[StoredRow]:
        return self._persistence.load()

    def revision(self) -> int:
        return self._persistence.revision()

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        started = self._clock.monotonic_seconds()
        try:
            self._persistence.write(revision, put, removed)
        except NotKeptError as failure:
            self._note(str(failure))
            raise
        self._note(None)
        self.commits.observe(self._clock.monotonic_seconds() - started)

    def trouble(self) -> str | None:
        """Why nothing can be written, if so. It is tried where that is not known: who asks need not wait for a call
        that fails, nor for one that succeeds again."""
        if self._clock.monotonic_seconds() >= self._known_until:
            try:
                self._persistence.try_writing()
            except NotKeptError as failure:
                self._note(str(failure))
            else:
                self._note(None)
        return self._trouble

    def try_writing(self) -> None:
        self._persistence.try_writing()

    def _note(self, trouble: str | None) -> None:
        self._trouble = trouble
        seconds = BELIEVED_SECONDS if trouble is None else DOUBTED_SECONDS
        self._known_until = self._clock.monotonic_seconds() + seconds

    def close(self) -> None:
        self._persistence.close()
