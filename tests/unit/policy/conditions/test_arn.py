from __future__ import annotations

import pytest

from skywalk.policy.conditions.arn import COMPARISONS, is_arn_pattern


@pytest.mark.parametrize("comparison", ["ArnEquals", "ArnLike"])
def test_fields_one_by_one(comparison: str) -> None:
    fits = COMPARISONS[comparison](("arn:aws:iam::*:role/app-?", "arn:aws:sns:us-east-1:1:t"))
    assert fits("arn:aws:iam::123456789012:role/app-1")
    assert fits("arn:aws:sns:us-east-1:1:t")
    assert not fits("arn:aws:iam::1:x:role/app-1")
    assert not fits("arn:aws:iam::1:role/app-12")
    assert not fits("arn:aws:iam::1:Role/app-1")
    assert not fits("role/app-1")


@pytest.mark.parametrize(
    ("text", "is_pattern"),
    [("*", True), ("arn:aws:s3:::b", True), ("*:*:*:*:*:*", True), ("arn:aws:s3", False), ("b/*", False), ("", False)],
)
def test_what_is_a_pattern(text: str, is_pattern: bool) -> None:
    assert is_arn_pattern(text) is is_pattern
