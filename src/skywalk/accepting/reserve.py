"""Descriptors that a process keeps back for telling clients that it has none left."""

from __future__ import annotations

import logging
import os

log = logging.getLogger(__name__)

SIZE = 8
"""So many clients at once are told; others wait in the kernel's queue meanwhile."""


class Reserve:
    """One for each process, made early: then its descriptors have low numbers, which are of use too after somebody has
    lowered the process's limit below the numbers that are in use."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._kept: list[int] = []
        self.shortage: str | None = None
        """Why clients are turned away, in the kernel's words; None while they are not."""
        self.turned_away = 0
        """Clients, since the start."""
        self.fill()

    def fill(self) -> None:
        """As far as there are descriptors."""
        try:
            while len(self._kept) < self._size:
                self._kept.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            return

    def give_up_one(self) -> bool:
        """Whether there was one: the next descriptor that is opened gets its number."""
        if not self._kept:
            return False
        os.close(self._kept.pop())
        return True

    def note_shortage(self, reason: str) -> None:
        self.turned_away += 1
        if self.shortage is None:
            log.warning("no descriptors are left, new connections are turned away: %s", reason)
        self.shortage = reason

    def note_plenty(self) -> None:
        if self.shortage is not None:
            log.info("there are descriptors again: new connections are taken")
        self.shortage = None

    def close(self) -> None:
        while self.give_up_one():
            pass
