"""Connections over loopback: order, bodies, back-pressure, deadlines, ends. On both event loops."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable

import pytest

from skywalk.http1.body import Body, BodyAborted, BodyTooLarge
from skywalk.http1.exchange import Exchange
from skywalk.http1.fields import Headers
from skywalk.http1.limits import Limits
from skywalk.http1.request import RequestHead
from support.http1_world import LOOPS, RawClient, run, serving, until

HOST = "Host: a"
both_loops = pytest.mark.parametrize("loop", LOOPS)


def echo_target(head: RequestHead, body: Body, exchange: Exchange) -> None:
    exchange.respond(200, [], head.target.encode())


async def echo_body(head: RequestHead, body: Body, exchange: Exchange) -> None:
    exchange.respond(200, [], await body.read_all(1 << 20))


@both_loops
def test_keep_alive_in_one_connection(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            for number in range(3):
                client.send(f"GET /{number} HTTP/1.1", HOST)
                answer = await client.answer()
                assert (answer.status, answer.body) == (200, f"/{number}".encode())
                assert answer.headers == {"content-length": "2"}
            assert (server.listener.accepted, server.listener.open_connections) == (1, 1)

    run(story, loop)


@both_loops
def test_head_in_pieces_of_one_byte(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            for byte in b"\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n":
                client.send_raw(bytes([byte]))
                await asyncio.sleep(0)
            assert (await client.answer()).body == b"/slow"

    run(story, loop)


@both_loops
@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        (("Content-Length: 11",), b"hello world"),
        (("Transfer-Encoding: chunked",), b"5\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_bodies(loop: str, lines: tuple[str, ...], sent: bytes, size: int) -> None:
    async def story() -> None:
        async with serving(echo_body) as server, server.client() as client:
            for _ in range(2):
                client.send("POST / HTTP/1.1", HOST, *lines)
                for start in range(0, len(sent), size):
                    client.send_raw(sent[start : start + size])
                    await asyncio.sleep(0)
                assert (await client.answer()).body == b"hello world"

    run(story, loop)


@both_loops
def test_pipelined_answers_keep_the_order(loop: str) -> None:
    gate = asyncio.Event()
    taken: list[str] = []

    def handler(head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        taken.append(head.path)
        if head.path == "/slow":
            return slow(exchange)
        exchange.respond(403 if head.path == "/denied" else 200, [], head.path.encode())
        return None

    async def slow(exchange: Exchange) -> None:
        await gate.wait()
        exchange.respond(200, [], b"/slow")

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            heads = [f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n" for path in ("/one", "/slow", "/denied", "/two")]
            client.send_raw("".join(heads).encode() + b"BROKEN\r\n\r\n")
            assert (await client.answer()).body == b"/one"
            assert taken == ["/one", "/slow"], "the next is not looked at before the answer before it"
            gate.set()
            answers = [await client.answer() for _ in range(4)]
            assert [answer.status for answer in answers] == [200, 403, 200, 400]
            assert [answer.body for answer in answers[:3]] == [b"/slow", b"/denied", b"/two"]
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_pipelined_after_bodies(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_body) as server, server.client() as client:
            client.send_raw(
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nonePOST / HTTP/1.1\r\nHost: a\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\n"
                b"Content-Length: 5\r\n\r\nthree"
            )
            assert [(await client.answer()).body for _ in range(3)] == [b"one", b"two", b"three"]

    run(story, loop)


def test_many_pipelined_requests_do_not_recurse() -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send_raw(b"GET /n HTTP/1.1\r\nHost: a\r\n\r\n" * 5000)
            for _ in range(5000):
                assert (await client.answer()).body == b"/n"

    run(story)


@both_loops
@pytest.mark.parametrize("bad", ["GET / HTTP/2.0", "POST / HTTP/1.1", "FROB / HTTP/1.1"])
def test_refused_heads_close(loop: str, bad: str) -> None:
    expected = {"GET / HTTP/2.0": 505}.get(bad, 400)

    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send(bad, HOST, "Content-Length: 3", "Transfer-Encoding: chunked", body=b"abc")
            answer = await client.answer()
            assert (answer.status, answer.headers["connection"]) == (expected, "close")
            assert await client.closed() == b""

    run(story, loop)


def test_refusals_can_be_worded_by_the_owner() -> None:
    def render(status: int, reason: str) -> tuple[Headers, bytes]:
        return [("Content-Type", "application/xml")], f"<Error>{reason}</Error>".encode()

    async def story() -> None:
        async with serving(echo_target, render_refusal=render) as server, server.client() as client:
            client.send("GET / HTTP/1.1")
            answer = await client.answer()
            assert (answer.status, answer.headers["content-type"]) == (400, "application/xml")
            assert answer.body == b"<Error>The Host header is missing.</Error>"

    run(story)


@both_loops
def test_head_larger_than_the_limit(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send_raw(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000)
            assert (await client.answer()).status == 431
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_head_that_fills_what_is_kept_before_it_exceeds_the_limit(loop: str) -> None:
    async def story() -> None:
        limits = Limits()
        start = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
        async with serving(echo_target) as server, server.client() as client:
            client.send_raw(start + b"a" * (limits.read_buffer_bytes - len(start)))
            await until(lambda: server.listener.open_connections == 1)
            await asyncio.sleep(0.05)  # all of it has arrived, and nothing more
            client.send_raw(b"a" * (limits.max_head_bytes - limits.read_buffer_bytes + 100))
            assert (await client.answer()).status == 431
            await client.closed()

    run(story, loop)


@both_loops
def test_expect_is_answered_when_the_body_is_asked_for(loop: str) -> None:
    asked = asyncio.Event()

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        await asked.wait()
        exchange.respond(200, [], await body.read_all(100))

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("PUT / HTTP/1.1", HOST, "Content-Length: 5", "Expect: 100-continue")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.reader.readexactly(1), 0.05)
            asked.set()
            assert (await client.answer()).status == 100
            client.send_raw(b"hello")
            answer = await client.answer()
            assert (answer.status, answer.body) == (200, b"hello")
            assert "connection" not in answer.headers

    run(story, loop)


@both_loops
def test_refusal_before_the_expected_body_closes(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send("PUT /denied HTTP/1.1", HOST, "Content-Length: 5", "Expect: 100-continue")
            answer = await client.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_small_unread_bodies_are_thrown_away(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send("PUT /1 HTTP/1.1", HOST, "Content-Length: 50000")
            assert (await client.answer()).body == b"/1"
            client.send_raw(b"x" * 50000)
            client.send("GET /2 HTTP/1.1", HOST)
            assert (await client.answer()).body == b"/2"

    run(story, loop)


@both_loops
def test_refusal_of_a_large_upload_reaches_a_client_that_goes_on_sending(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send("PUT /denied HTTP/1.1", HOST, "Content-Length: 5000000", body=b"x" * 5_000_000)
            answer = await client.answer()
            assert (answer.body, answer.headers["connection"]) == (b"/denied", "close")
            assert await client.closed() == b""

    run(story, loop)


@both_loops
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [200, 204, 304])
def test_answers_without_a_body(loop: str, method: str, status: int) -> None:
    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.start_response(status, [("ETag", "a")], 5)
        exchange.write(b"hello")
        exchange.finish()

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            for _ in range(2):
                client.send(f"{method} / HTTP/1.1", HOST)
                answer = await client.answer(to_head=method == "HEAD")
                assert answer.status == status
                assert answer.body == (b"hello" if (method, status) == ("GET", 200) else b"")
                assert ("content-length" in answer.headers) == (status == 200)

    run(story, loop)


@both_loops
@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.1", {"transfer-encoding": "chunked"}), ("1.0", {"connection": "close"})],
)
def test_unknown_length(loop: str, version: str, expected: dict[str, str]) -> None:
    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.start_response(200, [], None)
        await asyncio.sleep(0)
        for piece in (b"one", b"", b"two" * 10_000):
            exchange.write(piece)
            await exchange.drain()
        exchange.finish()

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send(f"GET / HTTP/{version}", HOST)
            answer = await client.answer()
            assert answer.headers == expected
            assert answer.body == b"one" + b"two" * 10_000

    run(story, loop)


@both_loops
def test_connection_close_is_honoured(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target) as server, server.client() as client:
            client.send("GET / HTTP/1.1", HOST, "Connection: close")
            assert (await client.answer()).headers["connection"] == "close"
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_half_closed_clients_get_their_answers(loop: str) -> None:
    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        await asyncio.sleep(0.01)
        exchange.respond(200, [], head.path.encode())

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("GET /1 HTTP/1.1", HOST)
            client.send("GET /2 HTTP/1.1", HOST)
            client.end()
            assert [(await client.answer()).body for _ in range(2)] == [b"/1", b"/2"]
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_slow_reader_holds_the_writer_back(loop: str) -> None:
    written = 0
    done = False

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        nonlocal written, done
        exchange.start_response(200, [], 64 << 20)
        for _ in range(1024):
            exchange.write(b"x" * 65536)
            written += 65536
            await exchange.drain()
        exchange.finish()
        done = True

    async def story() -> None:
        async with serving(handler) as server, server.client(read_ahead_bytes=1024) as client:
            client.send("GET / HTTP/1.1", HOST)
            await client.head()
            before = -1
            while before != written:
                before = written
                await asyncio.sleep(0.05)
            assert written < 32 << 20, "the socket buffers and one write buffer, not the answer"
            for _ in range(1024):
                await client.reader.readexactly(65536)
            await until(lambda: done)

    run(story, loop)


@both_loops
def test_slow_handler_holds_the_sender_back(loop: str) -> None:
    go_on = asyncio.Event()
    largest_piece = 0

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        nonlocal largest_piece
        size = 0
        async for piece in body:
            await go_on.wait()
            largest_piece = max(largest_piece, len(piece))
            size += len(piece)
        exchange.respond(200, [], str(size).encode())

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("PUT / HTTP/1.1", HOST, f"Content-Length: {64 << 20}")
            transport = client.writer.transport
            for _ in range(1024):
                client.send_raw(b"x" * 65536)
            before = -1
            while before != transport.get_write_buffer_size():
                before = transport.get_write_buffer_size()
                await asyncio.sleep(0.05)
            assert before > 32 << 20, "what the handler did not take is still with the client"
            go_on.set()
            assert (await client.answer()).body == str(64 << 20).encode()
            assert largest_piece <= 1 << 20

    run(story, loop)


@both_loops
def test_client_that_goes_is_noticed(loop: str) -> None:
    lost = asyncio.Event()

    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.on_lost = lost.set

    async def story() -> None:
        async with serving(handler) as server:
            async with server.client() as client:
                client.send("GET / HTTP/1.1", HOST)
                await until(lambda: server.listener.open_connections == 1)
                client.reset()
            await lost.wait()
            await until(lambda: server.listener.open_connections == 0)

    run(story, loop)


@both_loops
@pytest.mark.parametrize(
    ("framing", "sent"),
    [("Content-Length: 10", b"hello"), ("Transfer-Encoding: chunked", b"5\r\nhello\r\n")],
)
def test_truncated_bodies_are_no_bodies(loop: str, framing: str, sent: bytes) -> None:
    outcome: list[str] = []

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        try:
            await body.read_all(100)
        except BodyAborted as aborted:
            outcome.append(aborted.reason)
            raise

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("PUT / HTTP/1.1", HOST, framing, body=sent)
            client.end()
            assert await client.closed() == b""
            await until(lambda: outcome == ["the client has gone"])

    run(story, loop)


@both_loops
def test_malformed_chunks_are_refused(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_body) as server, server.client() as client:
            client.send("PUT / HTTP/1.1", HOST, "Transfer-Encoding: chunked", body=b"5\r\nhelloXX\r\n")
            answer = await client.answer()
            assert (answer.status, answer.headers["connection"]) == (400, "close")
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_bodies_beyond_the_readers_limit(loop: str) -> None:
    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        try:
            await body.read_all(10)
        except BodyTooLarge:
            exchange.respond(413, [])

    async def story() -> None:
        async with serving(handler) as server:
            for framing in ("Content-Length: 1000000", "Transfer-Encoding: chunked"):
                async with server.client() as client:
                    client.send("PUT / HTTP/1.1", HOST, framing, body=b"ffff\r\n" + b"x" * 65535)
                    assert (await client.answer()).status == 413

    run(story, loop)


@both_loops
def test_failing_handlers(loop: str, caplog: pytest.LogCaptureFixture) -> None:
    async def awaited(exchange: Exchange) -> None:
        raise RuntimeError("broken later")

    async def forgetful(exchange: Exchange) -> None:
        return

    def handler(head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        if head.path == "/started":
            exchange.start_response(200, [], 10)
            exchange.write(b"half")
        if head.path == "/later":
            return awaited(exchange)
        if head.path == "/forgetful":
            return forgetful(exchange)
        raise RuntimeError("broken")

    async def story() -> None:
        async with serving(handler) as server:
            for path in ("/now", "/later", "/forgetful"):
                async with server.client() as client:
                    client.send(f"GET {path} HTTP/1.1", HOST)
                    answer = await client.answer()
                    assert (answer.status, answer.headers["connection"]) == (500, "close")
                    assert b"broken" not in answer.body
            async with server.client() as client:
                client.send("GET /started HTTP/1.1", HOST)
                assert b"half" not in (await client.closed())[-1:], "an answer that stops is not made to look whole"

    with caplog.at_level(logging.ERROR):
        run(story, loop)
    assert caplog.text.count("a request handler failed") == 4


@both_loops
def test_headers_cannot_be_injected(loop: str, caplog: pytest.LogCaptureFixture) -> None:
    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.respond(200, [("X-A", "b\r\nSet-Cookie: c")], b"")

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("GET / HTTP/1.1", HOST)
            answer = await client.answer()
            assert answer.status == 500
            assert "set-cookie" not in answer.headers

    run(story, loop)
    assert "line end" in caplog.text


@both_loops
def test_answers_are_as_long_as_they_say(loop: str, caplog: pytest.LogCaptureFixture) -> None:
    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.start_response(200, [], 5)
        exchange.write(b"hell" if head.path == "/short" else b"hello!")
        exchange.finish()

    async def story() -> None:
        async with serving(handler) as server:
            for path in ("/short", "/long"):
                async with server.client() as client:
                    client.send(f"GET {path} HTTP/1.1", HOST)
                    assert not (await client.closed()).endswith(b"hello")

    run(story, loop)
    assert "longer than its Content-Length" in caplog.text


QUICK = Limits(
    head_seconds=0.5, idle_seconds=0.05, body_idle_seconds=0.05, write_stall_seconds=0.1, linger_seconds=0.05
)
"""The head has longer: on a busy machine its first bytes may take some time."""

STALLS: dict[str, tuple[Callable[[RawClient], None], int | None]] = {
    "says nothing": (lambda client: None, None),
    "stops in the head": (lambda client: client.send_raw(b"GET / HTTP/1.1\r\n"), 408),
    "stops in the body": (lambda client: client.send("PUT / HTTP/1.1", HOST, "Content-Length: 9", body=b"a"), 408),
    "is idle afterwards": (lambda client: client.send("PUT / HTTP/1.1", HOST), 200),
    "is idle after an empty line": (lambda client: client.send("PUT / HTTP/1.1", HOST, body=b"\r\n"), 200),
}


@both_loops
@pytest.mark.parametrize("how", list(STALLS))
def test_clients_that_stall(loop: str, how: str) -> None:
    stall, status = STALLS[how]

    async def story() -> None:
        async with serving(echo_body, QUICK) as server, server.client() as client:
            stall(client)
            if status is not None:
                assert (await client.answer()).status == status
            assert await client.closed() == b""
            await until(lambda: server.listener.open_connections == 0)

    run(story, loop)


@both_loops
def test_head_that_drips_is_cut_off(loop: str) -> None:
    async def story() -> None:
        async with serving(echo_target, QUICK) as server, server.client() as client:
            client.send_raw(b"GET / HTTP/1.1\r\n")
            answered = asyncio.ensure_future(client.answer())
            while not answered.done():
                client.send_raw(b"A: b\r\n")
                await asyncio.sleep(0.005)
            assert (await answered).status == 408

    run(story, loop)


@both_loops
def test_client_that_never_reads_is_cut_off(loop: str) -> None:
    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        exchange.start_response(200, [], 64 << 20)
        while not exchange.lost:
            exchange.write(b"x" * 65536)
            await exchange.drain()

    async def story() -> None:
        async with serving(handler, QUICK) as server, server.client(read_ahead_bytes=1024) as client:
            client.send("GET / HTTP/1.1", HOST)
            await until(lambda: server.listener.accepted == 1)
            await until(lambda: server.listener.open_connections == 0)

    run(story, loop)


@both_loops
def test_client_that_has_cut_before_it_was_accepted_is_not_served(loop: str) -> None:
    """The kernel no longer knows its address, and still has what it sent: no policy could look at where it is."""
    seen: list[object] = []

    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        seen.append(exchange.peername)
        exchange.respond(200, [])

    async def story() -> None:
        async with serving(handler) as server:
            with socket.create_connection(server.address) as client:
                client.sendall(b"DELETE /unseen HTTP/1.1\r\nHost: a\r\n\r\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            async with server.client() as client_that_stays:
                client_that_stays.send("GET / HTTP/1.1", HOST)
                assert (await client_that_stays.answer()).status == 200
                await until(lambda: server.listener.open_connections == 1)

    run(story, loop)
    assert "" not in seen
