from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.condition_syntax import (
    MAXIMUM_IN,
    MAXIMUM_LEVELS,
    Condition,
    Operand,
    check_projection,
    parse_condition,
)
from skywalk.values.errors import AwsError

VALUES: dict[str, Any] = {
    ":s": {"S": "a"},
    ":n": {"N": "1"},
    ":b": {"BOOL": True},
    ":l": {"L": []},
    ":none": {"NULL": True},
}


def refusal(expression: str, member: str = "FilterExpression") -> str:
    with pytest.raises(AwsError) as refused:
        parse_condition(member, expression, VALUES)
    assert refused.value.code == "ValidationException"
    prefix = f"Invalid {member}: "
    assert refused.value.message.startswith(prefix)
    return refused.value.message.removeprefix(prefix)


@pytest.mark.parametrize(
    "expression",
    [
        "a = :s",
        "a=:s",
        "#a.b[0].#c <> :n",
        "a BETWEEN :n AND :n AND b between :s and :s",
        "a IN (:s,:n) OR NOT b in (:s)",
        "NOT (a = :s AND (b < :n OR attribute_not_exists(c)))",
        "(a) = (:s)",
        "size(a) > :n and :n <= size(b)",
        "begins_with(a, :s) AND contains(#b, size(c)) AND attribute_type(a, :s)",
        "a = b",
        "a = :b OR a = :l OR a <> :none",
    ],
)
def test_conditions_are_taken(expression: str) -> None:
    assert parse_condition("FilterExpression", expression, VALUES).conditions


def test_a_condition_is_known_by_its_operator_and_operands() -> None:
    parsed = parse_condition("FilterExpression", "a.b = :s AND NOT size(c) between :n and :n", VALUES)
    assert parsed.operators == ("AND", "NOT")
    number = Operand(":n", False, "N")
    assert parsed.conditions == (
        Condition("=", (Operand("a.b", True), Operand(":s", False, "S"))),
        Condition("BETWEEN", (Operand("size(c)", False), number, number)),
    )


@pytest.mark.parametrize(
    ("expression", "token", "near"),
    [
        ("t", "<EOF>", "t"),
        ("a = ", "<EOF>", "="),
        ("a == :s", "=", "== :s"),
        ("a = :s b", "b", ":s b"),
        ("a = :s)", ")", ":s)"),
        ("(a = :s", "<EOF>", ":s"),
        ("AND a = :s", "AND", "AND a"),
        ("a. = :s", "=", ". = :s"),
        ("a[x] = :s", "x", "[x]"),
        ("a-b = :s", "-", "a-b"),
        ("1a = :s", "1a", "1a ="),
        ("a BETWEEN :n", "<EOF>", ":n"),
        ("a IN :s", ":s", "IN :s"),
        ("a IN ()", ")", "()"),
    ],
)
def test_what_is_no_expression_is_a_syntax_error(expression: str, token: str, near: str) -> None:
    assert refusal(expression) == f'Syntax error; token: "{token}", near: "{near}"'


WRONG = "Incorrect operand type for operator or function; operator or function: "
MISUSED = "The function is not allowed to be used this way in an expression; function: "
NUMBER = "Incorrect number of operands for operator or function; operator or function: "


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("foo(a)", "Invalid function name; function: foo"),
        ("SIZE(a) > :n", "Invalid function name; function: SIZE"),
        ("begins_with(a)", f"{NUMBER}begins_with, number of operands: 1"),
        ("attribute_exists(a, b)", f"{NUMBER}attribute_exists, number of operands: 2"),
        ("size(a)", f"{MISUSED}size"),
        ("a = begins_with(a, :s)", f"{MISUSED}begins_with"),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("a < :b", f"{WRONG}<, operand type: BOOL"),
        ("a BETWEEN :l AND :l", f"{WRONG}BETWEEN, operand type: L"),
        ("begins_with(a, :n)", f"{WRONG}begins_with, operand type: N"),
        (
            "a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; "
            "operator: =, first operand: [a]",
        ),
        (
            "a BETWEEN :n AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            f"a IN ({', '.join([':s'] * (MAXIMUM_IN + 1))})",
            "Too many operands for the IN operator; number of operands: 101",
        ),
        (
            "(" * (MAXIMUM_LEVELS + 2) + "a = :s" + ")" * (MAXIMUM_LEVELS + 2),
            "The expression is nested too deeply",
        ),
    ],
)
def test_what_operators_and_functions_do_not_take_is_refused(expression: str, problem: str) -> None:
    assert refusal(expression, "ConditionExpression") == problem


@pytest.mark.parametrize("expression", ["a", "a, #b.c[1] ,d"])
def test_projections_are_paths(expression: str) -> None:
    check_projection("ProjectionExpression", expression)


@pytest.mark.parametrize(
    ("expression", "token"),
    [("a,,b", ","), ("a b", "b"), ("a[", "<EOF>"), ("size(a)", "("), ("a,", "<EOF>"), (":a", ":a")],
)
def test_other_projections_are_syntax_errors(expression: str, token: str) -> None:
    with pytest.raises(
        AwsError, match=f'Invalid ProjectionExpression: Syntax error; token: "{token if token not in "(" else "[(]"}"'
    ):
        check_projection("ProjectionExpression", expression)
