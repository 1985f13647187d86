"""Servers that live, that do not, and that are not there."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.supervision.http_probe import HttpProbe

WITHIN_SECONDS = 0.2


def test_a_server_that_lives_answers_and_its_handler_is_not_asked(tmp_path: Path) -> None:
    asked: list[str] = []

    def handler(head: RequestHead, _body: Body, exchange: Exchange) -> None:
        asked.append(head.path)
        exchange.respond(200, [], b"")

    async def story() -> None:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(tmp_path / "socket"))
        server, probe = Server(), HttpProbe(tmp_path / "socket")
        await server.listen(listening, handler)
        assert await probe.answers(10)
        assert (probe.pid, asked) == (os.getpid(), [])
        await server.stop(1)

    asyncio.run(story())


def test_one_that_takes_nothing_does_not_answer(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "socket"))
            listening.listen(1)
            probe = HttpProbe(tmp_path / "socket")
            assert not await probe.answers(WITHIN_SECONDS)
            assert probe.pid == os.getpid()

    asyncio.run(story())


def test_one_whose_queue_is_full_does_not_answer_and_holds_nobody_up(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "socket"))
            listening.listen(0)
            probe = HttpProbe(tmp_path / "socket")
            assert not await probe.answers(WITHIN_SECONDS)
            assert fill_queue(tmp_path / "socket") <= 1
            started = time.monotonic()
            assert not await probe.answers(WITHIN_SECONDS)
            assert time.monotonic() - started < 10
            assert probe.pid == os.getpid()

    asyncio.run(story())


def fill_queue(path: Path) -> int:
    """How many connections that took: who has closed its own still has a place there."""
    for count in range(10):
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.setblocking(False)
            try:
                waiting.connect(str(path))
            except BlockingIOError:
                return count
    raise AssertionError("the queue has no end")


def test_where_nobody_listens_nobody_is_silent(tmp_path: Path) -> None:
    async def story() -> None:
        probe = HttpProbe(tmp_path / "socket")
        assert await probe.answers(10)
        assert probe.pid is None

    asyncio.run(story())
