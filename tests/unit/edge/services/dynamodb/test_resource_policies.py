"""Policies of tables: kept by the daemon, obeyed by the next request, gone with the table."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support import edge_rows as rows
from support.edge_in_process import AT_DYNAMODB, Answer, InProcessEdge, in_process_edge

ARN = f"arn:aws:dynamodb:{rows.REGION}:{rows.ACCOUNT}:table/music"
KEY = {"pk": {"S": "a"}}
NEW_TABLE = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def tell(story: Callable[[InProcessEdge], Awaitable[None]]) -> None:
    async def told() -> None:
        async with in_process_edge(AT_DYNAMODB) as edge:
            await story(edge)

    asyncio.run(told())


def policy(action: str, resource: str = ARN, effect: str = "Deny") -> str:
    statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def parsed(answer: Answer) -> Any:
    return json.loads(answer.body)


def test_a_policy_is_obeyed_shown_and_taken_back() -> None:
    async def story(edge: InProcessEdge) -> None:
        text = policy("dynamodb:GetItem")
        put = await edge.call("PutResourcePolicy", {"ResourceArn": ARN, "Policy": text})
        revision = parsed(put)["RevisionId"]
        assert edge.daemon.reports == [
            ("put_resource", {"arn": ARN, "account_id": rows.ACCOUNT, "region": rows.REGION, "policy": text})
        ]
        refused = await edge.call("GetItem", {"TableName": "music", "Key": KEY})
        assert parsed(refused)["Message"].endswith("with an explicit deny in a resource-based policy")
        shown = await edge.call("GetResourcePolicy", {"ResourceArn": ARN})
        assert parsed(shown) == {"Policy": text, "RevisionId": revision}
        gone = await edge.call("DeleteResourcePolicy", {"ResourceArn": ARN})
        assert parsed(gone) == {"RevisionId": revision}
        assert (await edge.call("GetItem", {"TableName": "music", "Key": KEY})).status == 200
        again = await edge.call("DeleteResourcePolicy", {"ResourceArn": ARN})
        assert (again.status, parsed(again)) == (200, {})
        assert (await edge.call("GetResourcePolicy", {"ResourceArn": ARN})).code == "PolicyNotFoundException"
        assert {seen.headers["x-amz-target"] for seen in edge.backend.seen} == {
            "DynamoDB_20120810.DescribeTable",
            "DynamoDB_20120810.GetItem",
        }

    tell(story)


def test_whom_a_policy_names_is_there() -> None:
    role, nobody = (f"arn:aws:iam::{rows.ACCOUNT}:role/{name}" for name in ("app", "nobody"))

    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.role("app"))
        for named in (nobody, "AROA1234567890ABCDEF1"):
            text = policy("dynamodb:GetItem").replace('"*"', json.dumps({"AWS": [role, named]}), 1)
            for operation, body in (
                ("PutResourcePolicy", {"ResourceArn": ARN, "Policy": text}),
                ("CreateTable", NEW_TABLE | {"ResourcePolicy": text}),
            ):
                refused = await edge.call(operation, body)
                assert (refused.status, refused.code) == (400, "ValidationException")
                assert parsed(refused)["message"].endswith(f"Invalid principal in policy: {named}")
        assert not edge.backend.seen
        text = policy("dynamodb:GetItem").replace('"*"', json.dumps({"AWS": role}), 1)
        assert (await edge.call("PutResourcePolicy", {"ResourceArn": ARN, "Policy": text})).status == 200
        assert [data["principals"] for _, data in edge.daemon.reports] == [{role: "AROAEXAMPLE"}]

    tell(story)


def test_the_revision_that_is_expected_must_be_there() -> None:
    async def story(edge: InProcessEdge) -> None:
        async def put(action: str, expected: str) -> Answer:
            body = {"ResourceArn": ARN, "Policy": policy(action), "ExpectedRevisionId": expected}
            return await edge.call("PutResourcePolicy", body)

        first = parsed(await put("dynamodb:Scan", "NO_POLICY"))["RevisionId"]
        assert (await put("dynamodb:Query", "NO_POLICY")).code == "PolicyNotFoundException"
        assert (await put("dynamodb:Query", "123")).code == "PolicyNotFoundException"
        assert parsed(await put("dynamodb:Query", first))["RevisionId"] != first
        gone = await edge.call("DeleteResourcePolicy", {"ResourceArn": ARN, "ExpectedRevisionId": first})
        assert gone.code == "PolicyNotFoundException"

    tell(story)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no policy", "Invalid policy document"),
        (policy("dynamodb:GetItem", ARN + "2"), "cannot speak of"),
        ('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', "Invalid policy document"),
        (policy("dynamodb:GetItem").replace("2012", " " * 20480 + "2012"), "maximum size of 20 KB"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(text: str, message: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        for operation, body in (
            ("PutResourcePolicy", {"ResourceArn": ARN, "Policy": text}),
            ("CreateTable", {**NEW_TABLE, "ResourcePolicy": text}),
        ):
            answer = await edge.call(operation, body)
            assert (answer.status, answer.code) == (400, "ValidationException")
            assert message in parsed(answer)["message"]
        assert not edge.daemon.reports
        assert not edge.backend.seen

    tell(story)


def test_nobody_shuts_themselves_out_without_saying_so() -> None:
    async def story(edge: InProcessEdge) -> None:
        body = {"ResourceArn": ARN, "Policy": policy("dynamodb:PutResourcePolicy")}
        refused = await edge.call("PutResourcePolicy", body)
        assert (refused.status, refused.code) == (400, "ValidationException")
        assert "ConfirmRemoveSelfResourceAccess" in parsed(refused)["message"]
        confirmed = {**body, "ConfirmRemoveSelfResourceAccess": True}
        assert (await edge.call("PutResourcePolicy", confirmed)).status == 200
        assert (await edge.call("PutResourcePolicy", confirmed)).code == "AccessDeniedException"

    tell(story)


def test_a_table_without_being_has_no_policy() -> None:
    async def story(edge: InProcessEdge) -> None:
        absent = {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "x"}
        edge.backend.answers["POST", "/"] = Answer(400, json.dumps(absent).encode())
        for operation, body in (
            ("GetResourcePolicy", {}),
            ("PutResourcePolicy", {"Policy": policy("dynamodb:Scan")}),
            ("DeleteResourcePolicy", {}),
        ):
            assert (await edge.call(operation, {"ResourceArn": ARN, **body})).code == "ResourceNotFoundException"
        assert not edge.daemon.reports

    tell(story)


def test_a_table_may_be_made_with_a_policy_and_takes_it_along() -> None:
    async def story(edge: InProcessEdge) -> None:
        text = policy("dynamodb:GetItem")
        assert (await edge.call("CreateTable", {**NEW_TABLE, "ResourcePolicy": text})).status == 200
        assert json.loads(edge.backend.seen[0].body) == NEW_TABLE
        assert (await edge.call("GetItem", {"TableName": "music", "Key": KEY})).code == "AccessDeniedException"
        assert (await edge.call("DeleteTable", {"TableName": "music"})).status == 200
        assert [subject for subject, _ in edge.daemon.reports] == ["put_resource", "delete_resource"]
        assert (await edge.call("GetItem", {"TableName": "music", "Key": KEY})).status == 200

    tell(story)


def test_without_a_daemon_nothing_is_changed() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.table("music", policy("dynamodb:GetItem")))
        edge.daemon.connected = False
        for operation, body in (
            ("PutResourcePolicy", {"ResourceArn": ARN, "Policy": policy("dynamodb:Scan")}),
            ("DeleteResourcePolicy", {"ResourceArn": ARN}),
            ("DeleteTable", {"TableName": "music"}),
            ("CreateTable", {**NEW_TABLE, "ResourcePolicy": policy("dynamodb:Scan")}),
        ):
            assert (await edge.call(operation, body)).status == 503, operation
        assert not edge.backend.seen
        assert (await edge.call("CreateTable", {**NEW_TABLE, "TableName": "other"})).status == 200

    tell(story)
