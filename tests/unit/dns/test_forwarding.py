"""Questions for others, asked of resolvers on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import ParamSpec

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from skywalk.dns import forwarding
from skywalk.dns.forwarding import Forwarder, answers, encode_query, parse_resolv_conf
from skywalk.dns.wire import parse_query
from skywalk.values.chance import SeededChance

DEADLINE_SECONDS = 60
P = ParamSpec("P")
Reply = Callable[[dns.message.Message, bool], dns.message.Message | None]
"""A question, and whether it came by TCP → what a resolver says of it, or nothing."""


def story(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """A test in a loop of its own."""

    @functools.wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        asyncio.run(test(*arguments, **named))

    return run


def addressed(query: dns.message.Message, *addresses: str) -> dns.message.Message:
    response = dns.message.make_response(query, recursion_available=True)
    name = query.question[0].name
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *addresses))
    return response


class Upstream(asyncio.DatagramProtocol):
    """A resolver at 127.0.0.`place`; it remembers what it was asked."""

    def itself(self) -> Upstream:
        return self

    def __init__(self, place: int, reply: Reply) -> None:
        self.address = f"127.0.0.{place}"
        self._reply = reply
        self.asked: list[dns.message.Message] = []
        self.sources: list[int] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.sources.append(addr[1])
        response = self._answer(data, by_tcp=False)
        if response is not None:
            self._transport.sendto(response, addr)  # type: ignore[attr-defined]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        response = self._answer(await reader.readexactly(length), by_tcp=True)
        if response is not None:
            writer.write(len(response).to_bytes(2, "big") + response)
        writer.close()

    def _answer(self, data: bytes, *, by_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        self.asked.append(query)
        response = self._reply(query, by_tcp)
        return None if response is None else response.to_wire(max_size=65535)


@contextlib.asynccontextmanager
async def upstreams(folder: Path, *replies: Reply | None) -> AsyncIterator[tuple[Forwarder, list[Upstream]]]:
    """A forwarder whose resolvers, in order, reply so; at a None nobody listens."""
    loop = asyncio.get_running_loop()
    made: list[Upstream] = []
    port = 0
    async with contextlib.AsyncExitStack() as stack:
        for place, reply in enumerate(replies, 2):
            if reply is None:
                continue
            one = Upstream(place, reply)
            server = await asyncio.start_server(one.serve, one.address, port)
            port = server.sockets[0].getsockname()[1]
            transport, _ = await loop.create_datagram_endpoint(one.itself, local_addr=(one.address, port))
            stack.callback(server.close)
            stack.callback(transport.close)
            made.append(one)
        conf = folder / "resolv.conf"
        conf.write_text("".join(f"nameserver 127.0.0.{place}\n" for place in range(2, 2 + len(replies))))
        forwarder = Forwarder(SeededChance(1), conf, port)
        forwarder.is_on = True
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield forwarder, made
        forwarder.close()


async def asked(forwarder: Forwarder, query: dns.message.Message, *, by_tcp: bool = False) -> dns.message.Message:
    response: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    assert forwarder.hand_on(query.to_wire(), by_tcp=by_tcp, deliver=response.set_result)
    return dns.message.from_wire(await response)


def unexpected(answer: bytes) -> None:
    raise AssertionError(answer)


@story
async def test_a_question_is_asked_anew_and_its_answer_handed_back(tmp_path: Path) -> None:
    async with upstreams(tmp_path, lambda query, _: addressed(query, "9.9.9.10")) as (forwarder, (upstream,)):
        query = dns.message.make_query("WWW.Example.com", "A", id=7)
        response = await asked(forwarder, query)
        assert query.is_response(response)
        assert response.answer[0].to_text() == "WWW.Example.com. 60 IN A 9.9.9.10"
        assert str(response.question[0].name) == "WWW.Example.com."
        (inner,) = upstream.asked
        assert inner.question == query.question
        assert inner.edns == -1
        await asked(forwarder, query)
        assert len(set(upstream.sources)) == 2
        assert len({each.id for each in upstream.asked}) == 2


@story
async def test_edns_is_asked_with_where_the_client_has_it(tmp_path: Path) -> None:
    async with upstreams(tmp_path, lambda query, _: addressed(query, "9.9.9.10")) as (forwarder, (upstream,)):
        query = dns.message.make_query("example.com", "A", use_edns=0, payload=1400, want_dnssec=True)
        response = await asked(forwarder, query)
        (inner,) = upstream.asked
        assert (inner.edns, inner.payload) == (0, 1232)
        assert inner.ednsflags & dns.flags.DO
        assert response.edns == 0


def cut_by_udp(query: dns.message.Message, by_tcp: bool) -> dns.message.Message:
    """Eighty addresses, which take 1.3 KB."""
    if by_tcp:
        return addressed(query, *(f"9.9.9.{number}" for number in range(1, 81)))
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response


@story
async def test_what_is_cut_is_asked_again_by_tcp(tmp_path: Path) -> None:
    async with upstreams(tmp_path, cut_by_udp) as (forwarder, (upstream,)):
        query = dns.message.make_query("example.com", "A", use_edns=0, payload=4096)
        response = await asked(forwarder, query)
        assert len(response.answer[0]) == 80
        assert not response.flags & dns.flags.TC
        assert len(upstream.asked) == 2


@story
async def test_what_the_client_cannot_take_is_cut_until_it_comes_by_tcp(tmp_path: Path) -> None:
    async with upstreams(tmp_path, cut_by_udp) as (forwarder, _):
        query = dns.message.make_query("example.com", "A", id=9)
        response = await asked(forwarder, query)
        assert response.flags & dns.flags.TC
        assert (response.id, response.rcode(), response.answer) == (9, dns.rcode.NOERROR, [])
        assert len((await asked(forwarder, query, by_tcp=True)).answer[0]) == 80


@story
async def test_names_that_do_not_exist_do_not(tmp_path: Path) -> None:
    def denies(query: dns.message.Message, _: bool) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    async with upstreams(tmp_path, denies, denies) as (forwarder, made):
        assert (await asked(forwarder, dns.message.make_query("no.such.name", "A"))).rcode() == dns.rcode.NXDOMAIN
        assert [len(each.asked) for each in made] == [1, 0]


@story
async def test_the_next_resolver_is_asked_where_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "ATTEMPT_SECONDS", 0.05)

    def fails(query: dns.message.Message, _: bool) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.SERVFAIL)
        return response

    ways: list[Reply | None] = [fails, lambda *_: None, lambda query, _: addressed(query, "9.9.9.10")]
    async with upstreams(tmp_path, *ways) as (forwarder, made):
        response = await asked(forwarder, dns.message.make_query("example.com", "A"))
        assert response.answer[0].to_text().endswith("9.9.9.10")
        assert [len(each.asked) for each in made] == [1, 1, 1]
    async with upstreams(tmp_path, None, ways[2]) as (forwarder, _):
        response = await asked(forwarder, dns.message.make_query("example.com", "A"))
        assert response.answer[0].to_text().endswith("9.9.9.10")


@story
async def test_silence_becomes_servfail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "ATTEMPT_SECONDS", 0.05)
    async with upstreams(tmp_path, lambda *_: None) as (forwarder, (upstream,)):
        response = await asked(forwarder, dns.message.make_query("example.com", "A", id=11))
        assert (response.id, response.rcode()) == (11, dns.rcode.SERVFAIL)
        assert len(upstream.asked) == 2


@story
async def test_answers_of_others_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "ATTEMPT_SECONDS", 0.05)

    def lies(query: dns.message.Message, _: bool) -> dns.message.Message:
        other = dns.message.make_query("other.com", "A", id=query.id)
        return addressed(other, "6.6.6.6")

    async with upstreams(tmp_path, lies) as (forwarder, _):
        response = await asked(forwarder, dns.message.make_query("example.com", "A"))
        assert response.rcode() == dns.rcode.SERVFAIL


@story
async def test_too_many_at_once_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "OUTSTANDING_LIMIT", 1)
    async with upstreams(tmp_path, lambda *_: None) as (forwarder, _):
        query = dns.message.make_query("example.com", "A")
        first: list[bytes] = []
        assert forwarder.hand_on(query.to_wire(), by_tcp=False, deliver=first.append)
        assert (await asked(forwarder, query)).rcode() == dns.rcode.SERVFAIL
        assert first == []


@pytest.mark.parametrize(
    "query",
    [
        dns.message.make_query("example.com", "AXFR"),
        dns.message.make_query("example.com", "A", rdclass="CH"),
        dns.message.make_query("example.com", "A", flags=0),
        dns.message.make_query("example.com", "A", use_edns=1),
    ],
    ids=["transfer", "class", "not recursive", "version"],
)
@story
async def test_what_is_refused_for_other_reasons_stays_refused(tmp_path: Path, query: dns.message.Message) -> None:
    async with upstreams(tmp_path, lambda *_: None) as (forwarder, (upstream,)):
        assert not forwarder.hand_on(query.to_wire(), by_tcp=False, deliver=unexpected)
        assert upstream.asked == []


@story
async def test_without_an_uplink_nothing_is_handed_on(tmp_path: Path) -> None:
    async with upstreams(tmp_path, lambda *_: None) as (forwarder, _):
        forwarder.is_on = False
        query = dns.message.make_query("example.com", "A").to_wire()
        assert not forwarder.hand_on(query, by_tcp=False, deliver=unexpected)


@story
async def test_resolvers_that_are_written_down_later_are_asked(tmp_path: Path) -> None:
    async with upstreams(tmp_path, lambda query, _: addressed(query, "9.9.9.10")) as (forwarder, (upstream,)):
        conf = tmp_path / "resolv.conf"
        conf.rename(tmp_path / "kept")
        conf.write_text("nameserver 127.0.0.9\n")
        failed = await asked(forwarder, dns.message.make_query("example.com", "A"))
        assert failed.rcode() == dns.rcode.SERVFAIL
        (tmp_path / "kept").rename(conf)
        assert (await asked(forwarder, dns.message.make_query("example.com", "A"))).rcode() == dns.rcode.NOERROR
        assert len(upstream.asked) == 1


def test_resolvers_of_the_machine() -> None:
    lines = ["# by hand", "search a.b", "nameserver 10.0.0.1", "options edns0", "nameserver fe80::1%eth0"]
    assert parse_resolv_conf(lines) == ("10.0.0.1", "fe80::1%eth0")
    assert parse_resolv_conf([*lines, "nameserver 10.0.0.2", "nameserver 10.0.0.3"])[2:] == ("10.0.0.2",)
    assert parse_resolv_conf(["nameserver"]) == ("127.0.0.1",)


def test_an_answer_has_number_and_question() -> None:
    query = dns.message.make_query("example.com", "A", id=5)
    sent = encode_query(parse_query(query.to_wire()), 77)
    inner = dns.message.from_wire(sent)
    assert inner.id == 77
    right = addressed(inner, "9.9.9.10")
    assert answers(sent, right.to_wire())
    assert not answers(sent, sent)
    assert not answers(sent, right.to_wire()[:8])
    right.id = 78
    assert not answers(sent, right.to_wire())
