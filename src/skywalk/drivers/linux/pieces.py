"""Layouts in pieces: what each row of a plan adds, made when that row or what it depends on has changed.

A row is known again by identity, since rows of plans never change; the pieces of all are kept together, so that taking
one more costs nothing for those that stay. The whole is the same as if all had been made anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from skywalk.drivers.linux.layout import Row
from skywalk.drivers.linux.sets import Element

SetPlace = tuple[str, str]
"""A namespace and the name of a set there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows with the resource that caused them, and elements of sets."""

    rows: Mapping[Row, str] = field(default_factory=dict)
    elements: Mapping[SetPlace, frozenset[Element]] = field(default_factory=dict)


S = TypeVar("S")
K = TypeVar("K", bound=Hashable)
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class _Made(Generic[S, K]):
    source: S
    key: K
    piece: Piece


class Pieces(Generic[S, K, C]):
    """The pieces of all rows of one type. `key_of` says what of a plan besides itself a row depends on; what that is in
    a plan, the context, `take` is told."""

    def __init__(self, key_of: Callable[[S], K], make: Callable[[S, C], Piece]) -> None:
        self._key_of = key_of
        self._make = make
        self._made: dict[int, _Made[S, K]] = {}
        self._of_key: defaultdict[K, set[int]] = defaultdict(set)
        self._contexts: dict[K, C] = {}
        self._rows: dict[Row, str] = {}
        self._elements: dict[SetPlace, frozenset[Element]] = {}
        self._count = 0
        self._overlaps = False
        """Whether pieces have something in common: then one that goes does not take it along."""

    def take(self, sources: Collection[S], context_of: Callable[[K], C]) -> Piece:
        """All pieces together. Of a row that several have, the first one's resource counts."""
        now = dict(zip(map(id, sources), sources, strict=True))
        gone = [self._forget(identity) for identity in self._made.keys() - now.keys()]
        contexts = {key: context_of(key) for key in self._of_key}  # of what is gone there is none
        changed = [key for key, context in contexts.items() if self._contexts[key] != context]
        stale = [identity for key in changed for identity in self._of_key[key]]
        gone += [self._forget(identity) for identity in stale]
        self._contexts = contexts
        new = [self._learn(now[identity], context_of) for identity in now.keys() - self._made.keys()]
        if gone or new:
            self._exchange(gone, new, now)
        return Piece(self._rows, self._elements)

    def _learn(self, source: S, context_of: Callable[[K], C]) -> Piece:
        key = self._key_of(source)
        if key not in self._contexts:
            self._contexts[key] = context_of(key)
        piece = self._make(source, self._contexts[key])
        self._made[id(source)] = _Made(source, key, piece)
        self._of_key[key].add(id(source))
        return piece

    def _forget(self, identity: int) -> Piece:
        made = self._made.pop(identity)
        self._of_key[made.key].discard(identity)
        if not self._of_key[made.key]:
            del self._of_key[made.key]
        return made.piece

    def _exchange(self, gone: list[Piece], new: list[Piece], order: Iterable[int]) -> None:
        if self._overlaps or len(new) * 2 > len(self._made):
            self._join(order)
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
            self._join(order)

    def _join(self, order: Iterable[int]) -> None:
        """From the pieces alone, in the order of their sources."""
        pieces = [self._made[identity].piece for identity in order]
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
