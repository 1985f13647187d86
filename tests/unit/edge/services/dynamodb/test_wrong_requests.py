"""Requests with something wrong in them, on moto itself: none of them is the server's fault."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from skywalk.backends.embedded import EmbeddedBackend
from skywalk.backends.process import BackendProcess
from support.dynamodb_requests import GOOD, ITEM, NEW_TABLE, OF_TABLE, wrong_requests
from support.edge_in_process import AT_DYNAMODB, InProcessEdge, in_process_edge

SEED = 5
REQUESTS = 500
EVERY = 200
"""So often the table is made once more, should it be gone."""


async def failures(edge: InProcessEdge) -> list[str]:
    found = []
    for number, (operation, body) in enumerate((*GOOD, *wrong_requests(SEED, REQUESTS))):
        if number % EVERY == 0:
            await edge.call("CreateTable", NEW_TABLE)
            assert (await edge.call("PutItem", {**OF_TABLE, "Item": ITEM})).status == 200
        answer = await edge.call(operation, body)
        if answer.status not in (200, 400):
            found.append(f"{answer.status} {operation} {json.dumps(body)}")
    return found


def test_no_wrong_request_is_answered_as_a_failure(tmp_path: Path) -> None:
    async def story() -> list[str]:
        process = BackendProcess("dynamodb", tmp_path)
        socket = await process.start()
        try:
            async with in_process_edge(AT_DYNAMODB, {"dynamodb": EmbeddedBackend("dynamodb", socket)}) as edge:
                return await failures(edge)
        finally:
            await process.stop()

    assert asyncio.run(story()) == []
