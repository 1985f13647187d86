"""Bodies on their way through the edge: read, checked, and sent on as they were understood."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from support.edge_in_process import InProcessEdge, in_process_edge
from support.s3_documents import xml

Story = Callable[[InProcessEdge], Awaitable[None]]
TAGGING = xml("Tagging(TagSet(Tag(Key=k Value=v)))").encode()
ACL = xml("AccessControlPolicy(Owner(ID=o) AccessControlList())").encode()


def tell(story: Story) -> None:
    async def told() -> None:
        async with in_process_edge() as edge:
            await story(edge)

    asyncio.run(told())


def test_a_document_is_sent_on_as_it_was_read_with_a_digest_of_its_own() -> None:
    async def story(edge: InProcessEdge) -> None:
        sent = b"<s:Tagging xmlns:s='urn:x'><!-- c -->" + TAGGING.removeprefix(b"<Tagging>")
        sent = sent.replace(b"</Tagging>", b"</s:Tagging>")
        answer = await edge.ask("PUT", "/documents?tagging", sent, {"x-amz-sdk-checksum-algorithm": "CRC32"})
        assert answer.status == 200
        (seen,) = edge.backend.seen
        namespace = b' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
        assert seen.body == TAGGING.replace(b"<Tagging>", b"<Tagging" + namespace + b">")
        assert "x-amz-sdk-checksum-algorithm" not in seen.headers
        assert len(seen.headers["content-md5"]) == 24

    tell(story)


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "code"),
    [
        ("PUT", "/documents?tagging", {}, b"", "MissingRequestBodyError"),
        ("PUT", "/documents?tagging", {}, b"x", "MalformedXML"),
        ("PUT", "/documents?acl", {}, b"", "MissingSecurityHeader"),
        ("PUT", "/documents?acl", {"x-amz-acl": "private"}, ACL, "UnexpectedContent"),
        ("PUT", "/documents?acl", {}, TAGGING, "MalformedACLError"),
        ("POST", "/documents/k?uploadId=u", {}, b"", "InvalidRequest"),
        ("PUT", "/documents?cors", {}, b" " * (1 << 20) + b" ", "MaxMessageLengthExceeded"),
    ],
)
def test_a_body_that_cannot_be_is_refused_before_the_backend(
    method: str, target: str, headers: dict[str, str], body: bytes, code: str
) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask(method, target, body, headers)
        assert (answer.status, answer.code) == (400, code)
        assert not edge.backend.seen

    tell(story)


@pytest.mark.parametrize(
    ("target", "headers", "body"),
    [
        ("/documents?acl", {"x-amz-acl": "private"}, b""),
        ("/documents/k?acl&x-amz-acl=private", {}, b""),
        ("/documents?acl", {}, ACL),
    ],
)
def test_an_acl_is_in_headers_or_in_the_body(target: str, headers: dict[str, str], body: bytes) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("PUT", target, body, headers)).status == 200
        assert bool(edge.backend.seen[0].body) is bool(body)

    tell(story)


def test_who_may_not_learns_nothing_of_the_body() -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask("PUT", "/documents?tagging", b"x", key=None)
        assert (answer.status, answer.code) == (403, "AccessDenied")

    tell(story)
