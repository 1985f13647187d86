"""Listening sockets and the connections that came through them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.accepting.acceptor import Acceptor
from skywalk.accepting.reserve import Reserve
from skywalk.http1.connection import Connection, Handler, RefusalRenderer, render_plain_refusal
from skywalk.http1.deadlines import Deadlines
from skywalk.http1.limits import Limits

if TYPE_CHECKING:
    import ssl

    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

NO_DESCRIPTORS = "No descriptors are left for another connection."

_CUT_SECONDS = 1.0
_REFUSAL_SECONDS = 2.0
"""For each step of a client that is turned away."""


class Listener:
    """One listening socket with its handler. Which socket a request came through is the handler's to know."""

    def __init__(
        self,
        handler: Handler,
        limits: Limits,
        deadlines: Deadlines,
        render_refusal: RefusalRenderer,
        reserve: Reserve,
        refuse: Handler | None = None,
    ) -> None:
        self._handler = handler
        self._limits = limits
        self._deadlines = deadlines
        self._render_refusal = render_refusal
        self._reserve = reserve
        self._refuse = refuse or self._refuse_plainly
        self._connections: set[Connection] = set()
        self._acceptor: Acceptor | None = None
        self._idle_waiters: list[asyncio.Future[None]] = []
        self.accepted = 0
        """Connections since the start, for counters."""

    def listen(self, sock: socket.socket, tls: ssl.SSLContext | None, backlog: int) -> None:
        self._acceptor = Acceptor(sock, self._make_connection, self._make_refusal, self._reserve, tls, backlog)

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    def stop_accepting(self) -> None:
        """Close the listening socket; connections stay."""
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None

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

    def _make_refusal(self) -> Connection:
        def refuse(head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
            connection.stop()  # after this answer
            return self._refuse(head, body, exchange)

        connection = Connection(refuse, _briefly(self._limits), self._deadlines, self, self._render_refusal)
        return connection

    def _refuse_plainly(self, _head: RequestHead, _body: Body, exchange: Exchange) -> None:
        headers, content = self._render_refusal(503, NO_DESCRIPTORS)
        exchange.respond(503, headers, content)

    def connection_opened(self, connection: Connection) -> None:
        self.accepted += 1
        self._connections.add(connection)
        if self._acceptor is None:
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
        self._reserve = Reserve()
        self._listeners: set[Listener] = set()

    async def listen(
        self,
        sock: socket.socket,
        handler: Handler,
        tls: ssl.SSLContext | None = None,
        backlog: int = 1024,
        refuse: Handler | None = None,
        render_refusal: RefusalRenderer | None = None,
    ) -> Listener:
        """Serve `sock`, which is bound and becomes the listener's; TCP of either family or unix. `refuse`
        is the handler of the one request of a client that is turned away for want of descriptors, and needs none
        itself; without it the client gets a 503 as refusals are rendered here. `render_refusal` is in place of the
        server's."""
        render = render_refusal or self._render_refusal
        listener = Listener(handler, self._limits, self._deadlines, render, self._reserve, refuse)
        listener.listen(sock, tls, backlog)
        self._listeners.add(listener)
        return listener

    async def remove(self, listener: Listener) -> None:
        """Stop a listener and cut its connections at once; returns when they are cut."""
        self._listeners.discard(listener)
        await listener.cut()

    @property
    def open_connections(self) -> int:
        return sum(listener.open_connections for listener in self._listeners)

    @property
    def shortage(self) -> str | None:
        """Why new connections are turned away, in the kernel's words; None while they are not."""
        return self._reserve.shortage

    async def stop(self, within_seconds: float) -> None:
        """Stop all listeners; exchanges in progress have so long to end."""
        listeners, self._listeners = self._listeners, set()
        if listeners:
            await asyncio.gather(*(listener.stop(within_seconds) for listener in listeners))
        self._reserve.close()


def _briefly(limits: Limits) -> Limits:
    """For who holds a descriptor of the reserve."""
    seconds = _REFUSAL_SECONDS
    return replace(
        limits,
        head_seconds=seconds,
        idle_seconds=seconds,
        body_idle_seconds=seconds,
        write_stall_seconds=seconds,
        linger_seconds=seconds,
    )
