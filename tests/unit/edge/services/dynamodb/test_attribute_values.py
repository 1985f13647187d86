"""Attribute values that AWS takes, and what it says of others."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.attribute_values import MAXIMUM_LEVELS, check_attribute_value
from skywalk.values.errors import AwsError

INVALID = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    "value",
    [
        {"S": ""},
        {"S": "x", "N": None},
        {"N": "-1.5e+10"},
        {"N": ".5"},
        {"B": ""},
        {"B": "AAECAw=="},
        {"BOOL": False},
        {"NULL": True},
        {"SS": ["a", "b"]},
        {"NS": ["1", "2"]},
        {"BS": ["AA=="]},
        {"M": {}},
        {"L": []},
        {"M": {"a": {"L": [{"NULL": True}, {"M": {"b": {"N": "1"}}}]}}},
    ],
)
def test_these_are_taken(value: dict[str, Any]) -> None:
    assert check_attribute_value(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"Q": 1}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        ({"N": "q"}, "The parameter cannot be converted to a numeric value: q"),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        ({"NS": ["1", "q"]}, "The parameter cannot be converted to a numeric value: q"),
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
        ({"SS": []}, INVALID + "An string set  may not be empty"),
        ({"NS": []}, INVALID + "An number set  may not be empty"),
        ({"BS": []}, INVALID + "Binary sets should not be empty"),
        ({"L": [{"M": {"a": {"N": "q"}}}]}, "The parameter cannot be converted to a numeric value: q"),
        (
            {"M": {"a": None}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
    ],
)
def test_what_is_invalid(value: dict[str, Any], message: str) -> None:
    found = check_attribute_value(value)
    assert found is not None
    assert (found.code, found.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x", "Unexpected field type"),
        ([], "Start of list found where not expected"),
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"BOOL": "x"}, "STRING_VALUE cannot be converted to Boolean"),
        ({"SS": "x"}, "Unexpected field type"),
        ({"SS": [None]}, "NULL_VALUE cannot be converted to String"),
        ({"L": {}}, "Start of structure or map found where not expected"),
        ({"B": "!!"}, "'!!' can not be converted to a Blob"),
    ],
)
def test_wrong_types_of_json(value: Any, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_attribute_value(value)
    assert (refused.value.code, refused.value.message) == ("SerializationException", message)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


def test_nesting_ends_somewhere() -> None:
    assert check_attribute_value(nested(MAXIMUM_LEVELS)) is None
    with pytest.raises(AwsError, match="Nesting Levels have exceeded supported limits"):
        check_attribute_value(nested(MAXIMUM_LEVELS + 1))
