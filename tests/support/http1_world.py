"""Real sockets on loopback for tests of `http1`, on both event loops.

async def story() -> None:
    async with serving(handler) as server, server.client() as client:
        client.send("GET / HTTP/1.1", "Host: a")
        assert (await client.answer()).status == 200

run(story, loop)
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvloop

from skywalk.http1.connection import Handler, RefusalRenderer, render_plain_refusal
from skywalk.http1.limits import Limits
from skywalk.http1.server import Listener, Server

LOOPS = ("asyncio", "uvloop")
PATIENCE_SECONDS = 60.0


def run(story: Callable[[], Awaitable[None]], loop: str = "asyncio") -> None:
    factory = uvloop.new_event_loop if loop == "uvloop" else None

    async def patiently() -> None:
        await asyncio.wait_for(story(), PATIENCE_SECONDS)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(patiently())


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition of this process; the story's patience is the deadline."""
    while not condition():  # noqa: ASYNC110 (what is waited for knows nothing of events)
        await asyncio.sleep(0.001)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class RawClient:
    """Writes bytes as they are, reads answers one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *lines: str, body: bytes = b"") -> None:
        self.send_raw("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1") + body)

    def send_raw(self, data: bytes) -> None:
        self.writer.write(data)

    def end(self) -> None:
        """Close the sending side only."""
        self.writer.write_eof()

    def reset(self) -> None:
        """Cut the connection; a mere close could be a client that still waits for its answer."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def head(self) -> Answer:
        """The next head, an interim one too."""
        raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = raw.split("\r\n")[:-2]
        headers = dict(line.split(": ", 1) for line in lines)
        return Answer(int(first.split(" ")[1]), {name.lower(): value for name, value in headers.items()}, b"")

    async def answer(self, *, to_head: bool = False) -> Answer:
        answer = await self.head()
        if to_head or answer.status in (204, 304) or answer.status < 200:
            return answer
        if "content-length" in answer.headers:
            answer.body = await self.reader.readexactly(int(answer.headers["content-length"]))
        elif answer.headers.get("transfer-encoding") == "chunked":
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                answer.body += (await self.reader.readexactly(size + 2))[:-2]
            assert await self.reader.readexactly(2) == b"\r\n"
        else:
            answer.body = await self.reader.read()
        return answer

    async def closed(self) -> bytes:
        """What is left until the server closes; nothing, where it cuts."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""


class Serving:
    def __init__(self, server: Server, listener: Listener, address: tuple[str, int]) -> None:
        self.server = server
        self.listener = listener
        self.address = address

    @asynccontextmanager
    async def client(self, read_ahead_bytes: int = 65536) -> AsyncIterator[RawClient]:
        async with connected(self.address, read_ahead_bytes) as client:
            yield client


@asynccontextmanager
async def connected(address: tuple[str, int], read_ahead_bytes: int = 65536) -> AsyncIterator[RawClient]:
    reader, writer = await asyncio.open_connection(*address, limit=read_ahead_bytes)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def serving(
    handler: Handler,
    limits: Limits | None = None,
    render_refusal: RefusalRenderer = render_plain_refusal,
) -> AsyncIterator[Serving]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = Server(limits, render_refusal, deadline_interval_seconds=0.02)
    listener = await server.listen(sock, handler)
    try:
        yield Serving(server, listener, sock.getsockname())
    finally:
        await server.stop(within_seconds=0)
        await until(lambda: listener.open_connections == 0)
