"""Prepared replies beside those of the chain, byte for byte, over queries of all kinds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address

import dns.edns
import dns.message
import dns.name
import dns.rdatatype
import pytest

from skywalk.dns import prepared
from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from skywalk.plan.name_views import NameView
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue
from support.name_views import ORIGIN, name_view, private_zone, public_hosts, public_name

S3 = "s3.us-east-1.amazonaws.com"
ENDPOINT = "vpce-0c-d.s3.us-east-1.vpce.amazonaws.com"
ZONES = (
    private_zone(
        "corp.internal",
        "corp.internal 900 SOA ns.example.com. hostmaster.example.com. 1 7200 900 1209600 300",
        "*.corp.internal 30 A 10.0.0.9",
        "www.corp.internal 300 A 10.0.0.1, 10.0.0.2",
        "a.b.corp.internal 30 A 10.0.0.8",
        "*.b.corp.internal 30 CNAME www.corp.internal",
        "*.turns.corp.internal 30 A 10.0.0.1, 10.0.0.2, 10.0.0.3",
        "*.turns.corp.internal 30 AAAA 2001:db8::1, 2001:db8::2",
        "*.self.corp.internal 30 CNAME app.self.corp.internal",
        "*.pair.corp.internal 30 CNAME web.pair.corp.internal",
        "web.pair.corp.internal 30 CNAME www.corp.internal",
        "*.alias.corp.internal 0 ALIAS A www.corp.internal",
        "*.round.corp.internal 0 ALIAS A app.round.corp.internal",
        "*.away.corp.internal 30 CNAME app.example.com",
        f"*.out.corp.internal 30 CNAME app.{S3}",
        "*.chain.corp.internal 30 CNAME app.b.corp.internal",
        "*.turning.corp.internal 30 CNAME app.turns.corp.internal",
        '*.text.corp.internal 30 TXT "one" "two"',
        "*.text.corp.internal 30 MX 10 app.text.corp.internal",
        "*.many.corp.internal 30 A " + ", ".join(f"10.1.0.{number}" for number in range(12)),
        "*.crowd.corp.internal 30 A " + ", ".join(f"10.1.1.{number}" for number in range(40)),
    ),
    private_zone("deep.corp.internal", "x.deep.corp.internal 60 A 10.9.9.9"),
    private_zone("sqs.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com 60 A 10.0.1.7, 10.0.2.7"),
    private_zone("3.0.10.in-addr.arpa", "4.3.0.10.in-addr.arpa 60 PTR four.corp.internal"),
)
HOSTS = {
    "ip-10-0-0-5.ec2.internal": ("10.0.0.5",),
    "app.ec2.internal": ("10.0.0.6", "10.0.0.7", "2001:db8::6"),
    "www.deep.ec2.internal": ("10.0.0.7",),
    "ec2-203-0-113-5.compute-1.amazonaws.com": ("10.0.0.5",),
}
NAMES = [
    public_name(S3, "52.216.0.1", "52.216.0.2"),
    public_name(f"*.{S3}", "52.216.0.1", "52.216.0.2", "2001:db8::3"),
    public_name(f"*.{ENDPOINT}", "10.0.1.8", "10.0.2.8", ttl_seconds=60),
    public_name("sts.us-east-1.amazonaws.com", "203.0.113.2"),
    public_name("*.app.wild.example.com", "203.0.113.3"),
    public_name("*.wild.example.com", "203.0.113.4"),
]
CATALOGUE = PublicCatalogue(
    "https",
    (
        CatalogueService("lambda", ("lambda.{region}.amazonaws.com",), None),
        CatalogueService("api", ("*.api.{region}.amazonaws.com", "*.web.api.{region}.amazonaws.com"), None),
        CatalogueService("plain", ("plain.amazonaws.com", "*.plain.amazonaws.com"), None),
    ),
    (CatalogueSite("us-east-1", ip_address("198.51.100.1")), CatalogueSite("eu-west-1", ip_address("198.51.100.2"))),
    (443,),
    60,
    ORIGIN,
    usual=("ecs", "ecr.api"),
    global_region="us-east-1",
)
PARENTS = (
    *(f"{label}.corp.internal" for label in ("b", "turns", "self", "pair", "alias", "round", "away", "out", "chain")),
    *(f"{label}.corp.internal" for label in ("turning", "text", "many", "crowd", "www", "deep", "x.deep", "nobody")),
    *("corp.internal", "ec2.internal", "deep.ec2.internal", "internal", "sqs.us-east-1.amazonaws.com", S3, ENDPOINT),
    *(
        "s3.us-east-1.vpce.amazonaws.com",
        "vpce.amazonaws.com",
        "amazonaws.com",
        "us-east-1.amazonaws.com",
        "wild.example.com",
    ),
    *("api.us-east-1.amazonaws.com", "api.eu-west-1.amazonaws.com", "plain.amazonaws.com", "compute-1.amazonaws.com"),
    *(
        "app.wild.example.com",
        "example.com",
        "localhost",
        "",
        "arpa",
        "10.in-addr.arpa",
        "3.0.10.in-addr.arpa",
        "0.0.10.in-addr.arpa",
    ),
)
LABELS = (
    *(
        "app",
        "web",
        "www",
        "a",
        "x",
        "5",
        "4",
        "s3",
        "sqs",
        "us-east-1",
        "eu-west-1",
        "lambda",
        "api",
        "ip-10-0-0-5",
        "*",
    ),
    *(
        "ec2-203-0-113-5",
        "ec2-203-0-113-6",
        "{region}",
        "vpce",
        "localhost",
        "corp",
        "ec2",
        "deep",
        "turns",
        r"a\.b",
        r"a\\b",
    ),
)
TYPES = ("A", "A", "A", "AAAA", "CNAME", "TXT", "MX", "ANY", "SOA", "PTR", "AXFR", "TYPE65")


def the_view() -> NameView:
    return name_view(HOSTS, zones=ZONES)


def the_public() -> PublicNames:
    public = PublicNames(NAMES, [public_hosts("compute-1.amazonaws.com", "203.0.113.0/28")])
    public.put_catalogue(CATALOGUE)
    return public


class ByTheChain(Resolver):
    """Counts the replies that the chain gave."""

    __slots__ = ("made",)

    made: int

    def _respond(self, *given: object, **options: object) -> bytes | None:
        self.made += 1
        return super()._respond(*given, **options)  # type: ignore[arg-type]  # handed on as they came


class Asking:
    """Both ways of one query; the general one makes each answer from the chain and keeps none."""

    def __init__(self, public: Callable[[], PublicNames] = the_public) -> None:
        self.quick = ByTheChain(the_view(), public())
        self.general = Resolver(the_view(), public())
        self.quick.made = 0
        self.asked = 0
        self._seen: set[bytes] = set()

    def compare(self, packet: bytes) -> bytes | None:
        """A query that was asked before would have turns of its own."""
        if packet[2:] in self._seen:
            return None
        self._seen.add(packet[2:])
        self.asked += 1
        reply = self.quick.respond(packet)
        assert reply == self.general._respond(packet), packet
        return reply


def mixed_case(chance: random.Random, packet: bytes) -> bytes:
    """Letters of the question's name at random, as of clients that check replies by it."""
    end = packet.index(0, 12) if 0 in packet[12:] else len(packet)
    name = bytes(
        byte ^ 0x20 if chr(byte).isalpha() and byte < 128 and chance.random() < 0.5 else byte for byte in packet[12:end]
    )
    return packet[:12] + name + packet[end:]


