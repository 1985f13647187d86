"""Questions and what a VPC's resolver says: one row per case, answers as dig would print them."""

from __future__ import annotations

import pytest

from skywalk.dns.answer import answer
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import AAAA, ANY, AXFR, IXFR, NS, PTR, SOA, A, Answer, Question, Soa
from support.name_views import name_view, public_hosts, public_name

TYPES = {A: "A", AAAA: "AAAA", PTR: "PTR", SOA: "SOA"}
RCODES = {0: "NOERROR", 3: "NXDOMAIN", 5: "REFUSED"}
MX = 15

VIEW = ViewNames(
    name_view(
        {
            "ip-10-0-0-5.ec2.internal": ("10.0.0.5",),
            "i-0123456789abcdef0.ec2.internal": ("10.0.0.5",),
            "ec2-203-0-113-5.compute-1.amazonaws.com": ("10.0.0.5",),
            "two.ec2.internal": ("10.0.0.6", "2001:db8::6"),
            "www.deep.ec2.internal": ("10.0.0.7",),
            "ip-100-64-16-9.ec2.internal": ("100.64.16.9",),
        },
        networks=("10.0.0.0/16", "100.64.16.0/20", "198.18.5.16/28", "2001:db8::/56"),
    )
)
PUBLIC = PublicNames(
    [
        public_name("s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2", "52.216.0.3"),
        public_name("*.s3.us-east-1.amazonaws.com", "52.216.0.1", "52.216.0.2", "52.216.0.3"),
        public_name("sts.us-east-1.amazonaws.com", "203.0.113.2", ttl_seconds=60),
        public_name("*.compute-1.amazonaws.com", "203.0.113.9"),
    ],
    [
        public_hosts("compute-1.amazonaws.com", "203.0.113.0/28"),
        public_hosts("us-west-2.compute.amazonaws.com", "203.0.113.0/28"),
    ],
)


def show(given: Answer) -> str:
    """`NOERROR 60 A 10.0.0.5`, or `NXDOMAIN in ec2.internal` where only the SOA is given."""
    words = [RCODES[given.rcode]]
    for record in given.records:
        data = record.data.server if isinstance(record.data, Soa) else record.data
        words.append(f"{record.ttl_seconds} {TYPES[record.type]} {data!s}")
    words += [f"in {record.name}" for record in given.authority]
    return " ".join(words)


