"""Attribute values: exactly one type in each, and what that type takes.

Source: DynamoDB API Reference, AttributeValue; Developer Guide, "Naming rules and data types" (nesting: 32 levels).
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.values.errors import AwsError

MAXIMUM_LEVELS = 32

_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


def check_attribute_value(value: Any, level: int = 0) -> AwsError | None:
    """What is wrong with it. Raises AwsError SerializationException for a wrong type of JSON, which comes first."""
    check_json(value, dict, "structure")
    given = [(kind, inner) for kind, inner in value.items() if kind in _TYPES and inner is not None]
    problem = None
    if len(given) != 1:
        amount = "has more than one datatypes set" if given else "is empty"
        problem = errors.validation(
            f"Supplied AttributeValue {amount}, must contain exactly one of the supported datatypes"
        )
    for kind, inner in given:
        found = _check_one(kind, inner, level)
        problem = problem or found
    return problem


def _check_one(kind: str, value: Any, level: int) -> AwsError | None:
    if kind in ("S", "N", "B"):
        return _check_scalar(kind, value)
    if kind in ("BOOL", "NULL"):
        check_json(value, bool, "Boolean")
        is_wrong = kind == "NULL" and not value
        return _invalid("Null attribute value types must have the value of true") if is_wrong else None
    if kind in _EMPTY_SETS:
        check_json(value, list, "list")
        found = [_check_scalar(kind[0], one) for one in value]
        return next(filter(None, found), None) if found else _invalid(_EMPTY_SETS[kind])
    if level >= MAXIMUM_LEVELS:
        raise errors.validation("Nesting Levels have exceeded supported limits")
    check_json(value, dict if kind == "M" else list, "structure" if kind == "M" else "list")
    inside = value.values() if kind == "M" else value
    found = [check_attribute_value({} if one is None else one, level + 1) for one in inside]
    return next(filter(None, found), None)


def _check_scalar(kind: str, value: Any) -> AwsError | None:
    if kind == "B":
        check_blob(value)
        return None
    check_json(value, str, "String")
    if kind == "N" and not _NUMBER.fullmatch(value):
        what = f": {value}" if value else ""
        return errors.validation(f"The parameter cannot be converted to a numeric value{what}")
    return None


def check_blob(value: Any) -> None:
    """Raises AwsError SerializationException."""
    check_json(value, str, "a Blob")
    try:
        b64decode(value, validate=True)
    except ValueError:
        raise errors.serialization(f"'{value}' can not be converted to a Blob") from None


def check_json(value: Any, wanted: type, name: str) -> None:
    """`name` is that of the wanted type in AWS's words. Raises AwsError SerializationException."""
    if isinstance(value, wanted):
        return
    raise cannot_be(value, name)


def cannot_be(value: Any, name: str) -> AwsError:
    """A SerializationException about a value of the wrong type."""
    if isinstance(value, dict):
        return errors.serialization("Start of structure or map found where not expected")
    if isinstance(value, list):
        return errors.serialization("Start of list found where not expected")
    if name in ("structure", "list"):
        return errors.serialization("Unexpected field type")
    return errors.serialization(f"{_json_name(value)} cannot be converted to {name}")


def _json_name(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "NULL_VALUE", True: "TRUE_VALUE", False: "FALSE_VALUE"}[value]
    if isinstance(value, str):
        return "STRING_VALUE"
    return "DECIMAL_VALUE" if isinstance(value, float) else "NUMBER_VALUE"


def _invalid(what: str) -> AwsError:
    return errors.validation(f"One or more parameter values were invalid: {what}")
