"""Where two sequences differ of which one has come of the other by a small change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class ChangedPart(NamedTuple):
    """`now[start:now_stop]` has taken the place of `former[start:former_stop]`; both are empty where nothing has
    changed."""

    start: int
    former_stop: int
    now_stop: int


def changed_part(former: Sequence[T], now: Sequence[T]) -> ChangedPart:
    """What is before it and behind it is equal. Compared are slices, which of the same objects costs next to nothing:
    10,000 take a tenth of a millisecond."""
    shorter = min(len(former), len(now))
    start = _equal_length(former, now, shorter, from_end=False)
    behind = _equal_length(former, now, shorter - start, from_end=True)
    return ChangedPart(start, len(former) - behind, len(now) - behind)


def exchanged(former: Sequence[T], now: Sequence[T]) -> tuple[list[T], list[T]]:
    """What has left and what has come. An object that has only moved is in neither; one that has given way to
    an equal one may be in both."""
    start, former_stop, now_stop = changed_part(former, now)
    leaving, entering = former[start:former_stop], now[start:now_stop]
    both = set(map(id, leaving)).intersection(map(id, entering))
    return [one for one in leaving if id(one) not in both], [one for one in entering if id(one) not in both]


def _equal_length(former: Sequence[T], now: Sequence[T], limit: int, *, from_end: bool) -> int:
    """How many are equal, at most `limit`, counted from the beginning or from the end."""
    known, wide = 0, limit
    while known < wide:
        middle = (known + wide + 1) // 2
        if from_end:
            here, there = former[len(former) - middle : len(former) - known], now[len(now) - middle : len(now) - known]
        else:
            here, there = former[known:middle], now[known:middle]
        if here == there:
            known = middle
        else:
            wide = middle - 1
    return known
