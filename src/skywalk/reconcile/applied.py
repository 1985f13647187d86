"""Who has come how far: the newest revision applied for each VPC and account, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

_NEVER = -1
"""Before every revision: that of a store without any change is 0."""


class Applied:
    """Marks of progress by *subject*, a VPC's or an account's id."""

    def __init__(self) -> None:
        self._wanted: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._waiting: set[asyncio.Event] = set()

    def want(self, subjects: Iterable[str], revision: int) -> None:
        for subject in subjects:
            self._wanted[subject] = revision

    def done(self, subject: str, revision: int) -> None:
        if self._wanted.get(subject, _NEVER) <= revision:
            self._wanted.pop(subject, None)
            self._done.pop(subject, None)
        else:
            self._done[subject] = revision
        for event in self._waiting:
            event.set()

    def behind(self) -> frozenset[str]:
        """The subjects whose newest change is not applied yet."""
        return frozenset(self._wanted)

    def reached(self, subjects: Iterable[str], revision: int) -> bool:
        return all(self._reached(subject, revision) for subject in subjects)

    def _reached(self, subject: str, revision: int) -> bool:
        return subject not in self._wanted or self._done.get(subject, _NEVER) >= revision

    async def wait(self, subjects: Iterable[str], revision: int) -> None:
        """Returns once all subjects have reached the revision."""
        subjects = tuple(subjects)
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not self.reached(subjects, revision):
                event.clear()
                await event.wait()
        finally:
            self._waiting.discard(event)
