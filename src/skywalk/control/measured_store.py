"""The store's database, timed: how long each commit takes until it is on the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skywalk.metrics.histogram import DISK_SECONDS, Histogram
from skywalk.resources.persist import Persistence, StoredRow
from skywalk.values.clock import Clock


class MeasuredPersistence:
    """Another persistence, whose successful writes are counted by how long they took."""

    def __init__(self, persistence: Persistence, clock: Clock) -> None:
        self._persistence = persistence
        self._clock = clock
        self.commits = Histogram(DISK_SECONDS)

    def load(self) -> Iterator[StoredRow]:
        return self._persistence.load()

    def revision(self) -> int:
        return self._persistence.revision()

    def write(self, revision: int, put: Iterable[StoredRow], removed: Iterable[str]) -> None:
        started = self._clock.monotonic_seconds()
        self._persistence.write(revision, put, removed)
        self.commits.observe(self._clock.monotonic_seconds() - started)

    def close(self) -> None:
        self._persistence.close()
