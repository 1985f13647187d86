"""A DynamoDB request between a client that signs and a backend that only remembers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest

from skywalk.backends.remote import RemoteBackend, RemoteKeys
from skywalk.edge.arrival import OUTSIDE, Arrival
from skywalk.identity.session import SessionClaims, mint_session
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.edge_in_process import (
    AT_DYNAMODB,
    DYNAMODB_HOST,
    IN_PUBLIC,
    REGION_KEY,
    Answer,
    InProcessEdge,
    in_process_edge,
    raw_request,
)

Story = Callable[[InProcessEdge], Awaitable[None]]
KEY = {"pk": {"S": "é"}}
MUSIC = f"arn:aws:dynamodb:{rows.REGION}:{rows.ACCOUNT}:table/music"
ROOT = f"arn:aws:iam::{rows.ACCOUNT}:root"


def tell(story: Story, arrival: Arrival = AT_DYNAMODB) -> None:
    async def told() -> None:
        async with in_process_edge(arrival) as edge:
            await story(edge)

    asyncio.run(told())


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, resource: str = "*", effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource}


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code


def test_a_request_is_forwarded_as_it_was_understood() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(200, b'{"Item":{"pk":{"S":"\xc3\xa9"}}}', {"x-amz-crc32": "1"})
        sent = {"X-Moto-Account-Id": "9", "Cookie": "a=b"}
        answer = await edge.call("GetItem", {"TableName": MUSIC, "Key": KEY, "Unknown": 1}, headers=sent)
        (seen,) = edge.backend.seen
        content = '{"TableName":"music","Key":{"pk":{"S":"é"}}}'.encode()
        assert seen.body == content
        assert seen.headers == {
            "host": DYNAMODB_HOST,
            "x-moto-account-id": rows.ACCOUNT,
            "x-amz-target": "DynamoDB_20120810.GetItem",
            "content-type": "application/x-amz-json-1.0",
            "content-length": str(len(content)),
        }
        assert (answer.status, answer.body) == (200, b'{"Item":{"pk":{"S":"\xc3\xa9"}}}')
        assert answer.headers["x-amz-crc32"] == str(crc32(answer.body))
        assert len(answer.headers["x-amzn-requestid"]) == 52
        assert answer.headers["content-type"] == "application/x-amz-json-1.0"

    tell(story)


def test_the_endpoint_policy_is_asked_in_dynamodbs_words() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.dynamodb_endpoint(policy(allow("dynamodb:GetItem", MUSIC))))
        assert (await edge.call("GetItem", {"TableName": "music", "Key": KEY})).status == 200
        put = await edge.call("PutItem", {"TableName": "music", "Item": KEY})
        other = await edge.call("GetItem", {"TableName": "other", "Key": KEY})
        assert put.status == other.status == 400
        assert json.loads(put.body) == {
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "Message": f"User: {ROOT} is not authorized to perform: dynamodb:PutItem on resource: {MUSIC} "
            "because no VPC endpoint policy allows the dynamodb:PutItem action",
        }
        assert put.headers["x-amz-crc32"] == str(crc32(put.body))
        assert json.loads(other.body)["Message"].endswith(
            "table/other because no VPC endpoint policy allows the dynamodb:GetItem action"
        )
        edge.put(rows.dynamodb_endpoint(policy(allow("*"), allow("dynamodb:Query", f"{MUSIC}/index/by-year", "Deny"))))
        is_a = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
        query = {"TableName": "music", "KeyConditions": {"pk": is_a}}
        assert (await edge.call("Query", query)).status == 200
        denied = await edge.call("Query", {"TableName": "music", "IndexName": "by-year"})
        assert json.loads(denied.body)["Message"] == (
            f"User: {ROOT} is not authorized to perform: dynamodb:Query on resource: {MUSIC}/index/by-year "
            "with an explicit deny in a VPC endpoint policy"
        )
        assert len(edge.backend.seen) == 2

    tell(story)


def test_batches_and_transactions_are_refused_as_a_whole_for_one_table() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.dynamodb_endpoint(policy(allow("dynamodb:*", MUSIC))))
        batch = {"RequestItems": {"music": {"Keys": [KEY]}, "other": {"Keys": [KEY]}}}
        write = {"RequestItems": {"music": [{"PutRequest": {"Item": KEY}}], "other": [{"DeleteRequest": {"Key": KEY}}]}}
        absent = {"TableName": "other", "Key": KEY, "ConditionExpression": "attribute_not_exists(pk)"}
        items = [{"Put": {"TableName": "music", "Item": KEY}}, {"ConditionCheck": absent}]
        for operation, body, action in (
            ("BatchGetItem", batch, "BatchGetItem"),
            ("BatchWriteItem", write, "BatchWriteItem"),
            ("TransactWriteItems", {"TransactItems": items}, "ConditionCheckItem"),
        ):
            answer = await edge.call(operation, body)
            assert refusal(answer) == (400, "AccessDeniedException")
            assert f"dynamodb:{action} on resource: {MUSIC[:-5]}other because" in json.loads(answer.body)["Message"]
        assert not edge.backend.seen
        assert (await edge.call("TransactWriteItems", {"TransactItems": items[:1]})).status == 200

    tell(story)


def test_an_answer_names_tables_as_they_were_asked_for() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(
            200,
            json.dumps(
                {
                    "Responses": {"music": [KEY], "plain": []},
                    "UnprocessedKeys": {"music": {"Keys": [KEY]}},
                    "ConsumedCapacity": [{"TableName": "music", "CapacityUnits": 1}],
                }
            ).encode(),
        )
        answer = await edge.call("BatchGetItem", {"RequestItems": {MUSIC: {"Keys": [KEY]}, "plain": {"Keys": [KEY]}}})
        body = json.loads(answer.body)
        assert body["Responses"] == {MUSIC: [KEY], "plain": []}
        assert list(body["UnprocessedKeys"]) == [MUSIC]
        assert body["ConsumedCapacity"][0]["TableName"] == MUSIC

    tell(story)


def test_another_accounts_table_needs_both_sides_and_is_served_in_its_owners_name() -> None:
    async def story(edge: InProcessEdge) -> None:
        theirs = MUSIC.replace(rows.ACCOUNT, rows.OTHER_ACCOUNT)
        body = {"TableName": theirs, "Key": KEY}
        refused = await edge.call("GetItem", body)
        assert json.loads(refused.body)["Message"].endswith(
            "because no resource-based policy allows the dynamodb:GetItem action"
        )
        statement = allow("dynamodb:GetItem", theirs) | {"Principal": {"AWS": rows.ACCOUNT}}
        edge.put(rows.table("music", policy(statement), rows.OTHER_ACCOUNT))
        assert (await edge.call("GetItem", body)).status == 200
        assert refusal(await edge.call("PutItem", {"TableName": theirs, "Item": KEY})) == (400, "AccessDeniedException")
        (seen,) = edge.backend.seen
        assert seen.headers["x-moto-account-id"] == rows.OTHER_ACCOUNT

    tell(story)


def test_a_tables_policy_speaks_for_its_indexes_and_not_for_its_backups() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.table("music", policy(allow("dynamodb:*", "*", "Deny"))))
        for operation, body, expected in (
            ("Query", {"TableName": "music", "IndexName": "by-year"}, 400),
            ("DescribeTable", {"TableName": "music"}, 400),
            ("DescribeBackup", {"BackupArn": f"{MUSIC}/backup/1"}, 200),
            ("DescribeTable", {"TableName": "music2"}, 200),
        ):
            assert (await edge.call(operation, body)).status == expected, operation

    tell(story)


def test_a_role_may_do_what_its_policies_say() -> None:
    async def story(edge: InProcessEdge) -> None:
        now = SystemClock().now()
        claims = SessionClaims(
            rows.ACCOUNT, f"arn:aws:iam::{rows.ACCOUNT}:role/app", "AROAEXAMPLE", "app", "i-1", now,
            now + timedelta(hours=1), "1", (),
        )  # fmt: skip
        keys = mint_session(REGION_KEY, claims)
        may_read = {"Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": MUSIC}}
        signed: dict[str, Any] = {
            "key": keys.access_key_id,
            "secret": keys.secret_access_key,
            "headers": {"X-Amz-Security-Token": keys.session_token},
        }
        body = {"TableName": "music", "Key": KEY}
        assert refusal(await edge.call("GetItem", body, **signed)) == (400, "UnrecognizedClientException")
        edge.put(rows.role("app", json.dumps(may_read)))
        assert (await edge.call("GetItem", body, **signed)).status == 200
        refused = await edge.call("ListTables", {}, **signed)
        assert json.loads(refused.body)["Message"] == (
            f"User: arn:aws:sts::{rows.ACCOUNT}:assumed-role/app/i-1 is not authorized to perform: dynamodb:ListTables "
            f"on resource: {MUSIC[:-5]}* because no identity-based policy allows the dynamodb:ListTables action"
        )

    tell(story)


def test_who_cannot_prove_who_they_are_hears_it_in_dynamodbs_words() -> None:
    async def story(edge: InProcessEdge) -> None:
        for arguments, code, text in (
            ({"key": "AKIAUNKNOWN000000000"}, "UnrecognizedClientException", "The security token included in the"),
            ({"secret": "wrong"}, "InvalidSignatureException", "The request signature we calculated does not match"),
            ({"region": "eu-west-1"}, "InvalidSignatureException", "Credential should be scoped to a valid region"),
        ):
            answer = await edge.call("ListTables", {}, **arguments)  # type: ignore[arg-type]
            assert refusal(answer) == (400, code)
            body = json.loads(answer.body)
            assert body["__type"] == f"com.amazon.coral.service#{code}"
            assert body["message"].startswith(text)
        target = {"Host": DYNAMODB_HOST, "X-Amz-Target": "DynamoDB_20120810.ListTables"}
        unsigned = await edge.send(raw_request("POST", "/", target, b"{}"))
        assert refusal(unsigned) == (400, "MissingAuthenticationTokenException")
        of_s3 = await edge.ask("POST", "/", b"{}", target, host=DYNAMODB_HOST)
        assert refusal(of_s3) == (400, "InvalidSignatureException")
        assert "Credential should be scoped to correct service: 'dynamodb'" in of_s3.body.decode()
        assert not edge.backend.seen

    tell(story)


def test_a_body_that_is_not_the_one_that_was_signed_is_refused() -> None:
    async def story(edge: InProcessEdge) -> None:
        signed: list[bytes] = []

        async def remember(raw: bytes) -> Answer:
            signed.append(raw)
            return Answer(200)

        real, edge.send = edge.send, remember  # type: ignore[method-assign]
        await edge.call("GetItem", {"TableName": "music", "Key": KEY})
        edge.send = real  # type: ignore[method-assign]
        answer = await edge.send(signed[0].replace(b'"music"', b'"other"'))
        assert refusal(answer) == (400, "InvalidSignatureException")

    tell(story)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'{"TableName":"music","TableName":"other"}', "SerializationException"),
        (b'{"TableName":"music","Key":{"pk":{"S":"a"},"pk":{"S":"b"}}}', "SerializationException"),
        (b'{"Limit":NaN}', "SerializationException"),
        (b"\xff{}", "SerializationException"),
        (b'{"TableName":"\\ud800"}', "SerializationException"),
        (b'{"TableName":"music","Key":{"pk":{"S":"\\uDfff\\ud83d"}}}', "SerializationException"),
        (b"[" * 200_000, "SerializationException"),
        (b'{"TableName":"music","AttributesToGet":["a"],"Key":{}}', "ValidationException"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_bodies_that_can_be_read_in_two_ways_reach_nobody(body: bytes, code: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert refusal(await edge.call("GetItem", body)) == (400, code)
        assert not edge.backend.seen

    tell(story)


@pytest.mark.parametrize(
    ("operation", "body", "name"),
    [
        ("GetItem", {"TableName": "music", "Key": {}, "AttributesToGet": ["a"]}, "AttributesToGet"),
        ("UpdateTable", {"TableName": "music", "TableClass": "STANDARD"}, "TableClass"),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "music", "Key": {}, "ProjectionExpression": "a"}}]},
            "ProjectionExpression",
        ),
    ],
)
def test_what_the_embedded_backend_would_ignore_is_refused_by_name(operation: str, body: Any, name: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.call(operation, body)
        assert (answer.status, answer.code) == (400, "ValidationException")
        assert json.loads(answer.body)["message"] == f"The parameter {name} of {operation} is not supported yet."
        assert not edge.backend.seen

    tell(story)


def test_a_request_that_is_too_large_is_refused_before_it_is_read() -> None:
    async def story(edge: InProcessEdge) -> None:
        head = {
            "Host": DYNAMODB_HOST,
            "X-Amz-Target": "DynamoDB_20120810.PutItem",
            "Content-Length": str((16 << 20) + 1),
        }
        answer = await edge.send(raw_request("POST", "/", head))
        assert refusal(answer) == (413, "RequestEntityTooLargeException")

    tell(story)


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("DynamoDB_20120810.Guess", None),
        ("DynamoDBStreams_20120810.ListStreams", None),
        ("DynamoDB_20120810.ImportTable", "The operation ImportTable is not supported yet."),
    ],
)
def test_what_is_not_understood_is_never_forwarded(operation: str, message: str | None) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.call(operation, {})
        body = json.loads(answer.body)
        assert (answer.status, body.pop("__type")) == (400, "com.amazon.coral.service#UnknownOperationException")
        assert body == ({} if message is None else {"message": message})
        assert not edge.backend.seen

    tell(story)


@pytest.mark.parametrize("host", ["s3.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com", "bank.example"])
def test_an_endpoint_of_dynamodb_serves_nothing_else(host: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert refusal(await edge.call("ListTables", {}, host=host)) == (400, "UnknownOperationException")
        assert not edge.backend.seen
        assert not edge.api.seen

    tell(story)


def test_the_accounts_own_name_and_plain_public_addresses_are_served() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("ListTables", {}, host=f"{rows.ACCOUNT}.ddb.us-east-1.amazonaws.com")).status == 200
        assert (await edge.call("ListTables", {})).status == 200

    tell(story)
    tell(story, IN_PUBLIC)


def test_outside_the_region_is_the_signatures() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("DescribeTable", {"TableName": "music"}, region="eu-west-1")).status == 200
        assert edge.backend.seen[0].headers["host"] == "dynamodb.eu-west-1.amazonaws.com"

    tell(story, OUTSIDE)


def test_anybody_hears_that_somebody_is_there() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.dynamodb_endpoint(policy(allow("*", "*", "Deny"))))
        answer = await edge.send(raw_request("GET", "/", {"Host": DYNAMODB_HOST}))
        assert (answer.status, answer.body) == (200, f"healthy: {DYNAMODB_HOST} ".encode())
        assert refusal(await edge.send(raw_request("GET", "/moto-api", {"Host": DYNAMODB_HOST}))) == (
            400,
            "UnknownOperationException",
        )

    tell(story)


def test_partiql_is_decided_on_by_verb_and_table() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.dynamodb_endpoint(policy(allow("dynamodb:PartiQLSelect", MUSIC))))
        for statement, action, on in (
            ("SELECT * FROM other", "PartiQLSelect", f"{MUSIC[:-5]}other"),
            ('SELECT * FROM "music"."by-year"', "PartiQLSelect", f"{MUSIC}/index/by-year"),
            ("DELETE FROM music WHERE pk = 'a'", "PartiQLDelete", MUSIC),
        ):
            refused = await edge.call("ExecuteStatement", {"Statement": statement})
            assert f"dynamodb:{action} on resource: {on} because" in json.loads(refused.body)["Message"]
        assert not edge.backend.seen

    tell(story)


def test_a_backend_at_a_url_gets_everything_signed_anew() -> None:
    async def told() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setblocking(False)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        remote = RemoteBackend("dynamodb", url, RemoteKeys("AKIDREMOTE", "secret"), SystemClock())
        async with in_process_edge(AT_DYNAMODB, {"dynamodb": remote}) as edge:
            await edge.server.listen(listening, edge.backend.handle)
            statement = {"Statement": "SELECT * FROM music"}
            assert (await edge.call("ExecuteStatement", statement)).status == 200
            legacy = {"TableName": "music", "Key": KEY, "AttributesToGet": ["a"]}
            assert (await edge.call("GetItem", legacy)).status == 200
            first, second = edge.backend.seen
            assert (json.loads(first.body), json.loads(second.body)) == (statement, legacy)
            assert first.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDREMOTE/")
            assert f"/{rows.REGION}/dynamodb/aws4_request" in first.headers["authorization"]
            assert first.headers["x-amz-content-sha256"] == hashlib.sha256(first.body).hexdigest()
            assert "x-moto-account-id" not in first.headers

    asyncio.run(told())


def test_what_a_backend_fails_at_is_an_internal_error_whatever_it_says() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(502, b"<html>no</html>")
        assert refusal(await edge.call("ListTables", {})) == (500, "InternalServerError")
        assert refusal(await edge.call("ExecuteStatement", {"Statement": "SELECT * FROM music"})) == (
            500,
            "InternalServerError",
        )

    tell(story)


def test_a_backend_that_cannot_be_reached_is_a_service_that_is_unavailable() -> None:
    async def story(edge: InProcessEdge) -> None:
        (edge.folder / "backend").unlink()
        assert refusal(await edge.call("ListTables", {})) == (503, "ServiceUnavailable")

    tell(story)


def test_what_the_model_does_not_take_is_refused_before_policies_and_backend() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.dynamodb_endpoint(policy(allow("*", effect="Deny"))))
        wrong = await edge.call("PutItem", {"TableName": "music"})
        assert json.loads(wrong.body) == {
            "__type": "com.amazon.coral.validate#ValidationException",
            "message": "1 validation error detected: Value null at 'item' failed to satisfy constraint: "
            "Member must not be null",
        }
        typed = await edge.call("PutItem", {"TableName": "music", "Item": "x"})
        assert json.loads(typed.body) == {
            "__type": "com.amazon.coral.service#SerializationException",
            "Message": "Unexpected field type",
        }
        undefined = await edge.call("Scan", {"TableName": "music", "FilterExpression": "a = :x"})
        assert json.loads(undefined.body)["message"].endswith("is not defined; attribute value: :x")
        assert not edge.backend.seen

    tell(story)


def test_members_that_are_null_are_not_forwarded() -> None:
    async def story(edge: InProcessEdge) -> None:
        keys = {"Keys": [KEY], "ProjectionExpression": None}
        assert (await edge.call("BatchGetItem", {"RequestItems": {"music": keys}})).status == 200
        (seen,) = edge.backend.seen
        assert json.loads(seen.body) == {"RequestItems": {"music": {"Keys": [KEY]}}}

    tell(story)
