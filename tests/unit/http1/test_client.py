"""The pooled client against scripted upstreams, and joined with the server as a proxy."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from skywalk.http1.body import Body
from skywalk.http1.client import Origin, Upstream, UpstreamLimits
from skywalk.http1.connection import Handler
from skywalk.http1.deadlines import Deadlines
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.response import ResponseHead
from skywalk.http1.upstream import (
    ConnectFailed,
    ResponseBroken,
    ResponseTimeout,
    UpstreamClosed,
    UpstreamError,
)
from support.http1_proxy import Proxy
from support.http1_world import LOOPS, Serving, run, serving, until

both_loops = pytest.mark.parametrize("loop", LOOPS)
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HOST = [("Host", "a")]

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Listening:
    """Writes down what it is told."""

    status: int = 0
    body: bytes = b""
    ended: bool = False
    error: UpstreamError | None = None
    heads: list[ResponseHead] = field(default_factory=list)

    def on_head(self, head: ResponseHead) -> None:
        self.status = head.status
        self.heads.append(head)

    def on_data(self, data: bytes) -> None:
        self.body += data

    def on_end(self) -> None:
        self.ended = True

    def on_error(self, error: UpstreamError) -> None:
        self.error = error

    @property
    def over(self) -> bool:
        return self.ended or self.error is not None


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Origin]:
    """An upstream whose every connection follows `script` and is then closed."""

    async def follow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(follow, "127.0.0.1", 0)
    try:
        yield Origin("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def upstream(origin: Origin, limits: UpstreamLimits | None = None) -> AsyncIterator[Upstream]:
    made = Upstream(origin, limits, Deadlines(asyncio.get_running_loop(), interval_seconds=0.01))
    try:
        yield made
    finally:
        made.close()
        await until(lambda: made.open_connections == 0)


@asynccontextmanager
async def proxying(origin: Origin) -> AsyncIterator[Serving]:
    async with upstream(origin) as pool, serving(Proxy(pool)) as front:
        yield front


@asynccontextmanager
async def proxied(handler: Handler) -> AsyncIterator[tuple[Serving, Serving]]:
    """The server behind the proxy, and the proxy."""
    async with serving(handler) as behind, proxying(Origin(*behind.address)) as front:
        yield behind, front


def answering(*answers: bytes) -> Script:
    """Answers one request after the other, then closes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

    return script


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

FRAMINGS = {
    "length": OK,
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    "until close": b"HTTP/1.1 200 OK\r\n\r\nok",
    "after an interim answer": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK,
}


@both_loops
@pytest.mark.parametrize("framing", list(FRAMINGS))
def test_framings_of_answers(loop: str, framing: str) -> None:
    async def story() -> None:
        async with scripted(answering(FRAMINGS[framing])) as origin, upstream(origin) as pool:
            head, body = await pool.fetch("GET", "/", HOST, limit=100)
            assert (head.status, body) == (200, b"ok")

    run(story, loop)


@both_loops
def test_answers_without_a_body(loop: str) -> None:
    script = answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 N\r\n\r\n",
        OK,
    )

    async def story() -> None:
        async with scripted(script) as origin, upstream(origin) as pool:
            for method, status in (("HEAD", 200), ("DELETE", 204), ("GET", 304)):
                head, body = await pool.fetch(method, "/", HOST, limit=100)
                assert (head.status, body) == (status, b"")
            assert (await pool.fetch("GET", "/", HOST, limit=100))[1] == b"ok"

    run(story, loop)


@both_loops
def test_connections_are_kept_and_shared(loop: str) -> None:
    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.respond(200, [], b"ok")

    async def story() -> None:
        async with serving(handler) as server, upstream(Origin(*server.address)) as pool:
            for _ in range(5):
                await pool.fetch("GET", "/", HOST, limit=100)
            assert (server.listener.accepted, pool.open_connections, pool.idle_connections) == (1, 1, 1)
            await asyncio.gather(*(pool.fetch("GET", "/", HOST, limit=100) for _ in range(5)))
            assert 1 < server.listener.accepted <= 5
            assert pool.idle_connections == pool.open_connections

    run(story, loop)


@both_loops
def test_no_more_connections_than_allowed(loop: str) -> None:
    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        await asyncio.sleep(0.001)
        exchange.respond(200, [], head.path.encode())

    async def story() -> None:
        limits = UpstreamLimits(max_connections=2)
        async with serving(handler) as server, upstream(Origin(*server.address), limits) as pool:
            answers = await asyncio.gather(*(pool.fetch("GET", f"/{n}", HOST, limit=100) for n in range(20)))
            assert [body for _, body in answers] == [f"/{n}".encode() for n in range(20)]
            assert server.listener.accepted == 2

    run(story, loop)


