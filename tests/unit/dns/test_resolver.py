from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode

from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from support.name_views import name_view, public_name

HOSTS = {"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)}
NAMES = [
    public_name("s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2"),
    public_name("*.s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2"),
    public_name("many.amazonaws.com", *(f"52.217.0.{number}" for number in range(100))),
]


def ask(resolver: Resolver, query: dns.message.Message, *, by_tcp: bool = False) -> dns.message.Message:
    reply = resolver.respond(query.to_wire(), by_tcp=by_tcp)
    assert reply is not None
    response = dns.message.from_wire(reply)
    assert query.is_response(response)
    return response


def first_address(resolver: Resolver, name: str, type_: str = "A") -> str:
    response = ask(resolver, dns.message.make_query(name, type_))
    return str(response.answer[0][0]) if response.answer else "-"


def test_a_query_is_answered_from_the_view() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames())
    assert first_address(resolver, "ip-10-0-0-5.ec2.internal") == "10.0.0.5"


def test_a_changed_view_is_the_next_answer() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames())
    resolver.change_view(name_view({}))
    response = ask(resolver, dns.message.make_query("ip-10-0-0-5.ec2.internal", "A"))
    assert response.rcode() == dns.rcode.NXDOMAIN


def test_without_dns_support_there_is_silence_even_to_errors() -> None:
    resolver = Resolver(name_view(HOSTS, answering=False), PublicNames())
    assert resolver.respond(dns.message.make_query("ip-10-0-0-5.ec2.internal", "A").to_wire()) is None
    assert resolver.respond(b"\0" * 12) is None


def test_malformed_packets_get_an_error_or_silence() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames())
    assert resolver.respond(b"\1\2\0\0" + b"\0" * 8) == b"\1\2\x80\x81" + b"\0" * 8
    assert resolver.respond(b"hello") is None


def test_only_recursive_queries_are_answered() -> None:
    query = dns.message.make_query("ip-10-0-0-5.ec2.internal", "A", flags=0)
    assert ask(Resolver(name_view(HOSTS), PublicNames()), query).rcode() == dns.rcode.REFUSED


def test_an_unknown_edns_version_is_told() -> None:
    query = dns.message.make_query("ip-10-0-0-5.ec2.internal", "A", use_edns=3)
    assert ask(Resolver(name_view(HOSTS), PublicNames()), query).rcode() == dns.rcode.BADVERS


def test_each_name_has_turns_of_its_own() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames(NAMES))
    asked = ["s3.us-east-1.amazonaws.com", "b.s3.us-east-1.amazonaws.com"] * 2
    # A client asks for AAAA beside each A; that must not make every second turn invisible.
    seen = [(first_address(resolver, name), first_address(resolver, name, "AAAA")) for name in asked]
    assert seen == [("52.216.0.1", "-"), ("52.216.0.1", "-"), ("52.216.0.2", "-"), ("52.216.0.2", "-")]


def test_a_long_answer_is_cut_by_udp_and_whole_by_tcp() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames(NAMES))
    query = dns.message.make_query("many.amazonaws.com", "A")
    assert ask(resolver, query).flags & dns.flags.TC
    assert len(ask(resolver, query, by_tcp=True).answer[0]) == 100


def test_a_remembered_answer_has_the_new_querys_number_and_the_next_turn() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames(NAMES))
    seen = [first_address(resolver, "s3.us-east-1.amazonaws.com") for _ in range(6)]
    assert seen == ["52.216.0.1", "52.216.0.2"] * 3


def test_a_changed_public_name_is_the_next_answer() -> None:
    public = PublicNames(NAMES)
    resolver = Resolver(name_view(HOSTS), public)
    assert {first_address(resolver, "s3.us-east-1.amazonaws.com") for _ in range(3)} == {"52.216.0.1", "52.216.0.2"}
    public.put(public_name("s3.us-east-1.amazonaws.com", "52.216.0.3"))
    assert first_address(resolver, "s3.us-east-1.amazonaws.com") == "52.216.0.3"
    public.remove("s3.us-east-1.amazonaws.com")
    assert ask(resolver, dns.message.make_query("s3.us-east-1.amazonaws.com", "A")).rcode() == dns.rcode.REFUSED


def test_names_that_a_client_makes_up_do_not_fill_the_memory() -> None:
    resolver = Resolver(name_view(HOSTS), PublicNames(NAMES))
    for number in range(3000):
        first_address(resolver, f"b{number}.s3.us-east-1.amazonaws.com")
    assert len(resolver._remembered) <= 1024
    assert first_address(resolver, "ip-10-0-0-5.ec2.internal") == "10.0.0.5"
