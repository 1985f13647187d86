"""AWS's examples of fine-grained access: allowed and denied, with the table's key asked for where it matters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support import edge_rows as rows
from support.edge_in_process import AT_DYNAMODB, Answer, InProcessEdge, in_process_edge

Story = Callable[[InProcessEdge], Awaitable[None]]
SCORES = f"arn:aws:dynamodb:{rows.REGION}:{rows.ACCOUNT}:table/GameScores"
TABLE: dict[str, Any] = {
    "Table": {
        "KeySchema": [
            {"AttributeName": "UserId", "KeyType": "HASH"},
            {"AttributeName": "GameTitle", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": "by-title", "KeySchema": [{"AttributeName": "GameTitle", "KeyType": "HASH"}]}
        ],
    }
}
GAMES: dict[str, Any] = {"TableName": "GameScores"}
MINE = {"UserId": {"S": "alice"}, "GameTitle": {"S": "Go"}}
HERS = {"UserId": {"S": "bob"}, "GameTitle": {"S": "Go"}}


DESCRIBE = "DynamoDB_20120810.DescribeTable"


def tell(story: Story, *statements: dict[str, Any]) -> None:
    """With an endpoint policy of these statements; the backend knows the table."""

    async def told() -> None:
        async with in_process_edge(AT_DYNAMODB) as edge:
            text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            edge.put(rows.dynamodb_endpoint(text))
            edge.backend.answers["POST", DESCRIBE] = Answer(200, json.dumps(TABLE).encode())
            await story(edge)

    asyncio.run(told())


def allow(actions: Any, condition: dict[str, Any], resource: str = "*", effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": actions, "Resource": resource, "Condition": condition}


EVERYTHING = allow("*", {})
OWN_ITEMS = allow(
    [f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "Query", "PutItem", "BatchWriteItem", "PartiQL*")],
    {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["alice"]}},
    SCORES + "*",
)
QUERY = {**GAMES, "KeyConditionExpression": "UserId = :u", "ExpressionAttributeValues": {":u": {"S": "alice"}}}
OF_BOB = {"ExpressionAttributeValues": {":u": {"S": "bob"}}}


def targets(edge: InProcessEdge) -> list[str]:
    return [seen.headers["x-amz-target"].partition(".")[2] for seen in edge.backend.seen]


@pytest.mark.parametrize(
    ("operation", "mine", "hers"),
    [
        ("GetItem", {**GAMES, "Key": MINE}, {**GAMES, "Key": HERS}),
        ("PutItem", {**GAMES, "Item": MINE}, {**GAMES, "Item": HERS}),
        ("Query", QUERY, {**QUERY, **OF_BOB}),
        (
            "BatchGetItem",
            {"RequestItems": {"GameScores": {"Keys": [MINE]}}},
            {"RequestItems": {"GameScores": {"Keys": [MINE, HERS]}}},
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"GameScores": [{"PutRequest": {"Item": MINE}}]}},
            {"RequestItems": {"GameScores": [{"PutRequest": {"Item": MINE}}, {"DeleteRequest": {"Key": HERS}}]}},
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {**GAMES, "Key": MINE}}]},
            {"TransactItems": [{"Get": {**GAMES, "Key": MINE}}, {"Get": {**GAMES, "Key": HERS}}]},
        ),
    ],
)
def test_items_are_their_owners_alone(operation: str, mine: dict[str, Any], hers: dict[str, Any]) -> None:
    """Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control", example 1."""

    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call(operation, mine)).status == 200
        assert targets(edge) == ["DescribeTable", operation]
        refused = await edge.call(operation, hers)
        assert (refused.status, refused.code) == (400, "AccessDeniedException")
        assert b"because no VPC endpoint policy allows the dynamodb:" in refused.body
        assert targets(edge) == ["DescribeTable", operation, "DescribeTable"]

    tell(story, OWN_ITEMS)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("SELECT * FROM GameScores WHERE UserId = 'alice'", 200),
        ("SELECT * FROM GameScores WHERE UserId = 'bob'", 400),
        ("SELECT * FROM GameScores WHERE UserId = 'alice' OR UserId = 'bob'", 400),
        ("SELECT * FROM GameScores WHERE UserId IN ['alice', 'bob']", 400),
        ("SELECT * FROM GameScores", 400),
        ("INSERT INTO GameScores VALUE {'UserId': 'alice', 'GameTitle': 'Go'}", 200),
        ("INSERT INTO GameScores VALUE {'UserId': 'bob', 'GameTitle': 'Go'}", 400),
        ("UPDATE GameScores SET Wins = 1 WHERE UserId = 'bob' AND GameTitle = 'Go'", 400),
        ("DELETE FROM GameScores WHERE UserId = 'bob' AND GameTitle = 'Go'", 400),
    ],
)
def test_statements_are_asked_what_they_are_about(statement: str, status: int) -> None:
    """Source: DynamoDB Developer Guide, "IAM security policies with PartiQL for DynamoDB": no full scans."""

    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "DynamoDB_20120810.Query"] = Answer(200, b'{"Items": []}')
        edge.backend.answers["POST", "DynamoDB_20120810.PutItem"] = Answer(200, b"{}")
        answer = await edge.call("ExecuteStatement", {"Statement": statement})
        assert answer.status == status, answer.body
        assert status == 200 or answer.code == "AccessDeniedException"

    tell(story, OWN_ITEMS, allow("dynamodb:PartiQLSelect", {"Bool": {"dynamodb:FullTableScan": "true"}}, effect="Deny"))


