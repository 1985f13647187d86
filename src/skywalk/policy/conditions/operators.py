"""All condition operators by name, what values each takes, and what one means for a request.

A key with several values fits when one of them does. A negated operator holds when none does; with IfExists, an
absent key satisfies it, and a negated one in any case. `ForAnyValue:` asks that one request value satisfy the
operator, and fails on an absent key; `ForAllValues:` asks it of all, and holds on an absent key. A key without values
counts as absent, for set operators also one whose values are all empty texts. Null asks for absence itself and has
neither IfExists nor set forms; that empty texts in a list are absent to it, and a single one is not, is unconfirmed.
Source: IAM User Guide, "Condition operators" and "Set operators for multivalued context keys".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from skywalk.policy.conditions import arn, date, ip_address, numeric, plain, string
from skywalk.policy.variables import Template, as_text, fits_fields, fits_glob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skywalk.policy.context import Context
    from skywalk.policy.variables import Pattern

    Test = Callable[[str], bool]
    Predicate = Callable[[Context], bool]

_COMPARISONS = {
    **string.COMPARISONS,
    **numeric.COMPARISONS,
    **date.COMPARISONS,
    **ip_address.COMPARISONS,
    **arn.COMPARISONS,
    **plain.COMPARISONS,
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_WITH_VARIABLES: Mapping[str, Callable[[Pattern, str], bool]] = {
    "StringEquals": lambda pattern, text: as_text(pattern) == text,
    "StringEqualsIgnoreCase": lambda pattern, text: as_text(pattern).lower() == text.lower(),
    "StringLike": fits_glob,
    "ArnEquals": fits_fields,
    "ArnLike": fits_fields,
}
"""The operators whose values may hold policy variables: whether a value, resolved, fits a request's."""
_NULL = "Null"
_IF_EXISTS = "IfExists"


class Quantity(Enum):
    """How many of a key's values an operator is asked of."""

    PLAIN = ""
    ANY = "ForAnyValue:"
    ALL = "ForAllValues:"


_PLAIN, _ANY, _ALL = Quantity.PLAIN, Quantity.ANY, Quantity.ALL


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator's name taken apart; `comparison` is a name of the tables, or Null."""

    comparison: str
    negated: bool
    if_exists: bool
    quantity: Quantity


def _all_operators() -> Mapping[str, Operator]:
    names = {**{name: (name, False) for name in _COMPARISONS}, **{name: (of, True) for name, of in _NEGATIONS.items()}}
    known = {_NULL: Operator(_NULL, False, False, _PLAIN)}
    for quantity in Quantity:
        for name, (comparison, negated) in names.items():
            for suffix in ("", _IF_EXISTS):
                operator = Operator(comparison, negated, bool(suffix), quantity)
                known[f"{quantity.value}{name}{suffix}"] = operator
    return known


OPERATORS = _all_operators()

_WHAT_IS_TAKEN: Mapping[str, tuple[Callable[[str], object | None], str]] = {
    **dict.fromkeys(numeric.COMPARISONS, (numeric.read_number, "a number")),
    **dict.fromkeys(date.COMPARISONS, (date.read_date, "a date (2026-11-22T10:00:00Z) or seconds since 1970")),
    **dict.fromkeys(ip_address.COMPARISONS, (ip_address.read_network, "an IP address or a CIDR block")),
    **dict.fromkeys(arn.COMPARISONS, (lambda text: arn.is_arn_pattern(text) or None, "an ARN of six fields")),
    "Bool": (plain.read_boolean, "true or false"),
    "BinaryEquals": (plain.read_binary, "base64"),
    _NULL: (plain.read_boolean, "true or false"),
}


def what_is_wrong(operator: str, value: str) -> str | None:
    """What `value` would have to be for this operator (one of OPERATORS), None where it is that."""
    taken = _WHAT_IS_TAKEN.get(OPERATORS[operator].comparison)
    return None if taken is None or taken[0](value) is not None else taken[1]


def takes_variables(operator: str) -> bool:
    """Whether values of this operator (one of OPERATORS) may hold policy variables: those of strings and ARNs."""
    return OPERATORS[operator].comparison in _WITH_VARIABLES


def predicate_with_variables(
    name: str, key: str, values: tuple[str, ...], with_variables: tuple[str, ...]
) -> Predicate:
    """As `predicate`, of plain values and others with policy variables; fails where one of these has no value."""
    operator = OPERATORS[name]
    plain_fits = _COMPARISONS[operator.comparison](values) if values else _never
    compare = _WITH_VARIABLES[operator.comparison]
    templates = tuple(map(Template, with_variables))

    def holds(context: Context) -> bool:
        present = _values(context, key) if operator.quantity is _PLAIN else _set_of_values(context, key)
        if operator.if_exists and not present:
            return True
        # Letters may change their number with their case.
        longest = 3 * max(map(len, present), default=0)
        patterns = [template.resolved(context, longest) for template in templates]
        resolved = [pattern for pattern in patterns if pattern is not None]
        if len(resolved) < len(patterns):
            return False
        return _quantified(
            operator, key, lambda text: plain_fits(text) or any(compare(pattern, text) for pattern in resolved)
        )(context)

    return holds


def _never(_text: str) -> bool:
    return False


def predicate(name: str, key: str, values: tuple[str, ...]) -> Predicate:
    """The test of one condition key (lower-cased) against the policy's values; `name` is one of OPERATORS."""
    operator = OPERATORS[name]
    if operator.comparison == _NULL:
        return _null(key, frozenset(map(plain.read_boolean, values)))
    return _quantified(operator, key, _COMPARISONS[operator.comparison](values))


def _quantified(operator: Operator, key: str, fits: Test) -> Predicate:
    if operator.quantity is _PLAIN:
        return _plain(key, fits, operator.negated, operator.negated or operator.if_exists)
    if operator.quantity is _ANY:
        return _any_value(key, fits, operator.negated, operator.if_exists)
    return _all_values(key, fits, operator.negated)


def _plain(key: str, fits: Test, negated: bool, when_absent: bool) -> Predicate:
    def holds(context: Context) -> bool:
        present = context.get(key)
        if isinstance(present, str):
            return fits(present) is not negated
        if not present:
            return when_absent
        return any(map(fits, present)) is not negated

    return holds


def _any_value(key: str, fits: Test, negated: bool, when_absent: bool) -> Predicate:
    def holds(context: Context) -> bool:
        present = _set_of_values(context, key)
        return any(fits(one) is not negated for one in present) if present else when_absent

    return holds


def _all_values(key: str, fits: Test, negated: bool) -> Predicate:
    return lambda context: all(fits(one) is not negated for one in _set_of_values(context, key))


def _null(key: str, wanted: frozenset[bool | None]) -> Predicate:
    def holds(context: Context) -> bool:
        present = context.get(key, ())
        return (not isinstance(present, str) and not any(present)) in wanted

    return holds


def _values(context: Context, key: str) -> tuple[str, ...]:
    present = context.get(key, ())
    return (present,) if isinstance(present, str) else present


def _set_of_values(context: Context, key: str) -> tuple[str, ...]:
    """None where all are empty texts.

    Source: IAM User Guide, "Creating a condition with multiple keys or values": an empty data set, as an empty string.
    """
    present = context.get(key, ())
    if isinstance(present, str):
        return (present,) if present else ()
    return present if any(present) else ()
