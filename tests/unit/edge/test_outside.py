"""S3 and DynamoDB at the daemon's API port."""

from __future__ import annotations

import asyncio
import functools
import socket
from dataclasses import replace
from pathlib import Path

from skywalk.edge.outside import Outside
from skywalk.feed.rows import RowChange
from skywalk.http1.server import Server
from skywalk.values.chance import SeededChance
from skywalk.values.clock import SystemClock
from skywalk.values.errors import SkywalkError
from support import edge_rows as rows
from support.edge_in_process import REGION_KEY, InProcessEdge, in_process_edge

SECURE_ONLY = (
    '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::documents/*",'
    '"Condition":{"StringEquals":{"aws:SecureTransport":"false"}}}}'
)
ONLY_THROUGH_THE_ENDPOINT = SECURE_ONLY.replace(
    '"StringEquals":{"aws:SecureTransport":"false"}', f'"StringNotEquals":{{"aws:SourceVpce":"{rows.ENDPOINT_ID}"}}'
)


def test_any_host_is_the_service_and_any_region_is_right() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            started: list[str] = []

            async def start(service: str) -> Path:
                started.append(service)
                return edge.folder / "backend"

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
            )
            outside.apply(
                RowChange(
                    (rows.ACCESS_KEY, rows.S3, rows.bucket("documents", SECURE_ONLY, region="eu-west-1")), (), True
                )
            )
            await listen(edge, outside)
            for host in ("127.0.0.1:4599", "localhost", "s3.us-east-1.amazonaws.com"):
                assert (await edge.ask("GET", "/documents/k", host=host, region="eu-west-1")).status == 200
            assert (await edge.ask("GET", "/k", host="documents.s3.us-east-1.amazonaws.com")).status == 200
            assert [seen.target for seen in edge.backend.seen] == ["/documents/k"] * 4
            assert {seen.headers["host"] for seen in edge.backend.seen} == {"s3.eu-west-1.amazonaws.com"}
            assert started == ["s3"]
            outside.apply(RowChange((rows.bucket("documents", ONLY_THROUGH_THE_ENDPOINT),), (), False))
            assert (await edge.ask("GET", "/documents/k", host="127.0.0.1:4599")).status == 403
            outside.close()

    asyncio.run(story())


def test_dynamodb_is_served_by_the_scope_of_the_signature() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:

            async def start(_: str) -> Path:
                return edge.folder / "backend"

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
            )
            outside.apply(RowChange((rows.ACCESS_KEY, rows.S3, rows.DYNAMODB), (), True))
            await listen(edge, outside, "dynamodb")
            for host in ("127.0.0.1:4599", "localhost", "dynamodb.us-east-1.amazonaws.com"):
                assert (await edge.call("ListTables", {}, host=host, region="eu-west-1")).status == 200
            assert {seen.headers["host"] for seen in edge.backend.seen} == {"dynamodb.eu-west-1.amazonaws.com"}
            outside.close()

    asyncio.run(story())


def test_a_bucket_is_asked_in_its_own_region_whatever_was_signed_for() -> None:
    """A policy that keeps callers out of a region is about where a bucket is, and no client chooses that."""
    ireland = '"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}'
    denying = f'{{"Statement":{{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",{ireland}}}}}'

    async def story() -> None:
        async with in_process_edge() as edge:

            async def start(_: str) -> Path:
                return edge.folder / "backend"

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
            )
            buckets = (rows.bucket("documents", denying, region="eu-west-1"), rows.bucket("here", denying))
            outside.apply(RowChange((rows.ACCESS_KEY, rows.S3, *buckets), (), True))
            await listen(edge, outside)
            for region in ("eu-west-1", "us-east-1"):
                assert (await edge.ask("GET", "/documents/k", region=region)).status == 403
                assert (await edge.ask("GET", "/here/k", region=region)).status == 200
            outside.close()

    asyncio.run(story())


def test_a_region_that_is_none_is_refused_in_the_words_of_the_service() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:

            async def start(_: str) -> Path:
                return edge.folder / "backend"

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
                regions=frozenset({rows.REGION, "eu-west-1"}),
            )
            outside.apply(
                RowChange((rows.ACCESS_KEY, rows.S3, rows.DYNAMODB, rows.bucket("documents", None)), (), True)
            )
            await listen(edge, outside, "dynamodb")
            refused = await edge.call("ListTables", {}, region="xx-west-1")
            assert (refused.status, refused.code) == (400, "InvalidSignatureException")
            assert b"Credential should be scoped to a valid region" in refused.body
            assert (await edge.call("ListTables", {}, region="eu-west-1")).status == 200
            await listen(edge, outside)
            refused = await edge.ask("GET", "/documents/k", region="xx-west-1")
            assert (refused.status, refused.code) == (400, "AuthorizationHeaderMalformed")
            assert b"expecting 'us-east-1'" in refused.body
            assert [seen.headers["host"] for seen in edge.backend.seen] == ["dynamodb.eu-west-1.amazonaws.com"]
            outside.close()

    asyncio.run(story())


def test_a_name_in_public_or_the_operation_says_which_of_those_that_sign_as_one_is_meant() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:

            async def start(_: str) -> Path:
                return edge.folder / "backend"

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
            )
            registry = replace(rows.CATALOGUE, services=(), usual=("servicecatalog-appregistry",))
            outside.apply(RowChange((registry,), (), True))
            await listen(edge, outside, "servicecatalog")
            named = await edge.ask(
                "GET", "/applications", host="servicecatalog-appregistry.us-east-1.amazonaws.com", key=None
            )
            unnamed = await edge.ask("GET", "/applications", host="127.0.0.1:4599", key=None)
            unknown = await edge.ask("GET", "/nothing", host="127.0.0.1:4599", key=None)
            assert b"missing Authentication Token" in named.body
            assert b"missing Authentication Token" in unnamed.body
            assert b"UnknownOperation" in unknown.body
            outside.close()

    asyncio.run(story())


def test_a_target_says_that_streams_of_dynamodb_are_meant() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            started: list[str] = []

            async def start(service: str) -> Path:
                started.append(service)
                raise SkywalkError("not in this test")

            outside = Outside(
                region_key=REGION_KEY,
                default_region=rows.REGION,
                remotes={},
                start_backend=start,
                reporter=edge.daemon,
                clock=SystemClock(),
                chance=SeededChance(),
            )
            catalogue = replace(rows.CATALOGUE, services=(), usual=("dynamodb-streams",))
            outside.apply(RowChange((rows.ACCESS_KEY, rows.DYNAMODB, catalogue), (), True))
            await listen(edge, outside, "dynamodb")
            for target in ("DynamoDBStreams_20120810.ListStreams", "DynamoDB_20120810.ListTables"):
                assert (await edge.call(target, {}, host="127.0.0.1:4599")).status >= 500
            assert started == ["dynamodb-streams", "dynamodb"]
            outside.close()

    asyncio.run(story())


async def listen(edge: InProcessEdge, outside: Outside, service: str = "s3") -> None:
    server: Server = edge.server
    entrance = socket.create_server(("127.0.0.1", 0))
    entrance.setblocking(False)
    edge.port = entrance.getsockname()[1]
    await server.listen(entrance, functools.partial(outside.handle, service))
