"""Rows in the order of a plan, of which a few are exchanged at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from typing import Generic, Protocol, TypeVar

from skywalk.plan.origin import Origin


class Row(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def origin(self) -> Origin: ...


R = TypeVar("R", bound=Row)

_Place = tuple[str, str]


class SortedRows(Generic[R]):
    """Sorted by key; of several with one key, by the resource that caused them."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._rows: list[R] = []
        self.rows: tuple[R, ...] = ()

    def exchange(self, gone: Collection[R], new: Collection[R]) -> None:
        """`gone` are rows that are there. To sort costs little where much is new."""
        if not gone and not new:
            return
        for row in gone:
            place = bisect_left(self._places, _place(row))
            while self._rows[place] is not row:
                place += 1
            del self._places[place], self._rows[place]
        if len(new) * 8 > len(self._rows):
            self._rows = sorted((*self._rows, *new), key=_place)
            self._places = [_place(row) for row in self._rows]
        else:
            for row in new:
                place = bisect_left(self._places, _place(row))
                self._places.insert(place, _place(row))
                self._rows.insert(place, row)
        self.rows = tuple(self._rows)


def _place(row: Row) -> _Place:
    return row.key, row.origin.resource_id
