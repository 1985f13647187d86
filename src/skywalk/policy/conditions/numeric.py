"""Numeric operators: decimal numbers, compared exactly. What is no number fits nothing."""

from __future__ import annotations

import operator
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[str], bool]
    Comparison = Callable[[tuple[str, ...]], Test]

# Exponents come with JSON's numbers (1e3); three digits are more than any key's range.
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """The number that a text states, None where it states none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def ordering(read: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> Comparison:
    """A comparison of what `read` makes of texts: request value first, policy value second."""

    def comparison(values: tuple[str, ...]) -> Test:
        wanted = tuple(one for one in map(read, values) if one is not None)

        def fits(text: str) -> bool:
            value = read(text)
            return value is not None and any(compare(value, one) for one in wanted)

        return fits

    return comparison


COMPARISONS: Mapping[str, Comparison] = {
    "NumericEquals": ordering(read_number, operator.eq),
    "NumericLessThan": ordering(read_number, operator.lt),
    "NumericLessThanEquals": ordering(read_number, operator.le),
    "NumericGreaterThan": ordering(read_number, operator.gt),
    "NumericGreaterThanEquals": ordering(read_number, operator.ge),
}
