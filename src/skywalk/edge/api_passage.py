"""EC2, STS, IAM and whatever else is the API server's, at endpoints and in public: it verifies and decides itself.

Unconfirmed: what these services answer at an endpoint to a host name that is not theirs.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from skywalk.edge.forward import Failure, Forwarding
from skywalk.edge.forwarded_headers import passed_headers
from skywalk.edge.services.modelled.protocols.forms import in_words_of_xml
from skywalk.edge.unreadable import before_the_head
from skywalk.edge.verdicts import note_refusal
from skywalk.http1.client import Origin, Upstream
from skywalk.http1.fields import serialize_head
from skywalk.identity.body_verifier import NotVerified
from skywalk.policy.told_arrival import ARRIVAL_HEADER, write_arrival
from skywalk.values.errors import AwsError, service_unavailable

if TYPE_CHECKING:
    from skywalk.edge.arrival import Arrival
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

log = logging.getLogger(__name__)

_IN_JSON = "route53resolver"
_NOT_RETURNED = frozenset({"connection", "content-length", "keep-alive", "trailer", "transfer-encoding"})


class ApiPassage:
    """The way to the API server's unix socket."""

    def __init__(self, socket_path: Path) -> None:
        self._upstream = Upstream(Origin(unix_path=str(socket_path)))

    def service(self, name: str) -> PassedService:
        """One of the API server's, by its catalogue's name."""
        return PassedService(name, self._upstream)

    def close(self) -> None:
        self._upstream.close()


class PassedService:
    """One service whose requests are passed on, with what is known of the way that they came."""

    def __init__(self, name: str, upstream: Upstream) -> None:
        self._name = name
        self._upstream = upstream
        self._answers = _PassedAnswers(name)

    def handle(
        self, arrival: Arrival, _region: str, _names: tuple[str, ...], head: RequestHead, body: Body, exchange: Exchange
    ) -> None:
        """The arrival goes along in a header that no client can set: of theirs, none of its kind is passed."""
        framing = ""
        if head.chunked:
            framing = "Transfer-Encoding: chunked\r\n"
        elif head.content_length is not None:
            framing = f"Content-Length: {head.content_length}\r\n"
        target = head.path + (f"?{head.query}" if head.query else "")
        told = (ARRIVAL_HEADER, write_arrival(self._name, arrival.network_keys(exchange)))
        raw = serialize_head(f"{head.method} {target} HTTP/1.1", [*passed_headers(head.headers), told], framing)
        forwarding = Forwarding(exchange, self._answers, NotVerified())
        forwarding.start(self._upstream, raw, body, chunked=head.chunked)

    def refuse_misdirected(self, exchange: Exchange) -> None:
        self._answers.refuse(exchange, AwsError("InvalidRequest", f"This is not {self._name}'s host name.", 400))

    def refuse_unavailable(self, exchange: Exchange, reason: str) -> None:
        self._answers.refuse(exchange, service_unavailable(reason))

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        error = before_the_head(status, reason)
        if self._name != _IN_JSON:
            told = in_words_of_xml(error)
            error = AwsError(told.code, escape(told.message), status)
        headers, text = _error_body(self._name, error)
        return headers, text.encode()


_FAILURES = {
    Failure.UNREACHABLE: ("ServiceUnavailable", "Service is unable to handle request.", 503),
    Failure.NO_ANSWER: ("InternalError", "An internal error has occurred", 500),
    Failure.BODY_LATE: ("RequestTimeout", "The request did not come to its end in time.", 408),
    Failure.BODY_BROKEN: ("InvalidRequest", "The body of the request cannot be read.", 400),
}


class _PassedAnswers:
    def __init__(self, service: str) -> None:
        self._service = service

    def failure(self, failure: Failure) -> AwsError:
        return AwsError(*_FAILURES[failure])

    def returned_headers(self, _exchange: Exchange, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, value) for name, value in headers if name not in _NOT_RETURNED]

    def refuse(self, exchange: Exchange, error: AwsError) -> None:
        if exchange.started or exchange.lost:
            exchange.abort()
            return
        note_refusal(exchange, error)
        headers, text = _error_body(self._service, error)
        exchange.respond(error.status, headers, text.encode())


def _error_body(service: str, error: AwsError) -> tuple[list[tuple[str, str]], str]:
    """In the form of the service's protocol. What is told here needs no escaping."""
    if service == _IN_JSON:
        told = json.dumps({"__type": error.code, "message": error.message})
        return [("content-type", "application/x-amz-json-1.1")], told
    code_and_message = f"<Code>{error.code}</Code><Message>{error.message}</Message>"
    if service == "ec2":
        text = f"<Response><Errors><Error>{code_and_message}</Error></Errors></Response>"
    else:
        blame = "Receiver" if error.status >= 500 else "Sender"
        text = f"<ErrorResponse><Error><Type>{blame}</Type>{code_and_message}</Error></ErrorResponse>"
    return [("content-type", "text/xml;charset=UTF-8")], f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
