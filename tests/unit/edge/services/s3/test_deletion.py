"""DeleteObjects, key by key."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json

from support import edge_rows as rows
from support.edge_in_process import Answer, InProcessEdge, in_process_edge

RESULT = b'<?xml version="1.0"?><DeleteResult><Deleted><Key>drop</Key></Deleted></DeleteResult>'
TARGET = "/documents?delete="


def body(*keys: str) -> bytes:
    return b"<Delete>" + b"".join(f"<Object><Key>{key}</Key></Object>".encode() for key in keys) + b"</Delete>"


async def ask(edge: InProcessEdge, sent: bytes) -> Answer:
    md5 = base64.b64encode(hashlib.md5(sent).digest()).decode()
    return await edge.ask("POST", TARGET.rstrip("="), sent, {"content-md5": md5})


def keep(edge: InProcessEdge) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": "arn:aws:s3:::documents/keep*",
    }
    edge.put(rows.bucket("documents", json.dumps({"Statement": deny})))


def test_the_backend_gets_the_allowed_keys_and_the_client_hears_of_the_others() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            keep(edge)
            edge.backend.answers["POST", TARGET] = Answer(200, RESULT)
            answer = await ask(edge, body("keep1", "drop", "keep2"))
            assert answer.status == 200
            assert b"<Deleted><Key>drop</Key></Deleted><Error><Key>keep1</Key><Code>AccessDenied</Code>" in answer.body
            (seen,) = edge.backend.seen
            assert b"<Object><Key>drop</Key></Object>" in seen.body
            assert b"keep" not in seen.body
            assert "content-md5" not in seen.headers

    asyncio.run(story())


def test_governance_is_bypassed_by_those_who_may_however_they_say_it() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            deny = {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:BypassGovernanceRetention",
                "Resource": "arn:aws:s3:::documents/*",
            }
            edge.put(rows.bucket("documents", json.dumps({"Statement": deny})))
            sent, name = body("drop"), "x-amz-bypass-governance-retention"
            digest = {"content-md5": base64.b64encode(hashlib.md5(sent).digest()).decode()}
            by_query = await edge.ask("POST", f"/documents?delete&{name}=true", sent, digest)
            by_header = await edge.ask("POST", "/documents?delete", sent, {**digest, name: "true"})
            for answer in (by_query, by_header):
                assert b"<Error><Key>drop</Key><Code>AccessDenied</Code>" in answer.body
            assert not edge.backend.seen

    asyncio.run(story())


def test_a_backend_is_not_asked_for_nothing() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            keep(edge)
            answer = await ask(edge, body("keep1"))
            assert answer.status == 200
            assert b"<Error><Key>keep1</Key><Code>AccessDenied</Code>" in answer.body
            assert not edge.backend.seen

    asyncio.run(story())


def test_bodies_that_are_no_list_of_keys_are_refused() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            assert (await ask(edge, b"<Delete></Delete>")).code == "MalformedXML"
            tampered = await edge.ask(
                "POST", "/documents?delete", body("a"), {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
            )
            assert tampered.code == "BadDigest"
            assert not edge.backend.seen

    asyncio.run(story())


def test_an_answer_that_is_no_result_is_an_error() -> None:
    async def story() -> None:
        async with in_process_edge() as edge:
            edge.backend.answers["POST", TARGET] = Answer(200, b"what?")
            assert (await ask(edge, body("a"))).code == "InternalError"

    asyncio.run(story())
