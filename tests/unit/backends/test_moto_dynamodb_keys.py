"""Keys of tables and indexes, and what a refused update leaves behind, on moto's own process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skywalk.backends.embedded import EmbeddedBackend
from skywalk.backends.process import BackendProcess
from support.edge_in_process import AT_DYNAMODB, InProcessEdge, in_process_edge

MUSIC = {"TableName": "music"}
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}
TABLE: dict[str, Any] = {
    **MUSIC,
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind} for name, kind in (("pk", "S"), ("sk", "N"), ("year", "N"))
    ],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-year",
            "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
NO_MATCH = "The provided key element does not match the schema"
NO_START = f"The provided starting key is invalid: {NO_MATCH}"
OF_INDEX = (
    "One or more parameter values were invalid: Type mismatch for Index Key year Expected: N Actual: S "
    "IndexName: by-year"
)
OF_KEY = "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S"
MISSING = "One or more parameter values were invalid: Missing the key sk in the item"
OF_CONDITION = "One or more parameter values were invalid: Condition parameter type does not match schema type"
WRONG_KEYS: tuple[dict[str, Any], ...] = (
    {"pk": {"S": "a"}},
    {**KEY, "pk": {"N": "1"}},
    {**KEY, "sk": {"S": "1"}},
    {**KEY, "year": {"N": "1"}},
    {},
)
LATE = {**KEY, "year": {"S": "late"}}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    process = BackendProcess("dynamodb", tmp_path_factory.mktemp("dynamodb"))
    yield asyncio.run(process.start())
    asyncio.run(process.stop())


def tell(tables: Path, story: Callable[[InProcessEdge], Awaitable[None]]) -> None:
    async def told() -> None:
        async with in_process_edge(AT_DYNAMODB, {"dynamodb": EmbeddedBackend("dynamodb", tables)}) as edge:
            assert (await edge.call("CreateTable", TABLE)).status == 200
            try:
                await story(edge)
            finally:
                assert (await edge.call("DeleteTable", MUSIC)).status == 200

    asyncio.run(told())


async def refusal(edge: InProcessEdge, operation: str, body: Any) -> str:
    answer = await edge.call(operation, body)
    assert (answer.status, answer.code) == (400, "ValidationException"), (operation, body)
    return str(json.loads(answer.body)["message"])


async def items(edge: InProcessEdge) -> Any:
    return json.loads((await edge.call("Scan", MUSIC)).body)["Items"]


def test_a_key_is_whole_and_of_the_table_s_types(tables: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        for key in WRONG_KEYS:
            for operation in ("GetItem", "DeleteItem", "UpdateItem"):
                assert await refusal(edge, operation, {**MUSIC, "Key": key}) == NO_MATCH
            batch = {"RequestItems": {"music": {"Keys": [key]}}}
            assert await refusal(edge, "BatchGetItem", batch) == NO_MATCH
            written = {"RequestItems": {"music": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": key}}]}}
            assert await refusal(edge, "BatchWriteItem", written) == NO_MATCH
            transaction = {"TransactItems": [{"Put": {**MUSIC, "Item": KEY}}, {"Delete": {**MUSIC, "Key": key}}]}
            assert await refusal(edge, "TransactWriteItems", transaction) == NO_MATCH
        assert await items(edge) == []

    tell(tables, story)


@pytest.mark.parametrize(
    ("item", "message"),
    [({"pk": {"S": "a"}}, MISSING), ({**KEY, "sk": {"S": "x"}}, OF_KEY), (LATE, OF_INDEX)],
)
def test_an_item_has_the_keys_of_its_table_and_indexes(tables: Path, item: Any, message: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert await refusal(edge, "PutItem", {**MUSIC, "Item": item}) == message
        batch = {"RequestItems": {"music": [{"PutRequest": {"Item": KEY}}, {"PutRequest": {"Item": item}}]}}
        assert await refusal(edge, "BatchWriteItem", batch) == message
        transaction = {"TransactItems": [{"Put": {**MUSIC, "Item": item}}]}
        assert await refusal(edge, "TransactWriteItems", transaction) == message
        assert await items(edge) == []

    tell(tables, story)


def test_an_update_that_is_refused_changes_nothing(tables: Path) -> None:
    values = {"ExpressionAttributeValues": {":s": {"S": "x"}, ":n": {"N": "1"}}}
    wrong = {**MUSIC, "Key": KEY, "UpdateExpression": "SET a = :s, n = m + :n", **values}
    late = {**MUSIC, "Key": KEY, "AttributeUpdates": {"year": {"Value": {"S": "late"}}}}

    async def story(edge: InProcessEdge) -> None:
        for _ in range(2):
            before = await items(edge)
            assert "does not exist in the item" in await refusal(edge, "UpdateItem", wrong)
            assert await refusal(edge, "UpdateItem", late) == OF_INDEX
            assert await items(edge) == before
            assert (await edge.call("PutItem", {**MUSIC, "Item": {**KEY, "a": {"S": "y"}}})).status == 200

    tell(tables, story)


def test_starting_keys_and_conditions_are_of_the_table_s_types(tables: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        for start in ({"pk": {"S": "a"}}, {**KEY, "sk": {"S": "1"}}):
            assert await refusal(edge, "Scan", {**MUSIC, "ExclusiveStartKey": start}) == NO_START
        assert (await edge.call("Scan", {**MUSIC, "ExclusiveStartKey": KEY})).status == 200
        of_index: dict[str, Any] = {**MUSIC, "IndexName": "by-year", "KeyConditionExpression": "#y = :x"}
        of_index["ExpressionAttributeNames"] = {"#y": "year"}
        for value, status in (({"N": "1"}, 200), ({"S": "1"}, 400)):
            asked = {**of_index, "ExpressionAttributeValues": {":x": value}}
            assert (await edge.call("Query", asked)).status == status
        asked = {**of_index, "ExpressionAttributeValues": {":x": {"S": "1"}}}
        assert await refusal(edge, "Query", asked) == OF_CONDITION
        asked = {**of_index, "ExpressionAttributeValues": {":x": {"N": "1"}}, "ExclusiveStartKey": KEY}
        assert await refusal(edge, "Query", asked) == NO_START
        whole = {**KEY, "year": {"N": "1"}}
        assert (await edge.call("Query", {**asked, "ExclusiveStartKey": whole})).status == 200

    tell(tables, story)


def test_a_new_index_leaves_the_types_of_other_keys(tables: Path) -> None:
    created = {
        "IndexName": "by-genre",
        "KeySchema": [{"AttributeName": "genre", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }

    async def story(edge: InProcessEdge) -> None:
        update = {
            **MUSIC,
            "AttributeDefinitions": [{"AttributeName": "genre", "AttributeType": "S"}],
            "GlobalSecondaryIndexUpdates": [{"Create": created}],
        }
        assert (await edge.call("UpdateTable", update)).status == 200
        assert await refusal(edge, "UpdateTable", update) == "Attempting to create an index which already exists"
        assert (await edge.call("PutItem", {**MUSIC, "Item": KEY})).status == 200
        assert await refusal(edge, "PutItem", {**MUSIC, "Item": LATE}) == OF_INDEX
        gone = {**MUSIC, "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "none"}}]}
        assert (await edge.call("UpdateTable", gone)).code == "ResourceNotFoundException"

    tell(tables, story)


def test_values_of_different_types_do_not_match(tables: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("PutItem", {**MUSIC, "Item": {**KEY, "s": {"S": "abc"}}})).status == 200
        for expression in ("sk < :s", "sk >= :s", "sk BETWEEN :s AND :s", "size(sk) > :s", "size(gone) < :s"):
            filtered = {**MUSIC, "FilterExpression": expression, "ExpressionAttributeValues": {":s": {"S": "a"}}}
            found = await edge.call("Scan", filtered)
            assert (found.status, json.loads(found.body).get("Count")) == (200, 0), found.body
        sized = {**MUSIC, "FilterExpression": "size(s) = :n", "ExpressionAttributeValues": {":n": {"N": "3"}}}
        assert json.loads((await edge.call("Scan", sized)).body)["Count"] == 1
        legacy = {"sk": {"ComparisonOperator": "GT", "AttributeValueList": [{"S": "a"}]}}
        assert json.loads((await edge.call("Scan", {**MUSIC, "ScanFilter": legacy})).body)["Count"] == 0

    tell(tables, story)


def test_all_conditions_of_a_legacy_filter_are_met(tables: Path) -> None:
    def condition(operator: str, *values: Any) -> Any:
        return {"ComparisonOperator": operator, "AttributeValueList": list(values)}

    async def story(edge: InProcessEdge) -> None:
        for number in ("1", "2", "3"):
            item = {**KEY, "sk": {"N": number}, **({} if number == "3" else {"n": {"N": number}})}
            assert (await edge.call("PutItem", {**MUSIC, "Item": item})).status == 200
        of_key = {"pk": condition("EQ", {"S": "a"}), "sk": condition("GE", {"N": "1"})}
        for wanted, found in (
            ({"n": condition("GE", {"N": "1"}), "sk": condition("LE", {"N": "1"})}, ["1"]),
            ({"n": condition("NULL")}, ["3"]),
            ({"n": condition("IN", {"N": "2"}, {"N": "3"})}, ["2"]),
        ):
            query = await edge.call("Query", {**MUSIC, "KeyConditions": of_key, "QueryFilter": wanted})
            scan = await edge.call("Scan", {**MUSIC, "ScanFilter": wanted})
            for answer in (query, scan):
                assert [item["sk"]["N"] for item in json.loads(answer.body)["Items"]] == found

    tell(tables, story)


def test_attribute_updates_keep_their_types(tables: Path) -> None:
    values = {"b": {"B": "AA=="}, "t": {"BOOL": True}, "none": {"NULL": True}, "ns": {"NS": ["1"]}}

    async def story(edge: InProcessEdge) -> None:
        updates = {name: {"Value": value, "Action": "PUT"} for name, value in values.items()}
        assert (await edge.call("UpdateItem", {**MUSIC, "Key": KEY, "AttributeUpdates": updates})).status == 200
        assert await items(edge) == [{**KEY, **values}]

    tell(tables, story)


def test_a_name_that_moto_takes_for_a_place_in_a_list_shows_no_other_attribute(tables: Path) -> None:
    """Policies are told of an attribute `secret[0]`, which is not `secret`."""
    not_served = "Selecting an attribute whose name ends in brackets is not supported yet."
    selected = {"ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "secret[0]"}}

    async def story(edge: InProcessEdge) -> None:
        item = {**KEY, "secret": {"L": [{"S": "x"}]}}
        assert (await edge.call("PutItem", {**MUSIC, "Item": item})).status == 200
        assert await refusal(edge, "GetItem", {**MUSIC, "Key": KEY, **selected}) == not_served
        assert await refusal(edge, "Scan", {**MUSIC, **selected}) == not_served
        batch = {"RequestItems": {"music": {"Keys": [KEY], **selected}}}
        assert await refusal(edge, "BatchGetItem", batch) == not_served
        statement = {"Statement": "SELECT \"secret[0]\" FROM music WHERE pk = 'a'"}
        assert await refusal(edge, "ExecuteStatement", statement) == not_served
        written = {"ProjectionExpression": "secret[0]"}
        assert (await edge.call("GetItem", {**MUSIC, "Key": KEY, **written})).status == 200

    tell(tables, story)
