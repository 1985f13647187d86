"""Names that the region does not know, asked of the machine's resolvers: where the region has an uplink.

Each question is asked anew: with a number nobody can guess, from a port of its own, with EDNS where the client has it.
What a resolver cuts is asked again by TCP, since the client cannot ask it there. Resolvers that do not answer, or not
usefully, give way to the next; when all have, the client hears SERVFAIL before it gives up itself.

The sockets are those of this process's own network namespace, so that resolvers on the machine's loopback and in its
private networks can be asked. Source: resolv.conf(5); RFC 1035 §7.3; RFC 5452 §9 on what makes an answer believable.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

from skywalk.dns.message import AXFR, INTERNET_CLASS, IXFR, NOERROR, NOTIMP, OPT, REFUSED, SERVFAIL, Answer
from skywalk.dns.wire import TCP_LIMIT_BYTES, Query, Unanswerable, encode_response, parse_query
from skywalk.values.chance import Chance

RESOLV_CONF: Final = Path("/etc/resolv.conf")
DNS_PORT: Final = 53

OUTSTANDING_LIMIT = 512
"""Questions that are out at once, of all VPCs; further ones fail."""
ATTEMPT_SECONDS, WHOLE_SECONDS = 1.5, 4.5
"""One resolver's time, and that of a question: a client waits 5 seconds (resolv.conf(5), `timeout`)."""
_ROUNDS = 2
"""Datagrams get lost."""
_SERVERS_LIMIT = 3  # resolv.conf(5), MAXNS
_PAYLOAD_BYTES = 1232
"""What is sure to come in one piece. Source: DNS flag day 2020."""

_HEADER = struct.Struct("!HHHHHH")
_OPT = struct.Struct("!BHHIH")
_HEADER_BYTES, _LENGTH_BYTES = 12, 2
_QR, _TC, _RD, _RA, _CD, _DO, _RCODE = 0x8000, 0x0200, 0x0100, 0x0080, 0x0010, 0x8000, 0x000F
_USELESS = frozenset({SERVFAIL, NOTIMP, REFUSED})
"""The next resolver may know better."""

Deliver = Callable[[bytes], None]


