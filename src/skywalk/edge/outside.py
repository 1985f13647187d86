"""The edge's services at the daemon's API port: the edge's own pipelines, in process, fed the same rows.

The daemon makes one `Outside`, applies every change of the feed to it (`apply`), and hands it their
requests (`handle`). Import this module when the first of them comes, or after the start: it brings the
policy engine and the backends' client with it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Container, Mapping
from typing import TYPE_CHECKING

from skywalk.edge.arrival import OUTSIDE
from skywalk.edge.backend_directory import BackendDirectory, StartBackend
from skywalk.edge.service import Reporter, Surroundings
from skywalk.edge.services.catalogue import make_services
from skywalk.edge.services.modelled.meant import service_meant
from skywalk.edge.state import EdgeState
from skywalk.edge.verdicts import forwarded, told
from skywalk.edge.verification import CallerVerifier
from skywalk.values.modelled_services import modelled_services, signs_as

if TYPE_CHECKING:
    from skywalk.backends.backend import Backend
    from skywalk.feed.rows import RowChange
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Counts, Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock

_BY_TARGET = {"DynamoDBStreams_20120810": "dynamodb-streams"}
"""Services that sign as another, by what their requests name as target."""


class Outside:
    """The edge's services for requests from outside the instances."""

    def __init__(
        self,
        *,
        region_key: bytes,
        default_region: str,
        remotes: Mapping[str, Backend],
        start_backend: StartBackend,
        reporter: Reporter,
        clock: Clock,
        chance: Chance,
        regions: Container[str] | None = None,
    ) -> None:
        """`regions`: those that there are; None where every name of the right form may be one."""
        self._state = EdgeState()
        self._backends = BackendDirectory(remotes, start_backend)
        verifier = CallerVerifier(self._state, region_key, clock, regions)
        around = Surroundings(self._state, verifier, self._backends, reporter, clock, chance, default_region)
        self._services = make_services(around)
        self._default_region = default_region
        self.counts: Counts = defaultdict(int)

    def apply(self, change: RowChange) -> None:
        """In force with the next request."""
        self._state.apply(change)

    def handle(self, service: str, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        """A request signed for `service`. Any host is the service's own name here, unless it is one of the service's
        names in public: S3's may have a bucket in front of it, and several services may sign as one."""
        exchange.counts = self.counts
        public = self._state.service_of_host(head.host)
        by_target = _BY_TARGET.get((head.get("x-amz-target") or "").partition(".")[0])
        if public is not None and signs_as(public.service, service):
            name: str | None = public.service
        elif by_target is not None and signs_as(by_target, service):
            name = by_target
        elif service in self._services and service not in modelled_services():
            name = service
        else:
            name = service_meant(service, head)
        if name is None:
            refuse_service(service, exchange)
            return None
        service, served = name, self._services[name]
        exchange.counted_as = forwarded(service)
        if public is not None and public.service == service:
            return served.handle(OUTSIDE, public.region, public.names, head, body, exchange)
        return served.handle(OUTSIDE, self._default_region, (head.host,), head, body, exchange)

    def told(self) -> Mapping[str, int]:
        """What has become of the requests, in the words of `verdicts`."""
        return told(self.counts)

    def close(self) -> None:
        self._backends.close()


def refuse_service(service: str, exchange: Exchange) -> None:
    """For a service that nobody here knows: 501, which clients do not repeat, in the form most of them read."""
    text = json.dumps({"__type": "NotImplemented", "message": f"This region does not serve {service} yet."})
    exchange.respond(501, [("Content-Type", "application/x-amz-json-1.1")], text.encode())
