"""What lies outside every VPC: the services at their public addresses, and the names that everybody can resolve.

Source of the host names: VPC User Guide, "DNS attributes for your VPC".
"""

from __future__ import annotations

from skywalk.plan.name_views import PublicHosts, PublicName
from skywalk.plan.origin import Origin
from skywalk.plan.plan import InternetPlan
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue
from skywalk.plan.services import PublicService
from skywalk.resources.allocate import PUBLIC_POOL
from skywalk.resources.host_names import PUBLIC_NAME_TTL_SECONDS, public_domain
from skywalk.resources.public_services import (
    CATALOGUE_TTL_SECONDS,
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
    services = [
        CatalogueService(one.service, one.names, one.only_region)
        for one in catalogue_services()
        if (HTTP_PORTS[0] in one.ports) == (HTTP_PORTS[0] in ports)
    ]
    return PublicCatalogue(
        name=name,
        services=tuple(sorted(services, key=lambda service: service.service)),
        sites=tuple(CatalogueSite(region, shared_address(region, place)) for region in REGION_NAMES),
        ports=ports,
        ttl_seconds=CATALOGUE_TTL_SECONDS,
        origin=Origin(name, f"services by {name} in every region"),
    )


def _names(entry: PublicServiceEntry) -> list[PublicName]:
    origin = Origin(entry.service, f"public name of {entry.service} in {entry.region}")
    return [PublicName(name, entry.addresses, entry.name_ttl_seconds, origin) for name in entry.names]


def _hosts(region: str) -> PublicHosts:
    """Of the whole pool: nothing tells which of its addresses are a region's before they are given out."""
    origin = Origin(region, f"public host names of {region}")
    return PublicHosts(public_domain(region), PUBLIC_POOL, PUBLIC_NAME_TTL_SECONDS, origin)
