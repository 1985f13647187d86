"""DynamoDB requests with something wrong in them, the same for the same seed: good ones, with a member left out or
replaced here and there."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/music"
OF_TABLE = {"TableName": "music"}
KEY = {"a": {"S": "1"}}
VALUES = {":x": {"S": "q"}, ":n": {"N": "1"}, ":s": {"SS": ["a"]}, ":l": {"L": []}}
KEYS: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("a", "g")],
    "BillingMode": "PAY_PER_REQUEST",
}
INDEX = {
    "IndexName": "by-g",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
NEW_TABLE: dict[str, Any] = {**OF_TABLE, **KEYS, "GlobalSecondaryIndexes": [INDEX]}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "1"},
    "m": {"M": {"b": {"L": [{"S": "x"}]}}},
    "s": {"SS": ["a", "b"]},
    "l": {"L": []},
}
FILTERS = (
    "a = :x",
    "n < :x",
    "begins_with(n, :x)",
    "size(n) > :x",
    "contains(m, :x)",
    "n BETWEEN :x AND :x",
    "n IN (:x)",
    "attribute_type(n, :x)",
    "NOT n = :x",
    "m.b[0] = :x",
    "(a = :x OR n = :x) AND attribute_exists(s)",
)
UPDATES = (
    ("ADD n :x", ":x"),
    ("ADD n :n", ":n"),
    ("SET m.b[0] = :n", ":n"),
    ("SET z.z = :n", ":n"),
    ("DELETE s :s", ":s"),
    ("SET n = n - :n", ":n"),
    ("SET l = list_append(l, :l)", ":l"),
    ("SET a = :x", ":x"),
    ("SET n = n + :n, q = if_not_exists(q, :n) ADD s :s REMOVE z", ":n :s"),
)
COMPARED = {"n": {"AttributeValueList": [{"N": "1"}], "ComparisonOperator": "GT"}}
OF_KEY = {"a": {"AttributeValueList": [{"S": "x"}], "ComparisonOperator": "EQ"}}
ATTRIBUTE_UPDATES = {"n": {"Value": {"N": "1"}, "Action": "ADD"}, "z": {"Action": "DELETE"}, "q": {"Value": {"S": "x"}}}


def _given(*names: str) -> dict[str, Any]:
    return {"ExpressionAttributeValues": {name: VALUES[name] for name in names}}


GOOD: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("Scan", {**OF_TABLE, "FilterExpression": one, **_given(":x")}) for one in FILTERS),
    *(("UpdateItem", {**OF_TABLE, "Key": KEY, "UpdateExpression": one, **_given(*v.split())}) for one, v in UPDATES),
    ("UpdateItem", {**OF_TABLE, "Key": KEY, "AttributeUpdates": ATTRIBUTE_UPDATES}),
    ("PutItem", {**OF_TABLE, "Item": ITEM, "ConditionExpression": "a <> :x", **_given(":x")}),
    ("PutItem", {**OF_TABLE, "Item": ITEM, "ReturnValues": "ALL_OLD"}),
    ("PutItem", {**OF_TABLE, "Item": KEY, "Expected": {"c": {"Exists": False}, "n": {"Value": {"N": "1"}}}}),
    ("GetItem", {**OF_TABLE, "Key": KEY, "ProjectionExpression": "a, m.b[0]"}),
    ("DeleteItem", {**OF_TABLE, "Key": KEY, "ConditionExpression": "size(n) > :x", **_given(":x")}),
    ("Query", {**OF_TABLE, "KeyConditionExpression": "a = :x", "FilterExpression": "n > :x", **_given(":x")}),
    ("Query", {**OF_TABLE, "KeyConditions": OF_KEY, "QueryFilter": COMPARED, "Limit": 3, "ExclusiveStartKey": KEY}),
    ("Query", {**OF_TABLE, "IndexName": "by-g", "KeyConditionExpression": "g = :x", **_given(":x"), "Select": "COUNT"}),
    ("Scan", {**OF_TABLE, "ScanFilter": COMPARED, "Segment": 0, "TotalSegments": 2, "ExclusiveStartKey": KEY}),
    ("BatchGetItem", {"RequestItems": {"music": {"Keys": [KEY], "ProjectionExpression": "a"}}}),
    (
        "BatchWriteItem",
        {"RequestItems": {"music": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": {"a": {"S": "2"}}}}]}},
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {**OF_TABLE, "Item": KEY}},
                {
                    "Update": {
                        **OF_TABLE, "Key": {"a": {"S": "2"}}, "UpdateExpression": "SET n = :n", **_given(":n")
                    }
                },
                {"Delete": {**OF_TABLE, "Key": {"a": {"S": "3"}}}},
                {
                    "ConditionCheck": {
                        **OF_TABLE, "Key": {"a": {"S": "4"}}, "ConditionExpression": "attribute_not_exists(a)"
                    }
                },
            ]
        },
    ),
    ("TransactGetItems", {"TransactItems": [{"Get": {**OF_TABLE, "Key": KEY}}]}),
    ("CreateTable", {**NEW_TABLE, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("CreateTable", {**OF_TABLE, **KEYS, "TableName": "other", "LocalSecondaryIndexes": [INDEX]}),
    (
        "UpdateTable",
        {**OF_TABLE, "AttributeDefinitions": KEYS["AttributeDefinitions"],
         "GlobalSecondaryIndexUpdates": [{"Create": {**INDEX, "IndexName": "again"}}]},
    ),
    ("UpdateTable", {**OF_TABLE, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "again"}}]}),
    ("UpdateTimeToLive", {**OF_TABLE, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}}),
    ("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("ListTagsOfResource", {"ResourceArn": ARN}),
    ("ListTables", {"Limit": 3, "ExclusiveStartTableName": "music"}),
    ("DescribeTable", OF_TABLE),
    ("CreateBackup", {**OF_TABLE, "BackupName": "bbb"}),
    (
        "RestoreTableToPointInTime",
        {"SourceTableName": "music", "TargetTableName": "restored", "UseLatestRestorableTime": True},
    ),
    ("ExecuteStatement", {"Statement": "SELECT * FROM music WHERE a = ?", "Parameters": [{"S": "x"}]}),
    ("BatchExecuteStatement", {"Statements": [{"Statement": "UPDATE music SET n=1 WHERE a='1'"}]}),
)  # fmt: skip
"""Operations with bodies that a table of this kind takes."""

WRONG: tuple[Any, ...] = (
    None, -1, 0, 5, "", "x", {}, [], {"S": "x"}, {"N": "1"}, {"BOOL": True}, {"L": []}, {"M": {}}, {"SS": ["q"]},
    {"NULL": True}, {"NS": ["1"]}, {"B": "AA=="}, {"a": {"S": "x"}}, {"zz": {"S": "x"}}, [{"S": "x"}], "missing", True,
    "a = :x", "a", "NOT a", "a AND b", "a IN (:x)", "SET a = :x", "(", "a.b.c", "a[0]", "#a", "ADD n :x",
    "SET l[99] = :x", "begins_with(n, :x)",
)  # fmt: skip


def wrong_requests(seed: int, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """So many operations with their bodies."""
    chance = random.Random(seed)
    for _ in range(count):
        operation, body = chance.choice(GOOD)
        body = copy.deepcopy(body)
        for _ in range(chance.choice((1, 1, 2))):
            _spoil(chance, body)
        yield operation, body


def _spoil(chance: random.Random, body: dict[str, Any]) -> None:
    places = list(_places(body))
    if not places:
        return
    parent, name = chance.choice(places)
    if chance.random() < 0.4:
        del parent[name]
    else:
        parent[name] = copy.deepcopy(chance.choice(WRONG))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything inside, by what holds it and its name or number there."""
    names: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in names:
        yield value, name
        yield from _places(value[name])
