"""Operation and body to actions, tables, owner, and the body that is forwarded."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.mapping import find_operation, map_request
from skywalk.edge.services.dynamodb.operations import NOT_SERVED, OPERATIONS
from skywalk.edge.services.dynamodb.request import DynamoDbRequest
from skywalk.edge.services.dynamodb.tables import Account
from skywalk.values.errors import AwsError

ME, OTHER = "123456789012", "210987654321"
CALLER = Account("us-east-1", ME)
KEY = {"pk": {"S": "a"}}


def arn(resource: str, account_id: str = ME, region: str = "us-east-1") -> str:
    return f"arn:aws:dynamodb:{region}:{account_id}:table/{resource}"


BACKUP = arn("music/backup/0123-abc")


def mapped(name: str, body: dict[str, Any]) -> DynamoDbRequest:
    return map_request(OPERATIONS[name], body, CALLER)


MUSIC = {"TableName": "music"}
RESTORING = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")

CHECKS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "BatchExecuteStatement": (
        {"Statements": [{"Statement": "SELECT * FROM music"}, {"Statement": "DELETE FROM other WHERE pk = 'a'"}]},
        [("PartiQLSelect", arn("music")), ("PartiQLDelete", arn("other"))],
    ),
    "BatchGetItem": (
        {"RequestItems": {"music": {"Keys": [KEY]}, "other": {"Keys": [KEY]}}},
        [("BatchGetItem", arn("music")), ("BatchGetItem", arn("other"))],
    ),
    "BatchWriteItem": (
        {"RequestItems": {"music": [{"PutRequest": {"Item": KEY}}], "other": [{"DeleteRequest": {"Key": KEY}}]}},
        [("BatchWriteItem", arn("music")), ("BatchWriteItem", arn("other"))],
    ),
    "CreateBackup": ({**MUSIC, "BackupName": "b"}, [("CreateBackup", arn("music"))]),
    "CreateTable": (
        {**MUSIC, "Tags": [{"Key": "a", "Value": "b"}], "ResourcePolicy": "{}"},
        [("CreateTable", arn("music")), ("TagResource", arn("music")), ("PutResourcePolicy", arn("music"))],
    ),
    "DeleteBackup": ({"BackupArn": BACKUP}, [("DeleteBackup", BACKUP)]),
    "DeleteItem": ({**MUSIC, "Key": KEY}, [("DeleteItem", arn("music"))]),
    "DeleteResourcePolicy": ({"ResourceArn": arn("music")}, [("DeleteResourcePolicy", arn("music"))]),
    "DeleteTable": (MUSIC, [("DeleteTable", arn("music"))]),
    "DescribeBackup": ({"BackupArn": BACKUP}, [("DescribeBackup", BACKUP)]),
    "DescribeContinuousBackups": (MUSIC, [("DescribeContinuousBackups", arn("music"))]),
    "DescribeEndpoints": ({}, [("DescribeEndpoints", "*")]),
    "DescribeLimits": ({}, [("DescribeLimits", "*")]),
    "DescribeTable": (MUSIC, [("DescribeTable", arn("music"))]),
    "DescribeTimeToLive": (MUSIC, [("DescribeTimeToLive", arn("music"))]),
    "ExecuteStatement": (
        {"Statement": 'SELECT * FROM "music"."by-year"'},
        [("PartiQLSelect", arn("music/index/by-year"))],
    ),
    "ExecuteTransaction": (
        {"TransactStatements": [{"Statement": "UPDATE music SET a = 1 WHERE pk = 'a'"}]},
        [("PartiQLUpdate", arn("music"))],
    ),
    "GetItem": ({**MUSIC, "Key": KEY}, [("GetItem", arn("music"))]),
    "GetResourcePolicy": ({"ResourceArn": arn("music")}, [("GetResourcePolicy", arn("music"))]),
    "ListBackups": ({}, [("ListBackups", "*")]),
    "ListTables": ({}, [("ListTables", arn("*"))]),
    "ListTagsOfResource": ({"ResourceArn": arn("music")}, [("ListTagsOfResource", arn("music"))]),
    "PutItem": ({**MUSIC, "Item": KEY}, [("PutItem", arn("music"))]),
    "PutResourcePolicy": (
        {"ResourceArn": arn("music"), "Policy": "{}"},
        [("PutResourcePolicy", arn("music"))],
    ),
    "Query": ({**MUSIC, "IndexName": "by-year"}, [("Query", arn("music/index/by-year"))]),
    "RestoreTableFromBackup": (
        {"TargetTableName": "again", "BackupArn": BACKUP},
        [
            ("RestoreTableFromBackup", BACKUP),
            *((name, arn("again")) for name in ("RestoreTableFromBackup", *RESTORING)),
        ],
    ),
    "RestoreTableToPointInTime": (
        {"SourceTableArn": arn("music"), "TargetTableName": "again"},
        [("RestoreTableToPointInTime", arn("music")), *((name, arn("again")) for name in RESTORING)],
    ),
    "Scan": (MUSIC, [("Scan", arn("music"))]),
    "TagResource": ({"ResourceArn": arn("music"), "Tags": []}, [("TagResource", arn("music"))]),
    "TransactGetItems": (
        {"TransactItems": [{"Get": {**MUSIC, "Key": KEY}}, {"Get": {"TableName": "other", "Key": KEY}}]},
        [("GetItem", arn("music")), ("GetItem", arn("other"))],
    ),
    "TransactWriteItems": (
        {
            "TransactItems": [
                {"Put": {**MUSIC, "Item": KEY}},
                {"Update": {"TableName": "b-table", "Key": KEY}},
                {"Delete": {"TableName": "c-table", "Key": KEY}},
                {"ConditionCheck": {"TableName": "d-table", "Key": KEY}},
            ]
        },
        [
            ("PutItem", arn("music")),
            ("UpdateItem", arn("b-table")),
            ("DeleteItem", arn("c-table")),
            ("ConditionCheckItem", arn("d-table")),
        ],
    ),
    "UntagResource": ({"ResourceArn": arn("music"), "TagKeys": []}, [("UntagResource", arn("music"))]),
    "UpdateContinuousBackups": (MUSIC, [("UpdateContinuousBackups", arn("music"))]),
    "UpdateItem": ({**MUSIC, "Key": KEY}, [("UpdateItem", arn("music"))]),
    "UpdateTable": (MUSIC, [("UpdateTable", arn("music"))]),
    "UpdateTimeToLive": (MUSIC, [("UpdateTimeToLive", arn("music"))]),
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_asks_for_its_actions_on_its_tables(name: str) -> None:
    body, expected = CHECKS[name]
    request = mapped(name, body)
    assert [(check.action, check.resource) for check in request.checks] == [
        (f"dynamodb:{action}", on) for action, on in expected
    ]
    assert (request.account_id, request.region) == (ME, "us-east-1")


BY_ARN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("GetItem", {"TableName": arn("music", OTHER), "Key": KEY}, {"TableName": "music", "Key": KEY}),
    ("Query", {"TableName": arn("music", OTHER)}, {"TableName": "music"}),
    ("CreateTable", {"TableName": arn("music", OTHER)}, {"TableName": "music"}),
    (
        "BatchGetItem",
        {"RequestItems": {arn("music", OTHER): {"Keys": [KEY]}}},
        {"RequestItems": {"music": {"Keys": [KEY]}}},
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": arn("music", OTHER), "Item": KEY}}]},
        {"TransactItems": [{"Put": {"TableName": "music", "Item": KEY}}]},
    ),
    ("TagResource", {"ResourceArn": arn("music", OTHER)}, {"ResourceArn": arn("music", OTHER)}),
    ("DescribeBackup", {"BackupArn": BACKUP.replace(ME, OTHER)}, {"BackupArn": BACKUP.replace(ME, OTHER)}),
]


@pytest.mark.parametrize(("name", "body", "forwarded"), BY_ARN, ids=[case[0] for case in BY_ARN])
def test_an_arn_means_that_accounts_table_and_is_forwarded_as_a_name(
    name: str, body: dict[str, Any], forwarded: dict[str, Any]
) -> None:
    request = mapped(name, body)
    assert request.account_id == OTHER
    assert {check.resource.split(":")[4] for check in request.checks} == {OTHER}
    assert request.body == forwarded


def test_members_that_the_operation_does_not_have_are_left_out() -> None:
    request = mapped("GetItem", {**MUSIC, "Key": KEY, "tablename": "other", "X": 1, "ConsistentRead": None})
    assert request.body == {**MUSIC, "Key": KEY}


def test_what_stands_beside_the_operation_of_an_item_is_left_out() -> None:
    item = {"Put": {**MUSIC, "Item": KEY}, "Copy": {"TableName": "other"}}
    assert mapped("TransactWriteItems", {"TransactItems": [item]}).body == {
        "TransactItems": [{"Put": {**MUSIC, "Item": KEY}}]
    }


@pytest.mark.parametrize(
    ("name", "body", "code", "text"),
    [
        ("GetItem", {}, "ValidationException", "Value null at 'tableName'"),
        ("GetItem", {"TableName": 5}, "SerializationException", "TableName is no string"),
        ("GetItem", {"TableName": "a/b"}, "ValidationException", "[a-zA-Z0-9_.-]{3,255}"),
        ("GetItem", {"TableName": "ab"}, "ValidationException", "[a-zA-Z0-9_.-]{3,255}"),
        ("GetItem", {"TableName": "*"}, "ValidationException", "[a-zA-Z0-9_.-]{3,255}"),
        ("GetItem", {"TableName": arn("music", region="eu-west-1")}, "ValidationException", "not in the region"),
        ("GetItem", {"TableName": arn("music/index/i")}, "ValidationException", "Invalid TableArn"),
        ("GetItem", {"TableName": arn("mu*ic")}, "ValidationException", "[a-zA-Z0-9_.-]{3,255}"),
        ("Query", {**MUSIC, "IndexName": "../x"}, "ValidationException", "'indexName'"),
        ("TagResource", {"ResourceArn": "music"}, "ValidationException", "Invalid TableArn"),
        ("TagResource", {"ResourceArn": "arn:aws:s3:::music"}, "ValidationException", "Invalid TableArn"),
        ("DescribeBackup", {"BackupArn": arn("music")}, "ValidationException", "Invalid BackupArn"),
        ("BatchGetItem", {"RequestItems": {}}, "ValidationException", "cannot be null or empty"),
        ("BatchGetItem", {"RequestItems": []}, "SerializationException", "no object"),
        (
            "BatchGetItem",
            {"RequestItems": {"music": {}, arn("music"): {}}},
            "ValidationException",
            "named twice",
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"music": {}, arn("music", OTHER): {}}},
            "ValidationException",
            "several accounts is not supported yet",
        ),
        ("BatchWriteItem", {"RequestItems": {"music": [{}] * 26}}, "ValidationException", "less than or equal to 25"),
        ("TransactGetItems", {"TransactItems": []}, "ValidationException", "greater than or equal to 1"),
        ("TransactGetItems", {"TransactItems": [{}] * 101}, "ValidationException", "less than or equal to 100"),
        ("TransactGetItems", {"TransactItems": [{"Put": MUSIC}]}, "ValidationException", "only contain Get"),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": MUSIC, "Delete": {"TableName": "other"}}]},
            "ValidationException",
            "only contain one of",
        ),
        ("TransactWriteItems", {"TransactItems": [5]}, "SerializationException", "no list of objects"),
        ("ExecuteStatement", {"Statement": "SELECT 1"}, "ValidationException", "wasn't well formed"),
        (
            "RestoreTableToPointInTime",
            {"SourceTableName": "music", "SourceTableArn": arn("music"), "TargetTableName": "again"},
            "ValidationException",
            "Exactly one of",
        ),
        (
            "RestoreTableFromBackup",
            {"BackupArn": BACKUP.replace(ME, OTHER), "TargetTableName": "again"},
            "ValidationException",
            "another account is not supported yet",
        ),
        ("ListBackups", {"TableName": arn("music", OTHER)}, "ValidationException", "not supported yet"),
    ],
)
def test_what_is_malformed_or_ambiguous_is_refused(name: str, body: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(AwsError) as caught:
        mapped(name, body)
    assert caught.value.code == code
    assert text in caught.value.message


@pytest.mark.parametrize("target", [None, "", "GetItem", "DynamoDB_20111205.GetItem", "DynamoDB_20120810.Guess"])
def test_what_is_no_operation_is_refused_without_words(target: str | None) -> None:
    with pytest.raises(AwsError) as caught:
        find_operation(target)
    assert (caught.value.code, caught.value.message) == ("UnknownOperationException", "")


@pytest.mark.parametrize("name", sorted(NOT_SERVED))
def test_what_aws_has_and_is_not_served_is_refused_by_name(name: str) -> None:
    with pytest.raises(AwsError) as caught:
        find_operation(f"DynamoDB_20120810.{name}")
    assert caught.value.code == "UnknownOperationException"
    assert caught.value.message == f"The operation {name} is not supported yet."