class Forwarder:
    """Asks for all VPCs. Off until `is_on` is set."""

    def __init__(self, chance: Chance, resolv_conf: Path = RESOLV_CONF, port: int = DNS_PORT) -> None:
        self.is_on = False
        self._chance = chance
        self._resolv_conf = resolv_conf
        self._port = port
        self._servers: tuple[str, ...] = ()
        self._read_of: tuple[int, int] | None = None
        self._outstanding: set[asyncio.Task[None]] = set()

    def hand_on(self, packet: bytes, *, by_tcp: bool, deliver: Deliver) -> bool:
        """Whether this query, which was refused, is one for others: then `deliver` gets the response, once."""
        if not self.is_on:
            return False
        try:
            query = parse_query(packet)
        except Unanswerable:
            return False
        question = query.question
        is_for_others = query.recursion_desired and query.edns_version == 0 and question.class_ == INTERNET_CLASS
        if not is_for_others or question.type in (AXFR, IXFR):
            return False
        if len(self._outstanding) >= OUTSTANDING_LIMIT:
            deliver(encode_response(query, Answer(SERVFAIL), TCP_LIMIT_BYTES))
            return True
        task = asyncio.get_running_loop().create_task(self._serve(query, by_tcp, deliver), name="forwarded question")
        self._outstanding.add(task)
        task.add_done_callback(self._outstanding.discard)
        return True

    def close(self) -> None:
        for task in self._outstanding:
            task.cancel()

    async def _serve(self, query: Query, by_tcp: bool, deliver: Deliver) -> None:
        response = await self._ask(query)
        if response is None:
            deliver(encode_response(query, Answer(SERVFAIL), TCP_LIMIT_BYTES))
        elif len(response) > (TCP_LIMIT_BYTES if by_tcp else query.udp_limit_bytes):
            # Nothing fits into no bytes but the question, with TC set.
            deliver(encode_response(query, Answer(NOERROR), 0))
        else:
            head, records = response[2:_HEADER_BYTES], response[_HEADER_BYTES + len(query.question_wire) :]
            deliver(query.id.to_bytes(2, "big") + head + query.question_wire + records)

    async def _ask(self, query: Query) -> bytes | None:
        """The first useful response, else any; None where nobody has answered."""
        useless = None
        with suppress(TimeoutError):
            async with asyncio.timeout(WHOLE_SECONDS):
                for server in self._read_servers() * _ROUNDS:
                    response = await self._ask_one(server, query)
                    if response is not None and response[3] & _RCODE not in _USELESS:
                        return response
                    useless = response or useless
        return useless

    async def _ask_one(self, server: str, query: Query) -> bytes | None:
        number = int(self._chance.hex(4), 16)
        asked = encode_query(query, number)
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                response = await self._by_datagram(server, asked)
                if response is not None and response[2] << 8 & _TC:
                    response = await self._by_stream(server, asked)
                return response
        except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
            return None

    async def _by_datagram(self, server: str, asked: bytes) -> bytes | None:
        loop = asyncio.get_running_loop()
        transport, asking = await loop.create_datagram_endpoint(
            lambda: _Asking(asked, loop.create_future()), remote_addr=(server, self._port)
        )
        try:
            return await asking.response
        finally:
            transport.close()

    async def _by_stream(self, server: str, asked: bytes) -> bytes | None:
        reader, writer = await asyncio.open_connection(server, self._port)
        try:
            writer.write(len(asked).to_bytes(_LENGTH_BYTES, "big") + asked)
            length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
            response = await reader.readexactly(length)
            return response if answers(asked, response) else None
        finally:
            writer.close()

    def _read_servers(self) -> tuple[str, ...]:
        """The machine's resolvers, read again when the file is another one."""
        try:
            status = self._resolv_conf.stat()
            version = status.st_ino, status.st_mtime_ns
            if version != self._read_of:
                self._servers = parse_resolv_conf(self._resolv_conf.read_text().splitlines())
                self._read_of = version
        except (OSError, UnicodeDecodeError):
            self._servers, self._read_of = parse_resolv_conf(()), None
        return self._servers


class _Asking(asyncio.DatagramProtocol):
    """One question by UDP, on a socket that takes from the resolver alone."""

    def __init__(self, asked: bytes, response: asyncio.Future[bytes]) -> None:
        self._asked = asked
        self.response = response

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.DatagramTransport", transport).sendto(self._asked)

    def datagram_received(self, data: bytes, _source: object) -> None:
        if not self.response.done() and answers(self._asked, data):
            self.response.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self.response.done():
            self.response.set_exception(exc)


def parse_resolv_conf(lines: Iterable[str]) -> tuple[str, ...]:
    """The resolvers it names, at most three; the machine itself where it names none. Source: resolv.conf(5)."""
    words = (line.split() for line in lines)
    servers = [each[1] for each in words if len(each) > 1 and each[0] == "nameserver"]
    return tuple(servers[:_SERVERS_LIMIT]) or ("127.0.0.1",)


def encode_query(query: Query, number: int) -> bytes:
    """The client's question under another number."""
    flags = _RD | query.flags & _CD
    if query.payload_bytes is None:
        return _HEADER.pack(number, flags, 1, 0, 0, 0) + query.question_wire
    opt = _OPT.pack(0, OPT, _PAYLOAD_BYTES, query.edns_flags & _DO, 0)
    return _HEADER.pack(number, flags, 1, 0, 0, 1) + query.question_wire + opt


def answers(asked: bytes, response: bytes) -> bool:
    """Whether a packet is the response to a query: of its number and question, in whatever letter case."""
    if len(response) < _HEADER_BYTES or response[:2] != asked[:2]:
        return False
    _, flags, questions, *_ = _HEADER.unpack_from(response)
    end = _HEADER_BYTES
    while end < len(asked) and asked[end]:
        end += 1 + asked[end]
    end += 5  # the root's length, type and class
    same = response[_HEADER_BYTES:end].lower() == asked[_HEADER_BYTES:end].lower()
    return bool(flags & _QR) and questions == 1 and same
