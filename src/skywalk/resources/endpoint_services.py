"""The services that endpoints can be made for: a catalogue, not stored.

The names of AWS's services with interface endpoints are in `interface_services.json`: those that `every` region has,
and those of one region `only`. Which of them a region lacks, and that the global ones have theirs in us-east-1, is
unconfirmed. Source: PrivateLink Guide, "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.regions import AvailabilityZone, zones_of

_INTERFACE_SERVICES = Path(__file__).with_name("interface_services.json")
GATEWAY, INTERFACE = "Gateway", "Interface"
_HTTPS, _HTTP = 443, 80


@dataclass(frozen=True, slots=True)
class EndpointService:
    """`name` is `com.amazonaws.us-east-1.ecr.api`, `service` what follows the region (`ecr.api`). `private_names` are
    what private DNS makes its own, `*.` for all names below; `ports` the TCP ports that answer."""

    name: str
    service_id: str
    service: str
    region: str
    endpoint_type: str
    zones: tuple[AvailabilityZone, ...]
    supports_policy: bool = True
    private_names: tuple[str, ...] = ()
    ports: tuple[int, ...] = (_HTTPS,)

    @property
    def base_dns_name(self) -> str:
        if self.endpoint_type == GATEWAY:
            return f"{self.service}.{self.region}.amazonaws.com"
        return f"{reversed_labels(self.service)}.{self.region}.vpce.amazonaws.com"


def reversed_labels(service: str) -> str:
    """Host names have the labels of a service's name the other way round: `ecr.api` → `api.ecr`."""
    return ".".join(reversed(service.split(".")))


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
            zones=zones_of(region),
            ports=(_HTTP, _HTTPS),
        )
        for entry in prefix_lists_of(region)
    ]


def _interface_services(region: str) -> list[EndpointService]:
    if not prefix_lists_of(region):
        return []
    data = _data()
    names = [*data["every"], *data["only"].get(region, ())]
    return [_interface_service(data, region, template.format(region=region)) for template in names]


def _interface_service(data: dict[str, Any], region: str, name: str) -> EndpointService:
    service = name.removeprefix("com.amazonaws.").removeprefix(f"{region}.")
    usual = [f"{reversed_labels(service)}.{{region}}.amazonaws.com"]
    names = data["private_names"].get(service, usual)
    return EndpointService(
        name=name,
        service_id=_service_id(INTERFACE, name),
        service=service,
        region=region,
        endpoint_type=INTERFACE,
        zones=zones_of(region),
        supports_policy=service not in data["without_policy"],
        private_names=tuple(one.format(region=region) for one in names),
        ports=(_HTTP, _HTTPS) if service in data["plain_http"] else (_HTTPS,),
    )


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_INTERFACE_SERVICES.read_text())
    return loaded


def _service_id(endpoint_type: str, service_name: str) -> str:
    """With digits that are always the same for one service: AWS's own ids are not published."""
    text = service_name if endpoint_type == GATEWAY else f"{service_name} {endpoint_type}"
    return f"vpce-svc-{sha256(text.encode()).hexdigest()[:17]}"
