"""Placeholders that are used and not defined, or defined and not used."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.expressions import check_expressions
from skywalk.values.errors import AwsError

ONE = {"N": "1"}
NO_VALUE = "An expression attribute value used in expression is not defined; attribute value: "
NO_NAME = "An expression attribute name used in the document path is not defined; attribute name: "


def filtered(expression: str, **more: Any) -> dict[str, Any]:
    return {"FilterExpression": expression, **more}


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("Scan", filtered("a = :x"), f"Invalid FilterExpression: {NO_VALUE}:x"),
        (
            "Scan",
            filtered("#a.b = :x", ExpressionAttributeValues={":x": ONE}),
            f"Invalid FilterExpression: {NO_NAME}#a",
        ),
        (
            "Scan",
            filtered("a = :x", ExpressionAttributeValues={":x": ONE, ":y": ONE}),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:y}",
        ),
        (
            "GetItem",
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#b": "b", "#a": "a"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}",
        ),
        ("Query", {"KeyConditionExpression": "a = :xy"}, f"Invalid KeyConditionExpression: {NO_VALUE}:xy"),
        (
            "GetItem",
            {"ProjectionExpression": ":x", "ExpressionAttributeValues": 1},
            f"Invalid ProjectionExpression: {NO_VALUE}:x",
        ),
        ("UpdateItem", {"UpdateExpression": "SET a = :x"}, f"Invalid UpdateExpression: {NO_VALUE}:x"),
        ("PutItem", {"ConditionExpression": " "}, "Invalid ConditionExpression: The expression can not be empty;"),
        (
            "PutItem",
            {"ExpressionAttributeValues": {":x": ONE}},
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ),
        (
            "Query",
            {"ProjectionExpression": "a", "ExpressionAttributeValues": {":x": ONE}},
            "ExpressionAttributeValues can only be specified when using expressions: "
            "FilterExpression and KeyConditionExpression are null",
        ),
        (
            "GetItem",
            {"ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        ("Scan", filtered("a = b", ExpressionAttributeValues={}), "ExpressionAttributeValues must not be empty"),
        (
            "Scan",
            filtered("a = :x", ExpressionAttributeValues={"x": ONE}),
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "x"',
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"one": {"Keys": []}, "two": {"Keys": [], "ProjectionExpression": "#a"}}},
            f"Invalid ProjectionExpression: {NO_NAME}#a",
        ),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": None, "Update": {"UpdateExpression": "SET a = :x"}}]},
            f"Invalid UpdateExpression: {NO_VALUE}:x",
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"ProjectionExpression": "#a"}}]},
            f"Invalid ProjectionExpression: {NO_NAME}#a",
        ),
    ],
)
def test_what_is_refused(operation: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_expressions(operation, body)
    assert (refused.value.status, refused.value.code, refused.value.message) == (400, "ValidationException", message)


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("Scan", {}),
        ("DescribeTable", {}),
        ("TransactGetItems", {"TransactItems": [{"Put": "x"}]}),
        (
            "Scan",
            filtered(
                "a = :x and #n0.#n1[2] <> :x",
                ExpressionAttributeNames={"#n0": "n", "#n1": "m"},
                ExpressionAttributeValues={":x": ONE},
            ),
        ),
        (
            "Query",
            {
                "KeyConditionExpression": "a=:x",
                "FilterExpression": "b=:y",
                "ProjectionExpression": "#c",
                "ExpressionAttributeNames": {"#c": "c"},
                "ExpressionAttributeValues": {":x": ONE, ":y": ONE},
            },
        ),
        (
            "UpdateItem",
            {
                "UpdateExpression": "SET a=:x",
                "ConditionExpression": "b=:y",
                "ExpressionAttributeValues": {":x": ONE, ":y": ONE},
            },
        ),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"ConditionExpression": "attribute_not_exists(a)"}}]}),
    ],
)
def test_what_is_taken(operation: str, body: dict[str, Any]) -> None:
    check_expressions(operation, body)


@pytest.mark.parametrize("names", [{"#p": "pk"}, {"#p": "pk", "#q": "pk"}])
def test_a_key_has_one_condition_by_whatever_names(names: dict[str, str]) -> None:
    """A policy would be told one of two partitions, and the backend might ask for the other."""
    first = "#q" if "#q" in names else "pk"
    body = {
        "KeyConditionExpression": f"{first} = :mine AND #p = :theirs",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":mine": {"S": "mine"}, ":theirs": {"S": "theirs"}},
    }
    with pytest.raises(AwsError, match="must only contain one condition per key"):
        check_expressions("Query", body)
