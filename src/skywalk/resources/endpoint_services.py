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

from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.regions import AvailabilityZone, zones_of

_INTERFACE_SERVICES = Path(__file__).with_name("interface_services.json")
_GATEWAY, _INTERFACE = "Gateway", "Interface"


@dataclass(frozen=True, slots=True)
class EndpointService:
    """`name` is `com.amazonaws.us-east-1.s3`, `service` its last part."""

    name: str
    service_id: str
    service: str
    region: str
    endpoint_type: str
    zones: tuple[AvailabilityZone, ...]
    supports_policy: bool = True

    @property
    def base_dns_name(self) -> str:
        return f"{self.service}.{self.region}.amazonaws.com"


def endpoint_services(region: str) -> tuple[EndpointService, ...]:
    """All of a region, by name."""
    return tuple(
        EndpointService(
            name=entry.name,
            service_id=f"vpce-svc-{_service_digits(region, entry.service)}",
            service=entry.service,
            region=region,
            endpoint_type=_GATEWAY,
            zones=zones_of(region),
        )
        for entry in prefix_lists_of(region)
    )


def types_of(region: str, service_name: str) -> tuple[str, ...]:
    """The types of endpoints that AWS has for a service, carried here or not; none if it has no such service."""
    if any(entry.name == service_name for entry in prefix_lists_of(region)):
        return (_GATEWAY, _INTERFACE)
    return (_INTERFACE,) if service_name in _interface_services(region) else ()


@cache
def _interface_services(region: str) -> frozenset[str]:
    names = json.loads(_INTERFACE_SERVICES.read_text())
    if not prefix_lists_of(region):
        return frozenset()
    return frozenset(name.format(region=region) for name in [*names["every"], *names["only"].get(region, ())])


def _service_digits(region: str, service: str) -> str:
    """Seventeen hex digits that are always the same for one service: AWS's own ids are not published."""
    return sha256(f"com.amazonaws.{region}.{service}".encode()).hexdigest()[:17]
