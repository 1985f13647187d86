"""moto's DynamoDB as a backend: one table's life, what moto would pretend, and what survives a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from skywalk.backends.process import BackendProcess
from support.unix_http import ask

OWNER, OTHER = "111111111111", "222222222222"
KEYS: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ARN = f"arn:aws:dynamodb:us-east-1:{OWNER}:table/"


class Backend:
    """A process on a folder; `call` is one operation."""

    def __init__(self, folder: Path) -> None:
        self._process = BackendProcess("dynamodb", folder)
        asyncio.run(self._process.start())

    def stop(self) -> None:
        asyncio.run(self._process.stop())

    def restart(self) -> None:
        self.stop()
        asyncio.run(self._process.start())

    def call(self, operation: str, account_id: str = OWNER, **body: Any) -> tuple[int, Any]:
        headers = {
            "Host": "dynamodb.us-east-1.amazonaws.com",
            "x-moto-account-id": account_id,
            "x-amz-target": f"DynamoDB_20120810.{operation}",
            "content-type": "application/x-amz-json-1.0",
        }
        status, _, content = ask(self._process.socket_path, "POST", "/", json.dumps(body).encode(), headers)
        return status, json.loads(content) if content else None

    def put(self, table: str, pk: str, **attributes: Any) -> None:
        item = {"pk": {"S": pk}, **attributes}
        assert self.call("PutItem", TableName=table, Item=item)[0] == 200

    def get(self, table: str, pk: str) -> Any:
        return self.call("GetItem", TableName=table, Key={"pk": {"S": pk}})[1].get("Item")


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    made = Backend(tmp_path_factory.mktemp("dynamodb"))
    yield made
    made.stop()


def test_tables_of_accounts_are_apart_and_survive_a_stop(backend: Backend) -> None:
    for account_id in (OWNER, OTHER):
        status, made = backend.call("CreateTable", account_id, TableName="kept", **KEYS)
        assert (status, made["TableDescription"]["TableStatus"]) == (200, "ACTIVE")
        assert made["TableDescription"]["TableArn"] == f"arn:aws:dynamodb:us-east-1:{account_id}:table/kept"
    backend.put("kept", "a", n={"N": "1"})
    assert backend.call("CreateBackup", TableName="kept", BackupName="first")[0] == 200
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert backend.call("CreateTable", TableName="streaming", StreamSpecification=stream, **KEYS)[0] == 200
    backend.put("streaming", "a")
    backend.restart()
    assert backend.get("kept", "a") == {"pk": {"S": "a"}, "n": {"N": "1"}}
    assert backend.get("streaming", "a") == {"pk": {"S": "a"}}
    assert backend.call("GetItem", OTHER, TableName="kept", Key={"pk": {"S": "a"}}) == (200, {})
    assert len(backend.call("ListBackups")[1]["BackupSummaries"]) == 1


def test_errors_have_the_names_that_clients_know(backend: Backend) -> None:
    absent = f"{ARN}absent"
    for operation, body in (
        ("GetItem", {"TableName": "absent", "Key": {"pk": {"S": "a"}}}),
        ("DescribeTimeToLive", {"TableName": "absent"}),
        (
            "UpdateTimeToLive",
            {"TableName": "absent", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
        ),
        ("TagResource", {"ResourceArn": absent, "Tags": [{"Key": "a", "Value": "b"}]}),
        ("UntagResource", {"ResourceArn": absent, "TagKeys": ["a"]}),
        ("ListTagsOfResource", {"ResourceArn": absent}),
    ):
        status, answer = backend.call(operation, **body)
        assert (status, answer["__type"]) == (400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"), (
            operation
        )


def test_a_tag_is_there_once(backend: Backend) -> None:
    backend.call("CreateTable", TableName="tagged", Tags=[{"Key": "a", "Value": "1"}], **KEYS)
    arn = f"{ARN}tagged"
    assert backend.call("TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])[0] == 200
    assert backend.call("ListTagsOfResource", ResourceArn=arn)[1]["Tags"] == [{"Key": "a", "Value": "2"}]
    assert backend.call("UntagResource", ResourceArn=arn, TagKeys=["a"])[0] == 200
    assert backend.call("ListTagsOfResource", ResourceArn=arn)[1]["Tags"] == []


def test_a_transaction_with_its_token_is_done_once(backend: Backend) -> None:
    backend.call("CreateTable", TableName="counters", **KEYS)
    update = {
        "Update": {
            "TableName": "counters",
            "Key": {"pk": {"S": "a"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for token, expected in (("t-1", "1"), ("t-1", "1"), ("t-2", "2")):
        status, answer = backend.call("TransactWriteItems", TransactItems=[update], ClientRequestToken=token)
        assert status == 200, answer
        assert backend.get("counters", "a")["n"] == {"N": expected}
    status, answer = backend.call("TransactWriteItems", TransactItems=[update, update], ClientRequestToken="t-1")
    assert (status, answer["__type"].partition("#")[2]) == (400, "IdempotentParameterMismatchException")
    assert backend.call("TransactWriteItems", TransactItems=[update])[0] == 200
    assert backend.get("counters", "a")["n"] == {"N": "3"}


def test_a_batch_may_have_equal_items_in_two_tables_and_one_key_once(backend: Backend) -> None:
    for name in ("left", "right"):
        backend.call("CreateTable", TableName=name, **KEYS)
    put = {"PutRequest": {"Item": {"pk": {"S": "a"}}}}
    assert backend.call("BatchWriteItem", RequestItems={"left": [put], "right": [put]})[0] == 200
    assert backend.get("left", "a") == backend.get("right", "a") == {"pk": {"S": "a"}}
    for second in (
        put,
        {"PutRequest": {"Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}},
        {"DeleteRequest": {"Key": {"pk": {"S": "a"}}}},
    ):
        status, answer = backend.call("BatchWriteItem", RequestItems={"left": [put, second]})
        assert (status, answer["message"]) == (400, "Provided list of item keys contains duplicates")
    twice = {"left": {"Keys": [{"pk": {"S": "a"}}, {"pk": {"S": "a"}}]}}
    assert backend.call("BatchGetItem", RequestItems=twice)[0] == 400


def test_a_transaction_reads_up_to_a_hundred_items(backend: Backend) -> None:
    backend.call("CreateTable", TableName="many", **KEYS)
    gets = [{"Get": {"TableName": "many", "Key": {"pk": {"S": str(number)}}}} for number in range(100)]
    status, answer = backend.call("TransactGetItems", TransactItems=gets)
    assert (status, len(answer["Responses"])) == (200, 100)


def test_only_one_of_many_conditional_writes_wins(backend: Backend) -> None:
    backend.call("CreateTable", TableName="locks", **KEYS)

    def take(number: int) -> int:
        item = {"pk": {"S": "lock"}, "by": {"N": str(number)}}
        return backend.call("PutItem", TableName="locks", Item=item, ConditionExpression="attribute_not_exists(pk)")[0]

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(take, range(40))) == [200] + [400] * 39


def test_what_moto_fails_at_is_an_internal_error(backend: Backend) -> None:
    backend.call("CreateTable", TableName="failing", **KEYS)
    # the edge lets no such query through
    filtered = {"n": {"ComparisonOperator": "NULL", "AttributeValueList": []}}
    status, answer = backend.call("Query", TableName="failing", KeyConditions={}, QueryFilter=filtered)
    assert (status, answer["__type"]) == (500, "com.amazonaws.dynamodb.v20120810#InternalServerError")


def test_what_moto_fails_at_in_a_transaction_is_an_internal_error_too_and_nothing_is_done(backend: Backend) -> None:
    backend.call("CreateTable", TableName="half-done", **KEYS)
    here = {"TableName": "half-done"}
    # the edge lets no update through that says nothing
    writes = [{"Put": {**here, "Item": {"pk": {"S": "a"}}}}, {"Update": {**here, "Key": {"pk": {"S": "b"}}}}]
    assert backend.call("TransactWriteItems", TransactItems=writes)[0] == 500
    assert backend.call("Scan", **here)[1]["Count"] == 0
    refused = {**here, "Key": {"pk": {"S": "b"}}, "ConditionExpression": "attribute_exists(pk)"}
    status, answer = backend.call("TransactWriteItems", TransactItems=[writes[0], {"ConditionCheck": refused}])
    codes = [reason["Code"] for reason in answer["CancellationReasons"]]
    assert (status, codes) == (400, ["None", "ConditionalCheckFailed"])
