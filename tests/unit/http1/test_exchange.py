"""The bytes of an answer, write by write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead


class Channel:
    """A connection's part, that writes down what it gets."""

    transport: asyncio.Transport
    writes_paused = False
    peername = ("10.0.1.4", 40000)

    def __init__(self, keep_alive: bool = True) -> None:
        self.keep_alive = keep_alive
        self.written: list[bytes] = []
        self.soon: list[Callable[[], None]] = []
        self.ends: list[str] = []

    def may_keep_alive(self, exchange: Exchange) -> bool:
        return self.keep_alive

    def answer_ended(self, exchange: Exchange) -> None:
        self.ends.append("ended")

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def writelines(self, pieces: Sequence[bytes]) -> None:
        self.written.extend(pieces)

    def abort(self) -> None:
        self.ends.append("aborted")

    def call_soon(self, callback: Callable[[], None]) -> None:
        self.soon.append(callback)

    async def drained(self) -> None: ...

    def body_wanted(self) -> None: ...

    def reading_changed(self) -> None: ...


def exchange(method: str = "GET", version: str = "1.1", keep_alive: bool = True) -> tuple[Exchange, Channel]:
    head = RequestHead(method, "/", version, [])
    channel = Channel(keep_alive)
    return Exchange(head, Body(head, channel), channel), channel


def test_whole_answers_are_one_write() -> None:
    made, channel = exchange()
    made.respond(200, [("ETag", "a")], b"hello")
    assert channel.written == [b"HTTP/1.1 200 OK\r\nETag: a\r\nContent-Length: 5\r\n\r\nhello"]
    assert channel.ends == ["ended"]


def test_head_leaves_with_the_first_piece() -> None:
    made, channel = exchange()
    made.start_response(200, [], 6)
    assert channel.written == []
    made.write(b"one")
    made.write(b"two")
    made.finish()
    for late in channel.soon:
        late()
    assert channel.written == [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none", b"two"]
    assert channel.ends == ["ended"]


def test_head_leaves_at_the_next_turn_without_a_piece() -> None:
    made, channel = exchange()
    made.start_response(200, [], None)
    channel.soon[0]()
    assert channel.written == [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    made.write(b"one")
    made.finish()
    assert channel.written[1:] == [b"3\r\none\r\n", b"0\r\n\r\n"]


def test_large_first_pieces_are_not_copied() -> None:
    made, channel = exchange()
    piece = b"x" * 100_000
    made.start_response(200, [], len(piece))
    made.write(piece)
    assert channel.written[1] is piece


def test_last_answer_says_so() -> None:
    made, channel = exchange(keep_alive=False)
    made.respond(403, [])
    assert channel.written == [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]


def test_short_answers_are_cut() -> None:
    made, channel = exchange()
    made.start_response(200, [], 6)
    made.write(b"one")
    made.finish()
    assert channel.ends == ["aborted"]


def test_answers_are_started_once() -> None:
    made, _ = exchange()
    made.start_response(200, [], 0)
    with pytest.raises(RuntimeError, match="has been started"):
        made.respond(500, [])


def test_nothing_is_written_once_the_client_is_gone() -> None:
    made, channel = exchange()
    made.lost = True
    made.start_response(200, [], 5)
    made.write(b"hello")
    made.finish()
    assert channel.written == []


@pytest.mark.parametrize("end", [lambda made: made.respond(200, []), Exchange.abort], ids=["answered", "cut"])
def test_what_was_noted_is_let_go_with_the_answer(end: Callable[[Exchange], None]) -> None:
    made, _ = exchange()
    made.noted = object()
    end(made)
    assert made.noted is None
