"""Connections of one socket, also where there are no descriptors for them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from skywalk.accepting.acceptor import PAUSE_SECONDS, Acceptor
from skywalk.accepting.reserve import SIZE, Reserve
from support.descriptors import descriptors_below
from support.http1_world import LOOPS, run, until

both_loops = pytest.mark.parametrize("loop", LOOPS)


class Saying(asyncio.Protocol):
    """Says one word and closes."""

    def __init__(self, word: bytes) -> None:
        self._word = word

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        writing = cast("asyncio.Transport", transport)
        writing.write(self._word)
        writing.close()


class CountingSocket(socket.socket):
    """Of the listening kind: counts the attempts to accept."""

    attempts = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.attempts += 1
        return super().accept()


class World:
    """An acceptor whose connections are told `welcome` or `full`, and clients whose sockets are there already: in a
    process without descriptors they could not be made."""

    def __init__(self, reserved: int, clients: int) -> None:
        self.reserve = Reserve(reserved)
        self.highest_reserved = max(self.reserve._kept, default=0)
        self.clients = [socket.socket() for _ in range(clients)]
        self.listening = CountingSocket()
        self.listening.bind(("127.0.0.1", 0))
        self.place = self.listening.getsockname()
        make, refuse = (lambda: Saying(b"welcome")), (lambda: Saying(b"full"))
        self.acceptor = Acceptor(self.listening, make, refuse, self.reserve)
        for client in self.clients:
            client.setblocking(False)

    def close(self) -> None:
        self.acceptor.close()
        self.reserve.close()
        for client in self.clients:
            client.close()

    async def connect(self) -> socket.socket:
        client = self.clients[-1]
        await asyncio.get_running_loop().sock_connect(client, self.place)
        return self.clients.pop()

    async def hear(self, client: socket.socket) -> bytes:
        heard = await asyncio.get_running_loop().sock_recv(client, 100)
        client.close()
        return heard

    async def ask(self) -> bytes:
        return await self.hear(await self.connect())


@contextlib.contextmanager
def world(reserved: int = SIZE, clients: int = 1) -> Iterator[World]:
    made = World(reserved, clients)
    try:
        yield made
    finally:
        made.close()


@both_loops
def test_a_connection_is_taken(loop: str) -> None:
    async def story() -> None:
        with world(clients=3) as here:
            assert [await here.ask() for _ in range(3)] == [b"welcome"] * 3
            assert here.reserve.turned_away == 0

    run(story, loop)


@both_loops
def test_many_at_once_are_taken(loop: str) -> None:
    async def story() -> None:
        with world(clients=200) as here:
            clients = [await here.connect() for _ in range(200)]
            assert {await here.hear(client) for client in clients} == {b"welcome"}

    run(story, loop)


@both_loops
def test_without_descriptors_everybody_is_told(loop: str) -> None:
    """Also more clients at once than descriptors are kept back."""

    async def story() -> None:
        with world(clients=3 * SIZE) as here, descriptors_below():
            clients = [await here.connect() for _ in range(3 * SIZE)]
            # All stay open until all have heard: their own descriptors are of no help.
            heard = [await asyncio.get_running_loop().sock_recv(client, 100) for client in clients]
            assert heard == [b"full"] * (3 * SIZE)
            assert here.reserve.shortage == "Too many open files"
            for client in clients:
                client.close()

    run(story, loop)


@both_loops
def test_there_are_descriptors_again(loop: str) -> None:
    async def story() -> None:
        with world(clients=2) as here:
            with descriptors_below():
                told = await here.connect()
                assert await asyncio.get_running_loop().sock_recv(told, 100) == b"full"
            assert await here.ask() == b"welcome"
            assert here.reserve.shortage is None
            told.close()

    run(story, loop)


@both_loops
def test_a_limit_below_the_numbers_in_use_is_no_different(loop: str) -> None:
    async def story() -> None:
        with world(clients=4) as here, descriptors_below(here.highest_reserved + 1):
            clients = [await here.connect() for _ in range(4)]
            heard = [await asyncio.get_running_loop().sock_recv(client, 100) for client in clients]
            assert heard == [b"full"] * 4
            for client in clients:
                client.close()

    run(story, loop)


@both_loops
def test_where_nothing_can_be_accepted_it_is_tried_now_and_then(loop: str) -> None:
    async def story() -> None:
        with world(reserved=0, clients=1) as here:
            with descriptors_below():
                started = time.monotonic()
                client = await here.connect()
                await until(lambda: here.listening.attempts >= 4)
                assert time.monotonic() - started >= 3 * PAUSE_SECONDS * 0.9
            assert await here.hear(client) == b"welcome"

    run(story, loop)


@both_loops
def test_one_that_is_closed_takes_no_more(loop: str) -> None:
    async def story() -> None:
        with world(clients=1) as here:
            here.acceptor.close()
            here.acceptor.close()
            with pytest.raises(ConnectionRefusedError):
                await here.connect()

    run(story, loop)


@both_loops
def test_one_that_is_closed_in_a_pause_stays_so(loop: str) -> None:
    async def story() -> None:
        with world(reserved=0, clients=1) as here:
            with descriptors_below():
                client = await here.connect()
                await until(lambda: here.listening.attempts >= 1)
            here.acceptor.close()
            with pytest.raises(ConnectionResetError):
                await here.hear(client)
            client.close()

    run(story, loop)
