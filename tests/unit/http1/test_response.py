from __future__ import annotations

import pytest

from skywalk.http1.response import (
    ResponseHead,
    ResponseMalformed,
    parse_response_head,
    serialize_response_head,
    status_line,
)


def parse(*lines: str, to_head_request: bool = False) -> ResponseHead:
    raw = "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")
    return parse_response_head(raw, to_head_request=to_head_request)


def test_parts_of_a_head() -> None:
    head = parse("HTTP/1.1 200 OK", "Content-Length: 3", 'ETag: "a"', "X-A: 1", "X-A: 2")
    assert (head.status, head.content_length, head.chunked, head.until_close) == (200, 3, False, False)
    assert head.keep_alive
    assert head.headers == [("content-length", "3"), ("etag", '"a"'), ("x-a", "1"), ("x-a", "2")]
    assert head.get("etag") == '"a"'


@pytest.mark.parametrize(
    ("lines", "chunked", "until_close", "keep_alive"),
    [
        (("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), True, False, True),
        (("HTTP/1.1 200 OK",), False, True, False),
        (("HTTP/1.0 200 OK", "Content-Length: 0"), False, False, False),
        (("HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close"), False, False, False),
        (("HTTP/1.1 204 No Content",), False, False, True),
        (("HTTP/1.1 304 Not Modified",), False, False, True),
        (("HTTP/1.1 404",), False, True, False),
    ],
)
def test_framing(lines: tuple[str, ...], chunked: bool, until_close: bool, keep_alive: bool) -> None:
    head = parse(*lines)
    assert (head.chunked, head.until_close, head.keep_alive) == (chunked, until_close, keep_alive)


def test_answers_to_head_have_a_length_and_no_body() -> None:
    head = parse("HTTP/1.1 200 OK", "Content-Length: 9", to_head_request=True)
    assert (head.content_length, head.chunked, head.until_close, head.keep_alive) == (9, False, False, True)
    assert not parse("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", to_head_request=True).chunked


@pytest.mark.parametrize(
    "lines",
    [
        ("HTTP/2.0 200 OK",),
        ("HTTP/1.1 20 OK",),
        ("HTTP/1.1  200 OK",),
        ("ICY 200 OK",),
        ("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"),
        ("HTTP/1.1 200 OK", "Content-Length: -1"),
        ("HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"),
        ("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
        ("HTTP/1.1 200 OK", "A : b"),
        ("HTTP/1.1 200 OK", "A: b", " c"),
    ],
)
def test_ambiguous_heads(lines: tuple[str, ...]) -> None:
    with pytest.raises(ResponseMalformed):
        parse(*lines)


def test_serialized() -> None:
    assert serialize_response_head(404, [("X-A", "é")], "Content-Length: 0\r\n") == (
        b"HTTP/1.1 404 Not Found\r\nX-A: \xe9\r\nContent-Length: 0\r\n\r\n"
    )
    assert status_line(599) == "HTTP/1.1 599 Unknown"


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\r\n"])
def test_no_header_can_hold_another(value: str) -> None:
    with pytest.raises(ValueError, match="line end"):
        serialize_response_head(200, [("X-A", value)], "")
