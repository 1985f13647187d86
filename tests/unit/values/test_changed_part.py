"""Where two sequences differ."""

from __future__ import annotations

import random

import pytest

from skywalk.values.changed_part import ChangedPart, changed_part, exchanged


@pytest.mark.parametrize(
    ("former", "now", "expected"),
    [
        ("", "", (0, 0, 0)),
        ("abc", "abc", (3, 3, 3)),
        ("abc", "axc", (1, 2, 2)),
        ("abc", "abxc", (2, 2, 3)),
        ("abxc", "abc", (2, 3, 2)),
        ("abc", "", (0, 3, 0)),
        ("", "abc", (0, 0, 3)),
        ("aa", "aaa", (2, 2, 3)),
        ("aaa", "aa", (2, 3, 2)),
        ("abcdef", "xbcdey", (0, 6, 6)),
    ],
)
def test_what_is_between_what_is_equal(former: str, now: str, expected: tuple[int, int, int]) -> None:
    assert changed_part(former, now) == ChangedPart(*expected)


def test_the_part_put_in_place_makes_the_one_of_the_other() -> None:
    chance = random.Random(1)
    for _ in range(500):
        former, now = (tuple(chance.choices("ab", k=chance.randint(0, 9))) for _ in range(2))
        part = changed_part(former, now)
        assert former[: part.start] + now[part.start : part.now_stop] + former[part.former_stop :] == now


def test_what_has_left_and_what_has_come() -> None:
    a, b, c, d = ((letter, 1) for letter in "abcd")
    assert exchanged((a, b, c), (a, b, c)) == ([], [])
    assert exchanged((a, b, c), (d, b, a)) == ([c], [d])
    assert exchanged((), (a, b)) == ([], [a, b])
    again = (*"b", 1)
    assert again == b
    assert exchanged((a, b), (a, again)) == ([], []), "equal is as good as the same"
    assert exchanged((a, b, c), (c, again, a)) == ([b], [b]), "where all else has moved it cannot be known"
