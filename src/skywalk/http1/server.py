"""Listening sockets and the connections that came through them."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from skywalk.http1.connection import Connection, Handler, RefusalRenderer, render_plain_refusal
from skywalk.http1.deadlines import Deadlines
from skywalk.http1.limits import Limits

if TYPE_CHECKING:
    import ssl

_TLS_HANDSHAKE_SECONDS = 10.0
_CUT_SECONDS = 1.0


class Listener:
    """One listening socket with its handler. Which socket a request came through is the handler's to know."""

    def __init__(self, handler: Handler, limits: Limits, deadlines: Deadlines, render_refusal: RefusalRenderer) -> None:
        self._handler = handler
        self._limits = limits
        self._deadlines = deadlines
        self._render_refusal = render_refusal
        self._connections: set[Connection] = set()
        self._socket_server: asyncio.Server | None = None
        self._idle_waiters: list[asyncio.Future[None]] = []
        self.accepted = 0
        """Connections since the start, for counters."""

    async def listen(self, sock: socket.socket, tls: ssl.SSLContext | None, backlog: int) -> None:
        loop = asyncio.get_running_loop()
        handshake = _TLS_HANDSHAKE_SECONDS if tls is not None else None
        if sock.family == socket.AF_UNIX:
            self._socket_server = await loop.create_unix_server(
                self._make_connection, sock=sock, ssl=tls, backlog=backlog, ssl_handshake_timeout=handshake
            )
        else:
            self._socket_server = await loop.create_server(
                self._make_connection, sock=sock, ssl=tls, backlog=backlog, ssl_handshake_timeout=handshake
            )

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    def stop_accepting(self) -> None:
        """Close the listening socket; connections stay."""
        if self._socket_server is not None:
            self._socket_server.close()
            self._socket_server = None

    def abort(self) -> None:
        """Close the listening socket and cut every connection at once: the endpoint is gone."""
        self.stop_accepting()
        for connection in tuple(self._connections):
            connection.abort()

    async def stop(self, within_seconds: float) -> None:
        """Close the listening socket, let exchanges in progress end, cut what has not ended in time."""
        self.stop_accepting()
        for connection in tuple(self._connections):
            connection.stop()
        await self._until_idle(within_seconds)
        self.abort()

    async def cut(self) -> None:
        """As `abort`; returns when the connections' descriptors are closed: the resets are on their way."""
        self.abort()
        await self._until_idle(_CUT_SECONDS)

    async def _until_idle(self, within_seconds: float) -> None:
        if self._connections:
            waiter = asyncio.get_running_loop().create_future()
            self._idle_waiters.append(waiter)
            await asyncio.wait([waiter], timeout=within_seconds)

    def _make_connection(self) -> Connection:
        return Connection(self._handler, self._limits, self._deadlines, self, self._render_refusal)

    def connection_opened(self, connection: Connection) -> None:
        self.accepted += 1
        self._connections.add(connection)
        if self._socket_server is None:
            connection.abort()  # its TLS handshake ended after the listener had stopped

    def connection_closed(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            waiters, self._idle_waiters = self._idle_waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)


class Server:
    """All listeners of a process, on one set of limits and one timer."""

    def __init__(
        self,
        limits: Limits | None = None,
        render_refusal: RefusalRenderer = render_plain_refusal,
        deadline_interval_seconds: float = 0.5,
    ) -> None:
        self._limits = limits or Limits()
        self._render_refusal = render_refusal
        self._deadlines = Deadlines(asyncio.get_running_loop(), deadline_interval_seconds)
        self._listeners: set[Listener] = set()

    async def listen(
        self, sock: socket.socket, handler: Handler, tls: ssl.SSLContext | None = None, backlog: int = 1024
    ) -> Listener:
        """Serve `sock`, which is bound and becomes the listener's; TCP of either family or unix."""
        listener = Listener(handler, self._limits, self._deadlines, self._render_refusal)
        await listener.listen(sock, tls, backlog)
        self._listeners.add(listener)
        return listener

    async def remove(self, listener: Listener) -> None:
        """Stop a listener and cut its connections at once; returns when they are cut."""
        self._listeners.discard(listener)
        await listener.cut()

    @property
    def open_connections(self) -> int:
        return sum(listener.open_connections for listener in self._listeners)

    async def stop(self, within_seconds: float) -> None:
        """Stop all listeners; exchanges in progress have so long to end."""
        listeners, self._listeners = self._listeners, set()
        if listeners:
            await asyncio.gather(*(listener.stop(within_seconds) for listener in listeners))
