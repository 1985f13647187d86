"""How DynamoDB answers: JSON 1.0 with a request id and a checksum of the body, which SDKs verify."""

from __future__ import annotations

import json
from binascii import crc32
from email.utils import format_datetime
from itertools import count
from typing import TYPE_CHECKING

from skywalk.edge.unreadable import before_the_head
from skywalk.edge.verdicts import note_refusal, note_request_id

if TYPE_CHECKING:
    from skywalk.http1.exchange import Exchange
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock
    from skywalk.values.errors import AwsError

JSON = "application/x-amz-json-1.0"

_CORAL = "com.amazon.coral.service#"
_VALIDATION = "com.amazon.coral.validate#"
_OWN = "com.amazonaws.dynamodb.v20120810#"
_NAMESPACES = {
    "AccessDeniedException": _CORAL,
    "ExpiredTokenException": _CORAL,
    "IncompleteSignatureException": _CORAL,
    "InvalidSignatureException": _CORAL,
    "MissingAuthenticationTokenException": _CORAL,
    "RequestEntityTooLargeException": _CORAL,
    "SerializationException": _CORAL,
    "UnknownOperationException": _CORAL,
    "UnrecognizedClientException": _CORAL,
    "ValidationException": _VALIDATION,
}
"""Where AWS's own framework answers, before DynamoDB does; everything else is DynamoDB's."""
_WITH_CAPITAL_MESSAGE = frozenset({"AccessDeniedException", "SerializationException"})


class Answers:
    """Makes answers; one for each process."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._drawn_id = chance.hex(40).upper()
        self._numbers = count(1)

    def refuse(self, exchange: Exchange, error: AwsError) -> None:
        """Answers with an error, if the client is still there to be answered."""
        if exchange.started or exchange.lost:
            exchange.abort()
            return
        note_refusal(exchange, error)
        self.respond(exchange, error.status, render_error(error))

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        """For a request whose head could not be read."""
        body = render_error(before_the_head(status, reason))
        return self._headers(self._request_id(), body, JSON), body

    def respond(self, exchange: Exchange, status: int, body: bytes, content_type: str = JSON) -> None:
        request_id = self._request_id()
        note_request_id(exchange, request_id)
        exchange.respond(status, self._headers(request_id, body, content_type), body)

    def _request_id(self) -> str:
        # Drawn once for a process, counted from there: unique, and as long as AWS's.
        return f"{self._drawn_id}{next(self._numbers):012X}"

    def _headers(self, request_id: str, body: bytes, content_type: str) -> list[tuple[str, str]]:
        return [
            ("server", "Server"),
            ("date", format_datetime(self._clock.now(), usegmt=True)),
            ("content-type", content_type),
            ("x-amzn-requestid", request_id),
            ("x-amz-crc32", str(crc32(body))),
        ]


def render_error(error: AwsError) -> bytes:
    """The error document; UnknownOperationException mostly has no message."""
    document = {"__type": _NAMESPACES.get(error.code, _OWN) + error.code}
    if error.message:
        document["Message" if error.code in _WITH_CAPITAL_MESSAGE else "message"] = error.message
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
