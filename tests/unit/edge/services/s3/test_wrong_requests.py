"""Requests with something wrong in them, on moto itself: none of them is the server's fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

from skywalk.backends.embedded import EmbeddedBackend
from skywalk.backends.process import BackendProcess
from support.edge_in_process import InProcessEdge, in_process_edge
from support.s3_requests import S3Requests

SEED = 12
REQUESTS = 600
NOT_IMPLEMENTED = 501


async def upload_in_bank(edge: InProcessEdge) -> str:
    """The id of an upload, in a bucket with an object."""
    assert (await edge.ask("PUT", "/bank")).status == 200
    assert (await edge.ask("PUT", "/bank/k", b"content")).status == 200
    begun = await edge.ask("POST", "/bank/k?uploads")
    return begun.body.partition(b"<UploadId>")[2].partition(b"</UploadId>")[0].decode()


async def failures(edge: InProcessEdge) -> list[str]:
    known = {"Bucket": "bank", "Key": "k", "CopySource": "bank/k", "VersionId": "null"}
    requests = S3Requests(SEED, known | {"UploadId": await upload_in_bank(edge)})
    found = []
    for wrong in requests.some(REQUESTS):
        answer = await edge.ask(wrong.method, wrong.target, wrong.body, dict(wrong.headers))
        if answer.status >= 500 and answer.status != NOT_IMPLEMENTED:
            found.append(str(wrong))
        if wrong.operation in ("DeleteBucket", "DeleteObject", "DeleteObjects"):
            await upload_in_bank(edge)
    return found


def test_no_wrong_request_is_answered_as_a_failure(tmp_path: Path) -> None:
    async def story() -> list[str]:
        process = BackendProcess("s3", tmp_path)
        socket = await process.start()
        try:
            async with in_process_edge(backends={"s3": EmbeddedBackend("s3", socket)}) as edge:
                return await failures(edge)
        finally:
            await process.stop()

    assert asyncio.run(story()) == []
