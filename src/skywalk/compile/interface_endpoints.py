"""Pass: interface endpoints: their addresses, their ports in the endpoint namespace, their names.

The hidden zone of a private name is the name itself, as on AWS: what lies below it and is not the endpoint's does not
exist in this VPC. Source: PrivateLink Guide, "Private DNS names"; Route 53 Developer Guide, "Private hosted zones".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from skywalk.compile.segments import route_table_by_subnet
from skywalk.compile.sorted_rows import SortedRows
from skywalk.plan.name_views import PrivateZone, PublicName, ZoneRecord
from skywalk.plan.origin import Origin
from skywalk.plan.segments import EndpointPort
from skywalk.plan.services import InterfaceEndpoint
from skywalk.resources.endpoint_names import (
    NAME_TTL_SECONDS,
    certificate_names,
    own_names,
    regional_name,
    zonal_name,
)
from skywalk.resources.endpoint_services import INTERFACE, EndpointService, endpoint_service
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.snapshot import Snapshot
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.changed_part import exchanged

_TCP = 6
_SERVING = (VpcEndpointState.PENDING, VpcEndpointState.AVAILABLE, VpcEndpointState.FAILED)


@dataclass(frozen=True, slots=True)
class LiveEndpoint:
    """An interface endpoint with its service and its interfaces, in the order of its subnets."""

    endpoint: VpcEndpoint
    service: EndpointService
    interfaces: tuple[NetworkInterface, ...]

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(eni.availability_zone for eni in self.interfaces)


@dataclass(frozen=True, slots=True)
class EndpointRows:
    """What one endpoint adds to a plan, or all of them do; by key. `zones` are the hidden zones of its private names,
    for a VPC that may have private zones at all."""

    endpoints: tuple[InterfaceEndpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()
    public_names: tuple[PublicName, ...] = ()
    zones: tuple[PrivateZone, ...] = ()
    security_group_ids: frozenset[str] = frozenset()


class EndpointsMemory:
    """The rows of each of a VPC's interface endpoints, made when it, its interfaces or its subnets' route tables have
    changed."""

    def __init__(self) -> None:
        self._endpoints_seen: tuple[VpcEndpoint, ...] = ()
        self._interfaces_seen: tuple[NetworkInterface, ...] = ()
        self._tables: Mapping[str, str] = {}
        self._made: dict[str, EndpointRows] = {}
        self._endpoint_of: dict[str, str] = {}
        """By network interface, those among them that are not there yet."""
        self._endpoints: SortedRows[InterfaceEndpoint] = SortedRows()
        self._ports: SortedRows[EndpointPort] = SortedRows()
        self._public_names: SortedRows[PublicName] = SortedRows()
        self._zones: SortedRows[PrivateZone] = SortedRows()
        self._whole = EndpointRows()

    def rows_of(self, snapshot: Snapshot) -> EndpointRows:
        """Those that carry traffic, soon will, or should."""
        tables = route_table_by_subnet(snapshot)
        gone, new = [], []
        for endpoint_id in sorted(self._touched(snapshot, tables)):
            known, made = self._made.pop(endpoint_id, None), self._make(snapshot, endpoint_id, tables)
            if made is not None:
                # A state that changes is in no row: then the rows are the former ones themselves.
                made = self._made[endpoint_id] = known if known == made else made
            if made is not known:
                gone += [] if known is None else [known]
                new += [] if made is None else [made]
        self._tables = tables
        if gone or new:
            self._whole = self._exchange(gone, new)
        return self._whole

    def _touched(self, snapshot: Snapshot, tables: Mapping[str, str]) -> set[str]:
        """The endpoints whose rows may be others by now."""
        former, former_interfaces = self._endpoints_seen, self._interfaces_seen
        self._endpoints_seen = now = tuple(snapshot.vpc_endpoints.values())
        self._interfaces_seen = interfaces = tuple(snapshot.network_interfaces.values())
        if any(tables.get(subnet_id) != table for subnet_id, table in self._tables.items()):
            return {endpoint.id for endpoint in (*former, *now)}
        endpoints, enis = exchanged(former, now), exchanged(former_interfaces, interfaces)
        touched = {endpoint.id for each in endpoints for endpoint in each}
        return touched | {self._endpoint_of[eni.id] for each in enis for eni in each if eni.id in self._endpoint_of}

    def _make(self, snapshot: Snapshot, endpoint_id: str, tables: Mapping[str, str]) -> EndpointRows | None:
        endpoint = snapshot.vpc_endpoints.get(endpoint_id)
        if endpoint is None or not endpoint.is_interface or endpoint.state not in _SERVING:
            self._endpoint_of = {eni: owner for eni, owner in self._endpoint_of.items() if owner != endpoint_id}
            return None
        self._endpoint_of |= dict.fromkeys(endpoint.network_interface_ids, endpoint_id)
        interfaces = map(snapshot.network_interfaces.get, endpoint.network_interface_ids)
        return _rows(endpoint, tuple(eni for eni in interfaces if eni is not None), tables)

    def _exchange(self, gone: Sequence[EndpointRows], new: Sequence[EndpointRows]) -> EndpointRows:
        self._endpoints.exchange(*([row for one in part for row in one.endpoints] for part in (gone, new)))
        self._ports.exchange(*([row for one in part for row in one.ports] for part in (gone, new)))
        self._public_names.exchange(*([row for one in part for row in one.public_names] for part in (gone, new)))
        self._zones.exchange(*([row for one in part for row in one.zones] for part in (gone, new)))
        groups = frozenset[str]().union(*(made.security_group_ids for made in self._made.values()))
        return EndpointRows(self._endpoints.rows, self._ports.rows, self._public_names.rows, self._zones.rows, groups)


def _rows(endpoint: VpcEndpoint, interfaces: tuple[NetworkInterface, ...], tables: Mapping[str, str]) -> EndpointRows:
    service = endpoint_service(endpoint.service_region, endpoint.service_name, INTERFACE)
    if service is None:
        return EndpointRows()
    live = LiveEndpoint(endpoint, service, interfaces)
    return EndpointRows(
        endpoints=(_endpoint(live),),
        ports=tuple(_port(live, eni, tables) for eni in live.interfaces),
        public_names=tuple(_public_names(live)),
        zones=tuple(_hidden_zones(live)) if endpoint.private_dns_enabled and live.interfaces else (),
        security_group_ids=frozenset(group_id for eni in live.interfaces for group_id in eni.security_group_ids),
    )


def _endpoint(live: LiveEndpoint) -> InterfaceEndpoint:
    endpoint, service = live.endpoint, live.service
    names = own_names(endpoint, service, live.zones)
    return InterfaceEndpoint(
        vpc_endpoint_id=endpoint.id,
        vpc_id=endpoint.vpc_id,
        account_id=endpoint.scope.account_id,
        region=service.region,
        service=service.service,
        addresses=tuple(eni.private_address for eni in live.interfaces),
        ports=service.ports,
        names=names,
        certificate_names=certificate_names(service, names),
        policy=endpoint.policy,
        vpc_region="" if endpoint.scope.region == service.region else endpoint.scope.region,
        origin=Origin(endpoint.id, f"interface endpoint for {endpoint.service_name}"),
    )


def _port(live: LiveEndpoint, eni: NetworkInterface, tables: Mapping[str, str]) -> EndpointPort:
    return EndpointPort(
        network_interface_id=eni.id,
        owner_id=live.endpoint.id,
        subnet_id=eni.subnet_id,
        route_table_id=tables[eni.subnet_id],
        address=eni.private_address,
        security_group_ids=tuple(sorted(eni.security_group_ids)),
        services=tuple((_TCP, port) for port in live.service.ports),
        origin=Origin(eni.id, f"network interface of {live.endpoint.id}"),
    )


def _public_names(live: LiveEndpoint) -> Iterator[PublicName]:
    """The endpoint's own names: everybody resolves them, to private addresses."""
    if not live.interfaces:
        return
    origin = Origin(live.endpoint.id, "regional name of the endpoint")
    addresses = tuple(eni.private_address for eni in live.interfaces)
    yield PublicName(regional_name(live.endpoint, live.service), addresses, NAME_TTL_SECONDS, origin)
    if live.endpoint.other_region is not None:
        return
    for eni in live.interfaces:
        name = zonal_name(live.endpoint, live.service, eni.availability_zone)
        origin = Origin(live.endpoint.id, f"name of the endpoint in {eni.availability_zone}")
        yield PublicName(name, (eni.private_address,), NAME_TTL_SECONDS, origin)


def _hidden_zones(live: LiveEndpoint) -> Iterator[PrivateZone]:
    names: dict[str, list[str]] = defaultdict(list)
    for name in live.service.private_names:
        names[name.removeprefix("*.")].append(name)
    values = tuple(str(eni.private_address) for eni in live.interfaces)
    origin = Origin(live.endpoint.id, "private name of the endpoint's service")
    for zone, found in names.items():
        records = tuple(ZoneRecord(name, "A", NAME_TTL_SECONDS, values, None, origin) for name in sorted(found))
        yield PrivateZone(zone, records, not live.endpoint.inbound_resolver_only, origin)
