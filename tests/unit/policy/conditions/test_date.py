from __future__ import annotations

import pytest

from skywalk.policy.conditions.date import COMPARISONS, read_date


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", "0"),
        ("2026", "1767225600"),
        ("2026-01", "1767225600"),
        ("2026-01-01", "1767225600"),
        ("2026-01-01T00:00Z", "1767225600"),
        ("2026-01-01T02:30:00+02:30", "1767225600"),
        ("2025-12-31T19:00:00-05:00", "1767225600"),
        ("2026-01-01T00:00:00.250Z", "1767225600.250"),
        ("1767225600", "1767225600"),
        ("1767225600.5", "1767225600.5"),
        ("1969-12-31T23:59:59Z", "-1"),
        ("2025-12-31T23:59:60Z", "1767225600"),
    ],
)
def test_dates(text: str, seconds: str) -> None:
    assert str(read_date(text)) in (seconds, f"{seconds}.0")


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-13-01", "2026-02-30", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T24:00:00Z",
     "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+25:00", "2026-1-1", "-5", "0000-01-01", "9" * 21],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("comparison", "before", "same", "after"),
    [
        ("DateEquals", False, True, False),
        ("DateLessThan", True, False, False),
        ("DateLessThanEquals", True, True, False),
        ("DateGreaterThan", False, False, True),
        ("DateGreaterThanEquals", False, True, True),
    ],
)
def test_comparisons(comparison: str, before: bool, same: bool, after: bool) -> None:
    fits = COMPARISONS[comparison](("2026-01-01T00:00:00Z",))
    assert fits("2025-12-31T23:59:59Z") is before
    assert fits("1767225600") is same
    assert fits("2026-01-01T00:00:01Z") is after
    assert not fits("no date")
