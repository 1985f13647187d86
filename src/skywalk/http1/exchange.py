"""One request's answer, as a handler writes it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from skywalk.http1.chunked import LAST_CHUNK, encode_chunk
from skywalk.http1.response import has_no_body, serialize_response_head

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from skywalk.http1.body import Body
    from skywalk.http1.request import RequestHead


_JOINED_BYTES = 16 * 1024
"""Up to here a first piece is copied behind the head; a larger one leaves with it in one write all the same."""


Counts = defaultdict[tuple[str, int], int]
"""How often an answer was counted under some words with a status."""


class AnswerChannel(Protocol):
    """What an exchange asks of its connection."""

    transport: asyncio.Transport

    @property
    def peername(self) -> tuple[str, int] | str: ...

    def may_keep_alive(self, exchange: Exchange) -> bool:
        """Decided when the answer starts, because the answer's head says it."""

    def answer_ended(self, exchange: Exchange) -> None: ...

    def write(self, data: bytes) -> None: ...

    def writelines(self, pieces: Sequence[bytes]) -> None: ...

    def abort(self) -> None: ...

    def call_soon(self, callback: Callable[[], None]) -> object: ...

    async def drained(self) -> None: ...

    @property
    def writes_paused(self) -> bool: ...


class Exchange:
    """One request and its answer.

    A handler answers with `respond`, or with `start_response`, any number of `write` and `finish`. Headers that
    delimit the body or belong to the connection (Content-Length, Transfer-Encoding, Connection) are written here
    and must not be given. Once the client is gone, everything is silently dropped.
    """

    __slots__ = (
        "_channel",
        "_chunked",
        "_expected",
        "_head_only",
        "_unsent_head",
        "body",
        "counted_as",
        "counts",
        "finished",
        "head",
        "keep_alive",
        "lost",
        "noted",
        "on_lost",
        "pause_source",
        "resume_source",
        "started",
        "until_close",
    )

    def __init__(self, head: RequestHead, body: Body, channel: AnswerChannel) -> None:
        self._channel = channel
        self._chunked = False
        self._expected: int | None = None
        self._head_only = False
        self._unsent_head = b""
        self.head = head
        self.body = body
        self.keep_alive = False
        self.until_close = False
        self.started = False
        self.finished = False
        self.counts: Counts | None = None
        """Where the answer is to be counted, if anywhere,"""
        self.counted_as = ""
        """and under which words, which its status follows."""
        self.noted: Any = None
        """What a handler notes of the request for those whom it hands it to."""
        self.lost = False
        """The client is gone."""
        self.on_lost: Callable[[], None] | None = None
        """Called once if the client goes before the answer has been finished."""
        self.pause_source: Callable[[], None] | None = None
        """Called when the client reads more slowly than the handler writes."""
        self.resume_source: Callable[[], None] | None = None

    @property
    def peername(self) -> tuple[str, int] | str:
        """The client's address and port; a path or empty text on unix sockets."""
        return self._channel.peername

    @property
    def sockname(self) -> tuple[str, int] | str:
        """The address and port that the client connected to."""
        return socket_name(self._channel.transport, "sockname")

    @property
    def ssl_object(self) -> object | None:
        """The TLS connection, on which an SNI callback may have left something."""
        found: object | None = self._channel.transport.get_extra_info("ssl_object")
        return found

    @property
    def is_tls(self) -> bool:
        return self._channel.transport.get_extra_info("sslcontext") is not None

    def respond(self, status: int, headers: Sequence[tuple[str, str]], body: bytes = b"") -> None:
        """The whole answer, in one write unless it is long: copying megabytes takes longer than another system call.
        A HEAD's answer tells the body's length and leaves it out."""
        raw = self._begin(status, headers, len(body))
        if self._head_only:
            body = b""
        if not self.lost:
            if len(body) > _JOINED_BYTES:
                self._channel.write(raw)
                self._channel.write(body)
            else:
                self._channel.write(raw + body)
        self._end()

    def start_response(
        self, status: int, headers: Sequence[tuple[str, str]], length: int | None, *, body_at_hand: bool = False
    ) -> None:
        """The head of an answer whose body follows; `length` in bytes, None where it is not known yet.

        It leaves together with the first piece of the body, or at the loop's next turn: a second system call
        for a small answer costs as much as everything else here. `body_at_hand`: a piece, or the end, comes before
        the caller returns to the loop, whose turn need not be asked for.
        """
        self._unsent_head = self._begin(status, headers, length)
        if not body_at_hand:
            self._channel.call_soon(self._flush_head)

    def write(self, data: bytes) -> None:
        """A piece of the body. Raises ValueError where it exceeds the length that was told."""
        assert self.started
        assert not self.finished
        if self._head_only or not data:
            return
        expected = self._expected
        if expected is not None:
            expected = self._expected = expected - len(data)
            if expected < 0:
                raise ValueError("the answer is longer than its Content-Length")
        elif self._chunked:
            data = encode_chunk(data)
        head = self._unsent_head
        if head:
            self._unsent_head = b""
            if len(data) > _JOINED_BYTES:
                if not self.lost:
                    self._channel.writelines((head, data))
                return
            data = head + data
        if not self.lost:
            self._channel.write(data)

    async def drain(self) -> None:
        """Wait for room to write. Returns at once where the client is gone."""
        self._flush_head()
        if not self.lost:
            await self._channel.drained()

    @property
    def writes_paused(self) -> bool:
        return self._channel.writes_paused

    def finish(self) -> None:
        """The answer is whole. If it is shorter than was told, the connection is cut, so that nobody mistakes it."""
        assert self.started
        if self.finished:
            return
        if self._expected and not self._head_only:
            self.abort()
            return
        last = LAST_CHUNK if self._chunked and not self._head_only else b""
        if (last or self._unsent_head) and not self.lost:
            self._channel.write(self._unsent_head + last)
        self._unsent_head = b""
        self._end()

    def abort(self) -> None:
        """Cut the connection, so that a client sees that the answer is not whole."""
        self.finished = True
        self._let_go()
        self._channel.abort()

    def _flush_head(self) -> None:
        head, self._unsent_head = self._unsent_head, b""
        if head and not self.lost:
            self._channel.write(head)

    def _begin(self, status: int, headers: Sequence[tuple[str, str]], length: int | None) -> bytes:
        if self.started:
            raise RuntimeError("the answer has been started")
        framing = self._frame(status, length)
        self.keep_alive = self._channel.may_keep_alive(self) and not self.until_close
        if not self.keep_alive:
            framing += "Connection: close\r\n"
        if self.counts is not None:
            self.counts[self.counted_as, status] += 1
        raw = serialize_response_head(status, headers, framing)
        self.started = True
        return raw

    def _frame(self, status: int, length: int | None) -> str:
        self._expected = length
        self._chunked = self.until_close = False
        if has_no_body(status):
            self._head_only = True
            return ""
        self._head_only = self.head.method == "HEAD"
        if length is not None:
            return f"Content-Length: {length}\r\n"
        if self.head.version == "1.1":
            self._chunked = True
            return "Transfer-Encoding: chunked\r\n"
        self.until_close = True
        return ""

    def _end(self) -> None:
        self.finished = True
        self._let_go()
        self._channel.answer_ended(self)

    def _let_go(self) -> None:
        """What they are bound to holds this exchange: without the cycle all of it is freed here and now."""
        self.on_lost = self.pause_source = self.resume_source = self.noted = None


def socket_name(transport: asyncio.Transport, which: str) -> tuple[str, int] | str:
    name = transport.get_extra_info(which)
    if isinstance(name, tuple):
        return name[0], name[1]
    return str(name or "")
