"""EC2, STS and IAM at their public addresses: passed to the region's API server, which verifies and decides itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skywalk.edge.forward import Failure, Forwarding
from skywalk.edge.forwarded_headers import passed_headers
from skywalk.edge.verdicts import note_refusal
from skywalk.http1.client import Origin, Upstream
from skywalk.http1.fields import serialize_head
from skywalk.identity.body_verifier import NotVerified
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

log = logging.getLogger(__name__)

_NOT_RETURNED = frozenset({"connection", "content-length", "keep-alive", "trailer", "transfer-encoding"})


class ApiPassage:
    """The way to the API server's unix socket."""

    def __init__(self, socket_path: Path) -> None:
        self._upstream = Upstream(Origin(unix_path=str(socket_path)))

    def handle(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        framing = ""
        if head.chunked:
            framing = "Transfer-Encoding: chunked\r\n"
        elif head.content_length is not None:
            framing = f"Content-Length: {head.content_length}\r\n"
        target = head.path + (f"?{head.query}" if head.query else "")
        raw = serialize_head(f"{head.method} {target} HTTP/1.1", passed_headers(head.headers), framing)
        forwarding = Forwarding(exchange, _PassedAnswers(), NotVerified())
        forwarding.start(self._upstream, raw, body, chunked=head.chunked)

    def close(self) -> None:
        self._upstream.close()


_FAILURES = {
    Failure.UNREACHABLE: ("ServiceUnavailable", "Service is unable to handle request.", 503),
    Failure.NO_ANSWER: ("InternalError", "An internal error has occurred", 500),
    Failure.BODY_LATE: ("RequestTimeout", "The request did not come to its end in time.", 408),
    Failure.BODY_BROKEN: ("InvalidRequest", "The body of the request cannot be read.", 400),
}


class _PassedAnswers:
    def failure(self, failure: Failure) -> AwsError:
        return AwsError(*_FAILURES[failure])

    def returned_headers(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, value) for name, value in headers if name not in _NOT_RETURNED]

    def refuse(self, exchange: Exchange, error: AwsError) -> None:
        if exchange.started or exchange.lost:
            exchange.abort()
            return
        note_refusal(exchange, error)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
            f"<Code>{error.code}</Code><Message>{error.message}</Message></Error></Errors></Response>"
        )
        exchange.respond(error.status, [("content-type", "text/xml;charset=UTF-8")], text.encode())
