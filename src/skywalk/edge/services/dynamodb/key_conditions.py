"""KeyConditionExpression: of all that a condition may say, one comparison of each key with a value.

Which attributes are the keys, and whether they have the right types, only the table knows.
Source: DynamoDB Developer Guide, "Key condition expressions for the Query operation".
"""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.condition_syntax import Condition, Parsed

_MEMBER = "KeyConditionExpression"
_MAXIMUM_CONDITIONS = 8
"""Up to four attributes in each key of an index. Source: Developer Guide, "Multi-attribute keys pattern"."""
_OPERATORS = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


def check_key_condition(parsed: Parsed, names: Mapping[str, str]) -> None:
    """`names`: ExpressionAttributeNames, by which one key may be named in two ways. Raises AwsError
    ValidationException."""
    for operator in (*parsed.operators, *(one.operator for one in parsed.conditions)):
        if operator not in _OPERATORS and operator != "AND":
            raise errors.validation(f"Invalid operator used in {_MEMBER}: {operator}")
    if len(parsed.conditions) > _MAXIMUM_CONDITIONS:
        raise errors.validation(f"Invalid {_MEMBER}: Too many conditions")
    written = [_path(one) for one in parsed.conditions]
    paths = [names.get(path, path) for path in written]
    if len(set(paths)) != len(paths):
        raise errors.validation(f"Invalid {_MEMBER}: {_MEMBER}s must only contain one condition per key")


def _path(condition: Condition) -> str:
    first, *others = condition.operands
    if not first.is_path or any(other.kind is None for other in others):
        raise errors.validation(f"Invalid {_MEMBER}: Attributes of the key are compared with values alone")
    if "." in first.text or "[" in first.text:
        raise errors.validation(f"{_MEMBER}s cannot have conditions on nested attributes")
    return first.text


def render_key_condition(parsed: Parsed) -> str:
    """The same in the one form that every backend reads."""
    return " AND ".join(map(_render, parsed.conditions))


def _render(condition: Condition) -> str:
    first, *others = (operand.text for operand in condition.operands)
    if condition.operator == "BETWEEN":
        return f"{first} BETWEEN {others[0]} AND {others[1]}"
    if condition.operator == "begins_with":
        return f"begins_with({first}, {others[0]})"
    return f"{first} {condition.operator} {others[0]}"
