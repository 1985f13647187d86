from __future__ import annotations

import pytest

from skywalk.policy.conditions.string import COMPARISONS


@pytest.mark.parametrize(
    ("comparison", "values", "fitting", "others"),
    [
        ("StringEquals", ("vpc-*",), ["vpc-*"], ["vpc-1", "VPC-*", ""]),
        ("StringEquals", ("a", "b"), ["a", "b"], ["A", "ab"]),
        ("StringEqualsIgnoreCase", ("Vpc-1", "x"), ["vpc-1", "VPC-1", "X"], ["vpc-2", "vpc-1 "]),
        ("StringLike", ("vpc-?", "x*"), ["vpc-1", "x", "xyz"], ["Vpc-1", "vpc-12", "ax"]),
    ],
)
def test_comparisons(comparison: str, values: tuple[str, ...], fitting: list[str], others: list[str]) -> None:
    fits = COMPARISONS[comparison](values)
    assert [one for one in [*fitting, *others] if fits(one)] == fitting
