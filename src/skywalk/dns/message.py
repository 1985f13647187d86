"""Questions, records and answers, as values; numbers are those of the IANA registry "DNS Parameters"."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.values.addresses import Address

NOERROR = 0
FORMERR = 1
SERVFAIL = 2
NXDOMAIN = 3
NOTIMP = 4
REFUSED = 5
BADVERS = 16
RCODE_NAMES = {
    NOERROR: "NOERROR",
    FORMERR: "FORMERR",
    SERVFAIL: "SERVFAIL",
    NXDOMAIN: "NXDOMAIN",
    NOTIMP: "NOTIMP",
    REFUSED: "REFUSED",
}

A = 1
NS = 2
CNAME = 5
SOA = 6
PTR = 12
AAAA = 28
OPT = 41
IXFR = 251
AXFR = 252
ANY = 255

INTERNET_CLASS = 1


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is lower case without the final dot, empty for the root; a dot inside a label is written
    `\\046` and a backslash `\\092`, so that every dot parts two labels."""

    name: str
    type: int
    class_: int = INTERNET_CLASS


@dataclass(frozen=True, slots=True)
class Soa:
    """The start of authority of a zone; times are seconds."""

    server: str
    mailbox: str
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record; `data` is an address (A, AAAA), a name (PTR, NS, CNAME), a Soa, or of any type the bytes
    that a packet has."""

    name: str
    type: int
    ttl_seconds: int
    data: Address | str | Soa | bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response code, the records that were asked for, and for an empty answer the zone's SOA as authority."""

    rcode: int
    records: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()


def soa_record(zone: str) -> Record:
    """The SOA that Amazon's resolver gives for a zone of its own; names that do not exist are remembered for 60 s."""
    soa = Soa(f"ns0.{zone}", "hostmaster.amazon.com", 2012103100, 3600, 3600, 3600, 60)
    return Record(zone, SOA, 60, soa)


def empty(zone: str) -> Answer:
    """The name exists in `zone`, records of the asked type do not."""
    return Answer(NOERROR, authority=(soa_record(zone),))


def no_such_name(zone: str) -> Answer:
    """The zone is ours and has no such name."""
    return Answer(NXDOMAIN, authority=(soa_record(zone),))
