"""The head of a request: parsed strictly, ambiguous ones refused.

Each line must be what RFC 9112 says, to the byte: no folded lines, bare CR or LF, spaces before the colon, control
characters, second spaces or fragments in the request line. Refused besides is whatever two readers could take
differently: Content-Length given twice or beside Transfer-Encoding, `gzip, chunked`, Transfer-Encoding in HTTP/1.0, no
Host or two, another host in an absolute target, Upgrade, and `Connection` naming headers for removal. The tests compare
with llhttp: what is taken here, it takes and reads alike.
"""

from __future__ import annotations

import re
from functools import lru_cache

from skywalk.http1.fields import FieldMalformed, Headers, first_value, join_fields, parse_fields
from skywalk.http1.limits import Limits

_REQUEST_LINE = re.compile(r"([A-Z]{1,24}) ([!-\"$-~]++) HTTP/1\.([01])")
_LOOKS_LIKE_REQUEST_LINE = re.compile(rb"[^ \r\n]+ [^\r\n]* HTTP/([0-9])\.[0-9]\r\n")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_HOST = re.compile(r"([A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?")
_ABSOLUTE_FORM = re.compile(r"https?://([^/?]+)(.*)", re.IGNORECASE)
_CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
_METHODS = frozenset((
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH",
    "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "PROPFIND",
    "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNLINK", "UNLOCK",
))  # fmt: skip
"""Those of the IANA registry, CONNECT aside: a handler refuses what it does not serve in its service's own words."""
_AT_MOST_ONCE = ("host", "content-length", "transfer-encoding", "expect", "connection", "upgrade", "authorization")
_OF_THE_CONNECTION = frozenset(("content-length", "transfer-encoding", "expect", "connection", "upgrade"))
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
        "fields",
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
        self.fields = dict(headers)
        """The headers with one value for each name, several joined by a comma."""
        if len(self.fields) != len(headers):
            self.fields = join_fields(headers)
        self.path, _, self.query = target.partition("?")
        """`query` is empty also where there is none."""
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
    request_line, _, fields = raw.decode("latin-1").partition("\r\n")
    match = _REQUEST_LINE.fullmatch(request_line)
    if match is None:
        raise _refusal_of_request_line(raw)
    method, target, minor = match.groups()
    if method not in _METHODS:
        raise HeadRefused(400, "The request's method is unknown.")
    if len(target) > limits.max_target_bytes:
        raise HeadRefused(414, "The request target is too long.")
    try:
        headers = parse_fields(fields)
    except FieldMalformed as malformed:
        raise HeadRefused(400, f"{malformed}.") from None
    if len(headers) > limits.max_headers:
        raise HeadRefused(431, "The request has too many headers.")
    head = RequestHead(method, target, f"1.{minor}", headers)
    _apply_fields(head)
    if target[0] != "/":
        _apply_absolute_form(head)
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


def _apply_fields(head: RequestHead) -> None:
    if len(head.fields) != len(head.headers):
        _refuse_repeated(head.headers)
    host = head.fields.get("host")
    if host is None:
        raise HeadRefused(400, "The Host header is missing.")
    head.host = parse_host(host)
    if not _OF_THE_CONNECTION.isdisjoint(head.fields):
        _apply_framing(head, head.fields)
        _apply_connection(head, head.fields)


def _refuse_repeated(headers: Headers) -> None:
    names = [name for name, _ in headers]
    for name in _AT_MOST_ONCE:
        if names.count(name) > 1:
            raise HeadRefused(400, f"The header {name} is given more than once.")


def _apply_framing(head: RequestHead, fields: dict[str, str]) -> None:
    encoding = fields.get("transfer-encoding")
    length = fields.get("content-length")
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


def _apply_connection(head: RequestHead, fields: dict[str, str]) -> None:
    if "upgrade" in fields:
        raise HeadRefused(400, "Upgrade and CONNECT are not supported.")
    connection = fields.get("connection")
    if connection is not None:
        options = {option.strip(" \t").lower() for option in connection.split(",")}
        if not options <= _CONNECTION_OPTIONS:
            # A hop would remove the headers named here, also those that were signed or that decide.
            raise HeadRefused(400, "The Connection header names headers.")
        if "close" in options:
            head.keep_alive = False
    expect = fields.get("expect")
    if expect is not None:
        if expect.lower() != "100-continue":
            raise HeadRefused(417, "The only supported expectation is 100-continue.")
        head.expects_continue = head.has_body and head.version == "1.1"


def _apply_absolute_form(head: RequestHead) -> None:
    absolute = _ABSOLUTE_FORM.fullmatch(head.target)
    if absolute is None:
        raise HeadRefused(400, "The request target is not a path.")
    if absolute[1].lower() != head.fields["host"].lower():
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
