"""Tables by their tags, and requests by theirs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support import edge_rows as rows
from support.edge_in_process import AT_DYNAMODB, Answer, InProcessEdge, in_process_edge

Story = Callable[[InProcessEdge], Awaitable[None]]
PREFIX = "DynamoDB_20120810."
TAGS = PREFIX + "ListTagsOfResource"
TABLE = f"arn:aws:dynamodb:{rows.REGION}:{rows.ACCOUNT}:table/orders"
GET = {"TableName": "orders", "Key": {"id": {"S": "a"}}}
QUERY = {
    "TableName": "orders",
    "IndexName": "by-day",
    "KeyConditionExpression": "d = :d",
    "ExpressionAttributeValues": {":d": {"S": "1"}},
}
STATEMENT = {"Statement": "SELECT * FROM orders WHERE id = 'a'"}
BATCH = {"RequestItems": {"orders": {"Keys": [GET["Key"]]}}}
LIST = [{"Key": "team", "Value": "blue"}]


def denied_when(condition: dict[str, Any]) -> str:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    deny = {**allow, "Effect": "Deny", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})


def tell(story: Story, condition: dict[str, Any], *pages: dict[str, Any], status: int = 200) -> None:
    async def told() -> None:
        async with in_process_edge(AT_DYNAMODB) as edge:
            edge.put(rows.dynamodb_endpoint(denied_when(condition)))
            for page in pages:
                edge.backend.answers["POST", TAGS] = Answer(status, json.dumps(page).encode())
            await story(edge)

    asyncio.run(told())


def targets(edge: InProcessEdge) -> list[str]:
    return [seen.headers["x-amz-target"].removeprefix(PREFIX) for seen in edge.backend.seen]


def of_resource(value: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:ResourceTag/team": value}}


@pytest.mark.parametrize(
    ("operation", "body"),
    [("GetItem", GET), ("Query", QUERY), ("BatchGetItem", BATCH), ("DescribeTable", {"TableName": "orders"})],
)
def test_a_table_s_tags_are_its_indexes_and_items(operation: str, body: dict[str, Any]) -> None:
    async def denied(edge: InProcessEdge) -> None:
        assert (await edge.call(operation, body)).code == "AccessDeniedException"
        (seen,) = edge.backend.seen
        assert (targets(edge), json.loads(seen.body)) == (["ListTagsOfResource"], {"ResourceArn": TABLE})

    async def allowed(edge: InProcessEdge) -> None:
        assert (await edge.call(operation, body)).status == 200
        assert targets(edge) == ["ListTagsOfResource", operation]

    tell(denied, of_resource("blue"), {"Tags": LIST})
    tell(allowed, of_resource("red"), {"Tags": LIST})


def test_statements_too() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("ExecuteStatement", STATEMENT)).code == "AccessDeniedException"

    tell(story, of_resource("blue"), {"Tags": LIST})


def test_a_table_is_asked_about_once() -> None:
    async def story(edge: InProcessEdge) -> None:
        puts = [{"Put": {"TableName": "orders", "Item": {"id": {"S": one}}}} for one in "ab"]
        deletes = [{"Delete": {"TableName": "orders", "Key": {"id": {"S": "c"}}}}]
        assert (await edge.call("TransactWriteItems", {"TransactItems": puts + deletes})).status == 200
        assert targets(edge) == ["ListTagsOfResource", "TransactWriteItems"]

    tell(story, of_resource("red"), {"Tags": LIST})


def test_nobody_is_asked_where_no_policy_names_tags_or_no_table_is_meant() -> None:
    async def plain(edge: InProcessEdge) -> None:
        assert (await edge.call("GetItem", GET)).status == 200
        assert targets(edge) == ["GetItem"]

    async def every(edge: InProcessEdge) -> None:
        assert (await edge.call("ListTables", {})).status == 200
        assert targets(edge) == ["ListTables"]

    tell(plain, {"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    tell(every, of_resource("blue"))


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "UnknownOperationException"])
def test_what_is_not_there_has_no_tags(code: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("GetItem", GET)).status == 200

    tell(story, of_resource("blue"), {"__type": f"com.amazonaws.dynamodb#{code}"}, status=400)


@pytest.mark.parametrize("status", [400, 500])
def test_a_backend_that_does_not_tell_them_refuses(status: int) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("GetItem", GET)).status == 500
        assert targets(edge) == ["ListTagsOfResource"]

    tell(story, of_resource("red"), {"__type": "com.amazonaws.dynamodb#Other"}, status=status)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("TagResource", {"Tags": LIST}),
        ("UntagResource", {"TagKeys": ["team"]}),
        (
            "CreateTable",
            {
                "Tags": LIST,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        ),
    ],
)
def test_a_request_s_tags(operation: str, more: dict[str, Any]) -> None:
    named = {"TableName": "orders"} if operation == "CreateTable" else {"ResourceArn": TABLE}

    async def denied(edge: InProcessEdge) -> None:
        assert (await edge.call(operation, {**named, **more})).code == "AccessDeniedException"

    async def allowed(edge: InProcessEdge) -> None:
        assert (await edge.call(operation, {**named, **more})).code != "AccessDeniedException"

    tell(denied, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}})
    tell(allowed, {"ForAnyValue:StringEquals": {"aws:TagKeys": ["other"]}})
    tell(allowed if operation == "UntagResource" else denied, {"StringEquals": {"aws:RequestTag/team": "blue"}})
