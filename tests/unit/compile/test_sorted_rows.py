"""Rows in order, of which some are exchanged."""

from __future__ import annotations

import random

import pytest

from skywalk.compile.sorted_rows import SortedRows
from skywalk.plan.name_views import ZoneRecord
from skywalk.plan.origin import Origin


def row(name: str, resource_id: str = "zone-1") -> ZoneRecord:
    return ZoneRecord(name, "A", 60, ("10.0.0.1",), None, Origin(resource_id, "test"))


@pytest.mark.parametrize("seed", range(3))
def test_they_are_in_order_after_every_exchange(seed: int) -> None:
    chance, rows = random.Random(seed), SortedRows[ZoneRecord]()
    there: list[ZoneRecord] = []
    for number in range(200):
        gone = chance.sample(there, chance.randint(0, min(3, len(there))))
        new = [row(f"{chance.random()}") for _ in range(chance.choice((0, 1, 2, 30)))] if number else [row("a")]
        there = [one for one in there if one not in gone] + new
        rows.exchange(gone, new)
        assert rows.rows == tuple(sorted(there, key=lambda one: one.key))


def test_of_two_with_one_key_that_one_goes_which_is_meant() -> None:
    one, other = row("a", "zone-1"), row("a", "zone-2")
    rows = SortedRows[ZoneRecord]()
    rows.exchange([], [other])
    rows.exchange([], [one])
    assert [row.origin.resource_id for row in rows.rows] == ["zone-1", "zone-2"]
    rows.exchange([one], [])
    assert [row.origin.resource_id for row in rows.rows] == ["zone-2"]


def test_nothing_to_exchange_leaves_the_very_same_rows() -> None:
    rows = SortedRows[ZoneRecord]()
    rows.exchange([], [row("a"), row("b")])
    before = rows.rows
    rows.exchange([], [])
    assert rows.rows is before
