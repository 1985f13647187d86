"""String operators: StringEquals, StringLike, their negations and their IfExists forms.

Values are compared whole and case-sensitively; `*` and `?` are wildcards for StringLike alone. A key with several
values in the request equals when one of them does; a negated operator holds only when none of them does (NOR). An
absent key fails a positive operator and satisfies a negated one; with IfExists it satisfies both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.match import any_of_globs, has_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable

    from skywalk.policy.context import Context

    Predicate = Callable[[Context], bool]

OPERATORS = frozenset(
    f"String{comparison}{suffix}"
    for comparison in ("Equals", "NotEquals", "Like", "NotLike")
    for suffix in ("", "IfExists")
)


def string_predicate(operator: str, key: str, values: tuple[str, ...]) -> Predicate:
    """The test of one condition key (lower-cased) against the policy's values; `operator` is one of OPERATORS."""
    negated = operator.startswith("StringNot")
    when_absent = negated or operator.endswith("IfExists")
    if "Like" in operator and any(map(has_wildcard, values)):
        return _like_predicate(key, values, negated, when_absent)
    return _predicate(key, frozenset(values), negated, when_absent)


def _predicate(key: str, wanted: frozenset[str], negated: bool, when_absent: bool) -> Predicate:
    def holds(context: Context) -> bool:
        present = context.get(key)
        if isinstance(present, str):
            return (present in wanted) is not negated
        if not present:
            return when_absent
        return wanted.isdisjoint(present) is negated

    return holds


def _like_predicate(key: str, patterns: tuple[str, ...], negated: bool, when_absent: bool) -> Predicate:
    fits = any_of_globs(patterns)

    def holds(context: Context) -> bool:
        present = context.get(key)
        if isinstance(present, str):
            return fits(present) is not negated
        if not present:
            return when_absent
        return any(map(fits, present)) is not negated

    return holds
