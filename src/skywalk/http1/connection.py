"""A client's connection: takes one request at a time, hands it to the handler, keeps order and deadlines."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from skywalk.http1.body import Body, BodyAborted, Discard
from skywalk.http1.deadlines import NEVER, Deadlines
from skywalk.http1.exchange import Exchange, socket_name
from skywalk.http1.fields import Headers
from skywalk.http1.request import HeadRefused, RequestHead, check_partial_head, parse_request_head
from skywalk.http1.response import CONTINUE, serialize_response_head

if TYPE_CHECKING:
    from skywalk.http1.limits import Limits

Handler = Callable[[RequestHead, Body, Exchange], Awaitable[None] | None]
"""Called with each request inside the read callback. A handler that can answer, or start to, returns None and
costs no task; one that has to wait is a coroutine function. What it raises becomes 500, or a cut connection once
the answer has started."""

RefusalRenderer = Callable[[int, str], tuple[Headers, bytes]]
"""Status and sentence to headers and body, for requests that never reach the handler."""

_log = logging.getLogger(__name__)

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER, on, for no time: a cut connection ends in RST, never in a FIN that looks like an end."""


def render_plain_refusal(status: int, reason: str) -> tuple[Headers, bytes]:
    return [("Content-Type", "text/plain; charset=utf-8")], f"{status} {reason}\n".encode()


# The phases of a connection. Plain numbers: they are compared several times for each request, and a member of an
# Enum costs a lookup each time.
_HEAD = 0  # between requests, or with a part of a head
_BODY = 1  # a request is with the handler, its body has not been read to the end
_ANSWER = 2  # a request is with the handler, wholly received
_LINGER = 3  # the last answer is written, what still arrives is thrown away
_CLOSED = 4


class ConnectionOwner(Protocol):
    """Keeps the open connections; with TLS, a connection is open only after the handshake."""

    def connection_opened(self, connection: Connection) -> None: ...

    def connection_closed(self, connection: Connection) -> None: ...


