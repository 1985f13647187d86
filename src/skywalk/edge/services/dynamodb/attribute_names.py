"""The attributes that a request names: those at the top level, in items, keys and expressions.

What is in doubt counts as named: a policy that lists attributes allows no others.
Source: DynamoDB Developer Guide, "Expressions", "Using IAM policy conditions for fine-grained access control".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r"[#:]?[A-Za-z0-9_]+|<>|<=|>=|\S")
_NAME = re.compile(r"#?[A-Za-z0-9_]+")
_WORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_CLAUSES = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_GOES_ON = frozenset({",", "=", "+", "-", "("})
"""After these an operand follows, never a clause."""
_UPDATE = "UpdateExpression"
_EXPRESSIONS = ("ProjectionExpression", "ConditionExpression", "FilterExpression", "KeyConditionExpression", _UPDATE)
_BY_ATTRIBUTE = ("Item", "Key", "AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")


def attribute_names(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the parameters of one operation, sorted."""
    return tuple(sorted(set(_named(parameters))))


def items_of(parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items and keys that an operation is about."""
    for member in ("Item", "Key"):
        if parameters.get(member) is not None:
            yield parameters[member]
    yield from parameters.get("Keys") or ()


def resolved(name: str, parameters: Mapping[str, Any]) -> str:
    """What a name in an expression stands for."""
    if not name.startswith("#"):
        return name
    return str((parameters.get("ExpressionAttributeNames") or {}).get(name, name))


def _named(parameters: Mapping[str, Any]) -> Iterator[str]:
    for member in _BY_ATTRIBUTE:
        yield from parameters.get(member) or ()
    for key in parameters.get("Keys") or ():
        yield from key
    yield from parameters.get("AttributesToGet") or ()
    for member in _EXPRESSIONS:
        expression = parameters.get(member)
        if expression is not None:
            yield from (resolved(name, parameters) for name in _in_expression(expression, member == _UPDATE))


def _in_expression(expression: str, is_update: bool) -> Iterator[str]:
    """The first step of every path."""
    tokens = _TOKEN.findall(expression)
    before, begins = "", False
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        upper = token.upper()
        begins = is_update and upper in _CLAUSES and not begins and before not in _GOES_ON
        is_inside = before in (".", "[")
        if _NAME.fullmatch(token) and not begins and not is_inside and after != "(" and upper not in _WORDS:
            yield token
        before = token
