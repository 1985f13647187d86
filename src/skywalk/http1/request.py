"""The head of a request: parsed strictly, ambiguous ones refused.

llhttp refuses what RFC 9112 forbids in the grammar (folded lines, bare CR or LF, a space before the colon,
control characters, Content-Length beside Transfer-Encoding or given twice). What it lets pass, as measured with
httptools 0.9, is refused here: no Host or two, another host in an absolute target, two spaces or a fragment in the
request line, versions other than 1.0 and 1.1, `gzip, chunked`, Transfer-Encoding in HTTP/1.0, Upgrade, and
`Connection` naming headers for removal.
"""

from __future__ import annotations

import re
from functools import lru_cache

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from skywalk.http1.fields import HeaderCollector, Headers, first_value
from skywalk.http1.limits import Limits

_REQUEST_LINE = re.compile(rb"([A-Z]{1,24}) ([!-\"$-~]++) HTTP/1\.([01])\r\n")
_LOOKS_LIKE_REQUEST_LINE = re.compile(rb"[^ \r\n]+ [^\r\n]* HTTP/([0-9])\.[0-9]\r\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_HOST = re.compile(r"([A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")
_ABSOLUTE_FORM = re.compile(r"https?://([^/?]+)(.*)", re.IGNORECASE)
_CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
_AT_MOST_ONCE = frozenset(
    ("host", "content-length", "transfer-encoding", "expect", "connection", "upgrade", "authorization")
)
_CONNECTION_OPTIONS = frozenset(("close", "keep-alive", "te", ""))


class HeadRefused(Exception):
    """A head that is not answered but refused: HTTP status and a sentence for the client."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class RequestHead:
    """A request's head. `target` is as sent; `path` and `query` are its parts, still percent-encoded."""

    __slots__ = (
        "chunked",
        "content_length",
        "expects_continue",
        "headers",
        "host",
        "keep_alive",
        "method",
        "path",
        "query",
        "target",
        "version",
    )

    def __init__(self, method: str, target: str, version: str, headers: Headers) -> None:
        self.method = method
        self.target = target
        self.version = version
        """`1.0` or `1.1`."""
        self.headers = headers
        self.path = ""
        self.query = ""
        """After the question mark, without it; empty also where there is none."""
        self.host = ""
        """The host's name in lower case, without the port."""
        self.keep_alive = version == "1.1"
        self.content_length: int | None = None
        self.chunked = False
        self.expects_continue = False

    def get(self, name: str) -> str | None:
        """The value of the first header called `name` (lower case)."""
        return first_value(self.headers, name)

    @property
    def has_body(self) -> bool:
        return self.chunked or bool(self.content_length)


def parse_request_head(raw: bytes, limits: Limits) -> RequestHead:
    """The head whose bytes, up to and with the empty line, are `raw`. Raises HeadRefused."""
    line = _REQUEST_LINE.match(raw)
    if line is None:
        raise _refusal_of_request_line(raw)
    if line.end(2) - line.start(2) > limits.max_target_bytes:
        raise HeadRefused(414, "The request target is too long.")
    if raw.count(b"\n") - 2 > limits.max_headers:
        raise HeadRefused(431, "The request has too many headers.")
    method, target, minor = line.groups()
    head = RequestHead(method.decode(), target.decode(), "1.1" if minor == b"1" else "1.0", _parse_fields(raw))
    _apply_fields(head)
    _split_target(head)
    return head


def check_partial_head(held: bytes | bytearray, scanned: int, limits: Limits) -> None:
    """Refuse a head that has not ended yet and never can be right; `scanned` bytes were looked at before.

    Raises HeadRefused.
    """
    first = held[0]
    if not 0x41 <= first <= 0x5A and first != 0x0D:
        raise HeadRefused(400, "The request does not start with a method.")
    if _BARE_LF.search(held, scanned):
        raise HeadRefused(400, "A line of the request does not end in CR LF.")
    if len(held) > limits.max_target_bytes + 32 and held.find(b"\r\n", 2) < 0:
        raise HeadRefused(414, "The request target is too long.")
    if len(held) > limits.max_head_bytes:
        raise HeadRefused(431, "The request's headers are too large.")


def _refusal_of_request_line(raw: bytes) -> HeadRefused:
    line = _LOOKS_LIKE_REQUEST_LINE.match(raw)
    if line is not None and line[1] != b"1":
        return HeadRefused(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    return HeadRefused(400, "The request line is malformed.")


def _parse_fields(raw: bytes) -> Headers:
    # A parser for each head: nothing of one message can colour the next, and making one takes half a microsecond.
    collector = HeaderCollector()
    try:
        HttpRequestParser(collector).feed_data(raw)
    except HttpParserUpgrade:
        raise HeadRefused(400, "Upgrade and CONNECT are not supported.") from None
    except HttpParserError as error:
        raise HeadRefused(400, f"The request head is malformed: {error}.") from None
    return collector.headers


def _apply_fields(head: RequestHead) -> None:
    once: dict[str, str] = {}
    for name, value in head.headers:
        if name in _AT_MOST_ONCE:
            if name in once:
                raise HeadRefused(400, f"The header {name} is given more than once.")
            once[name] = value
    host = once.pop("host", None)
    if host is None:
        raise HeadRefused(400, "The Host header is missing.")
    head.host = parse_host(host)
    if once:
        _apply_framing(head, once)
        _apply_connection(head, once)


def _apply_framing(head: RequestHead, once: dict[str, str]) -> None:
    encoding = once.get("transfer-encoding")
    length = once.get("content-length")
    if encoding is not None:
        if length is not None:
            raise HeadRefused(400, "Content-Length and Transfer-Encoding exclude each other.")
        if encoding.lower() != "chunked" or head.version == "1.0":
            raise HeadRefused(400, "The only supported Transfer-Encoding is chunked.")
        head.chunked = True
    elif length is not None:
        if not _CONTENT_LENGTH.fullmatch(length):
            raise HeadRefused(400, "Content-Length is not a number.")
        head.content_length = int(length)


def _apply_connection(head: RequestHead, once: dict[str, str]) -> None:
    if "upgrade" in once:
        raise HeadRefused(400, "Upgrade and CONNECT are not supported.")
    connection = once.get("connection")
    if connection is not None:
        options = {option.strip(" \t").lower() for option in connection.split(",")}
        if not options <= _CONNECTION_OPTIONS:
            # A hop would remove the headers named here, also those that were signed or that decide.
            raise HeadRefused(400, "The Connection header names headers.")
        if "close" in options:
            head.keep_alive = False
    expect = once.get("expect")
    if expect is not None:
        if expect.lower() != "100-continue":
            raise HeadRefused(417, "The only supported expectation is 100-continue.")
        head.expects_continue = head.has_body and head.version == "1.1"


def _split_target(head: RequestHead) -> None:
    target = head.target
    if target[0] != "/":
        absolute = _ABSOLUTE_FORM.fullmatch(target)
        if absolute is None:
            raise HeadRefused(400, "The request target is not a path.")
        if absolute[1].lower() != (head.get("host") or "").lower():
            raise HeadRefused(400, "The request target and the Host header name different hosts.")
        target = absolute[2] if absolute[2].startswith("/") else "/" + absolute[2]
    head.path, _, head.query = target.partition("?")


@lru_cache(maxsize=4096)
def parse_host(value: str) -> str:
    """The host's name in lower case, without the port. Raises HeadRefused."""
    match = _HOST.fullmatch(value)
    if match is None:
        raise HeadRefused(400, "The Host header is malformed.")
    return match[1].lower()
