"""What has changed of rows in parts."""

from __future__ import annotations

import random

from skywalk.feed.rows import Row, row_id
from skywalk.plan.name_views import ViewZone
from skywalk.reconcile.row_parts import changed_rows


def zone(name: str, *, for_instances: bool = True) -> ViewZone:
    return ViewZone("vpc-0a", name, for_instances)


A, B, C, D = map(zone, "abcd")


def test_only_what_is_new_or_gone() -> None:
    other = zone("b", for_instances=False)
    assert changed_rows({"one": (A, B, C)}, {"one": (A, other, C, D)}) == ([other, D], [B])
    assert changed_rows({}, {"one": (A,), "two": (B,)}) == ([A, B], [])
    assert changed_rows({"one": (A,), "two": (B,)}, {"two": (B,)}) == ([], [A])
    assert changed_rows({"one": (A, B, C)}, {"one": (C, B, A)}) == ([], []), "the order says nothing"


def test_a_row_may_go_from_one_part_to_another() -> None:
    new, gone = changed_rows({"one": (A, B), "two": ()}, {"one": (A,), "two": (B,)})
    assert (new, gone) == ([B], [B]), "what is put stays, whatever is taken away before"


def test_put_in_place_they_are_all_that_there_is_to_be() -> None:
    chance = random.Random(3)
    parts: dict[str, tuple[Row, ...]] = {}
    there: dict[object, Row] = {}
    for _ in range(300):
        former = dict(parts)
        part = chance.choice(("one", "two"))
        names = chance.sample("abcdefgh", chance.randint(0, 8))
        known = {row.key: row for row in parts.get(part, ())}
        rows = [zone(f"{part}-{name}", for_instances=chance.random() < 0.8) for name in sorted(names)]
        parts[part] = tuple(known[row.key] if known.get(row.key) == row else row for row in rows)
        new, gone = changed_rows(former, parts)
        for row in gone:
            del there[row_id(row)]
        there |= {row_id(row): row for row in new}
        assert there == {row_id(row): row for rows in parts.values() for row in rows}
