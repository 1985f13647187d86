"""What several passes ask of the same snapshot is found once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from skywalk.resources.snapshot import Snapshot

T = TypeVar("T")


def once(find: Callable[[Snapshot], T]) -> Callable[[Snapshot], T]:
    """Remembers the answer for the newest snapshot. A snapshot never changes, so whoever asks sees no difference; the
    answer is everybody's, and not to be changed."""
    newest: list[tuple[Snapshot, T]] = []

    @wraps(find)
    def found(snapshot: Snapshot) -> T:
        if not newest or newest[0][0] is not snapshot:
            newest[:] = [(snapshot, find(snapshot))]
        return newest[0][1]

    return found
