"""PartiQL through the edge on moto's tables."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skywalk.backends.embedded import EmbeddedBackend
from skywalk.backends.process import BackendProcess
from support.edge_in_process import AT_DYNAMODB, Answer, InProcessEdge, in_process_edge

TABLE = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "title", "label")],
    "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-label",
            "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


class Talk:
    """Statements to an edge with a table of moto's."""

    def __init__(self, edge: InProcessEdge) -> None:
        self.edge = edge

    async def run(self, statement: str, *parameters: Any, **further: Any) -> Any:
        body: dict[str, Any] = {"Statement": statement, **further}
        if parameters:
            body["Parameters"] = list(parameters)
        return parsed(await self.edge.call("ExecuteStatement", body))

    async def titles(self, where: str) -> list[str]:
        found = await self.run(f"SELECT * FROM music {where}")
        return [item["title"]["S"] for item in found["Items"]]


def parsed(answer: Answer) -> Any:
    body = json.loads(answer.body)
    return body if answer.status == 200 else {"status": answer.status, **body}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a backend."""
    process = BackendProcess("dynamodb", tmp_path_factory.mktemp("dynamodb"))
    yield asyncio.run(process.start())
    asyncio.run(process.stop())


def tell(tables: Path, story: Callable[[Talk], Awaitable[None]]) -> None:
    async def told() -> None:
        async with in_process_edge(AT_DYNAMODB, {"dynamodb": EmbeddedBackend("dynamodb", tables)}) as edge:
            assert (await edge.call("CreateTable", TABLE)).status == 200
            try:
                for number in range(5):
                    await Talk(edge).run(
                        "INSERT INTO music VALUE {'artist': 'a', 'title': ?, 'n': ?, 'label': 'x'}",
                        {"S": f"t{number}"},
                        {"N": str(number)},
                    )
                await story(Talk(edge))
            finally:
                assert (await edge.call("DeleteTable", {"TableName": "music"})).status == 200

    asyncio.run(told())


def test_selections(tables: Path) -> None:
    async def story(talk: Talk) -> None:
        assert await talk.titles("WHERE artist = 'a'") == ["t0", "t1", "t2", "t3", "t4"]
        assert await talk.titles("WHERE artist = 'a' AND title > 't1' ORDER BY title DESC") == ["t4", "t3", "t2"]
        assert await talk.titles("WHERE n >= 3") == ["t3", "t4"]
        assert await talk.titles("WHERE artist = 'a' AND n BETWEEN 1 AND 2") == ["t1", "t2"]
        assert await talk.titles("WHERE title IN ['t0', 't4'] AND x IS MISSING") == ["t0", "t4"]
        assert await talk.titles("WHERE artist = 'b'") == []
        by_label = await talk.run('SELECT title FROM "music"."by-label" WHERE label = ?', {"S": "x"})
        assert len(by_label["Items"]) == 5
        assert by_label["Items"][0].keys() == {"title"}
        absent = await talk.run('SELECT * FROM "music"."by-year"')
        assert (absent["status"], "specified index" in absent["message"]) == (400, True)
        nothing = await talk.run("SELECT * FROM nothing")
        assert nothing["__type"] == "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"

    tell(tables, story)


def test_a_selection_goes_on_where_it_stopped(tables: Path) -> None:
    async def story(talk: Talk) -> None:
        statement = "SELECT * FROM music WHERE artist = 'a'"
        first = await talk.run(statement, Limit=3)
        assert [item["title"]["S"] for item in first["Items"]] == ["t0", "t1", "t2"]
        rest = await talk.run(statement, NextToken=first["NextToken"])
        assert [item["title"]["S"] for item in rest["Items"]] == ["t3", "t4"]
        assert "NextToken" not in rest
        for other, token in (("SELECT * FROM music", first["NextToken"]), (statement, "e30=")):
            refused = await talk.run(other, NextToken=token)
            assert "NextToken is invalid" in refused["message"]

    tell(tables, story)


def test_writes_say_whether_they_were_done(tables: Path) -> None:
    async def story(talk: Talk) -> None:
        again = await talk.run("INSERT INTO music VALUE {'artist': 'a', 'title': 't0'}")
        assert again["__type"].endswith("#DuplicateItemException")
        key = "WHERE artist = 'a' AND title = 't0'"
        changed = await talk.run(f"UPDATE music SET n = n + 10 SET m = 'x' {key} RETURNING MODIFIED NEW *")
        assert changed["Items"] == [{"n": {"N": "10"}, "m": {"S": "x"}}]
        refused = await talk.run(f"UPDATE music SET n = 0 {key} AND n < 5")
        assert refused["__type"].endswith("#ConditionalCheckFailedException")
        absent = await talk.run("UPDATE music SET n = 0 WHERE artist = 'a' AND title = 'none'")
        assert absent["__type"].endswith("#ConditionalCheckFailedException")
        assert await talk.run("DELETE FROM music WHERE artist = 'a' AND title = 'none'") == {"Items": []}
        gone = await talk.run(f"DELETE FROM music {key} RETURNING ALL OLD *")
        assert gone["Items"][0]["n"] == {"N": "10"}
        assert await talk.titles("WHERE artist = 'a'") == ["t1", "t2", "t3", "t4"]

    tell(tables, story)


def test_batches_answer_for_each_statement(tables: Path) -> None:
    async def story(talk: Talk) -> None:
        async def batch(*statements: str) -> Any:
            given = [{"Statement": statement} for statement in statements]
            return parsed(await talk.edge.call("BatchExecuteStatement", {"Statements": given}))

        reads = await batch(
            "SELECT n FROM music WHERE artist = 'a' AND title = 't3'",
            "SELECT n FROM music WHERE artist = 'a' AND title = 'none'",
            "SELECT n FROM music WHERE artist = 'a'",
            "SELECT n FROM nothing WHERE artist = 'a'",
        )
        one, none, vague, absent = reads["Responses"]
        assert one == {"TableName": "music", "Item": {"n": {"N": "3"}}}
        assert none == {"TableName": "music"}
        assert vague["Error"]["Code"] == "ValidationError"
        assert absent["Error"]["Code"] == "ResourceNotFound"
        writes = await batch(
            "INSERT INTO music VALUE {'artist': 'b', 'title': 'new'}",
            "INSERT INTO music VALUE {'artist': 'a', 'title': 't0'}",
        )
        done, duplicate = writes["Responses"]
        assert done == {"TableName": "music"}
        assert duplicate["Error"]["Code"] == "DuplicateItem"
        mixed = await batch("SELECT * FROM music", "DELETE FROM music WHERE artist = 'a' AND title = 't0'")
        assert "cannot be in one request" in mixed["message"]

    tell(tables, story)


def test_transactions_are_done_whole_or_not_at_all(tables: Path) -> None:
    async def story(talk: Talk) -> None:
        async def transact(*statements: str) -> Any:
            given = [{"Statement": statement} for statement in statements]
            return parsed(await talk.edge.call("ExecuteTransaction", {"TransactStatements": given}))

        insert = "INSERT INTO music VALUE {'artist': 'b', 'title': 'new'}"
        failed = await transact(insert, "UPDATE music SET n = 1 WHERE artist = 'a' AND title = 'none'")
        assert failed["__type"].endswith("#TransactionCanceledException")
        assert await talk.titles("WHERE artist = 'b'") == []
        done = await transact(insert, "DELETE FROM music WHERE artist = 'a' AND title = 't0'")
        assert done == {"Responses": [{}, {}]}
        read = await transact("SELECT * FROM music WHERE artist = 'b' AND title = 'new'")
        assert read["Responses"] == [{"Item": {"artist": {"S": "b"}, "title": {"S": "new"}}}]
        vague = await transact("SELECT * FROM music WHERE artist = 'b'")
        assert "must specify the primary key alone" in vague["message"]

    tell(tables, story)


@pytest.mark.parametrize("operation", ["ExecuteTransaction", "ExecuteStatement"])
def test_parameters_are_a_list(tables: Path, operation: str) -> None:
    async def story(talk: Talk) -> None:
        statement = {"Statement": "SELECT * FROM music WHERE artist = ?", "Parameters": {"S": "a"}}
        body = statement if operation == "ExecuteStatement" else {"TransactStatements": [statement]}
        answer = await talk.edge.call(operation, body)
        assert b"Start of structure or map found where not expected" in answer.body

    tell(tables, story)
