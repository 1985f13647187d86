"""Requests to upstreams over pooled connections, one pool per origin."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skywalk.http1.deadlines import NEVER, Deadlines
from skywalk.http1.fields import serialize_head
from skywalk.http1.upstream import (
    ConnectFailed,
    ResponseListener,
    UpstreamConnection,
    UpstreamError,
    UpstreamRequest,
)
from skywalk.values.unix_path import reachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from skywalk.http1.response import ResponseHead

IDEMPOTENT_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"))
"""Source: RFC 9110, 9.2.2."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an upstream listens: host and port, or a unix socket's path, with or without TLS."""

    host: str = ""
    port: int = 0
    unix_path: str | None = None
    tls: ssl.SSLContext | None = None
    server_hostname: str | None = None
    """The name in the upstream's certificate, where it is not the host."""


@dataclass(frozen=True, slots=True)
class UpstreamLimits:
    """Times in seconds."""

    max_connections: int = 256
    """Requests above it wait, in order, for at most `connect_seconds`."""
    connect_seconds: float = 5.0
    response_seconds: float = 60.0
    """Without a byte from the upstream, or room for one to it."""
    idle_seconds: float = 30.0
    """Unused connections are closed; less than what servers keep them for, so that they rarely close first."""
    write_buffer_bytes: int = 256 * 1024


