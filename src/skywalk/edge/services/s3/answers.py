"""What S3's answers have in common: request ids, the date, errors in S3's form, headers that come from a backend."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime
from functools import lru_cache
from itertools import compress, count
from operator import itemgetter
from typing import TYPE_CHECKING

from skywalk.edge.forward import Failure
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.errors import RedirectedError
from skywalk.edge.services.s3.refusal import error_answer
from skywalk.edge.verdicts import note_refusal, note_request_id
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.http1.exchange import Exchange
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock

Headers = list[tuple[str, str]]

_NAME = itemgetter(0)
_CODES_BEFORE_THE_HEAD = {
    408: "RequestTimeout",
    414: "RequestURITooLong",
    431: "RequestHeaderSectionTooLarge",
}
_NOT_RETURNED = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amzn-requestid",
    }
)


_FAILURES = {
    Failure.UNREACHABLE: errors.service_unavailable,
    Failure.NO_ANSWER: errors.internal_error,
    Failure.BODY_LATE: errors.request_timeout,
    Failure.BODY_BROKEN: errors.incomplete_body,
}


class Answers:
    """Makes answers; one for each process."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._clock = clock
        self._drawn_id = chance.hex(8).upper()
        self._drawn_host_id = chance.hex(48).upper()
        self._numbers = count(1)
        self._date = ""
        self._date_until = 0.0

    def refuse(self, exchange: Exchange, error: AwsError) -> None:
        """Answers with an error document, if the client is still there to be answered."""
        if exchange.started or exchange.lost:
            exchange.abort()
            return
        note_refusal(exchange, error)
        request_id, host_id = self._ids()
        note_request_id(exchange, request_id)
        details, further = _redirection(error) if isinstance(error, RedirectedError) else ((), ())
        answer = error_answer(error, exchange.head.method, request_id, host_id, details)
        headers = [*answer.headers, ("date", self.date()), ("server", "AmazonS3"), *further]
        exchange.respond(answer.status, headers, answer.body)

    def failure(self, failure: Failure) -> AwsError:
        return _FAILURES[failure]()

    def render_head_refusal(self, status: int, reason: str) -> tuple[Headers, bytes]:
        """The error document for a request whose head could not be read."""
        error = AwsError(_CODES_BEFORE_THE_HEAD.get(status, "InvalidRequest"), reason, status)
        answer = error_answer(error, "GET", *self._ids())
        return list(answer.headers), answer.body

    def respond(self, exchange: Exchange, status: int, headers: Sequence[tuple[str, str]], body: bytes = b"") -> None:
        exchange.respond(status, self.own_headers(exchange) + list(headers), body)

    def own_headers(self, exchange: Exchange) -> Headers:
        request_id, host_id = self._ids()
        note_request_id(exchange, request_id)
        return [
            ("x-amz-request-id", request_id),
            ("x-amz-id-2", host_id),
            ("date", self.date()),
            ("server", "AmazonS3"),
        ]

    def returned_headers(self, exchange: Exchange, headers: Sequence[tuple[str, str]]) -> Headers:
        """A backend's headers as the client gets them."""
        return [*self.own_headers(exchange), *compress(headers, _returned(tuple(map(_NAME, headers))))]

    def date(self) -> str:
        now = self._clock.monotonic_seconds()
        if now >= self._date_until:
            self._date = format_datetime(self._clock.now(), usegmt=True)
            self._date_until = now + 1.0
        return self._date

    def _ids(self) -> tuple[str, str]:
        # Drawn once for a process, counted from there: unique, and cheaper than chance for every answer.
        number = f"{next(self._numbers):08X}"
        return self._drawn_id + number, self._drawn_host_id + number


@lru_cache(maxsize=256)
def _returned(names: tuple[str, ...]) -> tuple[bool, ...]:
    """Which of a backend's headers the client gets; a backend's answers mostly have the same names."""
    return tuple(name not in _NOT_RETURNED and not name.startswith("x-moto") for name in names)


def _redirection(error: RedirectedError) -> tuple[Headers, Headers]:
    """Where to go instead, for the document and for clients that read headers only (the answer to HEAD)."""
    details = [("Region", error.region)]
    if error.bucket:
        details += [("Endpoint", error.endpoint), ("Bucket", error.bucket)]
    return details, [("x-amz-bucket-region", error.region)]
