"""What the counters say of requests at the edge."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from skywalk.edge.verdicts import LOST_RECORDS, told
from support import edge_rows as rows
from support.edge_in_process import AT_DYNAMODB, AT_ENDPOINT, IN_PUBLIC, InProcessEdge, in_process_edge

DENIES = '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}'


def counted(edge: InProcessEdge) -> dict[str, int]:
    return dict(told(edge.router.counts))


def test_s3() -> None:
    async def story() -> None:
        async with in_process_edge(AT_ENDPOINT) as edge:
            for _ in range(2):
                await edge.ask("GET", "/documents/k")
            assert counted(edge) == {"s3 forwarded 200": 2}
            await edge.ask("GET", "/documents/k", key=None)
            await edge.ask("GET", "/documents/k", host="bank.example")
            edge.put(rows.endpoint(policy=DENIES))
            await edge.ask("GET", "/documents/k")
            await edge.ask("TRACE", "/documents/k")
            assert counted(edge) == {
                "s3 forwarded 200": 2,
                "s3 denied 403": 2,
                "s3 refused 400": 1,
                "s3 refused 405": 1,
            }

    asyncio.run(story())


def test_records_have_the_id_that_the_client_was_told() -> None:
    async def story() -> None:
        async with in_process_edge(AT_ENDPOINT) as edge:
            answered = await edge.ask("GET", "/documents/k")
            unsigned = await edge.ask("GET", "/documents/k", key=None)
            elsewhere = await edge.ask("GET", "/documents/k", host="bank.example")
            told = [answer.headers["x-amz-request-id"] for answer in (answered, unsigned, elsewhere)]
            assert [record.request_id for record in edge.records()] == told
        async with in_process_edge(AT_DYNAMODB) as edge:
            key = {"TableName": "table", "Key": {"k": {"S": "v"}}}
            answers = [await edge.call("GetItem", key), await edge.call("NoSuchOperation", {})]
            told = [answer.headers["x-amzn-requestid"] for answer in answers]
            assert [record.request_id for record in edge.records()] == told

    asyncio.run(story())


def test_lost_records_are_told() -> None:
    async def story() -> None:
        async with in_process_edge(AT_ENDPOINT) as edge:
            assert dict(told(edge.router.counts, edge.access_log)) == {}
            (edge.folder / "access-log").write_text("in the way")
            await edge.ask("GET", "/documents/k")
            assert edge.records() == []
            assert told(edge.router.counts, edge.access_log) == {"s3 forwarded 200": 1, LOST_RECORDS: 1}

    asyncio.run(story())


def test_the_refusals_of_dynamodb_are_counted_too() -> None:
    async def story() -> None:
        async with in_process_edge(AT_DYNAMODB) as edge:
            await edge.call("NoSuchOperation", {})
            edge.put(rows.dynamodb_endpoint(policy=DENIES))
            await edge.call("GetItem", {"TableName": "table", "Key": {"k": {"S": "v"}}})
            assert counted(edge) == {"dynamodb refused 400": 1, "dynamodb denied 400": 1}

    asyncio.run(story())


def test_the_api_in_public() -> None:
    async def story() -> None:
        async with in_process_edge(IN_PUBLIC) as edge:
            await edge.ask("POST", "/", host="sts.us-east-1.amazonaws.com")
            assert counted(edge) == {"sts forwarded 200": 1}

    asyncio.run(story())


def test_as_they_are_told() -> None:
    counts = defaultdict(int, {("s3 forwarded", 200): 2, ("ec2 denied", 403): 1})
    assert told(counts) == {"s3 forwarded 200": 2, "ec2 denied 403": 1}
