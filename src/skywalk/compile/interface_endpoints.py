"""Pass: interface endpoints: their addresses, their ports in the endpoint namespace, their names.

The hidden zone of a private name is the name itself, as on AWS: what lies below it and is not the endpoint's does not
exist in this VPC. Source: PrivateLink Guide, "Private DNS names"; Route 53 Developer Guide, "Private hosted zones".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from skywalk.compile.once import once
from skywalk.compile.segments import route_table_by_subnet
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


@once
def live_interface_endpoints(snapshot: Snapshot) -> tuple[LiveEndpoint, ...]:
    """Those that carry traffic, soon will, or should, by id."""
    found = []
    for _, endpoint in sorted(snapshot.vpc_endpoints.items()):
        if not endpoint.is_interface or endpoint.state not in _SERVING:
            continue
        service = endpoint_service(endpoint.service_region, endpoint.service_name, INTERFACE)
        interfaces = (snapshot.network_interfaces.get(eni_id) for eni_id in endpoint.network_interface_ids)
        if service is not None:
            found.append(LiveEndpoint(endpoint, service, tuple(eni for eni in interfaces if eni is not None)))
    return tuple(found)


def compile_interface_endpoints(snapshot: Snapshot) -> tuple[InterfaceEndpoint, ...]:
    return tuple(_endpoint(live) for live in live_interface_endpoints(snapshot))


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


def compile_endpoint_ports(snapshot: Snapshot) -> tuple[EndpointPort, ...]:
    tables = route_table_by_subnet(snapshot)
    rows = [
        EndpointPort(
            network_interface_id=eni.id,
            owner_id=live.endpoint.id,
            subnet_id=eni.subnet_id,
            route_table_id=tables[eni.subnet_id],
            address=eni.private_address,
            security_group_ids=tuple(sorted(eni.security_group_ids)),
            services=tuple((_TCP, port) for port in live.service.ports),
            origin=Origin(eni.id, f"network interface of {live.endpoint.id}"),
        )
        for live in live_interface_endpoints(snapshot)
        for eni in live.interfaces
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def compile_public_names(snapshot: Snapshot) -> tuple[PublicName, ...]:
    """The endpoints' own names: everybody resolves them, to private addresses."""
    rows = [row for live in live_interface_endpoints(snapshot) for row in _public_names(live)]
    return tuple(sorted(rows, key=lambda row: row.key))


def _public_names(live: LiveEndpoint) -> Iterator[PublicName]:
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


def compile_private_zones(snapshot: Snapshot) -> tuple[PrivateZone, ...]:
    """The hidden zones of the private names, where the VPC may have private zones at all."""
    if not (snapshot.vpc.enable_dns_support and snapshot.vpc.enable_dns_hostnames):
        return ()
    zones = [
        zone
        for live in live_interface_endpoints(snapshot)
        if live.endpoint.private_dns_enabled and live.interfaces
        for zone in _hidden_zones(live)
    ]
    return tuple(sorted(zones, key=lambda zone: zone.key))


def _hidden_zones(live: LiveEndpoint) -> Iterator[PrivateZone]:
    names: dict[str, list[str]] = defaultdict(list)
    for name in live.service.private_names:
        names[name.removeprefix("*.")].append(name)
    values = tuple(str(eni.private_address) for eni in live.interfaces)
    origin = Origin(live.endpoint.id, "private name of the endpoint's service")
    for zone, found in names.items():
        records = tuple(ZoneRecord(name, "A", NAME_TTL_SECONDS, values, None, origin) for name in sorted(found))
        yield PrivateZone(zone, records, not live.endpoint.inbound_resolver_only, origin)