def made_query(chance: random.Random) -> bytes:
    """Any type, with or without EDNS, its options and odd flags, for names in and out of zones."""
    parent = chance.choice(PARENTS)
    label = chance.choice(LABELS) if chance.random() < 0.3 else f"n{chance.randrange(100000):05}"
    name = f"{label}.{parent}" if chance.random() < 0.95 else f"{label}.{chance.choice(LABELS)}.{parent}"
    message = dns.message.make_query(name.removesuffix(".") or ".", chance.choice(TYPES), id=chance.randrange(65536))
    if chance.random() < 0.3:
        options: list[dns.edns.Option] = (
            [dns.edns.GenericOption("NSID", chance.randbytes(8))] if chance.random() < 0.2 else []
        )
        message.use_edns(
            chance.choice((0, 0, 0, 1)), chance.choice((0, 0x8000)), chance.choice((512, 4096)), options=options
        )
    if chance.random() < 0.05:
        message.flags = dns.flags.Flag(chance.choice((0, 0x0110, 0x0120, 0x0300)))
    packet = message.to_wire()
    if chance.random() < 0.02:
        packet = packet[:-1] + bytes([chance.randrange(256)])
    return mixed_case(chance, packet) if chance.random() < 0.3 else packet


@pytest.mark.parametrize("seed", range(3))
def test_prepared_replies_are_those_of_the_chain(seed: int) -> None:
    asking, chance = Asking(), random.Random(seed)
    for _ in range(6000):
        asking.compare(made_query(chance))
    assert asking.asked > 4500
    assert asking.asked - asking.quick.made > 1000, "those were made without the chain"


