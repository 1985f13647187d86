"""Which service a request is for: an endpoint's one service, or by the host's name among those in public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from skywalk.access_log.entry import Endpoint
from skywalk.edge.certificates import server_name
from skywalk.edge.own_names import is_own_name
from skywalk.edge.verdicts import forwarded

if TYPE_CHECKING:
    from skywalk.access_log.writer import AccessLog
    from skywalk.edge.arrival import Arrival
    from skywalk.edge.service import EdgeService
    from skywalk.edge.state import EdgeState, KnownEndpoint
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Counts, Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.plan.services import PublicService

_NO_DESCRIPTORS = "no descriptors are left for another connection"
_ENDPOINTS_REMEMBERED = 4096
_WITHOUT_NAME = "s3"
"""Whose form a refusal in public has, where the host name means nothing: most clients there are S3's."""


class Router:
    """Hands requests to the service they are for, once host name and TLS name agree on which that is."""

    def __init__(
        self, state: EdgeState, services: Mapping[str, EdgeService], access_log: AccessLog | None = None
    ) -> None:
        self._state = state
        self._services = services
        self._access_log = access_log
        self._logged_as: dict[str, Endpoint] = {}
        self.counts: Counts = defaultdict(int)

    def serve(self, arrival: Arrival, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        exchange.counts = self.counts
        if self._access_log is not None and (endpoint_id := arrival.vpc_endpoint_id) is not None:
            endpoint = self._logged_as.get(endpoint_id) or self._log_as(arrival, endpoint_id)
            exchange.noted = self._access_log.open(endpoint, exchange)
        if arrival.is_interface:
            return self._serve_at_interface(arrival, head, body, exchange)
        service = self._find(arrival, head, exchange)
        if service is None:
            self._refuse_misdirected(arrival, exchange)
            return None
        name = service.service
        exchange.counted_as = forwarded(name)
        return self._services[name].handle(arrival, service.region, service.names, head, body, exchange)

    def _log_as(self, arrival: Arrival, endpoint_id: str) -> Endpoint:
        endpoint = self._state.endpoints.get(endpoint_id)
        service, region = arrival.service or "", arrival.region or ""
        if endpoint is None:  # the last requests of one that is gone
            return Endpoint(endpoint_id, "", service, region, arrival.is_interface)
        if len(self._logged_as) >= _ENDPOINTS_REMEMBERED:
            self._logged_as.clear()
        owner = endpoint.row.account_id
        found = self._logged_as[endpoint_id] = Endpoint(endpoint_id, owner, service, region, arrival.is_interface)
        return found

    def _serve_at_interface(
        self, arrival: Arrival, head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """For its endpoint's service, or for none."""
        endpoint = self._state.endpoints.get(arrival.vpc_endpoint_id or "")
        names = None if endpoint is None else self._names_of(endpoint, head.host)
        if endpoint is None or names is None or not self._is_asked_for(endpoint, head, exchange):
            self._refuse_misdirected(arrival, exchange)
            return None
        row = endpoint.row
        exchange.counted_as = forwarded(row.service)
        return self._services[row.service].handle(arrival, row.region, names, head, body, exchange)

    def _names_of(self, endpoint: KnownEndpoint, host: str) -> tuple[str, ...] | None:
        """The names that a host name is one of: the endpoint's own, or its service's in public; None for others, those
        of other endpoints among them."""
        if is_own_name(endpoint.own_names, host):
            return endpoint.own_names
        service, row = self._state.service_of_host(host), endpoint.row
        if service is None or (service.service, service.region) != (row.service, row.region):
            return None
        # Its legacy names are in public alone.
        return service.names if is_own_name(service.names, host) else None

    def _is_asked_for(self, endpoint: KnownEndpoint, head: RequestHead, exchange: Exchange) -> bool:
        """Whether the TLS name, if there is one, is the endpoint's or its service's too."""
        asked_for = server_name(exchange.ssl_object)
        return asked_for in (None, head.host) or self._names_of(endpoint, asked_for) is not None

    def _refuse_misdirected(self, arrival: Arrival, exchange: Exchange) -> None:
        name = arrival.service or _WITHOUT_NAME
        exchange.counted_as = forwarded(name)
        self._services[name].refuse_misdirected(exchange)

    def refuse(self, arrival: Arrival, head: RequestHead, _body: Body, exchange: Exchange) -> None:
        """Answers a client that is turned away for want of descriptors, in its service's form."""
        row = self._find(arrival, head, exchange)
        service = arrival.service or (row.service if row is not None else _WITHOUT_NAME)
        exchange.counts, exchange.counted_as = self.counts, forwarded(service)
        self._services[service].refuse_unavailable(exchange, _NO_DESCRIPTORS)

    def render_head_refusal(self, arrival: Arrival, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        """For a request whose head could not be read: in the form of the one service that is served there."""
        return self._services[arrival.service or _WITHOUT_NAME].render_head_refusal(status, reason)

    def _find(self, arrival: Arrival, head: RequestHead, exchange: Exchange) -> PublicService | None:
        service = self._state.service_of_host(head.host)
        if service is None:
            return None
        if arrival.serves is not None and (service.service, service.region) != arrival.serves:
            return None
        if arrival.is_secure:
            # Names that no certificate carries tell nothing: a bucket with dots, an address, none at all.
            asked_for = server_name(exchange.ssl_object)
            if asked_for is None or asked_for == head.host:
                return service
            if self._state.service_of_host(asked_for) not in (service, None):
                return None
        return service
