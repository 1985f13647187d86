"""One request to an upstream, and the connection that carries it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from skywalk.http1.chunked import LAST_CHUNK, ChunkedDecoder, ChunkedMalformed, encode_chunk
from skywalk.http1.deadlines import NEVER
from skywalk.http1.response import ResponseHead, ResponseMalformed, parse_response_head

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_RESPONSE_HEAD_BYTES = 128 * 1024


class UpstreamError(Exception):
    """The upstream gave no whole answer; the text says why."""


class ConnectFailed(UpstreamError):
    """Nothing was sent."""


class ResponseTimeout(UpstreamError):
    """The upstream was silent for too long."""


class UpstreamClosed(UpstreamError):
    """The connection ended before the answer did."""


class ResponseBroken(UpstreamError):
    """The answer is not HTTP/1.1, or ambiguous."""


class ResponseListener(Protocol):
    """Receives an answer; `on_end` or `on_error` is the last call, and neither comes after `abort`."""

    def on_head(self, head: ResponseHead) -> None: ...

    def on_data(self, data: bytes) -> None: ...

    def on_end(self) -> None: ...

    def on_error(self, error: UpstreamError) -> None: ...


class _Nobody:
    """Listens in place of the listener of a request that is over: the two would keep each other in memory."""

    def on_head(self, head: ResponseHead) -> None: ...

    def on_data(self, data: bytes) -> None: ...

    def on_end(self) -> None: ...

    def on_error(self, error: UpstreamError) -> None: ...


_NOBODY = _Nobody()


class UpstreamRequest:
    """A request on its way. The body is written with `write` and `finish` where `send` was told that it streams."""

    __slots__ = (
        "_chunked",
        "_connection",
        "_pending",
        "_pending_bytes",
        "_release",
        "deadline",
        "finished",
        "head",
        "idempotent",
        "is_head",
        "listener",
        "on_give_up",
        "over",
        "pause_source",
        "paused",
        "replayable",
        "response_seconds",
        "resume_source",
        "retried",
    )

    def __init__(
        self,
        head: bytes,
        listener: ResponseListener,
        *,
        is_head: bool,
        chunked: bool,
        idempotent: bool,
        response_seconds: float,
    ) -> None:
        self.head = head
        self.listener: ResponseListener = listener
        self.is_head = is_head
        self.idempotent = idempotent
        self.response_seconds = response_seconds
        self._chunked = chunked
        self._connection: UpstreamConnection | None = None
        self._pending: list[bytes] = [head]
        self._pending_bytes = 0
        self.replayable = idempotent
        self.retried = False
        self.finished = False
        """The whole request has been written, or is pending."""
        self.over = False
        """Answered, failed or aborted."""
        self.paused = False
        self.deadline = NEVER
        self.on_give_up: Callable[[UpstreamRequest], None] | None = None
        self.pause_source: Callable[[], None] | None = None
        """Called when the upstream reads the body more slowly than it is written."""
        self.resume_source: Callable[[], None] | None = None

    # for the caller

    def write(self, data: bytes) -> None:
        """A piece of the body; kept while there is no connection yet. Dropped once the request is over."""
        if self.over or not data:
            return
        self.replayable = False
        framed = encode_chunk(data) if self._chunked else data
        if self._connection is not None:
            self._connection.write(framed)
            return
        self._pending.append(framed)
        self._pending_bytes += len(framed)
        if self.pause_source is not None:
            self.pause_source()

    def finish(self) -> None:
        """The body is whole."""
        if self.over or self.finished:
            return
        self.finished = True
        last = LAST_CHUNK if self._chunked else b""
        if self._connection is None:
            self._pending.append(last)
            return
        if last:
            self._connection.write(last)
        self._connection.request_finished()

    def abort(self) -> None:
        """Give up: the connection is cut, so that the upstream never sees a whole request that was not."""
        if self.over:
            return
        connection, give_up = self._connection, self.on_give_up
        self._be_over()
        if connection is not None:
            connection.abort()
        elif give_up is not None:
            give_up(self)

    def pause_response(self) -> None:
        """Stop reading the answer; what arrives in one read still comes."""
        if not self.paused:
            self.paused = True
            if self._connection is not None:
                self._connection.update_reading()

    def resume_response(self) -> None:
        if self.paused:
            self.paused = False
            if self._connection is not None:
                self._connection.update_reading()

    # for the connection and the pool

    def attach(self, connection: UpstreamConnection) -> bytes:
        """What has been written so far, to be sent on `connection`."""
        self._connection = connection
        pending, self._pending = self._pending, []
        return pending[0] if len(pending) == 1 else b"".join(pending)

    def resume_after_connect(self) -> None:
        if self._pending_bytes and self.resume_source is not None:
            self._pending_bytes = 0
            self.resume_source()

    def detach_for_retry(self) -> None:
        self._connection = None
        self._pending = [self.head]
        self.retried = True

    def end(self) -> None:
        listener = self.listener
        self._be_over()
        listener.on_end()

    def fail(self, error: UpstreamError) -> None:
        if not self.over:
            listener = self.listener
            self._be_over()
            listener.on_error(error)

    def _be_over(self) -> None:
        self.over = True
        self.listener = _NOBODY
        self._connection = self.on_give_up = self.pause_source = self.resume_source = None
        self._pending = []

    def deadline_passed(self) -> None:
        """While it waits for a connection."""
        if not self.over and self._connection is None:
            if self.on_give_up is not None:
                self.on_give_up(self)
            self.fail(ConnectFailed("no connection became free in time"))


class ConnectionPool(Protocol):
    """What a connection asks of its pool."""

    def connection_idle(self, connection: UpstreamConnection) -> None: ...

    def connection_gone(self, connection: UpstreamConnection) -> None: ...

    def retry(self, request: UpstreamRequest) -> None: ...


_IDLE, _HEAD, _BODY, _CLOSED = range(4)
"""The phases of a connection, by what it waits for."""


class UpstreamConnection(asyncio.Protocol):
    """The client's side of one connection: one request at a time, then back to the pool."""

    transport: asyncio.Transport

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._phase = _IDLE
        self._request: UpstreamRequest | None = None
        self._held = b""
        self._response: ResponseHead | None = None
        self._remaining = 0
        self._decoder: ChunkedDecoder | None = None
        self._answered_anything = False
        self._reading = True
        self._writes_paused = False
        self._used = False
        self.deadline = NEVER

    def send(self, request: UpstreamRequest) -> None:
        """Start `request` on this connection, which must be idle."""
        self._request = request
        self._phase = _HEAD
        self._answered_anything = False
        self.transport.write(request.attach(self))
        self._extend_deadline(request)
        if request.paused:
            self.update_reading()

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():  # uvloop would raise
            self.transport.write(data)
        if self._request is not None:
            self._extend_deadline(self._request)

    def request_finished(self) -> None:
        if self._request is not None:
            self._extend_deadline(self._request)

    def abort(self) -> None:
        self._request = None
        if self._phase != _CLOSED:
            self.transport.abort()

    def close(self) -> None:
        if self._phase != _CLOSED:
            self.transport.close()

    @property
    def is_usable(self) -> bool:
        return self._phase == _IDLE and not self.transport.is_closing()

    def update_reading(self) -> None:
        request = self._request
        wanted = request is None or not request.paused
        if wanted == self._reading or self._phase == _CLOSED or self.transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()
        if request is not None:
            self._extend_deadline(request)

    # the loop's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        request = self._request
        if request is None:
            # Nothing was asked: whatever this is, it must not become the next request's answer.
            self.transport.abort()
            return
        self._answered_anything = True
        try:
            if self._phase == _HEAD:
                self._receive_head(request, data)
            elif self._phase == _BODY:
                self._receive_body(request, data)
        except (ResponseMalformed, ChunkedMalformed) as error:
            self._fail(ResponseBroken(str(error)))
        if self._request is request:
            self._extend_deadline(request)

    def pause_writing(self) -> None:
        self._writes_paused = True
        if self._request is not None and self._request.pause_source is not None:
            self._request.pause_source()

    def resume_writing(self) -> None:
        self._writes_paused = False
        if self._request is not None:
            self._extend_deadline(self._request)
            if self._request.resume_source is not None:
                self._request.resume_source()

    def connection_lost(self, exc: Exception | None) -> None:
        was = self._phase
        self._phase = _CLOSED
        request, self._request = self._request, None
        self._pool.connection_gone(self)
        if request is None or request.over:
            return
        if was == _BODY and self._response is not None and self._response.until_close and exc is None:
            request.end()
        elif self._may_retry(request):
            request.detach_for_retry()
            self._pool.retry(request)
        else:
            request.fail(UpstreamClosed("the upstream closed the connection before it had answered"))

    def deadline_passed(self) -> None:
        if self._request is None:
            self.close()
        else:
            self._fail(ResponseTimeout("the upstream did not answer in time"))

    # answers

    def _may_retry(self, request: UpstreamRequest) -> bool:
        # A kept connection may have been closed by the upstream while the request was on its way. Only what has no
        # effect twice is sent twice, only once, and only where all of it is still here.
        unanswered = self._used and not self._answered_anything
        return unanswered and request.replayable and request.finished and not request.retried

    def _receive_head(self, request: UpstreamRequest, data: bytes) -> None:
        held = self._held + data if self._held else data
        while True:
            end = held.find(b"\r\n\r\n")
            if end < 0:
                self._held = held
                if len(held) > MAX_RESPONSE_HEAD_BYTES:
                    raise ResponseMalformed("the response head is too large")
                return
            head = parse_response_head(held[: end + 4], to_head_request=request.is_head)
            held = held[end + 4 :]
            if head.status >= 200:
                break
            if head.status == 101:
                raise ResponseMalformed("the upstream switched protocols unasked")
        self._held = b""
        self._begin_body(request, head, held)

    def _begin_body(self, request: UpstreamRequest, head: ResponseHead, rest: bytes) -> None:
        self._response = head
        self._phase = _BODY
        bodiless = request.is_head or head.status in (204, 304)
        self._remaining = 0 if bodiless else head.content_length or 0
        self._decoder = ChunkedDecoder() if head.chunked else None
        ends_here = not self._remaining and not head.chunked and not head.until_close
        head.body_at_hand = ends_here or (rest != b"" and not head.chunked)
        request.listener.on_head(head)
        if self._request is not request:
            return
        if ends_here:
            self._end(request, clean=not rest)
        elif rest:
            self._receive_body(request, rest)

    def _receive_body(self, request: UpstreamRequest, data: bytes) -> None:
        if self._remaining:
            self._receive_counted(request, data)
        elif self._decoder is not None:
            for piece in self._decoder.feed(data):
                request.listener.on_data(piece)
                if self._request is not request:
                    return
            if self._decoder.done:
                self._end(request, clean=not self._decoder.rest)
        else:
            request.listener.on_data(data)  # up to the connection's end

    def _receive_counted(self, request: UpstreamRequest, data: bytes) -> None:
        missing = self._remaining - len(data)
        self._remaining = max(0, missing)
        request.listener.on_data(data if missing >= 0 else data[:missing])
        if missing <= 0 and self._request is request:
            self._end(request, clean=missing == 0)

    def _end(self, request: UpstreamRequest, *, clean: bool) -> None:
        """The answer is whole; the connection goes back to the pool if both sides are where they should be."""
        response, self._response = self._response, None
        self._request = None
        self._phase = _IDLE
        self._used = True
        if not self._reading:
            self.update_reading()
        in_step = clean and request.finished and not self._writes_paused
        if in_step and response is not None and response.keep_alive and not self.transport.is_closing():
            self._pool.connection_idle(self)
        else:
            self.transport.abort()
        request.end()

    def _fail(self, error: UpstreamError) -> None:
        request, self._request = self._request, None
        self.transport.abort()
        if request is not None:
            request.fail(error)

    def _extend_deadline(self, request: UpstreamRequest) -> None:
        self.deadline = NEVER if request.paused else self._loop.time() + request.response_seconds
