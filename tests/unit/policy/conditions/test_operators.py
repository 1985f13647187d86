from __future__ import annotations

import random

import pytest

from skywalk.policy.conditions.operators import (
    OPERATORS,
    predicate,
    predicate_with_variables,
    takes_variables,
    what_is_wrong,
)
from support.plain_conditions import operator_holds

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
        holds = predicate(operator, "aws:sourcevpce", values)
        assert holds({}) is absent
        assert holds({"aws:sourcevpce": "vpce-2"}) is equal
        assert holds({"aws:sourcevpce": "vpc-3"}) is other
        assert holds({"aws:sourcevpce": ("vpce-1", "vpc-3")}) is one_of_two
        assert holds({"aws:sourcevpce": ("vpc-3", "vpc-4")}) is neither
        assert holds({"aws:sourcevpce": ()}) is empty


@pytest.mark.parametrize(
    ("operator", "absent", "equal", "other", "one_of_two", "neither", "both"),
    [
        ("ForAnyValue:StringEquals", False, True, False, True, False, True),
        ("ForAnyValue:StringNotEquals", False, False, True, True, True, False),
        ("ForAnyValue:StringEqualsIfExists", True, True, False, True, False, True),
        ("ForAnyValue:StringNotEqualsIfExists", True, False, True, True, True, False),
        ("ForAllValues:StringEquals", True, True, False, False, False, True),
        ("ForAllValues:StringNotEquals", True, False, True, False, True, False),
        ("ForAllValues:StringLikeIfExists", True, True, False, False, False, True),
    ],
)
def test_set_operators(
    operator: str, absent: bool, equal: bool, other: bool, one_of_two: bool, neither: bool, both: bool
) -> None:
    holds = predicate(operator, "aws:sourcevpce", VALUES)
    assert holds({}) is absent
    assert holds({"aws:sourcevpce": ()}) is absent
    assert holds({"aws:sourcevpce": "vpce-2"}) is equal
    assert holds({"aws:sourcevpce": "vpc-3"}) is other
    assert holds({"aws:sourcevpce": ("vpce-1", "vpc-3")}) is one_of_two
    assert holds({"aws:sourcevpce": ("vpc-3", "vpc-4")}) is neither
    assert holds({"aws:sourcevpce": VALUES}) is both


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ("x",), True),
        ("ForAllValues:StringNotEquals", ("",), True),
        ("ForAnyValue:StringEquals", ("",), False),
        ("ForAnyValue:StringNotEquals", ("x",), False),
        ("ForAnyValue:StringEqualsIfExists", ("x",), True),
        ("StringEquals", ("",), True),
    ],
)
def test_a_set_of_empty_texts_is_empty(operator: str, values: tuple[str, ...], expected: bool) -> None:
    holds = predicate(operator, "aws:tagkeys", values)
    with_variables = predicate_with_variables(
        operator, "aws:tagkeys", (), tuple(f"{one}${{v:w, ''}}" for one in values)
    )
    for present in ("", ("",), ("", "")):
        assert holds({"aws:tagkeys": present}) is expected
        assert with_variables({"aws:tagkeys": present}) is expected
    assert predicate("ForAllValues:StringEquals", "aws:tagkeys", ("x",))({"aws:tagkeys": ("", "x")}) is False


def test_null_of_empty_texts() -> None:
    holds = predicate("Null", "aws:tagkeys", ("true",))
    assert holds({"aws:tagkeys": ("", "")}) is True
    assert holds({"aws:tagkeys": ("", "x")}) is False
    assert holds({"aws:tagkeys": ""}) is False


@pytest.mark.parametrize(
    ("values", "absent", "present"),
    [(("true",), True, False), (("false",), False, True), (("True", "false"), True, True)],
)
def test_null_asks_for_absence(values: tuple[str, ...], absent: bool, present: bool) -> None:
    holds = predicate("Null", "aws:sourcevpc", values)
    assert holds({}) is absent
    assert holds({"aws:sourcevpc": ()}) is absent
    assert holds({"aws:sourcevpc": "vpc-1"}) is present
    assert holds({"aws:sourcevpc": ("vpc-1", "vpc-2")}) is present


def test_the_operators_are_those_of_aws() -> None:
    families = {
        "String": ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
        "Numeric": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "Date": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
        "Bool": ("",),
        "Binary": ("Equals",),
        "IpAddress": ("",),
        "NotIpAddress": ("",),
    }
    names = {
        f"{quantity}{family}{comparison}{suffix}"
        for quantity in ("", "ForAnyValue:", "ForAllValues:")
        for family, comparisons in families.items()
        for comparison in comparisons
        for suffix in ("", "IfExists")
    }
    assert set(OPERATORS) == names | {"Null"}


