"""Heads that are taken, and the exact status of each that is not."""

from __future__ import annotations

import random

import httptools
import pytest

from skywalk.http1.limits import Limits
from skywalk.http1.request import HeadRefused, RequestHead, check_partial_head, parse_host, parse_request_head

LIMITS = Limits()


def parse(*lines: str) -> RequestHead:
    return parse_request_head("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"), LIMITS)


def test_parts_of_a_head() -> None:
    head = parse(
        "PUT /bucket/a%20b?uploads&x=1 HTTP/1.1",
        "Host: S3.us-east-1.amazonaws.com:4599",
        "X-Amz-Meta-Name:   two  words \t",
        "Content-Length: 12",
        "X-Amz-Meta-Name: é",
    )
    assert (head.method, head.target, head.version) == ("PUT", "/bucket/a%20b?uploads&x=1", "1.1")
    assert (head.path, head.query, head.host) == ("/bucket/a%20b", "uploads&x=1", "s3.us-east-1.amazonaws.com")
    assert head.headers == [
        ("host", "S3.us-east-1.amazonaws.com:4599"),
        ("x-amz-meta-name", "two  words"),
        ("content-length", "12"),
        ("x-amz-meta-name", "é"),
    ]
    assert head.get("x-amz-meta-name") == "two  words"
    assert head.get("x-amz-acl") is None
    assert (head.content_length, head.chunked, head.has_body, head.keep_alive) == (12, False, True, True)


@pytest.mark.parametrize(
    ("lines", "keep_alive"),
    [
        (("GET / HTTP/1.1", "Host: a"), True),
        (("GET / HTTP/1.1", "Host: a", "Connection: Keep-Alive"), True),
        (("GET / HTTP/1.1", "Host: a", "Connection: close"), False),
        (("GET / HTTP/1.1", "Host: a", "Connection: keep-alive, Close"), False),
        (("GET / HTTP/1.0", "Host: a"), False),
        (("GET / HTTP/1.0", "Host: a", "Connection: keep-alive"), False),
    ],
)
def test_keep_alive(lines: tuple[str, ...], keep_alive: bool) -> None:
    assert parse(*lines).keep_alive is keep_alive


def test_bodies() -> None:
    chunked = parse("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked")
    assert (chunked.chunked, chunked.content_length, chunked.has_body) == (True, None, True)
    empty = parse("POST / HTTP/1.1", "Host: a", "Content-Length: 0", "Expect: 100-continue")
    assert (empty.content_length, empty.has_body, empty.expects_continue) == (0, False, False)
    expecting = parse("PUT / HTTP/1.1", "Host: a", "Content-Length: 1", "Expect: 100-Continue")
    assert expecting.expects_continue


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", ""),
        ("//a//b", "//a//b", ""),
        ("/?a?b", "/", "a?b"),
        ("http://a/b?c", "/b", "c"),
        ("HTTPS://A", "/", ""),
        ("http://a?c", "/", "c"),
    ],
)
def test_targets(target: str, path: str, query: str) -> None:
    head = parse(f"GET {target} HTTP/1.1", "Host: a")
    assert (head.path, head.query, head.target) == (path, query, target)


