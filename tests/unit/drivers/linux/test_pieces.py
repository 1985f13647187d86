"""Pieces taken one by one are what they are taken all at once."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from skywalk.drivers.linux.layout import Loopback, Row
from skywalk.drivers.linux.pieces import Piece, Pieces
from skywalk.drivers.linux.sets import Element

PLACE = "router", "marks"


@dataclass(frozen=True)
class Source:
    key: str
    needs: str
    rows: tuple[str, ...]


def make(source: Source, mark: int) -> Piece:
    rows: dict[Row, str] = {Loopback(name): source.key for name in source.rows}
    return Piece(rows, {PLACE: frozenset({Element((source.rows[0],), data=mark)})} if mark else {})


def book() -> Pieces[Source, str, int]:
    return Pieces(lambda source: source.needs, make)


def owners(piece: Piece) -> dict[str, str]:
    return {row.namespace: owner for row, owner in piece.rows.items()}


@pytest.mark.parametrize("seed", range(4))
def test_one_by_one_or_all_at_once(seed: int) -> None:
    """Few names: rows and elements that several have are the rule here."""
    chance, pieces = random.Random(seed), book()
    sources: list[Source] = []
    marks = {"a": 1, "b": 2, "c": 0}
    for number in range(300):
        if sources and chance.random() < 0.45:
            sources.remove(chance.choice(sources))
        else:
            rows = tuple(chance.sample("0123456789", chance.randint(1, 2)))
            sources.insert(chance.randint(0, len(sources)), Source(f"source-{number}", chance.choice("abc"), rows))
        if chance.random() < 0.2:
            marks[chance.choice("abc")] = chance.randint(0, 4)
        taken, afresh = pieces.take(tuple(sources), marks.__getitem__), book().take(tuple(sources), marks.__getitem__)
        assert owners(taken) == owners(afresh)
        assert taken.elements == afresh.elements


def test_a_context_is_not_asked_for_that_nobody_depends_on_any_more() -> None:
    pieces = book()
    pieces.take((Source("one", "a", ("1",)),), {"a": 1}.__getitem__)
    taken = pieces.take((Source("two", "b", ("2",)),), {"b": 2}.__getitem__)
    assert owners(taken) == {"2": "two"}
    assert taken.elements == {PLACE: frozenset({Element(("2",), data=2)})}


def test_what_was_taken_before_does_not_change() -> None:
    pieces, one, two = book(), Source("one", "a", ("1",)), Source("two", "a", ("2",))
    three = Source("three", "a", ("3",))
    before = pieces.take((one, two, three), {"a": 1}.__getitem__)
    pieces.take((one, three), {"a": 1}.__getitem__)
    assert owners(before) == {"1": "one", "2": "two", "3": "three"}
    assert len(before.elements[PLACE]) == 3


def test_an_equal_source_that_is_another_object_stays_and_goes_as_the_first() -> None:
    pieces = book()
    for rows in (("1",), ("1",), ("2",)):
        taken = pieces.take((Source("one", "a", rows),), {"a": 1}.__getitem__)
        assert owners(taken) == {rows[0]: "one"}
    assert owners(pieces.take((), {"a": 1}.__getitem__)) == {}
