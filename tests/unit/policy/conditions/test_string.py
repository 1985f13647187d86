from __future__ import annotations

import pytest

from skywalk.policy.conditions.string import string_predicate

VALUES = ("vpce-1", "vpce-2")


@pytest.mark.parametrize(
    ("operator", "absent", "equal", "other", "one_of_two", "neither", "empty"),
    [
        ("StringEquals", False, True, False, True, False, False),
        ("StringNotEquals", True, False, True, False, True, True),
        ("StringEqualsIfExists", True, True, False, True, False, True),
        ("StringNotEqualsIfExists", True, False, True, False, True, True),
        ("StringLike", False, True, False, True, False, False),
        ("StringNotLike", True, False, True, False, True, True),
        ("StringLikeIfExists", True, True, False, True, False, True),
        ("StringNotLikeIfExists", True, False, True, False, True, True),
    ],
)
def test_operators(
    operator: str, absent: bool, equal: bool, other: bool, one_of_two: bool, neither: bool, empty: bool
) -> None:
    spellings = [VALUES, ("vpce-?", "x*")] if "Like" in operator else [VALUES]
    for values in spellings:
        holds = string_predicate(operator, "aws:sourcevpce", values)
        assert holds({}) is absent
        assert holds({"aws:sourcevpce": "vpce-2"}) is equal
        assert holds({"aws:sourcevpce": "vpc-3"}) is other
        assert holds({"aws:sourcevpce": ("vpce-1", "vpc-3")}) is one_of_two
        assert holds({"aws:sourcevpce": ("vpc-3", "vpc-4")}) is neither
        assert holds({"aws:sourcevpce": ()}) is empty


def test_values_keep_their_case_and_wildcards_are_plain_characters() -> None:
    holds = string_predicate("StringEquals", "aws:sourcevpc", ("vpc-*",))
    assert not holds({"aws:sourcevpc": "vpc-1"})
    assert not holds({"aws:sourcevpc": "VPC-*"})
    assert holds({"aws:sourcevpc": "vpc-*"})