class Upstream:
    """A pool of connections to one origin."""

    def __init__(
        self, origin: Origin, limits: UpstreamLimits | None = None, deadlines: Deadlines | None = None
    ) -> None:
        self._origin = origin
        self._limits = limits or UpstreamLimits()
        self._loop = asyncio.get_running_loop()
        self._deadlines = deadlines or Deadlines(self._loop)
        self._idle: list[UpstreamConnection] = []  # the last used is taken first, the others may grow old
        self._open: set[UpstreamConnection] = set()
        self._connecting: dict[asyncio.Task[None], UpstreamRequest] = {}
        self._waiting: deque[UpstreamRequest] = deque()
        self._closed = False

    def send(
        self,
        head: bytes,
        listener: ResponseListener,
        *,
        method: str = "GET",
        streams_body: bool = False,
        chunked: bool = False,
    ) -> UpstreamRequest:
        """Send a request whose head is `head`, to the empty line, with a body in it or after it.

        `head` says how the body is delimited, and may be followed by the whole body; otherwise `streams_body`, and
        `write` and `finish` of what is returned send it, framed here if `chunked`. Calls the listener later, never
        before this returns.
        """
        request = UpstreamRequest(
            head,
            listener,
            is_head=method == "HEAD",
            chunked=chunked,
            idempotent=method in IDEMPOTENT_METHODS,
            response_seconds=self._limits.response_seconds,
        )
        request.finished = not streams_body
        if self._closed:
            self._loop.call_soon(request.fail, ConnectFailed("the upstream is no longer in use"))
            return request
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                connection.send(request)
                return request
        self._dispatch_new(request)
        return request

    async def fetch(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes = b"", *, limit: int
    ) -> tuple[ResponseHead, bytes]:
        """A whole answer of at most `limit` bytes. `headers` hold Host; Content-Length is added.

        Raises UpstreamError.
        """
        framing = f"Content-Length: {len(body)}\r\n" if body or method in ("POST", "PUT") else ""
        head = serialize_head(f"{method} {target} HTTP/1.1", headers, framing)
        return await self.fetch_serialized(head + body, method, limit=limit)

    async def fetch_serialized(self, raw: bytes, method: str, *, limit: int) -> tuple[ResponseHead, bytes]:
        """As `fetch`, for a request that is whole already, head and body. Raises UpstreamError."""
        collector = _Collector(limit)
        collector.request = self.send(raw, collector, method=method)
        try:
            return await collector.done
        finally:
            collector.request.abort()

    @property
    def open_connections(self) -> int:
        return len(self._open)

    @property
    def idle_connections(self) -> int:
        return len(self._idle)

    def close(self) -> None:
        """Close idle connections and take no more requests; those under way may end."""
        self._closed = True
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        waiting, self._waiting = self._waiting, deque()
        for request in waiting:
            self._deadlines.forget(request)
            request.fail(ConnectFailed("the upstream is no longer in use"))

    # for requests and connections

    def connection_idle(self, connection: UpstreamConnection) -> None:
        while self._waiting:
            request = self._waiting.popleft()
            self._deadlines.forget(request)
            if not request.over:
                # Later, so that the listener whose answer has just ended is told first.
                self._loop.call_soon(self._send_or_redispatch, connection, request)
                return
        if self._closed:
            connection.close()
            return
        connection.deadline = self._loop.time() + self._limits.idle_seconds
        self._idle.append(connection)

    def connection_gone(self, connection: UpstreamConnection) -> None:
        self._deadlines.forget(connection)
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._connect_waiting()

    def retry(self, request: UpstreamRequest) -> None:
        """On a new connection: another kept one may be just as stale."""
        self._dispatch_new(request)

    def _give_up(self, request: UpstreamRequest) -> None:
        self._deadlines.forget(request)
        if request in self._waiting:
            self._waiting.remove(request)
        for task, connecting in self._connecting.items():
            if connecting is request:
                task.cancel()

    def _dispatch_new(self, request: UpstreamRequest) -> None:
        request.on_give_up = self._give_up
        if len(self._open) + len(self._connecting) < self._limits.max_connections:
            self._connect_for(request)
        else:
            request.deadline = self._loop.time() + self._limits.connect_seconds
            self._deadlines.watch(request)
            self._waiting.append(request)

    def _send_or_redispatch(self, connection: UpstreamConnection, request: UpstreamRequest) -> None:
        if request.over:
            if connection.is_usable:
                self.connection_idle(connection)
        elif connection.is_usable:
            connection.send(request)
            request.resume_after_connect()
        else:
            self._dispatch_new(request)

    def _connect_waiting(self) -> None:
        while self._waiting and len(self._open) + len(self._connecting) < self._limits.max_connections:
            request = self._waiting.popleft()
            self._deadlines.forget(request)
            if not request.over:
                self._connect_for(request)

    def _connect_for(self, request: UpstreamRequest) -> None:
        task = self._loop.create_task(self._connect(request))
        self._connecting[task] = request
        task.add_done_callback(self._connecting_ended)

    def _connecting_ended(self, task: asyncio.Task[None]) -> None:
        self._connecting.pop(task, None)
        self._connect_waiting()

    async def _connect(self, request: UpstreamRequest) -> None:
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                connection = await self._open_connection()
        except TimeoutError:
            request.fail(ConnectFailed("the upstream did not accept a connection in time"))
            return
        except OSError as error:
            request.fail(ConnectFailed(f"the upstream cannot be reached: {error}"))
            return
        connection.transport.set_write_buffer_limits(high=self._limits.write_buffer_bytes)
        self._open.add(connection)
        connection.deadline = NEVER
        self._deadlines.watch(connection)
        if request.over:
            self.connection_idle(connection)
            return
        connection.send(request)
        request.resume_after_connect()

    async def _open_connection(self) -> UpstreamConnection:
        origin = self._origin
        name = None if origin.tls is None else origin.server_hostname or origin.host
        if origin.unix_path is not None:
            with reachable(Path(origin.unix_path)) as path:
                _, connection = await self._loop.create_unix_connection(
                    lambda: UpstreamConnection(self), path, ssl=origin.tls, server_hostname=name
                )
        else:
            _, connection = await self._loop.create_connection(
                lambda: UpstreamConnection(self), origin.host, origin.port, ssl=origin.tls, server_hostname=name
            )
        return connection


class _Collector:
    """Listens until an answer is whole."""

    request: UpstreamRequest

    def __init__(self, limit: int) -> None:
        self.done: asyncio.Future[tuple[ResponseHead, bytes]] = asyncio.get_running_loop().create_future()
        self._limit = limit
        self._head: ResponseHead | None = None
        self._body = bytearray()

    def on_head(self, head: ResponseHead) -> None:
        self._head = head

    def on_data(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._limit:
            self.request.abort()
            self._fail(UpstreamError(f"the answer is longer than {self._limit} bytes"))

    def on_end(self) -> None:
        assert self._head is not None
        if not self.done.done():
            self.done.set_result((self._head, bytes(self._body)))

    def on_error(self, error: UpstreamError) -> None:
        self._fail(error)

    def _fail(self, error: UpstreamError) -> None:
        if not self.done.done():
            self.done.set_exception(error)
