"""The head of a response: written for our clients, parsed from our upstreams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from skywalk.http1.fields import FieldMalformed, Headers, first_value, join_fields, parse_fields, serialize_head

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [\t -~\x80-\xff]*)?")
_CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ResponseMalformed(Exception):
    """An upstream's answer cannot be understood in one way only."""


class ResponseHead:
    """A response's head and how its body is delimited."""

    __slots__ = ("body_at_hand", "chunked", "content_length", "headers", "keep_alive", "status", "until_close")

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        self.keep_alive = True
        self.content_length: int | None = None
        """The length of the body that follows, or that a GET would have had after a HEAD."""
        self.chunked = False
        self.until_close = False
        self.body_at_hand = False
        """A piece of the body, or its end, has come with the head."""

    def get(self, name: str) -> str | None:
        """The value of the first header called `name` (lower case)."""
        return first_value(self.headers, name)


def has_no_body(status: int) -> bool:
    """Whether answers of this status never have a body (RFC 9110, 6.4.1)."""
    return status < 200 or status in (204, 304)


def status_line(status: int) -> str:
    return _STATUS_LINES.get(status) or f"HTTP/1.1 {status} Unknown"


def serialize_response_head(status: int, headers: Sequence[tuple[str, str]], framing: str) -> bytes:
    """The bytes of a response head; `framing` is whole header lines. Raises ValueError on a line end in a header."""
    return serialize_head(status_line(status), headers, framing)


def parse_response_head(raw: bytes, *, to_head_request: bool) -> ResponseHead:
    """The head whose bytes, up to and with the empty line, are `raw`. Raises ResponseMalformed."""
    status_line, _, fields = raw.decode("latin-1").partition("\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if match is None:
        raise ResponseMalformed("the status line is malformed")
    try:
        head = ResponseHead(int(match[2]), parse_fields(fields))
    except FieldMalformed as malformed:
        raise ResponseMalformed(f"the response head is malformed: {malformed}") from None
    head.keep_alive = match[1] == "1"
    _apply_framing(head, bodiless=to_head_request or has_no_body(head.status))
    return head


def _apply_framing(head: ResponseHead, *, bodiless: bool) -> None:
    fields = dict(head.headers)
    if len(fields) != len(head.headers):
        fields = join_fields(head.headers)
    length = fields.get("content-length")
    if length is not None:
        if not _CONTENT_LENGTH.fullmatch(length):
            raise ResponseMalformed("Content-Length is ambiguous")
        head.content_length = int(length)
    coding = fields.get("transfer-encoding")
    if coding is not None:
        if coding.lower() != "chunked":
            raise ResponseMalformed(f"Transfer-Encoding {coding!r} is not understood")
        if length is not None:
            raise ResponseMalformed("Content-Length and Transfer-Encoding exclude each other")
        head.chunked = True
    connection = fields.get("connection")
    if connection is not None and "close" in connection.lower():
        head.keep_alive = False
    if bodiless:
        head.chunked = False
    elif not head.chunked and head.content_length is None:
        head.until_close = True
        head.keep_alive = False
