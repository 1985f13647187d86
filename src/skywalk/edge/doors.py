"""The doors that the rows ask for, and the listening sockets that are open: compared and made equal."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.arrival import Arrival
from skywalk.edge.certificates import Certificates, Issue
from skywalk.edge.listening import namespace_inode, open_listening_socket
from skywalk.plan.places import INTERNET, Place
from skywalk.values.errors import SkywalkError

if TYPE_CHECKING:
    import ssl

    from skywalk.edge.state import EdgeState
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.http1.server import Listener, Server

log = logging.getLogger(__name__)

TLS_PORT = 443

Serve = Callable[[Arrival, "RequestHead", "Body", "Exchange"], "Awaitable[None] | None"]
"""A handler of `http1`, told how the request has come."""


class DoorsNotOpen(SkywalkError):
    """Some doors could not be opened; the others are. The text names each with its reason."""


@dataclass(frozen=True, slots=True)
class Door:
    """A socket to listen on, whose it is, and the names of its certificates; equal doors are the same door.

    `namespace_inode` tells a namespace from a later one with the same path.
    """

    owner_id: str
    namespace: str
    namespace_inode: int | None
    device: str | None
    port: int
    names: tuple[str, ...]
    arrival: Arrival


def wanted_doors(state: EdgeState) -> frozenset[Door]:
    """One door per endpoint and port, and one per port for all services at their public addresses."""
    doors = set(_public_doors(state))
    for endpoint in state.endpoints.values():
        row = endpoint.row
        place = state.places.get(row.vpc_endpoint_id)
        service = state.service(row.service, row.region)
        if place is None or service is None:
            continue
        for port in row.ports:
            arrival = Arrival(port == TLS_PORT, row.vpc_endpoint_id, row.vpc_id, row.service, row.region)
            doors.add(_door(place, port, service.names, arrival))
    return frozenset(doors)


def _public_doors(state: EdgeState) -> Iterable[Door]:
    place = state.places.get(INTERNET)
    if place is None:
        return
    # S3 first: its certificate is the one for clients that name nothing, most of them S3's.
    services = sorted(state.public_services.values(), key=lambda row: (row.service != "s3", row.key))
    for port in sorted({port for row in services for port in row.ports}):
        names = tuple(name for row in services if port in row.ports for name in row.names)
        yield _door(place, port, names, Arrival(port == TLS_PORT))


def _door(place: Place, port: int, names: tuple[str, ...], arrival: Arrival) -> Door:
    inode = namespace_inode(place.namespace)
    return Door(place.owner_id, place.namespace, inode, place.device, port, names if port == TLS_PORT else (), arrival)


class Doors:
    """The open doors of one worker."""

    def __init__(self, server: Server, serve: Serve, issue: Issue) -> None:
        self._server = server
        self._serve = serve
        self._issue = issue
        self._open: dict[Door, Listener] = {}
        self._certificates: dict[tuple[str, ...], Certificates] = {}

    async def open_only(self, wanted: frozenset[Door]) -> None:
        """Closes what is not wanted, cutting its connections, and opens what is; a door that is both stays as it is.

        Raises DoorsNotOpen.
        """
        for door in [door for door in self._open if door not in wanted]:
            self._server.remove(self._open.pop(door))
        failures = []
        for door in wanted:
            if door in self._open:
                continue
            try:
                await self._open_door(door)
            except OSError as error:
                log.error("%s: port %d in %s is not open: %s", door.owner_id, door.port, door.namespace, error)
                failures.append(f"{door.owner_id}: port {door.port}: {error}")
        if failures:
            raise DoorsNotOpen("; ".join(sorted(failures)))

    def __len__(self) -> int:
        return len(self._open)

    async def _open_door(self, door: Door) -> None:
        tls = self._context(door.names) if door.names else None
        listening = open_listening_socket(door.namespace, door.port, door.device)

        handle = functools.partial(self._serve, door.arrival)
        self._open[door] = await self._server.listen(listening, handle, tls)

    def _context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        """One per set of names: all endpoints of a service share it."""
        if names not in self._certificates:
            self._certificates[names] = Certificates(names, self._issue)
        return self._certificates[names].context