def test_a_parameter_counts_as_what_it_stands_for() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "DynamoDB_20120810.Query"] = Answer(200, b'{"Items": []}')
        statement = {"Statement": "SELECT * FROM GameScores WHERE UserId = ?"}
        assert (await edge.call("ExecuteStatement", {**statement, "Parameters": [{"S": "alice"}]})).status == 200
        refused = await edge.call("ExecuteStatement", {**statement, "Parameters": [{"S": "bob"}]})
        assert refused.code == "AccessDeniedException"

    tell(story, OWN_ITEMS)


def test_an_index_has_a_partition_of_its_own() -> None:
    by_title = {
        **GAMES,
        "IndexName": "by-title",
        "KeyConditionExpression": "GameTitle = :u",
        "ExpressionAttributeValues": {":u": {"S": "alice"}},
    }

    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("Query", by_title)).status == 200
        assert (await edge.call("Query", {**by_title, **OF_BOB})).code == "AccessDeniedException"
        assert (await edge.call("Query", {**QUERY, "IndexName": "by-title"})).code == "ValidationException"
        assert (await edge.call("Query", {**QUERY, "IndexName": "another"})).code == "ValidationException"

    tell(story, OWN_ITEMS)


def test_attributes_are_those_of_the_list_alone() -> None:
    """Source: the same, "grant permissions that limit access to specific attributes in a table"."""
    listed = allow(
        ["dynamodb:UpdateItem", "dynamodb:GetItem", "dynamodb:Query"],
        {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["UserId", "GameTitle", "Wins"]},
            "StringEqualsIfExists": {
                "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
                "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
            },
        },
    )
    update = {**GAMES, "Key": MINE, "ExpressionAttributeValues": {":one": {"N": "1"}}}

    async def story(edge: InProcessEdge) -> None:
        for operation, body, status in (
            ("UpdateItem", {**update, "UpdateExpression": "ADD Wins :one"}, 200),
            ("UpdateItem", {**update, "UpdateExpression": "ADD Losses :one"}, 400),
            ("UpdateItem", {**update, "UpdateExpression": "ADD Wins :one", "ReturnValues": "ALL_NEW"}, 400),
            (
                "UpdateItem",
                {**update, "UpdateExpression": "ADD Wins :one", "ConditionExpression": "attribute_exists(Losses)"},
                400,
            ),
            ("GetItem", {**GAMES, "Key": MINE, "ProjectionExpression": "Wins"}, 200),
            (
                "GetItem",
                {**GAMES, "Key": MINE, "ProjectionExpression": "#l", "ExpressionAttributeNames": {"#l": "Losses"}},
                400,
            ),
            ("GetItem", {**GAMES, "Key": MINE}, 400),
            ("Query", QUERY, 400),
            ("Query", {**QUERY, "ProjectionExpression": "GameTitle", "Select": "SPECIFIC_ATTRIBUTES"}, 200),
        ):
            answer = await edge.call(operation, body)
            assert answer.status == status, (body, answer.body)
            assert status == 200 or answer.code == "AccessDeniedException"
        assert "DescribeTable" not in targets(edge)

    tell(story, listed)


def test_transactions_can_be_told_from_single_writes() -> None:
    async def story(edge: InProcessEdge) -> None:
        put = {**GAMES, "Item": MINE}
        assert (await edge.call("TransactWriteItems", {"TransactItems": [{"Put": put}]})).status == 200
        assert (await edge.call("PutItem", put)).code == "AccessDeniedException"
        assert "DescribeTable" not in targets(edge)

    tell(story, allow("dynamodb:PutItem", {"StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}))


def test_only_statements_of_transactions() -> None:
    """Source: "IAM security policies with PartiQL for DynamoDB", example 4."""
    text = {"Statement": "INSERT INTO GameScores VALUE {'UserId': 'alice', 'GameTitle': 'Go'}"}

    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("ExecuteTransaction", {"TransactStatements": [text]})).status == 200
        assert (await edge.call("ExecuteStatement", text)).code == "AccessDeniedException"
        assert (await edge.call("BatchExecuteStatement", {"Statements": [text]})).code == "AccessDeniedException"

    tell(story, allow("dynamodb:PartiQL*", {"StringEquals": {"dynamodb:EnclosingOperation": "ExecuteTransaction"}}))


def test_without_the_tables_key_nothing_is_allowed() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", DESCRIBE] = Answer(500, b"{}")
        assert (await edge.call("GetItem", {**GAMES, "Key": MINE})).status == 500
        lacking = b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}'
        edge.backend.answers["POST", DESCRIBE] = Answer(400, lacking)
        assert (await edge.call("GetItem", {**GAMES, "Key": MINE})).code == "ResourceNotFoundException"
        assert targets(edge) == ["DescribeTable", "DescribeTable"]

    tell(story, OWN_ITEMS)


def test_the_caller_itself_may_be_the_leading_key() -> None:
    mine = {**GAMES, "Key": {**MINE, "UserId": {"S": rows.ACCOUNT}}}

    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("GetItem", mine)).status == 200
        assert (await edge.call("GetItem", {**GAMES, "Key": MINE})).code == "AccessDeniedException"

    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalAccount}"]}}
    tell(story, allow("dynamodb:GetItem", own))


def test_an_ordinary_request_asks_for_nothing() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("GetItem", {**GAMES, "Key": MINE})).status == 200
        assert targets(edge) == ["GetItem"]

    tell(story, EVERYTHING)
