from __future__ import annotations

import time

import pytest

from skywalk.policy.conditions.numeric import COMPARISONS, read_number


@pytest.mark.parametrize(
    ("comparison", "fitting"),
    [
        ("NumericEquals", ["10", "10.0", "1e1", "+10"]),
        ("NumericLessThan", ["-3", "9.999999999999999999999999999999"]),
        ("NumericLessThanEquals", ["-3", "9.999999999999999999999999999999", "10", "10.0", "1e1", "+10"]),
        ("NumericGreaterThan", ["11"]),
        ("NumericGreaterThanEquals", ["10", "10.0", "1e1", "+10", "11"]),
    ],
)
def test_comparisons(comparison: str, fitting: list[str]) -> None:
    fits = COMPARISONS[comparison](("10",))
    texts = [
        "-3",
        "9.999999999999999999999999999999",
        "10",
        "10.0",
        "1e1",
        "+10",
        "11",
        "ten",
        "",
        "NaN",
        "1_0",
        "0x0a",
    ]
    assert [text for text in texts if fits(text)] == fitting


def test_one_of_several_values_suffices() -> None:
    fits = COMPARISONS["NumericLessThan"](("1", "5"))
    assert fits("4")
    assert not fits("5")


def test_hostile_numbers_cost_little() -> None:
    start = time.process_time()
    assert read_number("9" * 20_000) is not None
    assert read_number("1e9999") is None
    assert COMPARISONS["NumericEquals"](("1e999",))("1" + "0" * 999)
    assert time.process_time() - start < 0.5
