"""What lies outside every VPC: the services at their public addresses, and the names that lead there."""

from __future__ import annotations

from skywalk.plan.name_views import PublicName
from skywalk.plan.origin import Origin
from skywalk.plan.plan import InternetPlan
from skywalk.plan.services import PublicService
from skywalk.resources.public_services import PUBLIC_SERVICES, PublicServiceEntry

HTTP_PORTS = (80, 443)
HTTPS_PORT = (443,)


def compile_internet() -> InternetPlan:
    """The same for every region of one machine: it has all the services that the catalogue has."""
    services = [_service(entry) for entry in PUBLIC_SERVICES]
    names = [name for entry in PUBLIC_SERVICES for name in _names(entry)]
    return InternetPlan(
        public_services=tuple(sorted(services, key=lambda row: row.key)),
        public_names=tuple(sorted(names, key=lambda row: row.key)),
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


def _names(entry: PublicServiceEntry) -> list[PublicName]:
    origin = Origin(entry.service, f"public name of {entry.service} in {entry.region}")
    return [PublicName(name, entry.addresses, entry.name_ttl_seconds, origin) for name in entry.names]
