"""The codec against dnspython, and against packets that are wrong."""

from __future__ import annotations

import random
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from skywalk.dns.message import (
    AAAA,
    BADVERS,
    NOERROR,
    NXDOMAIN,
    PTR,
    REFUSED,
    A,
    Answer,
    Question,
    Record,
    no_such_name,
)
from skywalk.dns.wire import TCP_LIMIT_BYTES, Query, Unanswerable, encode_response, parse_query

NAME = "ip-10-0-0-5.ec2.internal"


def query(name: str = NAME, type_: str = "A", **options: object) -> bytes:
    return dns.message.make_query(name, type_, **options).to_wire()  # type: ignore[arg-type]


def reply_to(packet: bytes) -> bytes | None:
    with pytest.raises(Unanswerable) as unanswerable:
        parse_query(packet)
    return unanswerable.value.reply


def read(wire: bytes) -> dns.message.Message:
    return dns.message.from_wire(wire)


def address_records(count: int, name: str = NAME) -> tuple[Record, ...]:
    return tuple(Record(name, A, 60, ip_address(f"10.0.0.{index}")) for index in range(count))


def test_a_query_is_read_as_dnspython_wrote_it() -> None:
    message = dns.message.make_query(NAME, "AAAA", use_edns=0, payload=1232, want_dnssec=True)
    parsed = parse_query(message.to_wire())
    assert parsed.question == Question(NAME, AAAA, 1)
    assert parsed.id == message.id
    assert parsed.payload_bytes == 1232
    assert parsed.edns_flags == 0x8000
    assert parsed.recursion_desired


def test_names_are_read_in_lower_case_and_echoed_as_asked() -> None:
    parsed = parse_query(query("Ip-10-0-0-5.EC2.internal"))
    assert parsed.question.name == NAME
    wire = encode_response(parsed, Answer(NOERROR, address_records(1)), 512)
    assert str(read(wire).question[0].name) == "Ip-10-0-0-5.EC2.internal."
    assert str(read(wire).answer[0].name) == "Ip-10-0-0-5.EC2.internal."


def test_a_dot_inside_a_label_parts_no_labels() -> None:
    parsed = parse_query(query(r"foo\.s3.us-east-1.amazonaws.com"))
    assert parsed.question.name == r"foo\046s3.us-east-1.amazonaws.com"
    wire = encode_response(parsed, Answer(NOERROR, address_records(1, parsed.question.name)), 512)
    assert read(wire).answer[0].name == dns.name.from_text(r"foo\.s3.us-east-1.amazonaws.com")


def test_the_root_is_an_empty_name() -> None:
    parsed = parse_query(query(".", "NS"))
    assert parsed.question.name == ""
    assert read(encode_response(parsed, Answer(REFUSED), 512)).rcode() == dns.rcode.REFUSED


def test_an_answer_is_what_dnspython_reads() -> None:
    records = (*address_records(2), Record(NAME, AAAA, 30, ip_address("2001:db8::1")))
    message = read(encode_response(parse_query(query(use_edns=0)), Answer(NOERROR, records), 512))
    assert [str(rrset) for rrset in message.answer] == [
        f"{NAME}. 60 IN A 10.0.0.0\n{NAME}. 60 IN A 10.0.0.1",
        f"{NAME}. 30 IN AAAA 2001:db8::1",
    ]
    assert dns.flags.to_text(message.flags) == "QR RD RA"
    assert message.edns == 0
    assert message.payload == 4096


def test_a_negative_answer_carries_the_zones_soa() -> None:
    message = read(encode_response(parse_query(query("nobody.ec2.internal")), no_such_name("ec2.internal"), 512))
    assert message.rcode() == dns.rcode.NXDOMAIN
    assert [str(rrset) for rrset in message.authority] == [
        "ec2.internal. 60 IN SOA ns0.ec2.internal. hostmaster.amazon.com. 2012103100 3600 3600 3600 60"
    ]


def test_a_pointer_record_holds_a_name() -> None:
    name = "5.0.0.10.in-addr.arpa"
    answer = Answer(NOERROR, (Record(name, PTR, 60, NAME),))
    message = read(encode_response(parse_query(query(name, "PTR")), answer, 512))
    assert str(message.answer[0]) == f"{name}. 60 IN PTR {NAME}."


def test_without_edns_there_is_none_in_the_answer() -> None:
    message = read(encode_response(parse_query(query()), Answer(NXDOMAIN), 512))
    assert message.edns == -1


def test_dnssec_ok_and_checking_disabled_are_echoed() -> None:
    message = dns.message.make_query(NAME, "A", want_dnssec=True)
    message.flags |= dns.flags.CD
    answered = read(encode_response(parse_query(message.to_wire()), Answer(NOERROR), 4096))
    assert answered.ednsflags & dns.flags.DO
    assert answered.flags & dns.flags.CD


def test_a_response_code_above_fifteen_lives_in_the_opt_record() -> None:
    message = dns.message.make_query(NAME, "A", use_edns=1)
    parsed = parse_query(message.to_wire())
    assert parsed.edns_version == 1
    assert read(encode_response(parsed, Answer(BADVERS), 512)).rcode() == dns.rcode.BADVERS


def test_what_does_not_fit_is_cut_to_the_question_and_whole_by_tcp() -> None:
    parsed = parse_query(query(use_edns=0, payload=600))
    answer = Answer(NOERROR, address_records(60))
    wire = encode_response(parsed, answer, parsed.udp_limit_bytes)
    cut = read(wire)
    assert cut.flags & dns.flags.TC
    assert cut.answer == []
    assert cut.edns == 0
    assert len(wire) <= 600
    whole = read(encode_response(parsed, answer, TCP_LIMIT_BYTES))
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0]) == 60


