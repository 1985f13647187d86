"""Members that need each other."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.combinations import check_combinations
from skywalk.values.errors import AwsError

PUT: dict[str, Any] = {"PutRequest": {"Item": {}}}
DELETE: dict[str, Any] = {"DeleteRequest": {"Key": {}}}
ONE = {"N": "1"}


def compared(comparison: str, *values: Any) -> dict[str, Any]:
    return {"n": {"ComparisonOperator": comparison, "AttributeValueList": list(values)}}


def key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        (
            "BatchWriteItem",
            {"RequestItems": {"music": [PUT, {}]}},
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"music": [{**PUT, **DELETE}]}},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        *(
            (
                operation,
                {member: compared(comparison, *values)},
                "One or more parameter values were invalid: Invalid number of argument(s) for the "
                f"{comparison} ComparisonOperator",
            )
            for operation, member, comparison, values in (
                ("Query", "KeyConditions", "EQ", ()),
                ("Query", "QueryFilter", "BETWEEN", (ONE,)),
                ("Scan", "ScanFilter", "GT", (ONE, ONE)),
                ("Scan", "ScanFilter", "NULL", (ONE,)),
                ("Scan", "ScanFilter", "IN", ()),
            )
        ),
        *(
            (
                "Query",
                {"QueryFilter": compared(comparison, *[{kind: ["1"]}] * count)},
                f"One or more parameter values were invalid: ComparisonOperator {comparison} is not valid for {kind} "
                "AttributeValue type",
            )
            for comparison, kind, count in (("GT", "NS", 1), ("BETWEEN", "SS", 2), ("BEGINS_WITH", "N", 1))
        ),
        *(
            (
                "UpdateItem",
                {"Key": {"pk": {"S": "a"}}, "AttributeUpdates": {"n": {"Action": action, "Value": {kind: "a"}}}},
                f"One or more parameter values were invalid: {action} action is not supported for the type {kind}",
            )
            for action, kind in (("ADD", "S"), ("ADD", "BOOL"), ("DELETE", "N"))
        ),
        (
            "PutItem",
            {"Item": {}, "Expected": {}, "ConditionExpression": "attribute_exists(a)"},
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{Expected} Expression parameters: {ConditionExpression}",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"music": [{"DeleteRequest": {"Key": {"pk": {"L": []}}}}]}},
            "The provided key element does not match the schema",
        ),
        (
            "CreateTable",
            {"KeySchema": [key("a", "RANGE")]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            "CreateTable",
            {"KeySchema": [key("a", "HASH"), key("b", "HASH")]},
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            "CreateTable",
            {"KeySchema": [key("a", "HASH"), key("a", "RANGE")]},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            "UpdateTable",
            {"TableName": "music", "AttributeDefinitions": []},
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required",
        ),
        *(
            (
                "UpdateTable",
                {"GlobalSecondaryIndexUpdates": [update]},
                "One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate's Create, Update and "
                "Delete must be specified",
            )
            for update in ({}, {"Create": None}, {"Update": {"IndexName": "i"}, "Delete": {"IndexName": "i"}})
        ),
        (
            "UpdateTable",
            {
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "GlobalSecondaryIndexUpdates": [{"Create": {"IndexName": "i", "KeySchema": [key("a", "HASH")]}}],
            },
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [a], AttributeDefinitions: [pk]",
        ),
        (
            "Query",
            {"KeyConditions": compared("NE", ONE)},
            "Attempted conditional constraint is not an indexable operation",
        ),
        ("Scan", {"ExclusiveStartKey": {}}, "The provided starting key is invalid"),
        ("Query", {"ExclusiveStartKey": {"pk": {"L": []}}}, "The provided starting key is invalid"),
        *(
            (operation, {"Key": {"pk": {"SS": ["a"]}}}, "The provided key element does not match the schema")
            for operation in ("DeleteItem", "GetItem", "UpdateItem")
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"music": {"Keys": [{"pk": {"M": {}}}]}}},
            "The provided key element does not match the schema",
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"Key": {"pk": {"L": []}}}}]},
            "The provided key element does not match the schema",
        ),
        (
            "PutItem",
            {"Expected": {"n": {"ComparisonOperator": "EQ"}}},
            "One or more parameter values were invalid: Value or AttributeValueList must be used with "
            "ComparisonOperator: EQ for Attribute: n",
        ),
        (
            "UpdateItem",
            {"Key": {}, "AttributeUpdates": {"n": {"Action": "ADD"}}},
            "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is "
            "specified",
        ),
    ],
)
def test_what_is_refused(operation: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_combinations(operation, body)
    assert (refused.value.status, refused.value.code, refused.value.message) == (400, "ValidationException", message)


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("BatchWriteItem", {"RequestItems": {"music": [PUT, {**DELETE, "PutRequest": None}]}}),
        ("Query", {"KeyConditions": compared("BETWEEN", ONE, ONE), "QueryFilter": compared("IN", ONE, ONE, ONE)}),
        ("Scan", {"ScanFilter": compared("NOT_NULL"), "ExclusiveStartKey": None}),
        ("Scan", {"ScanFilter": {"n": {"ComparisonOperator": "NULL"}}, "ExclusiveStartKey": {"pk": {"S": "a"}}}),
        ("DescribeTable", {}),
        ("Query", {"ScanFilter": "x"}),
        ("Scan", {"KeyConditions": [1]}),
        ("GetItem", {"Key": {"pk": ONE}, "Expected": "x"}),
        ("PutItem", {"AttributeUpdates": "x"}),
        ("TransactGetItems", {"TransactItems": [{"zz": "x", "Put": 1}]}),
        ("BatchGetItem", {"RequestItems": {"music": {"Keys": [{"pk": {"S": "a"}, "sk": {"B": ""}}]}}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": {"l": {"L": []}}}}, {"Delete": None}]}),
        ("PutItem", {"Expected": {"n": {"Exists": False}, "m": {"ComparisonOperator": "NULL"}}}),
        ("PutItem", {"Expected": {"n": {"Value": ONE}, **compared("EQ", ONE)}}),
        ("UpdateItem", {"Key": {}, "AttributeUpdates": {"n": {"Value": ONE}, "z": {"Action": "DELETE"}}}),
    ],
)
def test_what_is_taken(operation: str, body: dict[str, Any]) -> None:
    check_combinations(operation, body)


def test_one_index_is_made_or_deleted_at_a_time() -> None:
    deleted = {"Delete": {"IndexName": "i"}}
    check_combinations("UpdateTable", {"GlobalSecondaryIndexUpdates": [deleted, {"Update": {"IndexName": "j"}}]})
    with pytest.raises(AwsError) as refused:
        check_combinations("UpdateTable", {"GlobalSecondaryIndexUpdates": [deleted, deleted]})
    assert refused.value.code == "LimitExceededException"
