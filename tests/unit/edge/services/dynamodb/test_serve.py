"""What the embedded backend would fail at, on moto itself."""

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
TABLE: dict[str, Any] = {
    **MUSIC,
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
KEY = {"pk": {"S": "a"}}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a backend."""
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


def test_an_update_of_nothing_makes_an_item_of_its_key(tables: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.call("UpdateItem", {**MUSIC, "Key": KEY})).status == 200
        assert json.loads((await edge.call("Scan", MUSIC)).body)["Items"] == [KEY]

    tell(tables, story)


def test_a_query_has_a_condition_on_its_key(tables: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.call("Query", {**MUSIC, "FilterExpression": "attribute_exists(pk)"})
        assert (answer.status, answer.code) == (400, "ValidationException")
        assert json.loads(answer.body)["message"] == (
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )

    tell(tables, story)
