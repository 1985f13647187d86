"""Deadlines of many connections on one timer.

A timer of the loop for each step of each request costs more than parsing it; a connection only stores when its
patience ends, and one sweep looks at all of them.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

NEVER = float("inf")


class Watched(Protocol):
    deadline: float
    """Loop time in seconds; NEVER where nothing is waited for."""

    def deadline_passed(self) -> None: ...


class Deadlines:
    """Calls `deadline_passed` of whatever it watches, up to one interval late. Runs only while it watches."""

    def __init__(self, loop: asyncio.AbstractEventLoop, interval_seconds: float = 0.5) -> None:
        self._loop = loop
        self._interval_seconds = interval_seconds
        self._watched: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, watched: Watched) -> None:
        self._watched.add(watched)
        if self._timer is None:
            self._timer = self._loop.call_later(self._interval_seconds, self._sweep)

    def forget(self, watched: Watched) -> None:
        self._watched.discard(watched)

    def _sweep(self) -> None:
        now = self._loop.time()
        late = [watched for watched in self._watched if watched.deadline <= now]
        for watched in late:
            watched.deadline = NEVER
            watched.deadline_passed()
        self._timer = self._loop.call_later(self._interval_seconds, self._sweep) if self._watched else None
