"""String operators: equality with and without regard to case, and wildcards.

Values are compared whole; `*` and `?` are wildcards for StringLike alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.match import any_of_globs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Test = Callable[[str], bool]
    Comparison = Callable[[tuple[str, ...]], Test]


def _equals(values: tuple[str, ...]) -> Test:
    return values[0].__eq__ if len(values) == 1 else frozenset(values).__contains__


def _equals_ignoring_case(values: tuple[str, ...]) -> Test:
    # Lower case as in all of AWS's comparisons without case; a full folding would take "ß" for "ss".
    wanted = frozenset(value.lower() for value in values)
    return lambda text: text.lower() in wanted


COMPARISONS: Mapping[str, Comparison] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": any_of_globs,
}