@pytest.mark.parametrize(
    ("payload", "limit"), [(None, 512), (100, 512), (512, 512), (1232, 1232), (4096, 4096), (65535, 4096)]
)
def test_the_udp_limit_follows_the_client_within_bounds(payload: int | None, limit: int) -> None:
    assert Query(1, 0, Question("", A), b"", payload).udp_limit_bytes == limit


def test_a_response_of_exactly_the_limit_is_whole() -> None:
    parsed = parse_query(query())
    answer = Answer(NOERROR, address_records(3))
    size = len(encode_response(parsed, answer, TCP_LIMIT_BYTES))
    assert not read(encode_response(parsed, answer, size)).flags & dns.flags.TC
    assert read(encode_response(parsed, answer, size - 1)).flags & dns.flags.TC


def test_another_operation_is_not_implemented() -> None:
    packet = bytearray(query())
    packet[2] |= 4 << 3  # NOTIFY
    reply = reply_to(bytes(packet))
    assert reply is not None
    assert reply[:2] == packet[:2]
    assert reply[3] & 0x0F == dns.rcode.NOTIMP
    assert reply[2] >> 3 & 0x0F == 4
    assert len(reply) == 12


@pytest.mark.parametrize(
    "packet", [b"", b"\0" * 11, dns.message.make_response(dns.message.from_wire(query())).to_wire()]
)
def test_fragments_and_responses_meet_silence(packet: bytes) -> None:
    assert reply_to(packet) is None


def _with_count(offset: int, count: int) -> bytes:
    packet = bytearray(query(use_edns=0))
    packet[offset : offset + 2] = count.to_bytes(2, "big")
    return bytes(packet)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(_with_count(4, 0), id="no question"),
        pytest.param(_with_count(4, 2), id="two questions"),
        pytest.param(_with_count(6, 1), id="an answer"),
        pytest.param(_with_count(8, 1), id="an authority"),
        pytest.param(_with_count(10, 2), id="an additional that is not there"),
        pytest.param(_with_count(10, 0), id="bytes behind the end"),
        pytest.param(query()[:-1], id="cut type"),
        pytest.param(query()[:20], id="cut name"),
        pytest.param(query()[:12] + b"\xc0\x0c\0\1\0\1", id="a name that points at itself"),
        pytest.param(query()[:12] + b"\x7fabc\0\0\1\0\1", id="an unknown label type"),
        pytest.param(query()[:12] + b"\x3f" + b"a" * 63 + b"\0\0\1\0", id="cut class"),
        pytest.param(query()[:12] + (b"\x3f" + b"a" * 63) * 4 + b"\0\0\1\0\1", id="a name of 257 bytes"),
    ],
)
def test_malformed_queries_are_format_errors(packet: bytes) -> None:
    reply = reply_to(packet)
    assert reply is not None
    assert reply[:2] == packet[:2]
    assert reply[3] & 0x0F == dns.rcode.FORMERR


def test_two_opt_records_are_a_format_error() -> None:
    opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
    packet = bytearray(query() + opt + opt)
    packet[11] = 2
    reply = reply_to(bytes(packet))
    assert reply is not None
    assert reply[3] & 0x0F == dns.rcode.FORMERR


def test_an_additional_record_that_is_no_opt_is_passed_over() -> None:
    packet = bytearray(query(use_edns=0, payload=900))
    other = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x01\x02\x03\x04"
    packet[11] = 2
    assert parse_query(bytes(packet) + other).payload_bytes == 900


def test_damaged_packets_never_raise_anything_else() -> None:
    chance = random.Random(7)
    whole = query("a.b.c.s3.us-east-1.amazonaws.com", "AAAA", use_edns=0, payload=1232)
    outcomes = set()
    for _ in range(4000):
        packet = bytearray(whole[: chance.randrange(len(whole) + 1)] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(4)):
            if packet:
                packet[chance.randrange(len(packet))] = chance.randrange(256)
        try:
            parsed = parse_query(bytes(packet))
            record = Record(parsed.question.name, A, 1, ip_address("10.0.0.1"))
            dns.message.from_wire(encode_response(parsed, Answer(NOERROR, (record,)), 4096))
            outcomes.add("answered")
        except Unanswerable as unanswerable:
            outcomes.add("silence" if unanswerable.reply is None else "error")
    assert outcomes == {"answered", "silence", "error"}


def test_whatever_dnspython_asks_is_understood_and_answered_alike() -> None:
    chance = random.Random(11)
    for _ in range(400):
        labels = [
            bytes(chance.randrange(1, 256) for _ in range(chance.randrange(1, 20)))
            for _ in range(chance.randrange(1, 8))
        ]
        name = dns.name.Name([*labels, b""])
        message = dns.message.make_query(
            name, dns.rdatatype.RdataType(chance.randrange(1, 300)), use_edns=chance.choice([0, None, False])
        )
        parsed = parse_query(message.to_wire())
        assert parsed.question.type == message.question[0].rdtype
        answer = Answer(NOERROR, (Record(parsed.question.name, A, 1, ip_address("10.0.0.1")),))
        answered = dns.message.from_wire(encode_response(parsed, answer, 4096))
        assert answered.question == message.question
        assert answered.answer[0].name == name


def test_the_codec_agrees_on_type_numbers() -> None:
    assert (A, AAAA, PTR) == (dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.PTR)
