from __future__ import annotations

from skywalk.policy.conditions.plain import COMPARISONS


def test_booleans_in_any_case() -> None:
    fits = COMPARISONS["Bool"](("True",))
    assert [fits(text) for text in ("true", "TRUE", "false", "1", "")] == [True, True, False, False, False]
    either = COMPARISONS["Bool"](("true", "false"))
    assert [either(text) for text in ("true", "false", "x")] == [True, True, False]


def test_binary_values_byte_for_byte() -> None:
    fits = COMPARISONS["BinaryEquals"](("QmluYXJ5",))
    assert fits("QmluYXJ5")
    assert [fits(text) for text in ("QmluYXJ6", "Binary", "QmluYXJ5\n", "Qmlu", "\u00e9")] == [False] * 5
