"""The resolver's sockets, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import dns.message
import dns.rcode
import pytest

from skywalk.accepting.reserve import Reserve
from skywalk.dns import server as server_module
from skywalk.dns.forwarding import Deliver, Forwarder
from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from skywalk.dns.server import DnsServer, Rcodes
from skywalk.values.chance import SeededChance
from support.descriptors import descriptors_below
from support.name_views import name_view, public_name
from support.waiting import until

NAME = "ip-10-0-0-5.ec2.internal"
QUERY = dns.message.make_query(NAME, "A", id=7).to_wire()
MANY = public_name("many.amazonaws.com", *(f"52.217.0.{number}" for number in range(100)))
DEADLINE_SECONDS = 60


class Places(NamedTuple):
    """Where the server listens: address and port."""

    udp: tuple[str, int]
    tcp: tuple[str, int]


@contextlib.asynccontextmanager
async def serving(
    allows: Callable[[str], bool] = lambda _source: True,
    *,
    answering: bool = True,
    rcodes: Rcodes | None = None,
    forwarder: Forwarder | None = None,
) -> AsyncIterator[tuple[DnsServer, Places]]:
    view = name_view({NAME: ("10.0.0.5",)}, answering=answering)
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    datagram.bind(("127.0.0.1", 0))
    stream.bind(("127.0.0.1", 0))
    places = Places(datagram.getsockname(), stream.getsockname())
    reserve = Reserve()
    server = DnsServer(
        Resolver(view, PublicNames([MANY])), allows, defaultdict(int) if rcodes is None else rcodes, reserve, forwarder
    )
    await server.serve([datagram], [stream])
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield server, places
    finally:
        server.close()
        reserve.close()
        await asyncio.sleep(0)


class Client(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.replies: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.replies.put_nowait(data)


async def udp_client(place: tuple[str, int]) -> tuple[asyncio.DatagramTransport, Client]:
    loop = asyncio.get_running_loop()
    return await loop.create_datagram_endpoint(Client, remote_addr=place)


def framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


async def read_reply(reader: asyncio.StreamReader) -> dns.message.Message:
    length = int.from_bytes(await reader.readexactly(2), "big")
    return dns.message.from_wire(await reader.readexactly(length))


def test_datagrams_are_answered_and_bad_ones_harm_nobody() -> None:
    async def story() -> None:
        async with serving() as (_, places):
            transport, client = await udp_client(places.udp)
            for packet in (b"", b"x", b"\xff" * 4096, QUERY):
                transport.sendto(packet)
            response = dns.message.from_wire(await client.replies.get())
            assert response.id == 7
            assert str(response.answer[0]) == f"{NAME}. 60 IN A 10.0.0.5"
            transport.close()

    asyncio.run(story())


def test_answers_are_counted_by_their_code_and_silence_is_not() -> None:
    rcodes: Rcodes = defaultdict(int)

    async def story() -> None:
        async with serving(rcodes=rcodes) as (_, places):
            transport, client = await udp_client(places.udp)
            unknown = dns.message.make_query("nobody.ec2.internal", "A").to_wire()
            for packet in (b"x", QUERY, QUERY, unknown):
                transport.sendto(packet)
            for _ in range(3):
                await client.replies.get()
            transport.close()
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(QUERY))
            await read_reply(reader)
            writer.close()

    asyncio.run(story())
    assert rcodes == {0: 3, 3: 1}


class Others(Forwarder):
    """They know that a name does not exist, a moment later; some they do not take."""

    def __init__(self) -> None:
        super().__init__(SeededChance(1))
        self.asked: list[str] = []

    def hand_on(self, packet: bytes, *, by_tcp: bool, deliver: Deliver) -> bool:
        query = dns.message.from_wire(packet)
        self.asked.append(f"{query.question[0].name} {'tcp' if by_tcp else 'udp'}")
        if "refused" in self.asked[-1]:
            return False
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.NXDOMAIN)
        asyncio.get_running_loop().call_soon(deliver, response.to_wire())
        return True


def test_names_that_nobody_knows_here_are_handed_on() -> None:
    rcodes: Rcodes = defaultdict(int)
    others = Others()

    async def story() -> None:
        async with serving(rcodes=rcodes, forwarder=others) as (_, places):
            transport, client = await udp_client(places.udp)
            for name in ("nobody.ec2.internal", "example.com", "refused.example.com"):
                transport.sendto(dns.message.make_query(name, "A").to_wire())
                response = dns.message.from_wire(await client.replies.get())
                assert str(response.question[0].name) == f"{name}."
            assert response.rcode() == dns.rcode.REFUSED
            transport.close()
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(dns.message.make_query("example.com", "A").to_wire()))
            assert (await read_reply(reader)).rcode() == dns.rcode.NXDOMAIN
            writer.close()

    asyncio.run(story())
    assert others.asked == ["example.com. udp", "refused.example.com. udp", "example.com. tcp"]
    assert rcodes == {3: 3, 5: 1}


def test_an_answer_that_comes_after_the_end_harms_nobody() -> None:
    late: list[Deliver] = []

    class Slow(Others):
        def hand_on(self, packet: bytes, *, by_tcp: bool, deliver: Deliver) -> bool:
            late.append(deliver)
            return True

    async def story() -> None:
        query = dns.message.make_query("example.com", "A").to_wire()
        async with serving(forwarder=Slow()) as (server, places):
            transport, _ = await udp_client(places.udp)
            transport.sendto(query)
            _, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(query))
            await until(lambda: len(late) == 2)
            server.close()
            for deliver in late:
                deliver(query)
            transport.close()
            writer.close()

    asyncio.run(story())


def test_many_datagrams_at_once_are_all_answered() -> None:
    async def story() -> None:
        async with serving() as (_, places):
            transport, client = await udp_client(places.udp)
            for _ in range(150):
                transport.sendto(QUERY)
            replies = [await client.replies.get() for _ in range(150)]
            assert len(set(replies)) == 1
            transport.close()

    asyncio.run(story())


def test_random_bytes_get_no_more_replies_than_they_are() -> None:
    chance = random.Random(3)

    async def story() -> None:
        async with serving() as (_, places):
            transport, client = await udp_client(places.udp)
            for number in range(600):
                packet = bytearray(QUERY if number % 2 else chance.randbytes(chance.randrange(1, 80)))
                for _ in range(chance.randrange(4)):
                    packet[chance.randrange(len(packet))] = chance.randrange(256)
                transport.sendto(bytes(packet))
                if number % 20 == 19:
                    transport.sendto(b"\xff\xff" + QUERY[2:])
                    replies = [await client.replies.get()]
                    while replies[-1][:2] != b"\xff\xff":
                        replies.append(await client.replies.get())
                    assert len(replies) <= 21
            assert client.replies.empty()
            transport.close()

    asyncio.run(story())


def test_who_sends_too_much_meets_silence() -> None:
    left = [True, False, True]

    async def story() -> None:
        async with serving(lambda source: source == "127.0.0.1" and left.pop(0)) as (_, places):
            transport, client = await udp_client(places.udp)
            for number in (1, 2, 3):
                transport.sendto(number.to_bytes(2, "big") + QUERY[2:])
            replies = [await client.replies.get() for _ in range(2)]
            assert [reply[1] for reply in replies] == [1, 3]
            transport.close()

    asyncio.run(story())


def test_a_connection_carries_several_queries_in_pieces() -> None:
    async def story() -> None:
        async with serving() as (_, places):
            reader, writer = await asyncio.open_connection(*places.tcp)
            many = dns.message.make_query("many.amazonaws.com", "A").to_wire()
            stream = framed(QUERY) + framed(many) + framed(QUERY)
            for start in range(0, len(stream), 5):
                writer.write(stream[start : start + 5])
                await writer.drain()
            assert str((await read_reply(reader)).answer[0]) == f"{NAME}. 60 IN A 10.0.0.5"
            assert len((await read_reply(reader)).answer[0]) == 100
            assert (await read_reply(reader)).id == 7
            writer.close()

    asyncio.run(story())


def test_an_idle_connection_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_IDLE_SECONDS", 0.05)

    async def story() -> None:
        async with serving() as (_, places):
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(b"\0")  # a trickle is not life
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()

    asyncio.run(story())


def test_connections_above_the_limit_are_cut_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_CONNECTIONS_LIMIT", 1)

    async def story() -> None:
        async with serving() as (_, places):
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(QUERY))
            assert (await read_reply(reader)).id == 7
            second, second_writer = await asyncio.open_connection(*places.tcp)
            with contextlib.suppress(ConnectionError):
                assert await second.read() == b""
            writer.write(framed(QUERY))
            assert (await read_reply(reader)).id == 7
            writer.close()
            second_writer.close()

    asyncio.run(story())


def test_closing_cuts_connections_and_frees_the_address() -> None:
    async def story() -> None:
        async with serving() as (server, places):
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(QUERY))
            await read_reply(reader)
            server.close()
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
                again.bind(places.udp)

    asyncio.run(story())


def test_without_descriptors_a_connection_is_cut_and_datagrams_are_answered() -> None:
    async def story() -> None:
        client, asking = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        loop = asyncio.get_running_loop()
        for one in (client, asking):
            one.setblocking(False)
        async with serving() as (_, places):
            with descriptors_below():
                await loop.sock_connect(client, places.tcp)
                with contextlib.suppress(ConnectionError):
                    assert await loop.sock_recv(client, 100) == b""
                await loop.sock_sendto(asking, QUERY, places.udp)
                assert dns.message.from_wire(await loop.sock_recv(asking, 4096)).id == 7
            reader, writer = await asyncio.open_connection(*places.tcp)
            writer.write(framed(QUERY))
            assert (await read_reply(reader)).id == 7
            writer.close()
        for one in (client, asking):
            one.close()

    asyncio.run(story())
