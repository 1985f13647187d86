"""Rows of the feed → servers in every VPC."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

from skywalk.dns.known_names import PublicNames
from skywalk.dns.message import RCODE_NAMES
from skywalk.dns.resolver import Resolver
from skywalk.dns.server import DNS_PORT, DnsServer, Rcodes
from skywalk.feed.rows import Row, RowChange, RowId, row_id
from skywalk.http1.deadlines import Deadlines
from skywalk.local_services.guest_directory import GuestDirectory
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.local_services.place_sockets import Binding, namespace_identity, open_sockets
from skywalk.metadata.role_credentials import ShownCredentials
from skywalk.metadata.server import METADATA_ADDRESS, METADATA_PORT, MetadataServer
from skywalk.metadata.service import MetadataService
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView, PublicHosts, PublicName
from skywalk.plan.places import Place
from skywalk.values.errors import SkywalkError

_METADATA = Binding(ip_address(METADATA_ADDRESS), METADATA_PORT, is_stream=True)


class ServicesFailed(SkywalkError):
    """Some VPCs of a change cannot be served; all others are. They are tried again with the next change."""


@dataclass(frozen=True, slots=True)
class _Open:
    """The servers of one VPC and the namespace that they are in."""

    namespace_id: tuple[int, int]
    dns: DnsServer
    metadata: MetadataServer

    def close(self) -> None:
        self.dns.close()
        self.metadata.close()


class LocalServices:
    """Resolver and metadata of all VPCs that have both a name view and a place."""

    def __init__(self, metadata: MetadataService, credentials: ShownCredentials, allowance: PacketAllowance) -> None:
        self._metadata = metadata
        self._credentials = credentials
        self._allowance = allowance
        self._deadlines = Deadlines(asyncio.get_running_loop())
        self._rcodes: Rcodes = defaultdict(int)
        self._rows: dict[RowId, Row] = {}
        self._views: dict[str, NameView] = {}
        self._places: dict[str, Place] = {}
        self._public = PublicNames()
        self._guests = GuestDirectory()
        self._open: dict[str, _Open] = {}
        self._failed: set[str] = set()
        self._applying = asyncio.Lock()  # a new daemon may connect while the change of the last one is applied

    async def apply(self, change: RowChange) -> None:
        """Everything in the change is in force when this returns. Raises ServicesFailed.

        VPCs that failed before are tried again, but only those of this change are its failure.
        """
        async with self._applying:
            touched = self._take(change)
            retried = self._failed - touched
            failures = [failure for vpc_id in sorted(touched) if (failure := await self._try_converge(vpc_id))]
            for vpc_id in sorted(retried):
                await self._try_converge(vpc_id)
        if failures:
            raise ServicesFailed("; ".join(failures))

    def counts(self) -> Mapping[str, int]:
        """How often queries were answered with which code, since the start: `NOERROR` → 12."""
        return {RCODE_NAMES.get(rcode, f"RCODE{rcode}"): count for rcode, count in self._rcodes.items()}

    def close(self) -> None:
        for servers in self._open.values():
            servers.close()
        self._open.clear()

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
            self._views[row.vpc_id] = row
            return {row.vpc_id}
        if isinstance(row, Place):
            self._places[row.owner_id] = row
            return {row.owner_id}
        if isinstance(row, Guest):
            self._guests.put(row)
        elif isinstance(row, PublicName):
            self._public.put(row)
        elif isinstance(row, PublicHosts):
            self._public.put_hosts(row)
        return set()

    def _forget(self, row: Row) -> set[str]:
        if isinstance(row, NameView):
            del self._views[row.vpc_id]
            return {row.vpc_id}
        if isinstance(row, Place):
            del self._places[row.owner_id]
            return {row.owner_id}
        if isinstance(row, Guest):
            self._guests.remove(row.instance_id)
            self._credentials.forget(row.instance_id)
        elif isinstance(row, PublicName):
            self._public.remove(row.name)
        elif isinstance(row, PublicHosts):
            self._public.remove_hosts(row.domain)
        return set()

    async def _try_converge(self, vpc_id: str) -> str | None:
        """What went wrong, if something did."""
        self._failed.discard(vpc_id)
        try:
            await self._converge(vpc_id)
        except OSError as failure:
            self._close(vpc_id)
            self._failed.add(vpc_id)
            return f"{vpc_id}: {failure}"
        return None

    async def _converge(self, vpc_id: str) -> None:
        view, place, servers = self._views.get(vpc_id), self._places.get(vpc_id), self._open.get(vpc_id)
        if view is None or place is None:
            self._close(vpc_id)
            return
        namespace_id = namespace_identity(place.namespace)
        if servers is not None and servers.namespace_id == namespace_id:
            resolver = servers.dns.resolver
            if resolver.view.resolver_addresses == view.resolver_addresses:
                if resolver.view is not view:
                    resolver.change_view(view)
                return
        self._close(vpc_id)
        await self._open_servers(view, place, namespace_id)

    def _close(self, vpc_id: str) -> None:
        servers = self._open.pop(vpc_id, None)
        if servers is not None:
            servers.close()

    async def _open_servers(self, view: NameView, place: Place, namespace_id: tuple[int, int]) -> None:
        datagrams = [Binding(address, DNS_PORT, is_stream=False) for address in view.resolver_addresses]
        streams = [Binding(address, DNS_PORT, is_stream=True) for address in view.resolver_addresses]
        sockets = open_sockets(place.namespace, [_METADATA, *datagrams, *streams])
        allows = partial(self._allows, view.vpc_id)
        servers = _Open(
            namespace_id,
            DnsServer(Resolver(view, self._public), allows, self._rcodes),
            MetadataServer(self._metadata, partial(self._guests.find, view.vpc_id), allows, self._deadlines),
        )
        self._open[view.vpc_id] = servers
        await servers.metadata.serve(sockets[0])
        await servers.dns.serve(sockets[1 : 1 + len(datagrams)], sockets[1 + len(datagrams) :])

    def _allows(self, vpc_id: str, address: str) -> bool:
        return self._allowance.take(self._guests.sender(vpc_id, address))
