"""Rows of the feed → servers in every VPC."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

from skywalk.accepting.reserve import Reserve
from skywalk.dns.forwarding import Forwarder
from skywalk.dns.known_names import PublicNames
from skywalk.dns.message import RCODE_NAMES
from skywalk.dns.resolver import Resolver
from skywalk.dns.server import DNS_PORT, DnsServer, Rcodes
from skywalk.dns.zones import Zones
from skywalk.feed.rows import Row, RowChange, RowId, row_id
from skywalk.http1.deadlines import Deadlines
from skywalk.local_services.guest_directory import GuestDirectory
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.local_services.place_sockets import Binding, namespace_identity, open_sockets
from skywalk.metadata.role_credentials import ShownCredentials
from skywalk.metadata.server import METADATA_ADDRESS, METADATA_PORT, MetadataServer
from skywalk.metadata.service import MetadataService
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import InboundEndpoint, NameView, PublicHosts, PublicName, ViewRecord, ViewZone
from skywalk.plan.places import UPLINK, Place
from skywalk.plan.public_catalogue import PublicCatalogue
from skywalk.values.addresses import Address

log = logging.getLogger(__name__)

_METADATA = Binding(ip_address(METADATA_ADDRESS), METADATA_PORT, is_stream=True)


@dataclass(frozen=True, slots=True)
class _Open:
    """The servers of one owner, a VPC or an inbound resolver endpoint, and the namespace that they are in;
    `device_index` is that of the link that they are bound to."""

    namespace_id: tuple[int, int]
    device_index: int
    addresses: tuple[Address, ...]
    dns: DnsServer
    metadata: MetadataServer | None

    def close(self) -> None:
        self.dns.close()
        if self.metadata is not None:
            self.metadata.close()


class LocalServices:
    """Resolver and metadata of all VPCs that have both a name view and a place; and the resolver again where others
    ask for a VPC's names, at its inbound endpoints."""

    def __init__(
        self, metadata: MetadataService, credentials: ShownCredentials, allowance: PacketAllowance, forwarder: Forwarder
    ) -> None:
        self._metadata = metadata
        self._forwarder = forwarder
        self._credentials = credentials
        self._allowance = allowance
        self._reserve = Reserve()
        self._deadlines = Deadlines(asyncio.get_running_loop())
        self._rcodes: Rcodes = defaultdict(int)
        self._rows: dict[RowId, Row] = {}
        self._views: dict[str, NameView] = {}
        self._zones: defaultdict[str, Zones] = defaultdict(Zones)
        """By VPC. Resolvers hold on to them; they change under them."""
        self._inbound: dict[str, tuple[NameView, InboundEndpoint]] = {}
        self._places: dict[str, Place] = {}
        self._public = PublicNames()
        self._guests = GuestDirectory()
        self._open: dict[str, _Open] = {}
        self.failing: dict[str, str] = {}
        """VPCs and inbound endpoints that cannot be served at the moment, and why. Every change tries them again."""
        self._applying = asyncio.Lock()  # a new daemon may connect while the change of the last one is applied

    async def apply(self, change: RowChange) -> None:
        """Everything in the change is in force when this returns, but for what is `failing`."""
        async with self._applying:
            for owner_id in sorted(self._take(change) | self.failing.keys()):
                await self._try_converge(owner_id)
            if change.removed or change.is_full:
                self._drop_zones()

    def counts(self) -> Mapping[str, int]:
        """How often queries were answered with which code, since the start: `NOERROR` → 12."""
        return {RCODE_NAMES.get(rcode, f"RCODE{rcode}"): count for rcode, count in self._rcodes.items()}

    def close(self) -> None:
        for servers in self._open.values():
            servers.close()
        self._open.clear()
        self._forwarder.close()
        self._reserve.close()

    def _take(self, change: RowChange) -> set[str]:
        """Remembers rows; returns the VPCs whose servers may have to change."""
        removed = list(change.removed)
        touched: set[str] = set()
        if change.is_full:
            kept = {row_id(row) for row in change.put}
            removed += [known for known in self._rows if known not in kept]
            touched |= set(self._open)  # a namespace may have been made anew under the same path
        for gone in removed:
            row = self._rows.pop(gone, None)
            if row is not None:
                touched |= self._forget(row)
        for row in change.put:
            self._rows[row_id(row)] = row
            touched |= self._learn(row)
        return touched

    def _learn(self, row: Row) -> set[str]:
        if isinstance(row, NameView):
            former = self._views.get(row.vpc_id)
            self._views[row.vpc_id] = row
            return {row.vpc_id} | self._change_inbound(former, row)
        if isinstance(row, Place):
            self._places[row.owner_id] = row
            self._forwarder.is_on = UPLINK in self._places
            return {row.owner_id}
        if isinstance(row, Guest):
            self._guests.put(row)
        elif isinstance(row, ViewZone):
            self._zones[row.vpc_id].put(row.name, for_instances=row.for_instances)
        elif isinstance(row, ViewRecord):
            self._zones[row.vpc_id].put_record(row.zone, row)
        elif isinstance(row, PublicName):
            self._public.put(row)
        elif isinstance(row, PublicHosts):
            self._public.put_hosts(row)
        elif isinstance(row, PublicCatalogue):
            self._public.put_catalogue(row)
        return set()

    def _forget(self, row: Row) -> set[str]:
        if isinstance(row, NameView):
            del self._views[row.vpc_id]
            return {row.vpc_id} | self._change_inbound(row, None)
        if isinstance(row, Place):
            del self._places[row.owner_id]
            self._forwarder.is_on = UPLINK in self._places
            return {row.owner_id}
        if isinstance(row, Guest):
            self._guests.remove(row.instance_id)
            self._credentials.forget(row.instance_id)
        elif isinstance(row, ViewZone):
            self._zones[row.vpc_id].remove(row.name)
        elif isinstance(row, ViewRecord):
            self._zones[row.vpc_id].remove_record(row.zone, row.name, row.type)
        elif isinstance(row, PublicName):
            self._public.remove(row.name)
        elif isinstance(row, PublicHosts):
            self._public.remove_hosts(row.domain)
        elif isinstance(row, PublicCatalogue):
            self._public.remove_catalogue(row.key)
        return set()

    def _change_inbound(self, former: NameView | None, view: NameView | None) -> set[str]:
        """The inbound endpoints of a VPC whose view has come, changed or gone."""
        touched = {endpoint.endpoint_id for endpoint in (former.inbound if former is not None else ())}
        for gone in touched:
            self._inbound.pop(gone, None)
        if view is not None:
            self._inbound |= {endpoint.endpoint_id: (view, endpoint) for endpoint in view.inbound}
            touched |= {endpoint.endpoint_id for endpoint in view.inbound}
        return touched

    def _drop_zones(self) -> None:
        """Those of VPCs that are gone, as their resolvers are by now."""
        for vpc_id in [one for one, zones in self._zones.items() if one not in self._views and zones.is_empty]:
            del self._zones[vpc_id]

    async def _try_converge(self, owner_id: str) -> None:
        """The log has each reason once."""
        try:
            await self._converge(owner_id)
        except OSError as failure:
            self._close(owner_id)
            words = failure.strerror or str(failure)
            reason = words if failure.filename is None else f"{failure.filename}: {words}"
            if self.failing.get(owner_id) != reason:
                log.error("%s is not served: %s", owner_id, reason)
            self.failing[owner_id] = reason
        else:
            self.failing.pop(owner_id, None)

    async def _converge(self, owner_id: str) -> None:
        wanted, place, servers = self._wanted(owner_id), self._places.get(owner_id), self._open.get(owner_id)
        if wanted is None or place is None:
            self._close(owner_id)
            return
        view, addresses = wanted
        namespace_id = namespace_identity(place.namespace)
        now = namespace_id, place.device_index, addresses
        if servers is not None and (servers.namespace_id, servers.device_index, servers.addresses) == now:
            resolver = servers.dns.resolver
            if resolver.view is not view:
                resolver.change_view(view)
            return
        self._close(owner_id)
        if owner_id == view.vpc_id:
            await self._open_vpc(view, place, namespace_id)
        else:
            await self._open_inbound(view, addresses, place, namespace_id)

    def _wanted(self, owner_id: str) -> tuple[NameView, tuple[Address, ...]] | None:
        """The names that an owner's resolver answers from, and its addresses."""
        view = self._views.get(owner_id)
        if view is not None:
            return view, view.resolver_addresses
        inbound = self._inbound.get(owner_id)
        return None if inbound is None else (inbound[0], inbound[1].addresses)

    def _close(self, owner_id: str) -> None:
        servers = self._open.pop(owner_id, None)
        if servers is not None:
            servers.close()

    async def _open_vpc(self, view: NameView, place: Place, namespace_id: tuple[int, int]) -> None:
        addresses = view.resolver_addresses
        metadata_socket, *sockets = open_sockets(place.namespace, [_METADATA, *_resolver_bindings(addresses)])
        allows = partial(self._allows, view.vpc_id)
        dns = DnsServer(
            Resolver(view, self._public, self._zones[view.vpc_id]), allows, self._rcodes, self._reserve, self._forwarder
        )
        metadata = MetadataServer(
            self._metadata, partial(self._guests.find, view.vpc_id), allows, self._deadlines, self._reserve
        )
        self._open[view.vpc_id] = _Open(namespace_id, place.device_index, addresses, dns, metadata)
        await metadata.serve(metadata_socket)
        await dns.serve(sockets[: len(addresses)], sockets[len(addresses) :])

    async def _open_inbound(
        self, view: NameView, addresses: tuple[Address, ...], place: Place, namespace_id: tuple[int, int]
    ) -> None:
        """Who asks there may be anywhere: the allowance is for what comes from inside the VPC."""
        sockets = open_sockets(place.namespace, _resolver_bindings(addresses, place.device))
        resolver = Resolver(view, self._public, self._zones[view.vpc_id], is_inbound=True)
        dns = DnsServer(resolver, lambda _: True, self._rcodes, self._reserve, self._forwarder)
        self._open[place.owner_id] = _Open(namespace_id, place.device_index, addresses, dns, None)
        await dns.serve(sockets[: len(addresses)], sockets[len(addresses) :])

    def _allows(self, vpc_id: str, address: str) -> bool:
        return self._allowance.take(self._guests.sender(vpc_id, address))


def _resolver_bindings(addresses: tuple[Address, ...], device: str | None = None) -> list[Binding]:
    """UDP at every address, then TCP at every address."""
    return [
        Binding(address, DNS_PORT, is_stream=is_stream, device=device)
        for is_stream in (False, True)
        for address in addresses
    ]