def test_random_bytes_are_answered_as_by_the_chain() -> None:
    asking, chance = Asking(), random.Random(5)
    for _ in range(4000):
        packet = bytearray(made_query(chance))
        for _ in range(chance.randrange(4)):
            packet[chance.randrange(len(packet))] = chance.randrange(256)
        asking.compare(bytes(packet[: chance.randrange(len(packet) + 1)] if chance.random() < 0.2 else packet))
        asking.compare(chance.randbytes(chance.randrange(80)))


def query(name: str, type_: str = "A") -> bytes:
    return dns.message.make_query(name, type_, id=7).to_wire()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # a name that its own record, a host, a catalogue or an address gives another answer
        ("aaa.corp.internal", "www.corp.internal"),
        ("aaa.ec2.internal", "app.ec2.internal"),
        ("aaaa.ec2.internal", "deep.ec2.internal"),
        ("aaa.us-east-1.amazonaws.com", "ecs.us-east-1.amazonaws.com"),
        ("aaa-east-1.plain.amazonaws.com", "eu-west-1.plain.amazonaws.com"),
        ("bbbbbbbbb.plain.amazonaws.com", "eu-west-1.plain.amazonaws.com"),
        ("ec2-203-0-113-6.compute-1.amazonaws.com", "ec2-203-0-113-7.compute-1.amazonaws.com"),
        ("9.0.0.10.in-addr.arpa", "5.0.0.10.in-addr.arpa"),
        ("aaaa.corp.internal", "deep.corp.internal"),
        # what the wildcard leads to is asked for itself
        ("aaa.self.corp.internal", "app.self.corp.internal"),
        ("app.self.corp.internal", "aaa.self.corp.internal"),
        ("aaa.pair.corp.internal", "web.pair.corp.internal"),
        ("aaa.chain.corp.internal", "app.b.corp.internal"),
        ("aaa.wild.example.com", "app.wild.example.com"),
        # labels that are not what they seem
        ("aaa.corp.internal", r"a\.a.corp.internal"),
        (r"a\.a.corp.internal", "aaa.corp.internal"),
        ("aaa.corp.internal", r"a\\a.corp.internal"),
        (r"a\\a.corp.internal", "aaa.corp.internal"),
        ("aaa.corp.internal", r"a\000a.corp.internal"),
        ("aaaaaaaa.plain.amazonaws.com", "{region}.plain.amazonaws.com"),
        ("{region}.plain.amazonaws.com", "aaaaaaaa.plain.amazonaws.com"),
    ],
)
def test_a_neighbours_reply_is_not_that_of_a_name_with_one_of_its_own(first: str, second: str) -> None:
    asking = Asking()
    for name in (first, second):
        assert asking.compare(query(name)) is not None


