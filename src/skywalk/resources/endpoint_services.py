"""The services that endpoints can be made for: a catalogue, not stored."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.regions import AvailabilityZone, zones_of

_GATEWAY_SERVICES = frozenset(("s3",))
"""Those whose gateway endpoints carry traffic here."""

_KNOWN_BUT_NOT_SERVED = frozenset(("dynamodb",))


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
            endpoint_type="Gateway",
            zones=zones_of(region),
        )
        for entry in prefix_lists_of(region)
        if entry.service in _GATEWAY_SERVICES
    )


def is_known(region: str, service_name: str) -> bool:
    """Whether AWS has a service of this name in the region, served here or not."""
    names = {entry.name for entry in prefix_lists_of(region) if entry.service in _KNOWN_BUT_NOT_SERVED}
    return service_name in names or any(one.name == service_name for one in endpoint_services(region))


def _service_digits(region: str, service: str) -> str:
    """Seventeen hex digits that are always the same for one service: AWS's own ids are not published."""
    return sha256(f"com.amazonaws.{region}.{service}".encode()).hexdigest()[:17]
