"""What monitoring asks, at the API's port: paths that can be no bucket's, as no name of one begins with `_`.

They need no credentials, and tell nothing that needs some; the port is on loopback alone. A host name of AWS's is asked
for something else: S3 has buckets in host names, whose objects may have any key.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.metrics.exposition import CONTENT_TYPE

log = logging.getLogger(__name__)

PREFIX = "/_skywalk/"
_JSON = "application/json"
_READS = ("GET", "HEAD")

Handle = Callable[[RequestHead, Body, Exchange], Awaitable[None] | None]


class OperatorPaths:
    """Serves `/_skywalk/metrics`, `/_skywalk/health` and `/_skywalk/ready`; all else is the next handler's."""

    def __init__(
        self, following: Handle, expose: Callable[[], Awaitable[bytes]], reasons: Callable[[], list[str]]
    ) -> None:
        """`expose` makes the metrics' text, `reasons` tells why the region is not ready."""
        self._following = following
        self._expose = expose
        self._reasons = reasons

    def handle(self, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        if not head.path.startswith(PREFIX) or head.host.endswith(".amazonaws.com"):
            return self._following(head, body, exchange)
        if head.method not in _READS:
            headers = [("Content-Type", _JSON), ("Allow", ", ".join(_READS))]
            exchange.respond(405, headers, _encode({"error": f"{head.path} is there to be read"}))
            return None
        match head.path.removeprefix(PREFIX):
            case "health":
                _answer(exchange, 200, {"status": "ok"})
            case "ready":
                reasons = self._reasons()
                _answer(exchange, 503 if reasons else 200, {"ready": not reasons, "reasons": reasons})
            case "metrics":
                return self._answer_metrics(exchange)
            case _:
                _answer(exchange, 404, {"error": f"there is no {head.path}"})
        return None

    async def _answer_metrics(self, exchange: Exchange) -> None:
        try:
            text = await self._expose()
        except Exception:  # whoever scrapes is told; the region goes on
            log.exception("the metrics could not be gathered")
            _answer(exchange, 500, {"error": "the metrics could not be gathered; the log says why"})
            return
        exchange.respond(200, [("Content-Type", CONTENT_TYPE)], text)


def _answer(exchange: Exchange, status: int, value: dict[str, Any]) -> None:
    exchange.respond(status, [("Content-Type", _JSON), ("Cache-Control", "no-store")], _encode(value))


def _encode(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
