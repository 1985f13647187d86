"""The services of a region that endpoints can be made for: a catalogue, not stored.

Source: PrivateLink Guide, "Gateway endpoints" and "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from skywalk.resources.interface_services import HTTP, HTTPS, InterfaceService, interface_services, reversed_labels
from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.regions import AvailabilityZone, zones_of

GATEWAY, INTERFACE = "Gateway", "Interface"


@dataclass(frozen=True, slots=True)
class EndpointService:
    """`name` is `com.amazonaws.us-east-1.ecr.api`, `service` what follows the region (`ecr.api`). `private_names` are
    what private DNS makes its own, `*.` for all names below; `ports` the TCP ports that answer; `base_dns_name` is what
    the names of endpoints end in."""

    name: str
    service_id: str
    service: str
    region: str
    endpoint_type: str
    base_dns_name: str
    zones: tuple[AvailabilityZone, ...]
    supports_policy: bool = True
    private_names: tuple[str, ...] = ()
    ports: tuple[int, ...] = (HTTPS,)


@cache
def endpoint_services(region: str) -> tuple[EndpointService, ...]:
    """All of a region, by name and type; none in a region that skywalk does not know."""
    found = [*_gateway_services(region), *_interface_services(region)]
    return tuple(sorted(found, key=lambda service: (service.name, service.endpoint_type)))


def endpoint_service(region: str, service_name: str, endpoint_type: str) -> EndpointService | None:
    """The service of this name if it has endpoints of this type."""
    return _by_name_and_type(region).get((service_name, endpoint_type))


def types_of(region: str, service_name: str) -> tuple[str, ...]:
    """The types of endpoints that a service has; none if there is no such service."""
    known = _by_name_and_type(region)
    return tuple(one for one in (GATEWAY, INTERFACE) if (service_name, one) in known)


@cache
def _by_name_and_type(region: str) -> dict[tuple[str, str], EndpointService]:
    return {(service.name, service.endpoint_type): service for service in endpoint_services(region)}


def _gateway_services(region: str) -> list[EndpointService]:
    return [
        EndpointService(
            name=entry.name,
            service_id=_service_id(GATEWAY, entry.name),
            service=entry.service,
            region=region,
            endpoint_type=GATEWAY,
            base_dns_name=f"{entry.service}.{region}.amazonaws.com",
            zones=zones_of(region),
            ports=(HTTP, HTTPS),
        )
        for entry in prefix_lists_of(region)
    ]


def _interface_services(region: str) -> list[EndpointService]:
    if not prefix_lists_of(region):
        return []
    found = (one for one in interface_services() if one.only_region in (None, region))
    return [_interface_service(one, region) for one in found]


def _interface_service(found: InterfaceService, region: str) -> EndpointService:
    name = found.name.format(region=region)
    return EndpointService(
        name=name,
        service_id=_service_id(INTERFACE, name),
        service=found.service,
        region=region,
        endpoint_type=INTERFACE,
        base_dns_name=f"{reversed_labels(found.service)}.{region}.vpce.amazonaws.com",
        zones=zones_of(region),
        supports_policy=found.supports_policy,
        private_names=tuple(one.format(region=region) for one in found.names) if found.has_private_names else (),
        ports=found.ports,
    )


def _service_id(endpoint_type: str, service_name: str) -> str:
    """With digits that are always the same for one service: AWS's own ids are not published."""
    text = service_name if endpoint_type == GATEWAY else f"{service_name} {endpoint_type}"
    return f"vpce-svc-{sha256(text.encode()).hexdigest()[:17]}"
