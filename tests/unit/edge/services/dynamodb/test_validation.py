"""Requests against the model: what is refused, in which words, and that nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.validation import check_model, without_nulls
from skywalk.values.errors import AwsError

MUSIC = {"TableName": "music"}
KEY = {"pk": {"S": "a"}}

VIOLATIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("PutItem", MUSIC, ["Value null at 'item' failed to satisfy constraint: Member must not be null"]),
    ("GetItem", {**MUSIC, "Key": None}, ["Value null at 'key' failed to satisfy constraint: Member must not be null"]),
    (
        "UpdateItem",
        {},
        [
            "Value null at 'tableName' failed to satisfy constraint: Member must not be null",
            "Value null at 'key' failed to satisfy constraint: Member must not be null",
        ],
    ),
    (
        "CreateTable",
        {**MUSIC, "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]},
        ["Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null"],
    ),
    (
        "UpdateTimeToLive",
        MUSIC,
        ["Value null at 'timeToLiveSpecification' failed to satisfy constraint: Member must not be null"],
    ),
    (
        "UpdateTimeToLive",
        {**MUSIC, "TimeToLiveSpecification": {"Enabled": True}},
        ["Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be null"],
    ),
    (
        "ListTables",
        {"Limit": -1},
        ["Value '-1' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"],
    ),
    (
        "ListTables",
        {"Limit": 101},
        ["Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"],
    ),
    (
        "GetItem",
        {**MUSIC, "Key": KEY, "AttributesToGet": []},
        [
            "Value '[]' at 'attributesToGet' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        ],
    ),
    (
        "TagResource",
        {"ResourceArn": "arn:x", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "", "Value": "b"}]},
        [
            "Value '' at 'tags.2.member.key' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        ],
    ),
    (
        "PutItem",
        {**MUSIC, "Item": KEY, "ReturnConsumedCapacity": "ALL"},
        [
            "Value 'ALL' at 'returnConsumedCapacity' failed to satisfy constraint: "
            "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
        ],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"music": {"Keys": [KEY] * 101}}},
        [
            "Value at 'requestItems.music.member.keys' failed to satisfy constraint: "
            "Member must have length less than or equal to 100"
        ],
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [None]},
        ["Value null at 'transactItems.1.member' failed to satisfy constraint: Member must not be null"],
    ),
]


def refusal(operation: str, body: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(AwsError) as refused:
        check_model(operation, body)
    assert refused.value.status == 400
    return refused.value.code, refused.value.message


@pytest.mark.parametrize(("operation", "body", "violations"), VIOLATIONS)
def test_constraints_are_named_together(operation: str, body: dict[str, Any], violations: list[str]) -> None:
    noun = "error" if len(violations) == 1 else "errors"
    words = f"{len(violations)} validation {noun} detected: {'; '.join(violations)}"
    assert refusal(operation, body) == ("ValidationException", words)


def test_ten_violations_are_named_at_most() -> None:
    tags = [{"Key": "", "Value": ""}] * 12
    code, message = refusal("TagResource", {"ResourceArn": "arn:x", "Tags": tags})
    assert code == "ValidationException"
    assert message.startswith("10 validation errors detected: ")
    assert message.count("; ") == 9


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("DescribeTable", {"TableName": 1}, "NUMBER_VALUE cannot be converted to String"),
        ("DescribeTable", {"TableName": True}, "TRUE_VALUE cannot be converted to String"),
        ("DescribeTable", {"TableName": ["music"]}, "Start of list found where not expected"),
        ("DescribeTable", {"TableName": {}}, "Start of structure or map found where not expected"),
        ("PutItem", {**MUSIC, "Item": "x"}, "Unexpected field type"),
        ("PutItem", {"Item": []}, "Start of list found where not expected"),
        ("TransactGetItems", {"TransactItems": {}}, "Start of structure or map found where not expected"),
        ("TransactGetItems", {"TransactItems": [1]}, "Unexpected field type"),
        ("ListTables", {"Limit": "1"}, "STRING_VALUE cannot be converted to Integer"),
        ("ListTables", {"Limit": False}, "FALSE_VALUE cannot be converted to Integer"),
        ("ListTables", {"Limit": 1.5}, "DECIMAL_VALUE cannot be converted to Integer"),
        ("ListTables", {"Limit": float("inf")}, "DECIMAL_VALUE cannot be converted to Integer"),
        ("Scan", {**MUSIC, "Limit": 1 << 31}, "NUMBER_VALUE cannot be converted to Integer"),
        ("Scan", {**MUSIC, "ConsistentRead": "yes"}, "STRING_VALUE cannot be converted to Boolean"),
        ("PutItem", {**MUSIC, "Item": {"a": {"S": 1}}}, "NUMBER_VALUE cannot be converted to String"),
    ],
)
def test_wrong_types_come_before_constraints(operation: str, body: dict[str, Any], message: str) -> None:
    assert refusal(operation, body) == ("SerializationException", message)


def test_attribute_values_come_after_constraints() -> None:
    empty = {"Item": {"pk": None}}
    assert "Value null at 'tableName'" in refusal("PutItem", empty)[1]
    assert refusal("PutItem", {**MUSIC, **empty}) == (
        "ValidationException",
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    )


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutItem", {**MUSIC, "Item": {}, "Unknown": [None]}),
        ("ListTables", {"Limit": None}),
        ("ListTables", {"Limit": 100.0}),
        ("Query", MUSIC),
        ("CreateTable", {**MUSIC, "GlobalTableSourceArn": "arn:x"}),
        ("DescribeTable", {"TableName": "x"}),
        ("TagResource", {"ResourceArn": "arn:x", "Tags": [{"Key": "a", "Value": ""}]}),
    ],
)
def test_the_rest_is_taken(operation: str, body: dict[str, Any]) -> None:
    check_model(operation, body)


def test_nulls_are_as_good_as_absent() -> None:
    assert without_nulls({"a": None, "b": [{"c": None, "d": 1}]}) == {"b": [{"d": 1}]}