@both_loops
def test_idle_connections_are_closed(loop: str) -> None:
    async def story() -> None:
        limits = UpstreamLimits(idle_seconds=0.02)
        async with scripted(answering(OK, OK)) as origin, upstream(origin, limits) as pool:
            await pool.fetch("GET", "/", HOST, limit=100)
            assert pool.idle_connections == 1
            await until(lambda: pool.open_connections == 0)

    run(story, loop)


def closing_second_time(requests: list[bytes], answer: bytes = b"") -> Script:
    """Answers a connection's first request; at the second, writes `answer` and closes."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)

    return script


@both_loops
def test_stale_connections_are_replaced_once(loop: str) -> None:
    requests: list[bytes] = []

    async def story() -> None:
        async with scripted(closing_second_time(requests)) as origin, upstream(origin) as pool:
            for _ in range(2):
                assert (await pool.fetch("GET", "/", HOST, limit=100))[1] == b"ok"
            assert len(requests) == 3

    run(story, loop)


@both_loops
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_had_an_effect_is_not_repeated(loop: str, method: str) -> None:
    requests: list[bytes] = []

    async def story() -> None:
        async with scripted(closing_second_time(requests)) as origin, upstream(origin) as pool:
            await pool.fetch("GET", "/", HOST, limit=100)
            with pytest.raises(UpstreamClosed):
                await pool.fetch(method, "/", HOST, limit=100)
            assert len(requests) == 2

    run(story, loop)


@both_loops
def test_half_an_answer_is_not_repeated(loop: str) -> None:
    requests: list[bytes] = []
    script = closing_second_time(requests, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    async def story() -> None:
        async with scripted(script) as origin, upstream(origin) as pool:
            await pool.fetch("GET", "/", HOST, limit=100)
            with pytest.raises(UpstreamClosed):
                await pool.fetch("GET", "/", HOST, limit=100)
            assert len(requests) == 2

    run(story, loop)


@both_loops
def test_new_connections_that_close_are_not_retried(loop: str) -> None:
    connections = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")

    async def story() -> None:
        async with scripted(script) as origin, upstream(origin) as pool:
            with pytest.raises(UpstreamClosed):
                await pool.fetch("GET", "/", HOST, limit=100)
            assert connections == 1

    run(story, loop)


BROKEN = {
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    "broken chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000,
}


@both_loops
@pytest.mark.parametrize("what", list(BROKEN))
def test_broken_answers(loop: str, what: str) -> None:
    async def story() -> None:
        async with scripted(answering(BROKEN[what])) as origin, upstream(origin) as pool:
            with pytest.raises(ResponseBroken):
                await pool.fetch("GET", "/", HOST, limit=100)
            await until(lambda: pool.open_connections == 0)

    run(story, loop)


@both_loops
def test_unasked_bytes_never_become_an_answer(loop: str) -> None:
    async def story() -> None:
        async with scripted(answering(OK + OK, OK)) as origin, upstream(origin) as pool:
            await pool.fetch("GET", "/1", HOST, limit=100)
            assert pool.idle_connections == 0
            listener = Listening()
            pool.send(GET, listener)
            await until(lambda: listener.over)
            assert (listener.body, len(listener.heads)) == (b"ok", 1)

    run(story, loop)


@both_loops
def test_upstream_that_is_not_there(loop: str) -> None:
    async def story() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            async with upstream(Origin("127.0.0.1", taken.getsockname()[1])) as pool:
                with pytest.raises(ConnectFailed, match="cannot be reached"):
                    await pool.fetch("GET", "/", HOST, limit=100)

    run(story, loop)


@both_loops
def test_silent_upstream(loop: str) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def story() -> None:
        async with scripted(script) as origin, upstream(origin, UpstreamLimits(response_seconds=0.03)) as pool:
            with pytest.raises(ResponseTimeout):
                await pool.fetch("GET", "/", HOST, limit=100)
            await until(lambda: pool.open_connections == 0)

    run(story, loop)


@both_loops
def test_no_connection_becomes_free(loop: str) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def story() -> None:
        async with scripted(script) as origin:
            limits = UpstreamLimits(max_connections=1, connect_seconds=0.03)
            async with upstream(origin, limits) as pool:
                first, second, third = Listening(), Listening(), Listening()
                request = pool.send(GET, first)
                pool.send(GET, second)
                pool.send(GET, third).abort()
                await until(lambda: second.over)
                assert isinstance(second.error, ConnectFailed)
                assert (first.over, third.over) == (False, False)
                request.abort()

    run(story, loop)


@both_loops
def test_answer_longer_than_the_limit(loop: str) -> None:
    async def story() -> None:
        async with scripted(answering(OK)) as origin, upstream(origin) as pool:
            with pytest.raises(UpstreamError, match="longer than 1 bytes"):
                await pool.fetch("GET", "/", HOST, limit=1)

    run(story, loop)


@both_loops
def test_unix_socket(loop: str, tmp_path: Path) -> None:
    path = str(tmp_path / "s")

    async def story() -> None:
        async def follow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await answering(OK)(reader, writer)
            writer.close()

        server = await asyncio.start_unix_server(follow, path)
        async with upstream(Origin(unix_path=path)) as pool:
            assert (await pool.fetch("GET", "/", HOST, limit=100))[1] == b"ok"
        server.close()

    run(story, loop)


@both_loops
@pytest.mark.parametrize("chunked", [False, True])
def test_aborted_request_is_never_whole(loop: str, chunked: bool) -> None:
    received: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            received.append(await reader.read())
        except ConnectionError:
            received.append(b"reset")

    async def story() -> None:
        framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 10"
        head = b"PUT / HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n"
        async with scripted(script) as origin, upstream(origin) as pool:
            listener = Listening()
            request = pool.send(head, listener, method="PUT", streams_body=True, chunked=chunked)
            request.write(b"hello")
            await until(lambda: pool.open_connections == 1)
            await asyncio.sleep(0.01)
            request.abort()
            request.write(b"world")
            request.finish()
            await until(lambda: len(received) == 1)
            assert not received[0].endswith((b"0\r\n\r\n", b"helloworld"))
            assert not listener.over

    run(story, loop)


@both_loops
def test_early_answer_ends_the_connection(loop: str) -> None:
    async def story() -> None:
        async with scripted(answering(OK)) as origin, upstream(origin) as pool:
            listener = Listening()
            head = b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
            request = pool.send(head, listener, method="PUT", streams_body=True)
            await until(lambda: listener.ended)
            request.write(b"too late")
            request.finish()
            assert pool.idle_connections == 0

    run(story, loop)


async def digest(head: RequestHead, body: Body, exchange: Exchange) -> None:
    """Answers a GET with as many bytes as the path says, anything else with the body's length and hash."""
    if head.method == "GET":
        size = int(head.path[1:])
        exchange.start_response(200, [("Content-Type", "a/b")], size)
        for _ in range(size // 65536):
            exchange.write(b"z" * 65536)
            await exchange.drain()
        exchange.finish()
        return
    seen, size = sha256(), 0
    async for piece in body:
        seen.update(piece)
        size += len(piece)
    exchange.respond(200, [], f"{size} {seen.hexdigest()}".encode())


@both_loops
@pytest.mark.parametrize("chunked", [False, True])
def test_proxied_upload(loop: str, chunked: bool) -> None:
    data = bytes(range(256)) * (1 << 14)

    async def story() -> None:
        async with proxied(digest) as (behind, front), front.client() as client:
            for _ in range(2):
                if chunked:
                    client.send("PUT / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
                    client.send_raw(b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data))
                else:
                    client.send("PUT / HTTP/1.1", "Host: a", f"Content-Length: {len(data)}", body=data)
                answer = await client.answer()
                assert answer.body == f"{len(data)} {sha256(data).hexdigest()}".encode()
            assert behind.listener.accepted == 1

    run(story, loop)


@both_loops
def test_proxied_download_to_a_slow_reader_stays_small(loop: str) -> None:
    size = 64 << 20

    async def story() -> None:
        async with proxied(digest) as (_, front), front.client(read_ahead_bytes=1024) as client:
            client.send(f"GET /{size} HTTP/1.1", "Host: a")
            assert (await client.head()).headers["content-type"] == "a/b"
            await asyncio.sleep(0.1)
            held = [connection.transport.get_write_buffer_size() for connection in front.listener._connections]
            assert max(held) < 4 << 20
            for _ in range(size // 65536):
                await client.reader.readexactly(65536)
            client.send("GET /0 HTTP/1.1", "Host: a")
            assert (await client.answer()).status == 200

    run(story, loop)


@both_loops
def test_client_that_goes_aborts_upstream(loop: str) -> None:
    whole: list[bool] = []

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        try:
            await body.read_all(1 << 20)
        except Exception:
            whole.append(False)
            raise
        whole.append(True)

    async def story() -> None:
        async with proxied(handler) as (behind, front):
            async with front.client() as client:
                client.send("PUT / HTTP/1.1", "Host: a", "Content-Length: 10", body=b"hello")
                await until(lambda: behind.listener.open_connections == 1)
            await until(lambda: whole == [False])

    run(story, loop)


@both_loops
def test_upstream_that_breaks_off_breaks_the_answer_off(loop: str) -> None:
    script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")

    async def story() -> None:
        async with scripted(script) as origin, proxying(origin) as front, front.client() as client:
            client.send("GET / HTTP/1.1", "Host: a")
            assert (await client.head()).headers["content-length"] == "9"
            assert len(await client.closed()) < 9

    run(story, loop)
