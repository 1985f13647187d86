"""The metadata service on its sockets: one connection, one request, one answer, as on EC2."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from skywalk.accepting.acceptor import Acceptor
from skywalk.accepting.reserve import Reserve
from skywalk.http1.body import Body
from skywalk.http1.connection import Connection
from skywalk.http1.deadlines import Deadlines
from skywalk.http1.exchange import Exchange
from skywalk.http1.limits import Limits
from skywalk.http1.request import RequestHead
from skywalk.metadata.service import MetadataService, render_refusal
from skywalk.plan.guests import Guest

METADATA_ADDRESS = "169.254.169.254"
METADATA_PORT = 80

FindGuest = Callable[[str], Guest | None]
"""The guest whose interface has this address (text) in the server's VPC."""
Allows = Callable[[str], bool]
"""Whether one more packet may come from this source address now."""

LIMITS = Limits(
    max_head_bytes=16 * 1024,
    max_target_bytes=4 * 1024,
    max_headers=64,
    head_seconds=5.0,
    idle_seconds=5.0,
    write_stall_seconds=10.0,
    linger_seconds=1.0,
)
_CONNECTIONS_LIMIT = 256
"""Connections that one VPC may hold open."""
_CONNECTIONS_OF_ONE_LIMIT = 64
"""Of them those of one instance, which its neighbours' credentials must not depend on."""


class MetadataServer:
    """Serves one VPC on bound sockets, which become its own."""

    def __init__(
        self,
        service: MetadataService,
        find_guest: FindGuest,
        allows: Allows,
        deadlines: Deadlines,
        reserve: Reserve,
    ) -> None:
        self._reserve = reserve
        self._service = service
        self._find_guest = find_guest
        self._allows = allows
        self._deadlines = deadlines
        self._listeners: list[Acceptor] = []
        self._connections: dict[Connection, str] = {}
        """With the instance's id; strangers have none."""

    async def serve(self, listener: socket.socket) -> None:
        self._listeners.append(Acceptor(listener, self._accept, self._turn_away, self._reserve))

    def close(self) -> None:
        """Closes the sockets and cuts what is open. A second time changes nothing."""
        while self._listeners:
            self._listeners.pop().close()
        for connection in tuple(self._connections):
            connection.abort()

    def connection_opened(self, connection: Connection) -> None:
        guest = self._find_guest(str(connection.peername[0])) if connection.peername else None
        whose = "" if guest is None else guest.instance_id
        of_one = sum(each == whose for each in self._connections.values())
        if of_one >= _CONNECTIONS_OF_ONE_LIMIT or len(self._connections) >= _CONNECTIONS_LIMIT:
            connection.abort()
        else:
            self._connections[connection] = whose

    def connection_closed(self, connection: Connection) -> None:
        self._connections.pop(connection, None)

    def _accept(self) -> Connection:
        def take(head: RequestHead, _body: Body, exchange: Exchange) -> None:
            connection.stop()  # after this answer, so that a token's hop limit is no other answer's
            self._answer(head, exchange, connection.transport)

        connection = Connection(take, LIMITS, self._deadlines, self, render_refusal)
        return connection

    def _turn_away(self) -> Connection:
        """For want of descriptors."""

        def refuse(_head: RequestHead, _body: Body, exchange: Exchange) -> None:
            connection.stop()
            answer = self._service.refusal(503)
            exchange.respond(answer.status, answer.headers, answer.content)

        connection = Connection(refuse, LIMITS, self._deadlines, self, render_refusal)
        return connection

    def _answer(self, head: RequestHead, exchange: Exchange, transport: asyncio.Transport) -> None:
        source = str(exchange.peername[0])
        if not self._allows(source):
            answer = self._service.refusal(503)
        else:
            answer = self._service.answer(head, self._find_guest(source))
        if answer.hop_limit is not None:
            _set_hop_limit(transport.get_extra_info("socket"), answer.hop_limit)
        exchange.respond(answer.status, answer.headers, answer.content)


def _set_hop_limit(sock: Any, hops: int) -> None:
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
