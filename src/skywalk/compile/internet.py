"""What lies outside every VPC: the services at their public addresses, and the names that everybody can resolve.

Source of the host names: VPC User Guide, "DNS attributes for your VPC".
"""

from __future__ import annotations

from skywalk.plan.name_views import PublicHosts, PublicName
from skywalk.plan.origin import Origin
from skywalk.plan.plan import InternetPlan
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue, usual_name
from skywalk.plan.services import PublicService
from skywalk.resources.allocate import PUBLIC_POOL
from skywalk.resources.host_names import PUBLIC_NAME_TTL_SECONDS, public_domain
from skywalk.resources.interface_services import InterfaceService
from skywalk.resources.public_services import (
    CATALOGUE_TTL_SECONDS,
    GLOBAL_SERVICE_REGION,
    PUBLIC_SERVICES,
    PublicServiceEntry,
    catalogue_services,
    shared_address,
)
from skywalk.resources.regions import REGION_NAMES

HTTP_PORTS = (80, 443)
HTTPS_PORT = (443,)


def compile_internet(*, has_uplink: bool = False) -> InternetPlan:
    """The same for every region of one machine: it has all the services that the catalogue has."""
    services = [_service(entry) for entry in PUBLIC_SERVICES]
    names = [name for entry in PUBLIC_SERVICES for name in _names(entry)]
    hosts = [_hosts(region) for region in REGION_NAMES]
    return InternetPlan(
        public_services=tuple(sorted(services, key=lambda row: row.key)),
        public_names=tuple(sorted(names, key=lambda row: row.key)),
        public_hosts=tuple(sorted(hosts, key=lambda row: row.key)),
        catalogues=(_catalogue("https", 0, HTTPS_PORT), _catalogue("http and https", 1, HTTP_PORTS)),
        has_uplink=has_uplink,
    )


def _service(entry: PublicServiceEntry) -> PublicService:
    return PublicService(
        service=entry.service,
        region=entry.region,
        networks=entry.networks,
        addresses=entry.addresses,
        names=entry.names,
        ports=HTTP_PORTS if entry.serves_plain_http else HTTPS_PORT,
        origin=Origin(entry.service, f"{entry.service} in {entry.region}"),
    )


def _catalogue(name: str, place: int, ports: tuple[int, ...]) -> PublicCatalogue:
    """The services that take plain HTTP too, or those that do not: other ports are for their endpoints alone."""
    found = [one for one in catalogue_services() if (HTTP_PORTS[0] in one.ports) == (HTTP_PORTS[0] in ports)]
    usual = {one.service for one in found if _is_usual(one)}
    others = (
        CatalogueService(one.service, one.names, one.only_region, one.legacy_names)
        for one in found
        if one.service not in usual
    )
    return PublicCatalogue(
        name=name,
        services=tuple(sorted(others)),
        sites=tuple(CatalogueSite(region, shared_address(region, place)) for region in REGION_NAMES),
        ports=ports,
        ttl_seconds=CATALOGUE_TTL_SECONDS,
        origin=Origin(name, f"services by {name} in every region"),
        usual=tuple(sorted(usual)),
        global_region=GLOBAL_SERVICE_REGION,
    )


def _is_usual(service: InterfaceService) -> bool:
    has_usual_name = service.names == (usual_name(service.service),)
    return has_usual_name and service.only_region is None and not service.legacy_names


def _names(entry: PublicServiceEntry) -> list[PublicName]:
    origin = Origin(entry.service, f"public name of {entry.service} in {entry.region}")
    return [PublicName(name, entry.addresses, entry.name_ttl_seconds, origin) for name in entry.names]


def _hosts(region: str) -> PublicHosts:
    """Of the whole pool: nothing tells which of its addresses are a region's before they are given out."""
    origin = Origin(region, f"public host names of {region}")
    return PublicHosts(public_domain(region), PUBLIC_POOL, PUBLIC_NAME_TTL_SECONDS, origin)
