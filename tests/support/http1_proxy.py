"""A proxying handler: the server's side and the client's side of `http1` joined, as the service edge joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.http1.fields import serialize_head

if TYPE_CHECKING:
    from skywalk.http1.body import Body, BodyAborted
    from skywalk.http1.client import Upstream
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.http1.response import ResponseHead
    from skywalk.http1.upstream import UpstreamError, UpstreamRequest

NOT_FORWARDED = frozenset(
    ("connection", "keep-alive", "te", "transfer-encoding", "content-length", "expect", "proxy-connection")
)


class ProxiedExchange:
    """Both ways of one exchange: a sink of the request's body and a listener to the answer."""

    request: UpstreamRequest

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def on_data(self, data: bytes) -> None:
        self.request.write(data)

    def on_end(self) -> None:
        self.request.finish()

    def on_abort(self, reason: BodyAborted) -> None:
        self.request.abort()
        if not self._exchange.lost and not self._exchange.started:
            self._exchange.respond(reason.status, [], reason.reason.encode())

    def lost(self) -> None:
        self.request.abort()


class ProxiedAnswer:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def on_head(self, head: ResponseHead) -> None:
        kept = [field for field in head.headers if field[0] not in NOT_FORWARDED]
        self._exchange.start_response(head.status, kept, head.content_length)

    def on_data(self, data: bytes) -> None:
        self._exchange.write(data)

    def on_end(self) -> None:
        self._exchange.finish()

    def on_error(self, error: UpstreamError) -> None:
        if self._exchange.started:
            self._exchange.abort()
        else:
            self._exchange.respond(502, [], str(error).encode())


class Proxy:
    """A handler that forwards everything to one upstream."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    def __call__(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        kept = [field for field in head.headers if field[0] not in NOT_FORWARDED]
        framing = ""
        if head.chunked:
            framing = "Transfer-Encoding: chunked\r\n"
        elif head.content_length is not None:
            framing = f"Content-Length: {head.content_length}\r\n"
        raw = serialize_head(f"{head.method} {head.target} HTTP/1.1", kept, framing)
        request = self._upstream.send(
            raw,
            ProxiedAnswer(exchange),
            method=head.method,
            streams_body=not body.complete,
            chunked=head.chunked,
        )
        exchange.on_lost = request.abort
        exchange.pause_source = request.pause_response
        exchange.resume_source = request.resume_response
        if not body.complete:
            both = ProxiedExchange(exchange)
            both.request = request
            request.pause_source = body.pause
            request.resume_source = body.resume
            body.start(both)
