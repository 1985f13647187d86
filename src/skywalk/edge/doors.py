"""The doors that the rows ask for, and the listening sockets that are open: compared and made equal."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.arrival import Arrival
from skywalk.edge.certificates import Certificates, Issue
from skywalk.edge.listening import EVERY_ADDRESS, namespace_inode, open_listening_socket
from skywalk.edge.own_names import is_of_one_endpoint
from skywalk.edge.state import PUBLIC_KINDS
from skywalk.feed.rows import RowChange, row_id
from skywalk.plan.places import INTERNET, Place
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint

if TYPE_CHECKING:
    import ssl

    from skywalk.edge.state import EdgeState
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead
    from skywalk.http1.server import Listener, Server

log = logging.getLogger(__name__)

TLS_PORT = 443
_KINDS_WITH_DOORS = ("GatewayEndpoint", "InterfaceEndpoint", "Place")

CertificatesKey = tuple[tuple[str, ...], str | None, bool]
FindNames = Callable[[Arrival, str], tuple[str, ...] | None]
RenderRefusal = Callable[[Arrival, int, str], tuple[list[tuple[str, str]], bytes]]
Serve = Callable[[Arrival, "RequestHead", "Body", "Exchange"], "Awaitable[None] | None"]
"""A handler of `http1`, told how the request has come."""


@dataclass(frozen=True, slots=True)
class Door:
    """A socket to listen on, whose it is, and the names of its certificates; equal doors are the same door.

    `namespace_inode` tells a namespace from a later one with the same path, `device_index` a link from a later one. An
    interface endpoint has a door for each of its addresses: a socket costs 0.1 ms and 8 KiB of memory, most of it the
    kernel's, and the kernel itself keeps an address's connections apart from all others.
    """

    owner_id: str
    namespace: str
    namespace_inode: int | None
    device: str | None
    device_index: int
    address: str
    port: int
    names: tuple[str, ...]
    arrival: Arrival


def wanted_doors(state: EdgeState, owner_id: str) -> frozenset[Door]:
    """The doors of one owner: an endpoint's, one for each of its addresses and ports, or one for each port for all
    services at their public addresses (`INTERNET`)."""
    place = state.places.get(owner_id)
    if place is None:
        return frozenset()
    return frozenset(_public_doors(state, place) if owner_id == INTERNET else _endpoint_doors(state, place))


def touched_owners(change: RowChange) -> frozenset[str] | None:
    """Whose doors a change may concern; None for everybody's."""
    touched = {row_id(row) for row in change.put} | set(change.removed)
    if change.is_full or any(kind in PUBLIC_KINDS for kind, _ in touched):
        return None
    return frozenset(key for kind, key in touched if kind in _KINDS_WITH_DOORS)


def _endpoint_doors(state: EdgeState, place: Place) -> Iterable[Door]:
    endpoint = state.endpoints.get(place.owner_id)
    if endpoint is None:
        return ()
    row = endpoint.row
    service = state.service(row.service, row.region)
    names = service.names if service is not None else ()
    if isinstance(row, InterfaceEndpoint):
        return _interface_doors(row, place, names)
    return _gateway_doors(row, place, names) if names else ()


def _gateway_doors(row: GatewayEndpoint, place: Place, names: tuple[str, ...]) -> Iterable[Door]:
    for port in row.ports:
        arrival = _arrival(row, port)
        yield _door(place, port, names, arrival)


def _interface_doors(row: InterfaceEndpoint, place: Place, names: tuple[str, ...]) -> Iterable[Door]:
    # What is one endpoint's alone (S3's) is found when a client names it: zones come and go, and doors stay.
    shared = () if is_of_one_endpoint(row.certificate_names) else row.certificate_names
    for port in row.ports:
        arrival = _arrival(row, port)
        for address in row.addresses:
            yield _door(place, port, (*names, *shared) or row.certificate_names, arrival, str(address))


def _arrival(row: GatewayEndpoint | InterfaceEndpoint, port: int) -> Arrival:
    return Arrival(
        port == TLS_PORT,
        row.vpc_endpoint_id,
        row.vpc_id,
        row.service,
        row.region,
        is_interface=isinstance(row, InterfaceEndpoint),
        account_id=row.account_id,
        vpc_region=(row.vpc_region if isinstance(row, InterfaceEndpoint) else "") or row.region,
    )