HOSTILE: dict[str, tuple[int, tuple[str, ...]]] = {
    "no version": (400, ("GET /",)),
    "version 2.0": (505, ("GET / HTTP/2.0", "Host: a")),
    "version 1.2": (400, ("GET / HTTP/1.2", "Host: a")),
    "version in lower case": (400, ("GET / http/1.1", "Host: a")),
    "another protocol": (400, ("DESCRIBE / RTSP/1.0", "Host: a")),
    "method in lower case": (400, ("get / HTTP/1.1", "Host: a")),
    "unknown method": (400, ("FROB / HTTP/1.1", "Host: a")),
    "two spaces": (400, ("GET  / HTTP/1.1", "Host: a")),
    "tab": (400, ("GET\t/ HTTP/1.1", "Host: a")),
    "space at the end": (400, ("GET / HTTP/1.1 ", "Host: a")),
    "space in the target": (400, ("GET /a b HTTP/1.1", "Host: a")),
    "control character in the target": (400, ("GET /a\x01 HTTP/1.1", "Host: a")),
    "high byte in the target": (400, ("GET /\xe9 HTTP/1.1", "Host: a")),
    "fragment": (400, ("GET /#a HTTP/1.1", "Host: a")),
    "relative target": (400, ("GET a HTTP/1.1", "Host: a")),
    "asterisk": (400, ("OPTIONS * HTTP/1.1", "Host: a")),
    "connect": (400, ("CONNECT a:443 HTTP/1.1", "Host: a")),
    "absolute target with another host": (400, ("GET http://b/ HTTP/1.1", "Host: a")),
    "absolute target with another port": (400, ("GET http://a:81/ HTTP/1.1", "Host: a")),
    "absolute target with a user": (400, ("GET http://u@a/ HTTP/1.1", "Host: a")),
    "target too long": (414, (f"GET /{'a' * LIMITS.max_target_bytes} HTTP/1.1", "Host: a")),
    "no host": (400, ("GET / HTTP/1.1",)),
    "no host in HTTP/1.0": (400, ("GET / HTTP/1.0",)),
    "two hosts": (400, ("GET / HTTP/1.1", "Host: a", "Host: a")),
    "empty host": (400, ("GET / HTTP/1.1", "Host:")),
    "host with a path": (400, ("GET / HTTP/1.1", "Host: a/b")),
    "host with a user": (400, ("GET / HTTP/1.1", "Host: u@a")),
    "two hosts in one": (400, ("GET / HTTP/1.1", "Host: a, b")),
    "space before the colon": (400, ("GET / HTTP/1.1", "Host: a", "A : b")),
    "space before the name": (400, ("GET / HTTP/1.1", "Host: a", " A: b")),
    "folded line": (400, ("GET / HTTP/1.1", "Host: a", "A: b", " c")),
    "folded by a tab": (400, ("GET / HTTP/1.1", "Host: a", "A: b", "\tc")),
    "empty name": (400, ("GET / HTTP/1.1", "Host: a", ": b")),
    "no colon": (400, ("GET / HTTP/1.1", "Host: a", "A")),
    "name with a bracket": (400, ("GET / HTTP/1.1", "Host: a", "A(: b")),
    "bare CR": (400, ("GET / HTTP/1.1", "Host: a", "A: b\rc")),
    "bare LF": (400, ("GET / HTTP/1.1", "Host: a", "A: b\nContent-Length: 5")),
    "NUL": (400, ("GET / HTTP/1.1", "Host: a", "A: b\0")),
    "control character": (400, ("GET / HTTP/1.1", "Host: a", "A: \x0b")),
    "DEL": (400, ("GET / HTTP/1.1", "Host: a", "A: \x7f")),
    "length and chunked": (
        400,
        ("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Transfer-Encoding: chunked"),
    ),
    "chunked and length": (
        400,
        ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Content-Length: 5"),
    ),
    "two lengths": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Length: 6")),
    "one length twice": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Length: 5")),
    "lengths in one": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: 5, 5")),
    "signed length": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: +5")),
    "negative length": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: -5")),
    "hexadecimal length": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length: 0x5")),
    "empty length": (400, ("POST / HTTP/1.1", "Host: a", "Content-Length:")),
    "length beyond 64 bits": (400, ("POST / HTTP/1.1", "Host: a", f"Content-Length: {1 << 64}")),
    "gzip": (400, ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip")),
    "gzip and chunked": (400, ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip, chunked")),
    "chunked and identity": (400, ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked, identity")),
    "chunked twice": (
        400,
        ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    ),
    "chunked in quotes": (400, ("POST / HTTP/1.1", "Host: a", 'Transfer-Encoding: "chunked"')),
    "chunked with a vertical tab": (400, ("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: \x0bchunked")),
    "chunked in HTTP/1.0": (400, ("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked")),
    "upgrade": (400, ("GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: h2c")),
    "upgrade without connection": (400, ("GET / HTTP/1.1", "Host: a", "Upgrade: websocket")),
    "connection names a header": (
        400,
        ("GET / HTTP/1.1", "Host: a", "Connection: close, x-amz-date", "x-amz-date: 20260101T000000Z"),
    ),
    "two authorizations": (400, ("GET / HTTP/1.1", "Host: a", "Authorization: x", "Authorization: y")),
    "unknown expectation": (417, ("PUT / HTTP/1.1", "Host: a", "Content-Length: 1", "Expect: 200-ok")),
    "too many headers": (431, ("GET / HTTP/1.1", "Host: a", *["A: b"] * LIMITS.max_headers)),
}


@pytest.mark.parametrize("what", list(HOSTILE))
def test_hostile_heads(what: str) -> None:
    status, lines = HOSTILE[what]
    with pytest.raises(HeadRefused) as caught:
        parse(*lines)
    assert caught.value.status == status
    assert caught.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("held", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"get / HTTP", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\n", 400),
        (b"GET /" + b"a" * (LIMITS.max_target_bytes + 64), 414),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * LIMITS.max_head_bytes, 431),
    ],
)
def test_heads_that_can_never_be_right(held: bytes, status: int) -> None:
    with pytest.raises(HeadRefused) as caught:
        check_partial_head(held, 0, LIMITS)
    assert caught.value.status == status


@pytest.mark.parametrize("held", [b"G", b"\r", b"GET / HTTP/1.1\r\nHost: a\r", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_heads_that_may_still_be_right(held: bytes) -> None:
    check_partial_head(held, 0, LIMITS)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("A.Example:443", "a.example"),
        ("10.0.1.57", "10.0.1.57"),
        ("[FD00::1]:80", "[fd00::1]"),
        ("my_bucket.s3.amazonaws.com", "my_bucket.s3.amazonaws.com"),
    ],
)
def test_hosts(value: str, host: str) -> None:
    assert parse_host(value) == host


class Llhttp:
    """A head as Node's parser reads it."""

    def __init__(self, raw: bytes) -> None:
        self.target = b""
        self.headers: list[tuple[str, str]] = []
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(raw)

    @property
    def parts(self) -> tuple[str, str, str, list[tuple[str, str]]]:
        return self._parser.get_method().decode(), self.target.decode(), self._parser.get_http_version(), self.headers

    def on_url(self, target: bytes) -> None:
        self.target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode().lower(), value.decode("latin-1").rstrip(" \t")))


SAMPLE = (
    b'PUT /b/a%20b?x=1 HTTP/1.1\r\nHost: b.example:80\r\nX-Amz-Meta: \xe9 ,;\t"a" \r\nConnection: keep-alive\r\n'
    b"Content-Length: 10\r\nEmpty:\r\nAuthorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c\r\n\r\n"
)
BYTES = tuple(bytes([number]) for number in range(256))
STRANGE = (*BYTES, b"\r\n", b"\r\n ", b": ", b"  ", b"Content-Length: 1\r\n")


def mutated(chance: random.Random) -> bytes:
    raw = bytearray(SAMPLE)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(raw) - 5)
        raw[place : place + chance.randint(0, 2)] = chance.choice(STRANGE)
    return bytes(raw[: raw.index(b"\r\n\r\n")]) + b"\r\n\r\n"


def test_what_is_taken_another_parser_reads_alike() -> None:
    chance = random.Random(1)
    taken = 0
    for _ in range(20_000):
        raw = mutated(chance)
        try:
            head = parse_request_head(raw, LIMITS)
        except HeadRefused:
            continue
        taken += 1
        assert Llhttp(raw).parts == (head.method, head.target, head.version, head.headers), raw
    assert 4_000 < taken < 16_000
