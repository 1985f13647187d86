"""Layouts in pieces: what each row of a plan adds, made when that row or what it depends on has changed.

The pieces of all are kept together, so that taking one more costs next to nothing for those that stay. The whole is the
same as if all had been made anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from skywalk.drivers.linux.layout import Row
from skywalk.drivers.linux.sets import Element
from skywalk.values.changed_part import exchanged

SetPlace = tuple[str, str]
"""A namespace and the name of a set there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows with the resource that caused them, and elements of sets."""

    rows: Mapping[Row, str] = field(default_factory=dict)
    elements: Mapping[SetPlace, frozenset[Element]] = field(default_factory=dict)


class Source(Protocol):
    """A row of a plan."""

    @property
    def key(self) -> str: ...


S = TypeVar("S", bound=Source)
N = TypeVar("N", bound=Hashable)
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class _Made(Generic[S, N]):
    source: S
    needs: N
    piece: Piece


class Pieces(Generic[S, N, C]):
    """The pieces of all rows of one type. `needs_of` says what of a plan besides itself a row depends on; what that is
    in a plan, the context, `take` is told."""

    def __init__(self, needs_of: Callable[[S], N], make: Callable[[S, C], Piece]) -> None:
        self._needs_of = needs_of
        self._make = make
        self._sources: tuple[S, ...] = ()
        self._made: dict[str, _Made[S, N]] = {}
        """By key of the source."""
        self._needing: defaultdict[N, set[str]] = defaultdict(set)
        self._contexts: dict[N, C] = {}
        self._rows: dict[Row, str] = {}
        self._elements: dict[SetPlace, frozenset[Element]] = {}
        self._count = 0
        self._overlaps = False
        """Whether pieces have something in common: then one that goes does not take it along."""

    def take(self, sources: tuple[S, ...], context_of: Callable[[N], C]) -> Piece:
        """All pieces together. Of a row that several have, the first one's resource counts."""
        leaving, entering = exchanged(self._sources, sources)
        gone = [self._forget(source.key) for source in leaving]
        contexts = {needs: context_of(needs) for needs in self._needing}  # of what is gone there is none
        changed = [needs for needs, context in contexts.items() if self._contexts[needs] != context]
        stale = [self._made[key].source for needs in changed for key in self._needing[needs]]
        gone += [self._forget(source.key) for source in stale]
        self._contexts = contexts
        new = [self._learn(source, context_of) for source in (*stale, *entering)]
        self._contexts = {needs: self._contexts[needs] for needs in self._needing}
        self._sources = sources
        if gone or new:
            self._exchange(gone, new)
        return Piece(self._rows, self._elements)

    def _learn(self, source: S, context_of: Callable[[N], C]) -> Piece:
        needs = self._needs_of(source)
        if needs not in self._contexts:
            self._contexts[needs] = context_of(needs)
        piece = self._make(source, self._contexts[needs])
        self._made[source.key] = _Made(source, needs, piece)
        self._needing[needs].add(source.key)
        return piece

    def _forget(self, key: str) -> Piece:
        made = self._made.pop(key)
        self._needing[made.needs].discard(key)
        if not self._needing[made.needs]:
            del self._needing[made.needs]
        return made.piece

    def _exchange(self, gone: list[Piece], new: list[Piece]) -> None:
        if self._overlaps or len(new) * 2 > len(self._made):
            self._join()
            return
        rows, elements = dict(self._rows), dict(self._elements)
        for piece in gone:
            for row in piece.rows:
                del rows[row]
        for name, leaving in _joined_elements(gone).items():
            elements[name] -= leaving
        for piece in new:
            rows.update(piece.rows)
        for name, entering in _joined_elements(new).items():
            elements[name] = elements.get(name, frozenset()) | entering
        self._count += _count(new) - _count(gone)
        self._rows, self._elements = rows, {name: found for name, found in elements.items() if found}
        if self._count != _size(self._rows, self._elements):
            self._join()

    def _join(self) -> None:
        """From the pieces alone, in the order of their sources."""
        pieces = [self._made[source.key].piece for source in self._sources]
        rows: dict[Row, str] = {}
        for piece in pieces:
            for row, owner in piece.rows.items():
                rows.setdefault(row, owner)
        self._rows, self._elements, self._count = rows, _joined_elements(pieces), _count(pieces)
        self._overlaps = self._count != _size(self._rows, self._elements)


def _count(pieces: Iterable[Piece]) -> int:
    """Rows and elements, those that several pieces have as often as they have them."""
    return sum(_size(piece.rows, piece.elements) for piece in pieces)


def _size(rows: Mapping[Row, str], elements: Mapping[SetPlace, frozenset[Element]]) -> int:
    return len(rows) + sum(map(len, elements.values()))


def _joined_elements(pieces: Iterable[Piece]) -> dict[SetPlace, frozenset[Element]]:
    found: defaultdict[SetPlace, list[frozenset[Element]]] = defaultdict(list)
    for piece in pieces:
        for name, elements in piece.elements.items():
            found[name].append(elements)
    return {name: frozenset[Element]().union(*each) for name, each in found.items()}