@pytest.mark.parametrize(
    ("name", "type_", "expected"),
    [
        # hosts
        ("ip-10-0-0-5.ec2.internal", A, "NOERROR 60 A 10.0.0.5"),
        ("ip-10-0-0-5.ec2.internal", ANY, "NOERROR 60 A 10.0.0.5"),
        ("ip-10-0-0-5.ec2.internal", AAAA, "NOERROR in ec2.internal"),
        ("ip-10-0-0-5.ec2.internal", MX, "NOERROR in ec2.internal"),
        ("i-0123456789abcdef0.ec2.internal", A, "NOERROR 60 A 10.0.0.5"),
        ("two.ec2.internal", AAAA, "NOERROR 60 AAAA 2001:db8::6"),
        ("two.ec2.internal", ANY, "NOERROR 60 A 10.0.0.6 60 AAAA 2001:db8::6"),
        # a public host name is the private address inside its VPC
        ("ec2-203-0-113-5.compute-1.amazonaws.com", A, "NOERROR 60 A 10.0.0.5"),
        ("ec2-203-0-113-5.compute-1.amazonaws.com", AAAA, "NOERROR in ec2-203-0-113-5.compute-1.amazonaws.com"),
        # those of everybody else lead to their public addresses, whatever wildcard would cover them
        ("ec2-203-0-113-6.compute-1.amazonaws.com", A, "NOERROR 604800 A 203.0.113.6"),
        ("ec2-203-0-113-6.compute-1.amazonaws.com", ANY, "NOERROR 604800 A 203.0.113.6"),
        ("ec2-203-0-113-6.compute-1.amazonaws.com", AAAA, "NOERROR in compute-1.amazonaws.com"),
        ("ec2-203-0-113-6.us-west-2.compute.amazonaws.com", A, "NOERROR 604800 A 203.0.113.6"),
        ("ec2-203-0-113-5.us-west-2.compute.amazonaws.com", A, "NOERROR 604800 A 203.0.113.5"),
        ("ec2-203-0-113-16.compute-1.amazonaws.com", A, "NXDOMAIN in compute-1.amazonaws.com"),
        ("x.ec2-203-0-113-6.compute-1.amazonaws.com", A, "NXDOMAIN in compute-1.amazonaws.com"),
        ("www.us-west-2.compute.amazonaws.com", AAAA, "NXDOMAIN in us-west-2.compute.amazonaws.com"),
        ("compute-1.amazonaws.com", A, "NOERROR in compute-1.amazonaws.com"),
        ("compute-1.amazonaws.com", SOA, "NOERROR 60 SOA ns0.compute-1.amazonaws.com"),
        ("ec2-203-0-113-6.eu-west-1.compute.amazonaws.com", A, "REFUSED"),
        ("6.113.0.203.in-addr.arpa", PTR, "REFUSED"),
        # the rest of the internal domain
        ("ip-10-0-0-9.ec2.internal", A, "NXDOMAIN in ec2.internal"),
        ("x.ip-10-0-0-5.ec2.internal", A, "NXDOMAIN in ec2.internal"),
        ("deep.ec2.internal", A, "NOERROR in ec2.internal"),
        ("ec2.internal", A, "NOERROR in ec2.internal"),
        ("ec2.internal", SOA, "NOERROR 60 SOA ns0.ec2.internal"),
        ("ec2.internal", NS, "NOERROR in ec2.internal"),
        ("xec2.internal", A, "REFUSED"),
        ("internal", A, "REFUSED"),
        # addresses of the VPC and of the private ranges
        ("5.0.0.10.in-addr.arpa", PTR, "NOERROR 60 PTR ip-10-0-0-5.ec2.internal"),
        ("5.0.0.10.in-addr.arpa", A, "NOERROR in 10.in-addr.arpa"),
        ("6.0.0.10.in-addr.arpa", PTR, "NOERROR 60 PTR two.ec2.internal"),
        ("9.9.9.10.in-addr.arpa", PTR, "NXDOMAIN in 10.in-addr.arpa"),
        ("9.10.in-addr.arpa", PTR, "NOERROR in 10.in-addr.arpa"),
        ("10.in-addr.arpa", SOA, "NOERROR 60 SOA ns0.10.in-addr.arpa"),
        ("1.1.20.172.in-addr.arpa", PTR, "NXDOMAIN in 20.172.in-addr.arpa"),
        ("1.1.32.172.in-addr.arpa", PTR, "REFUSED"),
        ("172.in-addr.arpa", PTR, "REFUSED"),
        ("1.1.168.192.in-addr.arpa", PTR, "NXDOMAIN in 168.192.in-addr.arpa"),
        ("254.169.254.169.in-addr.arpa", PTR, "NXDOMAIN in 254.169.in-addr.arpa"),
        ("9.16.64.100.in-addr.arpa", PTR, "NOERROR 60 PTR ip-100-64-16-9.ec2.internal"),
        ("9.31.64.100.in-addr.arpa", PTR, "NXDOMAIN in 31.64.100.in-addr.arpa"),
        ("9.32.64.100.in-addr.arpa", PTR, "REFUSED"),
        ("64.100.in-addr.arpa", PTR, "REFUSED"),
        ("20.5.18.198.in-addr.arpa", PTR, "NXDOMAIN in 5.18.198.in-addr.arpa"),
        ("40.5.18.198.in-addr.arpa", PTR, "REFUSED"),
        ("8.8.8.8.in-addr.arpa", PTR, "REFUSED"),
        ("a.0.0.10.in-addr.arpa", PTR, "REFUSED"),
        ("1.5.0.0.10.in-addr.arpa", PTR, "REFUSED"),
        ("in-addr.arpa", PTR, "REFUSED"),
        ("arpa", PTR, "REFUSED"),
        (".arpa", PTR, "REFUSED"),
        ("6.0.0.0." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6.arpa", PTR, "NOERROR 60 PTR two.ec2.internal"),
        ("7.0.0.0." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6.arpa", PTR, "NXDOMAIN in 0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ("10.8.b.d.0.1.0.0.2.ip6.arpa", PTR, "REFUSED"),
        # the asker itself
        ("localhost", A, "NOERROR 60 A 127.0.0.1"),
        ("localhost", AAAA, "NOERROR 60 AAAA ::1"),
        ("any.localhost", A, "NOERROR 60 A 127.0.0.1"),
        ("1.0.0.127.in-addr.arpa", PTR, "NOERROR 60 PTR localhost"),
        ("1.0.0.127.in-addr.arpa", A, "NOERROR in 1.0.0.127.in-addr.arpa"),
        # services
        ("sts.us-east-1.amazonaws.com", A, "NOERROR 60 A 203.0.113.2"),
        ("sts.us-east-1.amazonaws.com", AAAA, "NOERROR in sts.us-east-1.amazonaws.com"),
        ("x.sts.us-east-1.amazonaws.com", A, "REFUSED"),
        ("a.s3.us-east-1.amazonaws.com", A, "NOERROR 5 A 52.216.0.1 5 A 52.216.0.2 5 A 52.216.0.3"),
        ("a.b.s3.us-east-1.amazonaws.com", AAAA, "NOERROR in s3.us-east-1.amazonaws.com"),
        # the rest of the world
        ("example.com", A, "REFUSED"),
        ("", NS, "REFUSED"),
        # transfers
        ("ec2.internal", AXFR, "REFUSED"),
        ("ec2.internal", IXFR, "REFUSED"),
    ],
)
def test_a_vpcs_resolver_says(name: str, type_: int, expected: str) -> None:
    assert show(answer(Question(name, type_), VIEW, PUBLIC)) == expected


def test_records_are_of_the_name_that_was_asked() -> None:
    given = answer(Question("my.bucket.s3.us-east-1.amazonaws.com", A), VIEW, PUBLIC)
    assert {record.name for record in given.records} == {"my.bucket.s3.us-east-1.amazonaws.com"}


def test_other_classes_are_refused() -> None:
    assert show(answer(Question("version.bind", 16, 3), VIEW, PUBLIC)) == "REFUSED"
    assert show(answer(Question("localhost", A, 3), VIEW, PUBLIC)) == "REFUSED"


def test_without_a_vpc_only_public_names_are_known() -> None:
    assert show(answer(Question("ip-10-0-0-5.ec2.internal", A), None, PUBLIC)) == "REFUSED"
    assert show(answer(Question("5.0.0.10.in-addr.arpa", PTR), None, PUBLIC)) == "REFUSED"
    assert show(answer(Question("sts.us-east-1.amazonaws.com", A), None, PUBLIC)) == "NOERROR 60 A 203.0.113.2"
    host = "ec2-203-0-113-5.compute-1.amazonaws.com"
    assert show(answer(Question(host, A), None, PUBLIC)) == "NOERROR 604800 A 203.0.113.5"


def test_addresses_take_turns() -> None:
    def first(turn: int) -> str:
        given = answer(Question("s3.us-east-1.amazonaws.com", A), VIEW, PUBLIC, lambda _, choices: turn % choices)
        assert len(given.records) == 3
        return str(given.records[0].data)

    assert [first(turn) for turn in range(4)] == ["52.216.0.1", "52.216.0.2", "52.216.0.3", "52.216.0.1"]
