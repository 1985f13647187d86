"""One request and its answer, streamed both ways between the client and a backend.

The backend gets the body as it was decoded, and its last bytes only when the payload has been found to be what was
signed: until then it cannot take the request for whole. If the payload is not that, the connection to the backend is
cut and the client gets the error.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from skywalk.http1.upstream import ConnectFailed
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.http1.body import Body, BodyAborted
    from skywalk.http1.client import Upstream
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.response import ResponseHead
    from skywalk.http1.upstream import UpstreamError, UpstreamRequest
    from skywalk.identity.body_verifier import BodyVerifier

log = logging.getLogger(__name__)


class Failure(Enum):
    """Why a request that was in order cannot be answered as the backend would."""

    UNREACHABLE = "unreachable"
    NO_ANSWER = "no-answer"
    BODY_LATE = "body-late"
    BODY_BROKEN = "body-broken"


class AnswerForm(Protocol):
    """How a service's answers look."""

    def failure(self, failure: Failure) -> AwsError:
        """What the service says of it."""
        ...

    def returned_headers(self, exchange: Exchange, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """A backend's headers as the client gets them."""
        ...

    def refuse(self, exchange: Exchange, error: AwsError) -> None:
        """Answers with an error, or cuts the connection where the answer has begun."""
        ...


class Forwarding:
    """Listens to the client's body and to the backend's answer."""

    def __init__(self, exchange: Exchange, answers: AnswerForm, payload: BodyVerifier) -> None:
        self._exchange = exchange
        self._answers = answers
        self._payload = payload
        self._replaced: AwsError | None = None
        self._request: UpstreamRequest | None = None

    # what a service may have to say

    def replacement(self, head: ResponseHead) -> AwsError | None:
        """An error to answer instead of the backend's answer, whose head this is."""
        return None

    def unreachable(self) -> None:
        """There was no connection to be had."""

    def start(self, upstream: Upstream, head: bytes, body: Body | None, *, chunked: bool = False) -> None:
        """Sends `head` and then the body, if the request has one that matters.

        The payload of an empty body is checked before anything is sent.
        """
        exchange = self._exchange
        if body is not None and body.complete:
            try:
                head += self._payload.finish()
            except AwsError as error:
                self._answers.refuse(exchange, error)
                return
        streams = body is not None and not body.complete
        request = upstream.send(head, self, method=exchange.head.method, streams_body=streams, chunked=chunked)
        self._request = request
        exchange.on_lost = request.abort
        exchange.pause_source = request.pause_response
        exchange.resume_source = request.resume_response
        if body is not None and streams:
            request.pause_source = body.pause
            request.resume_source = body.resume
            body.start(_BodyOf(self))

    # the client's body

    def body_data(self, data: bytes) -> None:
        assert self._request is not None
        try:
            decoded = self._payload.feed(data)
        except AwsError as error:
            self._fail(error)
            return
        for piece in decoded:
            self._request.write(piece)

    def body_ended(self) -> None:
        assert self._request is not None
        try:
            rest = self._payload.finish()
        except AwsError as error:
            self._fail(error)
            return
        self._request.write(rest)
        self._request.finish()

    def body_aborted(self, reason: BodyAborted) -> None:
        self._fail(self._answers.failure(failure_of_body(reason)))

    # the backend's answer

    def on_head(self, head: ResponseHead) -> None:
        self._replaced = self.replacement(head)
        if self._replaced is None:
            headers = self._answers.returned_headers(self._exchange, head.headers)
            self._exchange.start_response(head.status, headers, head.content_length, body_at_hand=head.body_at_hand)

    def on_data(self, data: bytes) -> None:
        if self._replaced is None:
            self._exchange.write(data)

    def on_end(self) -> None:
        if self._replaced is None:
            self._exchange.finish()
        else:
            self._answers.refuse(self._exchange, self._replaced)

    def on_error(self, error: UpstreamError) -> None:
        log.warning("the backend did not answer: %s", error)
        unreachable = isinstance(error, ConnectFailed)
        if unreachable:
            self.unreachable()
        failure = Failure.UNREACHABLE if unreachable else Failure.NO_ANSWER
        self._answers.refuse(self._exchange, self._answers.failure(failure))

    def _fail(self, error: AwsError) -> None:
        """The body is not what was signed, or never comes: the backend must not take it for whole."""
        assert self._request is not None
        self._request.abort()
        if not self._exchange.finished:
            self._answers.refuse(self._exchange, error)


def failure_of_body(reason: BodyAborted) -> Failure:
    """408 is what the connection would have said of a body that does not come; others are broken."""
    return Failure.BODY_LATE if reason.status == 408 else Failure.BODY_BROKEN


class _BodyOf:
    """The sink of a client's body; names of sinks and listeners would collide in one class."""

    def __init__(self, forwarding: Forwarding) -> None:
        self.on_data = forwarding.body_data
        self.on_end = forwarding.body_ended
        self.on_abort = forwarding.body_aborted