class Connection(asyncio.Protocol):
    """The server's side of one connection."""

    transport: asyncio.Transport

    def __init__(
        self,
        handler: Handler,
        limits: Limits,
        deadlines: Deadlines,
        owner: ConnectionOwner,
        render_refusal: RefusalRenderer = render_plain_refusal,
    ) -> None:
        self._handler = handler
        self._limits = limits
        self._deadlines = deadlines
        self._owner = owner
        self._render_refusal = render_refusal
        self._loop = asyncio.get_running_loop()
        self.call_soon = self._loop.call_soon
        self._peername: tuple[str, int] | str | None = None
        self._phase = _HEAD
        self._held: bytes | bytearray = b""  # received, not looked at or not wanted yet
        self._scanned = 0  # how much of `_held` was searched for a head's end
        self._exchange: Exchange | None = None
        self._continue_due = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._advancing = False
        self._stopping = False
        self._eof = False
        self._reading = True
        self._drain_waiter: asyncio.Future[None] | None = None
        self.writes_paused = False
        self.deadline = NEVER

    # the loop's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=self._limits.write_buffer_bytes)
        self.deadline = self._loop.time() + self._limits.head_seconds
        self._deadlines.watch(self)
        self._owner.connection_opened(self)
        if not self.peername and not self._is_of_unix_socket:
            # Cut before it was accepted. What it sent can still be read, but nobody knows any more where from, and
            # policies that look at the address would not find it.
            self._phase = _LINGER
            self.abort()

    def data_received(self, data: bytes) -> None:
        if self._phase == _HEAD:
            self._hold(data)
            self._advance()
        elif self._phase == _BODY and self._exchange is not None and self._exchange.body.wanted:
            self._receive_body(data)
        elif self._phase in (_BODY, _ANSWER):
            self._hold(data)
            self._update_reading()

    def eof_received(self) -> bool:
        """A client may close its sending side and still read the answers to what it has sent."""
        self._eof = True
        answers_due = self._phase == _ANSWER or (self._phase == _HEAD and (self._advancing or self.writes_paused))
        return answers_due and self.transport.get_extra_info("sslcontext") is None

    def connection_lost(self, exc: Exception | None) -> None:
        self._phase = _CLOSED
        self._deadlines.forget(self)
        self._held = b""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.lost = True
            exchange.body.fail(BodyAborted("the client has gone"))
            if not exchange.finished and exchange.on_lost is not None:
                exchange.on_lost()
        self._wake_drainer()
        self._owner.connection_closed(self)

    def pause_writing(self) -> None:
        self.writes_paused = True
        self.deadline = self._loop.time() + self._limits.write_stall_seconds
        if self._exchange is not None and self._exchange.pause_source is not None:
            self._exchange.pause_source()

    def resume_writing(self) -> None:
        self.writes_paused = False
        self._set_deadline()
        self._wake_drainer()
        if self._exchange is not None and self._exchange.resume_source is not None:
            self._exchange.resume_source()
        self._advance()

    def deadline_passed(self) -> None:
        exchange = self._exchange
        out_of_patience = self.writes_paused or (exchange is not None and exchange.body.failed)
        if out_of_patience or self._phase in (_LINGER, _ANSWER):
            self.abort()
        elif self._phase == _BODY:
            self._fail_body(BodyAborted("The body did not arrive in time.", 408))
        elif self._phase == _HEAD and self._held:
            self._refuse(408, "The request did not arrive in time.")
        elif self._phase == _HEAD:
            self._close()

    # for the server

    def stop(self) -> None:
        """Close as soon as the exchange in progress has ended."""
        self._stopping = True
        if self._phase == _HEAD and not self._advancing:
            self._close()

    def abort(self) -> None:
        """Cut at once, with RST; unsent answers are dropped."""
        if self._phase == _CLOSED:
            return
        sock = self.transport.get_extra_info("socket")
        if sock is not None and not self._is_of_unix_socket:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()

    @property
    def _is_of_unix_socket(self) -> bool:
        sock = self.transport.get_extra_info("socket")
        return bool(sock is not None and sock.family == socket.AF_UNIX)

    @property
    def peername(self) -> tuple[str, int] | str:
        """As `Exchange.peername`; asked of the transport once."""
        if self._peername is None:
            self._peername = socket_name(self.transport, "peername")
        return self._peername

    @property
    def is_idle(self) -> bool:
        return self._phase == _HEAD

    # for the body and the exchange

    def write(self, data: bytes) -> None:
        """Dropped where the connection has gone; uvloop would raise."""
        if self._phase != _CLOSED and not self.transport.is_closing():
            self.transport.write(data)

    def writelines(self, pieces: Sequence[bytes]) -> None:
        """As `write`, for what shall leave together."""
        if self._phase != _CLOSED and not self.transport.is_closing():
            self.transport.writelines(pieces)

    def body_wanted(self) -> None:
        if self._phase != _BODY:
            return
        if self._continue_due and not self._held:
            self.write(CONTINUE)
        self._continue_due = False
        held, self._held = bytes(self._held), b""
        if held:
            self._receive_body(held)
        self.reading_changed()

    def reading_changed(self) -> None:
        self._update_reading()
        self._set_deadline()

    def may_keep_alive(self, exchange: Exchange) -> bool:
        body = exchange.body
        no_more = self._eof and not self._held
        if self._stopping or no_more or not exchange.head.keep_alive:
            return False
        return body.complete or (not self._continue_due and body.can_be_discarded(self._limits.max_discard_bytes))

    def answer_ended(self, exchange: Exchange) -> None:
        if exchange is not self._exchange:
            return
        if exchange.body.complete:
            self._end_exchange(exchange)
        elif exchange.keep_alive and not exchange.body.wanted:
            exchange.body.start(Discard())
        else:
            self._linger()

    async def drained(self) -> None:
        while self.writes_paused and self._phase != _CLOSED:
            if self._drain_waiter is None:
                self._drain_waiter = self._loop.create_future()
            await asyncio.shield(self._drain_waiter)

    # requests

    def _hold(self, data: bytes) -> None:
        if not self._held:
            self._held = data
            return
        if isinstance(self._held, bytes):
            self._held = bytearray(self._held)
        self._held += data

    def _advance(self) -> None:
        if self._advancing:
            return
        self._advancing = True
        while self._phase == _HEAD and self._held and not self.writes_paused:
            if not self._begin_exchange():
                break
        self._advancing = False
        if self._phase == _HEAD and not self.writes_paused and (self._stopping or self._eof):
            self._close()
        elif self._held or not self._reading:
            self._update_reading()

    def _begin_exchange(self) -> bool:
        """Take the next head from what is held; False where it has not ended yet."""
        try:
            raw = self._take_head()
            if raw is None:
                return False
            head = parse_request_head(raw, self._limits)
        except HeadRefused as refused:
            self._refuse(refused.status, refused.reason)
            return True
        body = Body(head, self)
        exchange = self._exchange = Exchange(head, body, self)
        self._phase = _ANSWER if body.complete else _BODY
        self._continue_due = head.expects_continue
        self.deadline = NEVER
        self._call_handler(head, body, exchange)
        return True

    def _take_head(self) -> bytes | None:
        held = self._held
        end = held.find(b"\r\n\r\n", self._scanned)
        if 0 < end <= self._limits.max_head_bytes - 4:
            self._scanned = 0
            start = 2 if held.startswith(b"\r\n") else 0
            self._held = bytes(held[end + 4 :])
            return bytes(held[start : end + 4])
        if end < 0 and held.startswith(b"\r\n"):
            # One empty line before a request is left over from an old client's last body (RFC 9112, 2.2).
            held = self._held = held[2:]
        if end == 0:
            raise HeadRefused(400, "The request line is missing.")
        if held:
            check_partial_head(held, self._scanned, self._limits)
            self._await_rest_of_head()
        return None

    def _await_rest_of_head(self) -> None:
        if self._scanned == 0:
            self.deadline = self._loop.time() + self._limits.head_seconds
        self._scanned = max(1, len(self._held) - 3)

    def _call_handler(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        try:
            result = self._handler(head, body, exchange)
        except Exception as error:
            self._handler_failed(exchange, error)
            return
        if result is not None:
            task = self._loop.create_task(self._await_handler(result, exchange))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _await_handler(self, result: Awaitable[None], exchange: Exchange) -> None:
        try:
            await result
        except Exception as error:
            self._handler_failed(exchange, error)
        else:
            # Whoever watches for the client's going (`on_lost`) answers from callbacks, after the handler's end.
            if not exchange.finished and not exchange.lost and exchange.on_lost is None:
                self._handler_failed(exchange, RuntimeError("the handler returned without an answer"))

    def _handler_failed(self, exchange: Exchange, error: Exception) -> None:
        aborted = isinstance(error, BodyAborted)
        if not aborted:
            _log.error("a request handler failed", exc_info=error)
        if exchange is not self._exchange:
            return
        if exchange.started or exchange.lost:
            self.abort()
        elif isinstance(error, BodyAborted):
            self._refuse(error.status, error.reason)
        else:
            self._refuse(500, "An internal error has occurred.")

    def _refuse(self, status: int, reason: str) -> None:
        """Answer in place of the handler, and close."""
        headers, content = self._render_refusal(status, reason)
        framing = f"Content-Length: {len(content)}\r\nConnection: close\r\n"
        exchange = self._exchange
        if exchange is not None:
            exchange.started = exchange.finished = True
            content = b"" if exchange.head.method == "HEAD" else content
        self.write(serialize_response_head(status, headers, framing) + content)
        self._linger()

    # bodies

    def _receive_body(self, data: bytes) -> None:
        exchange = self._exchange
        assert exchange is not None
        try:
            rest = exchange.body.receive(data)
        except BodyAborted as aborted:
            self._fail_body(aborted)
            return
        except Exception as error:
            self._handler_failed(exchange, error)
            return
        if exchange is not self._exchange or self._phase != _BODY:
            # The reader ended the exchange, on the body's last byte or by cutting it.
            if self._phase == _HEAD and rest:
                self._hold(rest)
                self._advance()
            return
        if not exchange.body.complete:
            self._set_deadline()
            return
        self._phase = _ANSWER
        self.deadline = NEVER
        if rest:
            self._hold(rest)
        if exchange.finished:
            self._end_exchange(exchange)
        else:
            self._update_reading()

    def _fail_body(self, reason: BodyAborted) -> None:
        exchange = self._exchange
        assert exchange is not None
        self.deadline = self._loop.time() + self._limits.linger_seconds
        exchange.body.fail(reason)
        if self._exchange is exchange and exchange.finished:
            self._linger()

    # ends

    def _end_exchange(self, exchange: Exchange) -> None:
        if not exchange.keep_alive:
            self._linger()
            return
        self._exchange = None
        self._phase = _HEAD
        if not self.writes_paused:
            # Also where something is held: it may be an empty line, which is thrown away.
            self.deadline = self._loop.time() + self._limits.idle_seconds
        if self._held or self._stopping or self._eof:
            self._advance()

    def _linger(self) -> None:
        """Close, but let the client read the answer first where it is still sending."""
        exchange, self._exchange = self._exchange, None
        sent_all = exchange is not None and exchange.body.complete and not self._held
        self._phase = _LINGER
        if sent_all or self._eof or (exchange is not None and exchange.until_close):
            self._close()
            return
        self._held = b""
        self.deadline = self._loop.time() + self._limits.linger_seconds
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self._update_reading()

    def _close(self) -> None:
        """Close once everything written has gone out, which the client may delay only so long."""
        self._phase = _LINGER
        self.deadline = self._loop.time() + self._limits.write_stall_seconds
        self.transport.close()

    def _set_deadline(self) -> None:
        if self.writes_paused:
            return
        now = self._loop.time()
        if self._phase == _HEAD and not self._held:
            self.deadline = now + self._limits.idle_seconds
        elif self._phase == _BODY and self._exchange is not None:
            body = self._exchange.body
            reading = body.wanted and not body.paused
            self.deadline = now + self._limits.body_idle_seconds if reading else NEVER
        elif self._phase == _ANSWER:
            self.deadline = NEVER

    def _update_reading(self) -> None:
        if self._phase == _BODY and self._exchange is not None and self._exchange.body.wanted:
            wanted = not self._exchange.body.paused
        elif self._phase == _LINGER or (self._phase == _HEAD and not self.writes_paused):
            wanted = True  # a head that does not end is refused by its own limit, which this one must not keep off
        else:
            wanted = len(self._held) < self._limits.read_buffer_bytes
        if wanted == self._reading or self._phase == _CLOSED or self.transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def _wake_drainer(self) -> None:
        waiter, self._drain_waiter = self._drain_waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
