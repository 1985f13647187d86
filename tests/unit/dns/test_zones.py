"""Private zones as an instance sees them: one row per question, answers as dig would print them."""

from __future__ import annotations

import random

import dns.message
import dns.rdatatype
import pytest

from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from skywalk.dns.zones import Zones
from skywalk.plan.name_views import PrivateZone, ZoneRecord
from skywalk.values.dns_names import lies_in
from support.name_views import ORIGIN, name_view, private_zone, public_name

SOA = "ns-0.awsdns-00.com. hostmaster.amazon.com. 1 7200 900 1209600 86400"
SQS = "sqs.us-east-1.amazonaws.com"
VPCE = "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com"

ZONES = (
    private_zone(
        "corp.internal",
        f"corp.internal 900 SOA {SOA}",
        "corp.internal 172800 NS ns-0.awsdns-00.com., ns-1.awsdns-01.net.",
        "corp.internal 300 MX 10 mail.corp.internal, 20 mail.example.com",
        "www.corp.internal 300 A 10.0.0.1, 10.0.0.2",
        "www.corp.internal 300 AAAA 2001:db8::1",
        "web.corp.internal 60 CNAME www.corp.internal",
        "out.corp.internal 60 CNAME s3.us-east-1.amazonaws.com",
        "away.corp.internal 60 CNAME www.example.com",
        "lost.corp.internal 60 CNAME nobody.corp.internal",
        "loop.corp.internal 60 CNAME circle.corp.internal",
        "circle.corp.internal 60 CNAME loop.corp.internal",
        "*.corp.internal 30 A 10.0.0.9",
        "a.b.corp.internal 30 A 10.0.0.8",
        "*.b.corp.internal 30 CNAME www.corp.internal",
        f"endpoint.corp.internal 0 ALIAS A {VPCE}",
        "same.corp.internal 0 ALIAS A www.corp.internal",
        "gone.corp.internal 0 ALIAS A vpce-0b-c.sqs.us-east-1.vpce.amazonaws.com",
        'text.corp.internal 300 TXT "one" "two", "a \\"b\\" \\052"',
        'text.corp.internal 300 SPF "v=spf1 -all"',
        "_sip._tcp.corp.internal 300 SRV 1 10 5060 www.corp.internal",
        'corp.internal 300 CAA 0 issue "ca.example.com"',
        'naptr.corp.internal 300 NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.corp.internal.',
        "9.corp.internal 300 PTR www.corp.internal",
    ),
    private_zone("deep.corp.internal", "deep.corp.internal 60 A 10.9.9.9"),
    private_zone(SQS, f"{SQS} 60 A 10.0.1.7, 10.0.2.7"),
    private_zone(
        "s3.us-east-1.amazonaws.com",
        "s3.us-east-1.amazonaws.com 60 A 10.0.1.8",
        "*.s3.us-east-1.amazonaws.com 60 A 10.0.1.8",
        for_instances=False,
    ),
    private_zone("3.0.10.in-addr.arpa", "4.3.0.10.in-addr.arpa 60 PTR four.corp.internal"),
    private_zone("ec2.internal", "mine.ec2.internal 60 A 10.0.0.77"),
)
PUBLIC = PublicNames(
    [
        public_name(SQS, "198.51.100.9", ttl_seconds=60),
        public_name("s3.us-east-1.amazonaws.com", "52.216.0.1"),
        public_name("*.s3.us-east-1.amazonaws.com", "52.216.0.1"),
        public_name(VPCE, "10.0.1.7", "10.0.2.7", ttl_seconds=60),
        public_name("*.vpce-0c-d.s3.us-east-1.vpce.amazonaws.com", "10.0.1.8", ttl_seconds=60),
    ]
)
VIEW = name_view({"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)}, zones=ZONES)


def told(resolver: Resolver, name: str, type_: str) -> str:
    """`NOERROR a.corp.internal. 30 A 10.0.0.8`; `in zone 60` for the SOA of an empty answer and its time."""
    query = dns.message.make_query(name, type_)
    reply = resolver.respond(query.to_wire())
    assert reply is not None
    response = dns.message.from_wire(reply)
    words = [response.rcode().name]
    for rrset in response.answer:
        values = " ".join(str(item) for item in rrset)
        words.append(f"{rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {values}")
    words += [f"in {rrset.name} {rrset.ttl}" for rrset in response.authority]
    return " ".join(words)


@pytest.mark.parametrize(
    ("name", "type_", "expected"),
    [
        ("www.corp.internal", "A", "NOERROR www.corp.internal. 300 A 10.0.0.1 10.0.0.2"),
        ("WWW.Corp.Internal", "AAAA", "NOERROR WWW.Corp.Internal. 300 AAAA 2001:db8::1"),
        ("www.corp.internal", "TXT", "NOERROR in corp.internal. 900"),
        ("corp.internal", "MX", "NOERROR corp.internal. 300 MX 10 mail.corp.internal. 20 mail.example.com."),
        ("corp.internal", "NS", "NOERROR corp.internal. 172800 NS ns-0.awsdns-00.com. ns-1.awsdns-01.net."),
        ("corp.internal", "SOA", f"NOERROR corp.internal. 900 SOA {SOA}"),
        ("corp.internal", "A", "NOERROR in corp.internal. 900"),
        ("corp.internal", "CAA", 'NOERROR corp.internal. 300 CAA 0 issue "ca.example.com"'),
        ("text.corp.internal", "TXT", r'NOERROR text.corp.internal. 300 TXT "one" "two" "a \"b\" *"'),
        ("text.corp.internal", "SPF", 'NOERROR text.corp.internal. 300 SPF "v=spf1 -all"'),
        (
            "_sip._tcp.corp.internal",
            "SRV",
            "NOERROR _sip._tcp.corp.internal. 300 SRV 1 10 5060 www.corp.internal.",
        ),
        (
            "naptr.corp.internal",
            "NAPTR",
            'NOERROR naptr.corp.internal. 300 NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.corp.internal.',
        ),
        ("9.corp.internal", "PTR", "NOERROR 9.corp.internal. 300 PTR www.corp.internal."),
        # names that lead to others
        (
            "web.corp.internal",
            "A",
            "NOERROR web.corp.internal. 60 CNAME www.corp.internal. www.corp.internal. 300 A 10.0.0.1 10.0.0.2",
        ),
        ("web.corp.internal", "CNAME", "NOERROR web.corp.internal. 60 CNAME www.corp.internal."),
        (
            "web.corp.internal",
            "MX",
            "NOERROR web.corp.internal. 60 CNAME www.corp.internal. in corp.internal. 900",
        ),
        (
            "out.corp.internal",
            "A",
            "NOERROR out.corp.internal. 60 CNAME s3.us-east-1.amazonaws.com. "
            "s3.us-east-1.amazonaws.com. 5 A 52.216.0.1",
        ),
        ("away.corp.internal", "A", "SERVFAIL away.corp.internal. 60 CNAME www.example.com."),
        ("endpoint.corp.internal", "A", "NOERROR endpoint.corp.internal. 60 A 10.0.1.7 10.0.2.7"),
        ("same.corp.internal", "A", "NOERROR same.corp.internal. 300 A 10.0.0.1 10.0.0.2"),
        ("same.corp.internal", "AAAA", "NOERROR in corp.internal. 900"),
        ("same.corp.internal", "ANY", "NOERROR same.corp.internal. 300 A 10.0.0.1 10.0.0.2"),
        ("gone.corp.internal", "A", "NOERROR in corp.internal. 900"),
        # wildcards (RFC 4592)
        ("any.corp.internal", "A", "NOERROR any.corp.internal. 30 A 10.0.0.9"),
        ("x.y.z.corp.internal", "A", "NOERROR x.y.z.corp.internal. 30 A 10.0.0.9"),
        ("any.corp.internal", "MX", "NOERROR in corp.internal. 900"),
        ("b.corp.internal", "A", "NOERROR in corp.internal. 900"),
        ("c.b.corp.internal", "CNAME", "NOERROR c.b.corp.internal. 30 CNAME www.corp.internal."),
        ("below.www.corp.internal", "A", "NXDOMAIN in corp.internal. 900"),
        # the most specific zone
        ("deep.corp.internal", "A", "NOERROR deep.corp.internal. 60 A 10.9.9.9"),
        ("any.deep.corp.internal", "A", "NXDOMAIN in deep.corp.internal. 60"),
        # hidden zones of endpoints: nothing of the public behind them
        (SQS, "A", f"NOERROR {SQS}. 60 A 10.0.1.7 10.0.2.7"),
        (SQS, "AAAA", f"NOERROR in {SQS}. 60"),
        (f"foo.{SQS}", "A", f"NXDOMAIN in {SQS}. 60"),
        ("s3.us-east-1.amazonaws.com", "A", "NOERROR s3.us-east-1.amazonaws.com. 5 A 52.216.0.1"),
        # the endpoints' own names
        (VPCE, "A", f"NOERROR {VPCE}. 60 A 10.0.1.7 10.0.2.7"),
        (
            "bucket.vpce-0c-d.s3.us-east-1.vpce.amazonaws.com",
            "A",
            "NOERROR bucket.vpce-0c-d.s3.us-east-1.vpce.amazonaws.com. 60 A 10.0.1.8",
        ),
        ("vpce-0c-d.s3.us-east-1.vpce.amazonaws.com", "A", "NOERROR in vpce.amazonaws.com. 60"),
        ("vpce-0f-f.sqs.us-east-1.vpce.amazonaws.com", "A", "NXDOMAIN in vpce.amazonaws.com. 60"),
        # before internal and reverse names
        ("mine.ec2.internal", "A", "NOERROR mine.ec2.internal. 60 A 10.0.0.77"),
        ("ip-10-0-0-5.ec2.internal", "A", "NXDOMAIN in ec2.internal. 60"),
        ("4.3.0.10.in-addr.arpa", "PTR", "NOERROR 4.3.0.10.in-addr.arpa. 60 PTR four.corp.internal."),
    ],
)
def test_zones_answer(name: str, type_: str, expected: str) -> None:
    assert told(Resolver(VIEW, PUBLIC), name, type_) == expected


def test_a_circle_of_names_fails_and_ends() -> None:
    words = told(Resolver(VIEW, PUBLIC), "loop.corp.internal", "A").split()
    assert words[0] == "SERVFAIL"
    assert words.count("CNAME") == 2, "the second time round adds nothing new"


def test_a_name_that_leads_to_nothing_is_told_with_its_way() -> None:
    told_ = told(Resolver(name_view({}, zones=(ZONES[2],)), PUBLIC), f"www.{SQS}", "A")
    assert told_ == f"NXDOMAIN in {SQS}. 60"
    lost = private_zone("corp.internal", "lost.corp.internal 60 CNAME nobody.corp.internal")
    resolver = Resolver(name_view({}, zones=(lost,)), PUBLIC)
    assert (
        told(resolver, "lost.corp.internal", "A")
        == "NXDOMAIN lost.corp.internal. 60 CNAME nobody.corp.internal. in corp.internal. 60"
    )


def test_any_gives_all_records_of_a_name() -> None:
    words = told(Resolver(VIEW, PUBLIC), "www.corp.internal", "ANY")
    assert words == ("NOERROR www.corp.internal. 300 A 10.0.0.1 10.0.0.2 www.corp.internal. 300 AAAA 2001:db8::1")


def test_inbound_endpoints_answer_from_zones_that_instances_do_not_see() -> None:
    inbound = Resolver(VIEW, PUBLIC, is_inbound=True)
    name = "s3.us-east-1.amazonaws.com"
    assert told(inbound, name, "A") == f"NOERROR {name}. 60 A 10.0.1.8"
    assert told(inbound, f"my.bucket.{name}", "A") == f"NOERROR my.bucket.{name}. 60 A 10.0.1.8"


def test_zone_off_the_next_answer_is_public_again() -> None:
    resolver = Resolver(VIEW, PUBLIC)
    assert told(resolver, SQS, "A") == f"NOERROR {SQS}. 60 A 10.0.1.7 10.0.2.7"
    resolver.change_view(name_view({}))
    assert told(resolver, SQS, "A") == f"NOERROR {SQS}. 60 A 198.51.100.9"


def test_a_zones_addresses_take_turns() -> None:
    resolver = Resolver(VIEW, PUBLIC)
    seen = [told(resolver, SQS, "A").split(" A ")[1] for _ in range(4)]
    assert seen == ["10.0.1.7 10.0.2.7", "10.0.2.7 10.0.1.7"] * 2


@pytest.mark.parametrize("seed", range(4))
def test_records_that_come_and_go_leave_what_a_view_made_anew_has(seed: int) -> None:
    """Every name and type is asked after every change, as an instance and by way of an inbound endpoint."""
    chance, zones = random.Random(seed), Zones()
    names = [f"{label}corp.internal" for label in ("", "www.", "*.", "a.b.", "*.b.", "b.", "c.a.b.", "deep.")]
    names += ["x.deep.corp.internal", "deep.corp.internal", "sub.www.corp.internal"]
    values = {"A": ("10.0.0.1", "10.0.0.2"), "TXT": ('"one"', '"two"'), "SOA": (SOA,)}
    headers: dict[str, bool] = {}
    records: dict[tuple[str, str, str], ZoneRecord] = {}
    resolvers = [Resolver(name_view({}), PUBLIC, zones, is_inbound=is_inbound) for is_inbound in (False, True)]
    for _ in range(120):
        zone = chance.choice(("corp.internal", "deep.corp.internal"))
        name = chance.choice([one for one in names if lies_in(one, zone)])
        type_ = chance.choice(sorted(values)) if name == zone else chance.choice(("A", "TXT"))
        match chance.choice(("zone", "no zone", "record", "record", "record", "no record")):
            case "zone":
                headers[zone] = chance.random() < 0.7
                zones.put(zone, for_instances=headers[zone])
            case "no zone":
                headers.pop(zone, None)
                zones.remove(zone)
            case "record":
                text = f"{name} {chance.choice((30, 60))} {type_} {chance.choice(values[type_])}"
                (record,) = private_zone(zone, text).records
                records[zone, name, type_] = record
                zones.put_record(zone, record)
            case "no record":
                records.pop((zone, name, type_), None)
                zones.remove_record(zone, name, type_)
        kept = sorted(records.items())
        whole = tuple(
            PrivateZone(name, tuple(record for (of, *_), record in kept if of == name), seen, ORIGIN)
            for name, seen in headers.items()
        )
        for is_inbound, resolver in zip((False, True), resolvers, strict=True):
            afresh = Resolver(name_view({}, zones=whole), PUBLIC, is_inbound=is_inbound)
            for asked in (*names, "nobody.b.corp.internal", "nobody.www.corp.internal"):
                for asked_type in ("A", "TXT", "ANY"):
                    question = asked.replace("*", "star"), asked_type
                    assert told(resolver, *question) == told(afresh, *question)


def test_a_zone_without_its_own_row_is_not_there_yet() -> None:
    zones = Zones()
    (record,) = private_zone("corp.internal", "www.corp.internal 60 A 10.0.0.1").records
    zones.put_record("corp.internal", record)
    resolver = Resolver(name_view({}), PUBLIC, zones)
    assert told(resolver, "www.corp.internal", "A") == "REFUSED"
    zones.put("corp.internal", for_instances=True)
    assert told(resolver, "www.corp.internal", "A") == "NOERROR www.corp.internal. 60 A 10.0.0.1"
    assert not zones.is_empty
    zones.remove("corp.internal")
    zones.remove_record("corp.internal", "www.corp.internal", "A")
    assert told(resolver, "www.corp.internal", "A") == "REFUSED"
    assert zones.is_empty


def test_a_new_view_leaves_zones_that_are_kept_apart_from_it() -> None:
    zones = Zones((ZONES[2],))
    resolver = Resolver(name_view({}), PUBLIC, zones)
    resolver.change_view(name_view({"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)}))
    assert told(resolver, SQS, "A") == f"NOERROR {SQS}. 60 A 10.0.1.7 10.0.2.7"
    assert told(resolver, "ip-10-0-0-5.ec2.internal", "A") == "NOERROR ip-10-0-0-5.ec2.internal. 60 A 10.0.0.5"
