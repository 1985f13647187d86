"""The metadata service's sockets, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from skywalk.accepting.reserve import Reserve
from skywalk.http1.deadlines import Deadlines
from skywalk.metadata import server as server_module
from skywalk.metadata.role_credentials import RoleCredentials, ShownCredentials
from skywalk.metadata.server import MetadataServer
from skywalk.metadata.service import MetadataService
from skywalk.metadata.tokens import TokenMint
from skywalk.values.clock import FixedClock
from support.descriptors import descriptors_below
from support.guests import guest

DEADLINE_SECONDS = 60
GET = b"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n"
PUT = b"PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n"


@contextlib.asynccontextmanager
async def serving(*, allowed: bool = True) -> AsyncIterator[tuple[MetadataServer, tuple[str, int]]]:
    found = guest(metadata_hop_limit=3)
    clock, reserve = FixedClock(), Reserve()
    shown = ShownCredentials(lambda _, __, start, end: RoleCredentials("A", "S", "T", start, end), clock)
    server = MetadataServer(
        MetadataService(TokenMint(b"key"), shown, clock),
        lambda address: found if address == "127.0.0.1" else None,
        lambda _address: allowed,
        Deadlines(asyncio.get_running_loop()),
        reserve,
    )
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.bind(("127.0.0.1", 0))
    place = listener.getsockname()
    await server.serve(listener)
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield server, place
    finally:
        server.close()
        reserve.close()
        await asyncio.sleep(0)


async def ask(place: tuple[str, int], request: bytes) -> bytes:
    """Everything until the server closes."""
    reader, writer = await asyncio.open_connection(*place)
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()


def test_an_answer_ends_its_connection() -> None:
    async def story() -> None:
        async with serving() as (_, place):
            answer = await ask(place, GET + GET)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"\r\nConnection: close\r\n" in answer
            assert answer.endswith(b"\r\n\r\ni-0123456789abcdef0")
            assert answer.count(b"HTTP/1.1") == 1

    asyncio.run(story())


def test_a_head_has_the_length_and_no_content() -> None:
    async def story() -> None:
        async with serving() as (_, place):
            answer = await ask(place, GET.replace(b"GET", b"HEAD"))
            assert b"\r\nContent-Length: 19\r\n" in answer
            assert answer.endswith(b"\r\n\r\n")

    asyncio.run(story())


def test_only_a_tokens_answer_has_the_guests_hop_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    hops: list[int] = []
    monkeypatch.setattr(server_module, "_set_hop_limit", lambda _sock, limit: hops.append(limit))

    async def story() -> None:
        async with serving() as (_, place):
            await ask(place, GET)
            assert hops == []
            assert (await ask(place, PUT)).startswith(b"HTTP/1.1 200 OK\r\n")
            assert hops == [3]

    asyncio.run(story())


def test_who_asks_too_much_is_told_to_wait() -> None:
    async def story() -> None:
        async with serving(allowed=False) as (_, place):
            assert (await ask(place, GET)).startswith(b"HTTP/1.1 503 ")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"x: y\r\n" * 100 + b"\r\n", b"431"),
        (b"PUT /latest/api/token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", b"400"),
    ],
)
def test_malformed_and_oversized_requests_are_refused(request_bytes: bytes, status: bytes) -> None:
    async def story() -> None:
        async with serving() as (_, place):
            answer = await ask(place, request_bytes)
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert b"<title>" + status in answer

    asyncio.run(story())


def test_connections_above_the_limit_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_CONNECTIONS_LIMIT", 1)

    async def story() -> None:
        async with serving() as (_, place):
            reader, writer = await asyncio.open_connection(*place)
            with contextlib.suppress(ConnectionError):
                assert await ask(place, GET) == b""
            writer.write(GET)
            assert (await reader.read()).endswith(b"i-0123456789abcdef0")
            writer.close()
            assert (await ask(place, GET)).endswith(b"i-0123456789abcdef0")

    asyncio.run(story())


def test_one_instance_does_not_take_the_connections_of_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_CONNECTIONS_LIMIT", 2)
    monkeypatch.setattr(server_module, "_CONNECTIONS_OF_ONE_LIMIT", 1, raising=False)

    async def story() -> None:
        async with serving() as (_, place):
            held = [await asyncio.open_connection(*place) for _ in range(2)]
            reader, writer = await asyncio.open_connection(*place, local_addr=("127.0.0.2", 0))
            writer.write(GET)
            assert (await reader.read()).startswith(b"HTTP/1.1 404 ")  # of somebody who is no instance
            for _, mine in (*held, (reader, writer)):
                mine.close()

    asyncio.run(story())


def test_without_descriptors_an_instance_is_told_so() -> None:
    async def story() -> None:
        client = socket.socket()
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        async with serving() as (_, place):
            with descriptors_below():
                await loop.sock_connect(client, place)
                await loop.sock_sendall(client, GET)
                heard = await loop.sock_recv(client, 4096)
            assert heard.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert b"\r\nConnection: close\r\n" in heard
            client.close()
            assert (await ask(place, GET)).startswith(b"HTTP/1.1 200 OK\r\n")

    asyncio.run(story())