def _public_doors(state: EdgeState, place: Place) -> Iterable[Door]:
    # S3 first: its certificate is the one for clients that name nothing, most of them S3's.
    services = sorted(state.public_services.values(), key=lambda row: (row.service != "s3", row.key))
    ports = {port for row in services for port in row.ports}
    ports |= {port for catalogue in state.catalogue_rows.values() for port in catalogue.ports}
    for port in sorted(ports):
        names = tuple(name for row in services if port in row.ports for name in row.names)
        yield _door(place, port, names, Arrival(port == TLS_PORT))


def _door(place: Place, port: int, names: tuple[str, ...], arrival: Arrival, address: str = EVERY_ADDRESS) -> Door:
    inode = namespace_inode(place.namespace)
    known = names if port == TLS_PORT else ()
    return Door(place.owner_id, place.namespace, inode, place.device, place.device_index, address, port, known, arrival)


def _words(door: Door) -> str:
    return f"port {door.port}" if door.address == EVERY_ADDRESS else f"{door.address} port {door.port}"


def _why(failure: OSError) -> str:
    words = failure.strerror or str(failure)
    return words if failure.filename is None else f"{failure.filename}: {words}"


class Doors:
    """The open doors of one worker, by owner."""

    def __init__(
        self,
        server: Server,
        serve: Serve,
        issue: Issue,
        refuse: Serve | None = None,
        find_names: FindNames = lambda _arrival, _name: None,
        render_refusal: RenderRefusal | None = None,
    ) -> None:
        """`refuse` answers clients that are turned away for want of descriptors; needs none itself. `find_names` gives
        the certificate names that a name has where one arrives, beside those of the door. `render_refusal` gives
        headers and body for what cannot be read; without it they are the server's."""
        self._server = server
        self._serve = serve
        self._refuse = refuse or serve
        self._issue = issue
        self._find_names = find_names
        self._render_refusal = render_refusal
        self._open: dict[str, dict[Door, Listener]] = {}
        self.failing: dict[str, str] = {}
        """Owners of whose doors some cannot be opened at the moment, and why."""
        self._certificates: dict[CertificatesKey, Certificates] = {}

    @property
    def owners(self) -> frozenset[str]:
        return frozenset(self._open)

    async def open_only(self, owner_id: str, wanted: frozenset[Door]) -> None:
        """Closes what of an owner's is not wanted, cutting its connections, and opens what is. A door that is both
        stays as it is. What cannot be opened is `failing` from then on, and tried again when it is asked for again."""
        doors = self._open.setdefault(owner_id, {})
        for door in [door for door in doors if door not in wanted]:
            await self._server.remove(doors.pop(door))
        refused = []
        for door in wanted - doors.keys():
            try:
                doors[door] = await self._open_door(door)
            except OSError as error:
                refused.append(f"{_words(door)}: {_why(error)}")
        if not doors and not wanted:
            del self._open[owner_id]
        self._note(owner_id, "; ".join(sorted(refused)))

    def _note(self, owner_id: str, reason: str) -> None:
        """The log has each reason once."""
        if not reason:
            self.failing.pop(owner_id, None)
        elif self.failing.get(owner_id) != reason:
            self.failing[owner_id] = reason
            log.error("%s: not open: %s", owner_id, reason)

    async def _open_door(self, door: Door) -> Listener:
        tls = self._context(door) if door.arrival.is_secure else None
        listening = open_listening_socket(door.namespace, door.port, door.device, door.address)
        serve, refuse = (functools.partial(one, door.arrival) for one in (self._serve, self._refuse))
        render = self._render_refusal and functools.partial(self._render_refusal, door.arrival)
        return await self._server.listen(listening, serve, tls, refuse=refuse, render_refusal=render)

    def _context(self, door: Door) -> ssl.SSLContext:
        """One per set of names: all endpoints of a service share it."""
        arrival = door.arrival
        key = (door.names, arrival.service, arrival.is_interface)
        if key not in self._certificates:
            find_names = functools.partial(self._find_names, arrival)
            self._certificates[key] = Certificates(door.names, self._issue, find_names)
        return self._certificates[key].context
