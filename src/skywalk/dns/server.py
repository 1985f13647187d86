"""A resolver on its sockets: UDP, and TCP for what does not fit."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, cast

from skywalk.accepting.acceptor import Acceptor
from skywalk.accepting.reserve import Reserve
from skywalk.dns.forwarding import Deliver, Forwarder
from skywalk.dns.message import REFUSED
from skywalk.dns.resolver import Resolver

DNS_PORT = 53

Allows = Callable[[str], bool]
"""Whether one more packet may come from this source address (text) now."""

Rcodes = defaultdict[int, int]
"""How often something was answered with a code."""

_DATAGRAM_BYTES = 4096
_DATAGRAMS_PER_TURN = 64
"""Then others of the process have their turn."""
_CONNECTIONS_LIMIT = 64
"""TCP connections that one VPC may hold open."""
_IDLE_SECONDS = 10.0
"""RFC 7766 §6.2.3 asks for seconds, not minutes."""
_LENGTH_BYTES = 2
_RCODE_BYTE, _RCODE_BITS = 3, 0x0F
"""RFC 1035 §4.1.1. BADVERS, which has its upper bits elsewhere, counts as what its lower ones say: NOERROR."""


class DnsServer:
    """Serves one VPC on bound sockets, which become its own. `rcodes` counts answers by their code."""

    def __init__(
        self,
        resolver: Resolver,
        allows: Allows,
        rcodes: Rcodes,
        reserve: Reserve,
        forwarder: Forwarder | None = None,
    ) -> None:
        self.resolver = resolver
        self._forwarder = forwarder
        self._reserve = reserve
        self._rcodes = rcodes
        self._allows = allows
        self._loop = asyncio.get_running_loop()
        self._datagrams: list[socket.socket] = []
        self._listeners: list[Acceptor] = []
        self._connections: set[_TcpConnection] = set()

    async def serve(self, datagrams: Iterable[socket.socket], listeners: Iterable[socket.socket]) -> None:
        for sock in datagrams:
            self._datagrams.append(sock)
            self._loop.add_reader(sock, partial(self._answer_datagrams, sock))
        for sock in listeners:
            self._listeners.append(Acceptor(sock, self._accept, _Unwelcome, self._reserve))

    def close(self) -> None:
        """Closes the sockets and cuts what is open. A second time changes nothing."""
        while self._datagrams:
            sock = self._datagrams.pop()
            self._loop.remove_reader(sock)
            sock.close()
        while self._listeners:
            self._listeners.pop().close()
        for connection in tuple(self._connections):
            connection.cut()

    def _answer_datagrams(self, sock: socket.socket) -> None:
        receive, send, allows, respond = sock.recvfrom, sock.sendto, self._allows, self.resolver.respond
        rcodes, forwarder = self._rcodes, self._forwarder
        for _ in range(_DATAGRAMS_PER_TURN):
            try:
                packet, source = receive(_DATAGRAM_BYTES)
                reply = respond(packet) if allows(source[0]) else None
                if reply is None:
                    continue
                rcode = reply[_RCODE_BYTE] & _RCODE_BITS
                if rcode == REFUSED and forwarder is not None:
                    later = partial(_send_later, sock, source)
                    if self._is_handed_on(packet, reply, later, by_tcp=False):
                        continue
                rcodes[rcode] += 1
                send(reply, source)
            except BlockingIOError:
                return  # nothing more to read, or no room to send: then the answer is lost, as datagrams are
            except OSError:
                continue  # the asker has gone (unreachable, filtered); the next one has not

    def _respond_by_tcp(self, packet: bytes, source: str, deliver: Deliver) -> bytes | None:
        """The reply; None where there is none, or where it comes later by `deliver`."""
        reply = self.resolver.respond(packet, by_tcp=True) if self._allows(source) else None
        if reply is not None and self._is_handed_on(packet, reply, deliver, by_tcp=True):
            return None
        return self._counted(reply)

    def _is_handed_on(self, packet: bytes, reply: bytes, deliver: Deliver, *, by_tcp: bool) -> bool:
        """Names that nobody here knows are refused: others may know them."""
        if self._forwarder is None or reply[_RCODE_BYTE] & _RCODE_BITS != REFUSED:
            return False

        def deliver_counted(later: bytes) -> None:
            self._counted(later)
            deliver(later)

        return self._forwarder.hand_on(packet, by_tcp=by_tcp, deliver=deliver_counted)

    def _counted(self, reply: bytes | None) -> bytes | None:
        if reply is not None:
            self._rcodes[reply[_RCODE_BYTE] & _RCODE_BITS] += 1
        return reply

    def _accept(self) -> asyncio.Protocol:
        if len(self._connections) >= _CONNECTIONS_LIMIT:
            return _Unwelcome()
        connection = _TcpConnection(self._respond_by_tcp, self._connections.discard)
        self._connections.add(connection)
        return connection


def _send_later(sock: socket.socket, source: tuple[str, int], reply: bytes) -> None:
    """The asker may have gone meanwhile, and so may the socket."""
    with suppress(OSError):
        sock.sendto(reply, source)


class _Unwelcome(asyncio.Protocol):
    """A connection above a limit: cut at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).abort()


class _TcpConnection(asyncio.Protocol):
    """Any number of queries, each behind two bytes of length (RFC 1035 §4.2.2)."""

    _transport: asyncio.Transport

    def __init__(
        self, respond: Callable[[bytes, str, Deliver], bytes | None], on_closed: Callable[[_TcpConnection], None]
    ) -> None:
        self._respond = respond
        self._on_closed = on_closed
        self._loop = asyncio.get_running_loop()
        self._held = bytearray()
        self._source = ""
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer: Any = transport.get_extra_info("peername")
        if peer is None:  # gone before we looked
            self._transport.abort()
            return
        self._source = peer[0]
        self._restart_idle()

    def data_received(self, data: bytes) -> None:
        self._held += data
        whole = 0
        while (end := self._end_of_query(whole)) is not None:
            reply = self._respond(bytes(self._held[whole + _LENGTH_BYTES : end]), self._source, self._write)
            if reply is not None:
                self._write(reply)
            whole = end
        if whole:
            del self._held[:whole]
            self._restart_idle()

    def _write(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(len(reply).to_bytes(_LENGTH_BYTES, "big") + reply)

    def pause_writing(self) -> None:
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._on_closed(self)

    def cut(self) -> None:
        self._transport.abort()

    def _end_of_query(self, start: int) -> int | None:
        """Where the query that starts at `start` ends; None while it is not whole."""
        if len(self._held) < start + _LENGTH_BYTES:
            return None
        end = start + _LENGTH_BYTES + int.from_bytes(self._held[start : start + _LENGTH_BYTES], "big")
        return end if end <= len(self._held) else None

    def _restart_idle(self) -> None:
        # Only whole queries count as life, so that a trickle of bytes does not hold a connection.
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self._loop.call_later(_IDLE_SECONDS, self.cut)
