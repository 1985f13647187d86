"""Which service a request is for: an endpoint's one service, or by the host's name among those in public."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from skywalk.edge.certificates import server_name
from skywalk.edge.verdicts import forwarded

if TYPE_CHECKING:
    from skywalk.edge.api_passage import ApiPassage
    from skywalk.edge.arrival import Arrival
    from skywalk.edge.service import EdgeService
    from skywalk.edge.state import EdgeState
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Counts, Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.plan.services import PublicService

log = logging.getLogger(__name__)

_WITHOUT_NAME = "s3"
"""Whose form a refusal in public has, where the host name means nothing: most clients there are S3's."""


class Router:
    """Hands requests to the service they are for, once host name and TLS name agree on which that is."""

    def __init__(self, state: EdgeState, services: Mapping[str, EdgeService], api: ApiPassage) -> None:
        self._state = state
        self._services = services
        self._api = api
        self.counts: Counts = defaultdict(int)

    def serve(self, arrival: Arrival, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        service = self._find(arrival, head, exchange)
        exchange.counts = self.counts
        if service is None:
            exchange.counted_as = forwarded(arrival.service or _WITHOUT_NAME)
            self._services[arrival.service or _WITHOUT_NAME].refuse_misdirected(exchange)
            return None
        exchange.counted_as = forwarded(service.service)
        served = self._services.get(service.service)
        if served is not None:
            return served.handle(arrival, service.region, service.names, head, body, exchange)
        self._api.handle(head, body, exchange)
        return None

    def _find(self, arrival: Arrival, head: RequestHead, exchange: Exchange) -> PublicService | None:
        service = self._state.service_of_host(head.host)
        if service is None:
            return None
        if arrival.service is not None and (service.service, service.region) != (arrival.service, arrival.region):
            return None
        if arrival.is_secure:
            # Names that no certificate carries tell nothing: a bucket with dots, an address, none at all.
            asked_for = server_name(exchange.ssl_object)
            if asked_for not in (None, head.host) and self._state.service_of_host(asked_for) not in (service, None):
                return None
        return service
