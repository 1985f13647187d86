"""The body of a request, streamed to one reader.

Three ways to read, of which a handler chooses one: `start(sink)` gives each piece to a sink as it arrives (no task,
for the edge), `async for piece in body`, and `await body.read_all(limit)`. Until one of them is chosen nothing is
read and `100 Continue` is not sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from skywalk.http1.chunked import ChunkedDecoder, ChunkedMalformed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from skywalk.http1.request import RequestHead

_READ_AHEAD_BYTES = 128 * 1024


class BodyAborted(Exception):
    """The body will never be whole. `status` is what a client that can still hear gets."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class BodyTooLarge(Exception):
    """The body exceeds the reader's limit."""


class BodySink(Protocol):
    """Receives a body. `on_abort` is the last call where `on_end` is not."""

    def on_data(self, data: bytes) -> None: ...

    def on_end(self) -> None: ...

    def on_abort(self, reason: BodyAborted) -> None: ...


class BodySource(Protocol):
    """What a body asks of its connection."""

    def body_wanted(self) -> None:
        """A reader has come: send `100 Continue` if it is due, and what has arrived already."""

    def reading_changed(self) -> None:
        """`Body.paused` has changed."""


class Body:
    """A request's body. `complete` once its last byte has been given to the reader, or where there is none."""

    __slots__ = ("_decoder", "_failure", "_remaining", "_sink", "_source", "complete", "length", "paused")

    def __init__(self, head: RequestHead, source: BodySource) -> None:
        self._source = source
        self._sink: BodySink | None = None
        self._failure: BodyAborted | None = None
        self._remaining = head.content_length or 0
        self.length = None if head.chunked else self._remaining
        """In bytes; None where the head does not tell."""
        self._decoder = ChunkedDecoder() if head.chunked else None
        self.complete = self.length == 0
        self.paused = False

    # for readers

    def start(self, sink: BodySink) -> None:
        """Give everything to `sink`, which may be called before this returns.

        What arrives in one read is given even after `pause`, so that up to one read more may come.
        """
        if self._sink is not None:
            raise RuntimeError("a body is read once")
        self._sink = sink
        if self._failure is not None:
            self._sink = _NOBODY
            sink.on_abort(self._failure)
        elif self.complete:
            self._sink = _NOBODY
            sink.on_end()
        else:
            self._source.body_wanted()

    def pause(self) -> None:
        """Stop reading from the client."""
        if not self.paused:
            self.paused = True
            self._source.reading_changed()

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            self._source.reading_changed()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces in order. Raises BodyAborted."""
        queue = _Queue(self)
        self.start(queue)
        while (piece := await queue.next()) is not None:
            yield piece

    async def read_all(self, limit: int) -> bytes:
        """All of it, at most `limit` bytes. Raises BodyAborted, and BodyTooLarge without reading on."""
        if self.length is not None and self.length > limit:
            raise BodyTooLarge
        pieces: list[bytes] = []
        size = 0
        async for piece in self:
            size += len(piece)
            if size > limit:
                self.pause()
                raise BodyTooLarge
            pieces.append(piece)
        return b"".join(pieces)

    # for the connection

    @property
    def wanted(self) -> bool:
        return self._sink is not None

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def can_be_discarded(self, limit: int) -> bool:
        """Whether what is missing is known, unread and at most `limit` bytes."""
        return self._sink is None and self._decoder is None and self._remaining <= limit

    def receive(self, data: bytes) -> bytes:
        """Give what belongs to the body to the reader; returns what came after it. Raises BodyAborted."""
        sink = self._sink
        assert sink is not None
        if self._decoder is not None:
            return self._receive_chunked(self._decoder, sink, data)
        if len(data) < self._remaining:
            self._remaining -= len(data)
            sink.on_data(data)
            return b""
        piece, rest = data[: self._remaining], data[self._remaining :]
        self._remaining = 0
        sink.on_data(piece)
        self._end(sink)
        return rest

    def fail(self, reason: BodyAborted) -> None:
        if self._failure is None and not self.complete:
            self._failure = reason
            sink = self._sink
            if sink is not None:
                self._sink = _NOBODY
                sink.on_abort(reason)

    def _receive_chunked(self, decoder: ChunkedDecoder, sink: BodySink, data: bytes) -> bytes:
        try:
            payload = decoder.feed(data)
        except ChunkedMalformed as error:
            raise BodyAborted(str(error)) from None
        for piece in payload:
            sink.on_data(piece)
        if decoder.done:
            self._end(sink)
            return decoder.rest
        return b""

    def _end(self, sink: BodySink) -> None:
        if self._failure is None:
            self.complete = True
            self._sink = _NOBODY
            sink.on_end()


class Discard:
    """A sink that throws everything away."""

    def on_data(self, data: bytes) -> None:
        pass

    def on_end(self) -> None:
        pass

    def on_abort(self, reason: BodyAborted) -> None:
        pass


_NOBODY = Discard()
"""In place of a sink that has had its last call: the two would keep each other in memory."""


class _Queue:
    """A sink between the connection's callbacks and a task that awaits pieces."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._ended = False
        self._failure: BodyAborted | None = None
        self._waiter: asyncio.Future[None] | None = None

    def on_data(self, data: bytes) -> None:
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _READ_AHEAD_BYTES:
            self._body.pause()
        self._wake()

    def on_end(self) -> None:
        self._ended = True
        self._wake()

    def on_abort(self, reason: BodyAborted) -> None:
        self._failure = reason
        self._wake()

    async def next(self) -> bytes | None:
        while not self._pieces:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        piece = self._pieces.popleft()
        self._size -= len(piece)
        if self._size <= _READ_AHEAD_BYTES:
            self._body.resume()
        return piece

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