def test_the_domain_of_endpoints_and_names_above_theirs_exist() -> None:
    above = ("amazonaws.com", "s3.us-east-1.vpce.amazonaws.com", "*.bbbb.s3.us-east-1.vpce.amazonaws.com")
    asking = Asking(lambda: PublicNames([public_name(name, "10.0.1.8") for name in above]))
    for name in above[:2]:
        replies = [asking.compare(query(f"{label}.{name}")) for label in ("aaaa", "cccc", "vpce", "bbbb")]
        assert len({(reply or b"")[3] & 15 for reply in replies}) == 2
    assert asking.quick.made < asking.asked, "others were made without the chain"


@pytest.mark.parametrize("parent", ["corp.internal", "ec2.internal", S3, ENDPOINT, "web.api.eu-west-1.amazonaws.com"])
def test_of_the_names_below_one_the_first_alone_is_found_by_the_chain(parent: str) -> None:
    asking = Asking()
    for number in range(20):
        asking.compare(query(f"n{number:02}.{parent}", "TXT"))
    assert asking.quick.made == 1


def test_the_turns_of_a_wildcard_are_shared_by_the_names_below_it() -> None:
    asking = Asking()
    replies = [asking.compare(query(f"n{number:04}.turns.corp.internal")) for number in range(9)]
    addresses = [dns.message.from_wire(reply or b"").answer[0][0].to_text() for reply in replies]
    assert addresses == ["10.0.0.1", "10.0.0.2", "10.0.0.3"] * 3
    assert asking.quick.made == 3


def test_a_repeated_name_keeps_the_number_and_the_case_that_it_is_asked_with() -> None:
    asking = Asking()
    asking.compare(query("first.corp.internal"))
    for name in ("other.corp.internal", "other.corp.internal", "OtHer.Corp.INTERNAL"):
        message = dns.message.make_query(name, "A")
        reply = asking.quick.respond(message.to_wire())
        assert reply == asking.general._respond(message.to_wire())
    assert asking.quick.made == 1


def changes_of(resolver: Resolver, public: PublicNames) -> dict[str, Callable[[], None]]:
    zones = (private_zone("corp.internal", "*.corp.internal 30 A 10.0.0.10"), *ZONES[1:])
    return {
        "view": lambda: resolver.change_view(replace(the_view(), zones=zones)),
        "public": lambda: public.put(public_name(f"*.{S3}", "52.216.0.9")),
        "zones": lambda: resolver._names.zones.put_record("corp.internal", zones[0].records[0]),
    }


@dataclass(frozen=True)
class Change:
    kind: str
    asked: str
    address: str


@pytest.mark.parametrize(
    "change",
    [
        Change("view", "corp.internal", "10.0.0.10"),
        Change("zones", "corp.internal", "10.0.0.10"),
        Change("public", S3, "52.216.0.9"),
    ],
)
def test_a_change_is_in_the_next_reply(change: Change) -> None:
    public = the_public()
    resolver = Resolver(the_view(), public)
    for label in ("n1", "n2", "n2"):
        assert change.address.encode() not in (resolver.respond(query(f"{label}.{change.asked}")) or b"")
    changes_of(resolver, public)[change.kind]()
    for label in ("n2", "n3"):
        reply = dns.message.from_wire(resolver.respond(query(f"{label}.{change.asked}")) or b"")
        assert reply.answer[0][0].to_text() == change.address


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_PREPARED_LIMIT", 8)
    asking, chance = Asking(), random.Random(9)
    for _ in range(2000):
        asking.compare(made_query(chance))
        assert len(asking.quick._prepared._prepared) <= 8
        assert len(asking.quick._prepared._repeated) <= 8
    monkeypatch.setattr(prepared, "_PREPARED_LIMIT", 10_000)
    monkeypatch.setattr(prepared, "_HELD_LIMIT_BYTES", 500)
    for _ in range(2000):
        asking.compare(made_query(chance))
        assert asking.quick._prepared._held_bytes < 500 + 4096