@pytest.mark.parametrize(
    ("operator", "good", "bad", "wanted"),
    [
        ("NumericLessThan", "-1.5e3", "10 MB", "a number"),
        ("ForAnyValue:DateEqualsIfExists", "2026-11-22", "22.11.2026", "a date (2026-11-22T10:00:00Z) or seconds"),
        ("NotIpAddress", "10.0.0.0/8", "10.0.0.0/33", "an IP address or a CIDR block"),
        ("ArnNotLike", "arn:aws:s3:::*", "arn:aws:s3", "an ARN of six fields"),
        ("Bool", "TRUE", "yes", "true or false"),
        ("Null", "false", "", "true or false"),
        ("BinaryEquals", "AAE=", "A", "base64"),
    ],
)
def test_values_that_an_operator_cannot_mean(operator: str, good: str, bad: str, wanted: str) -> None:
    assert what_is_wrong(operator, good) is None
    assert (what_is_wrong(operator, bad) or "").startswith(wanted)


def test_strings_may_be_anything() -> None:
    assert what_is_wrong("StringNotLikeIfExists", "") is None


def test_which_operators_take_variables() -> None:
    taking = {name.replace("Not", "") for name in OPERATORS if takes_variables(name) and ":" not in name}
    families = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
    assert taking == {f"{family}{suffix}" for family in families for suffix in ("", "IfExists")}


@pytest.mark.parametrize(
    ("operator", "team", "tag", "expected"),
    [
        ("StringEquals", "red", "red", True),
        ("StringEquals", "red", "blue", False),
        ("StringEquals", "red", "plain", True),
        ("StringEquals", None, "plain", False),
        ("StringEquals", "red", None, False),
        ("StringNotEquals", "red", "blue", True),
        ("StringNotEquals", "red", "plain", False),
        ("StringNotEquals", "red", None, True),
        ("StringNotEquals", None, "blue", False),
        ("StringNotEquals", None, None, False),
        ("StringEqualsIfExists", None, None, True),
        ("StringEqualsIfExists", None, "red", False),
        ("StringEqualsIgnoreCase", "RED", "red", True),
        ("StringEqualsIgnoreCase", "ı", "I", False),
        ("StringLike", "r*", "red", False),
        ("StringLike", "r*", "r*", True),
        ("ForAnyValue:StringEquals", "red", ("blue", "red"), True),
        ("ForAllValues:StringEquals", "red", ("blue", "red"), False),
        ("ForAllValues:StringEquals", None, (), False),
        ("ForAllValues:StringEquals", "red", (), True),
    ],
)
def test_values_with_variables(
    operator: str, team: str | None, tag: str | tuple[str, ...] | None, expected: bool
) -> None:
    holds = predicate_with_variables(operator, "tag", ("plain",), ("${aws:PrincipalTag/team}",))
    given = {"aws:principaltag/team": team, "tag": tag}
    assert holds({key: value for key, value in given.items() if value is not None}) is expected


KINDS_OF_VALUES: dict[str, list[str]] = {
    # By what an operator's name holds, the first that fits.
    "Null": ["true", "false"],
    "Bool": ["true", "false", "False"],
    "Binary": ["dnBjZS0x", "AAAA", "dHJ1ZQ=="],
    "Numeric": ["7", "7.0", "-1", "+8", "1e1", "0.1"],
    "Date": ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+02:00", "1767225600", "2026-01", "2026"],
    "Ip": ["10.0.0.0/24", "10.0.0.1", "10.0.0.3/31", "fd00::/8", "0.0.0.0/0", "::1"],
    "Arn": ["*", "arn:aws:iam::1:user/a:b", "arn:aws:iam::*:user/*", "arn:aws:*:*:*:role/ap?", "*:aws:s3:::b"],
    "String": ["vpce-1", "VPCE-1", "vpce-*", "?rue", "7", "10.0.0.1", "TRUE", "a\nb", "*"],
}


def test_agrees_with_the_plain_evaluator_on_random_values() -> None:
    chance = random.Random(20260102)
    texts = [text for values in KINDS_OF_VALUES.values() for text in values]
    texts += ["", "7.00", "10.0.0.3", "fd00::1", "arn:aws:iam::1:role/app", "arn:aws:iam:1:user/a", "vpce-12", "x"]
    names = sorted(OPERATORS)
    held = 0
    for _ in range(20_000):
        operator = chance.choice(names)
        choice = next(values for family, values in KINDS_OF_VALUES.items() if family in operator)
        values = tuple(chance.choices(choice, k=chance.choice([1, 1, 2, 3])))
        present = None if chance.random() < 0.1 else tuple(chance.choices(texts, k=chance.choice([0, 1, 2])))
        own = present[0] if present and chance.random() < 0.5 else present
        held += (found := predicate(operator, "k", values)({} if own is None else {"k": own}))
        assert found is operator_holds(operator, list(values), own), (operator, values, own)
    assert 3_000 < held < 17_000
