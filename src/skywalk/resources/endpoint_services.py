"""The services that endpoints can be made for: a catalogue, not stored."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from skywalk.resources.prefix_lists import prefix_lists_of
from skywalk.resources.regions import AvailabilityZone, zones_of

_INTERFACE_SERVICES = frozenset(
    {
        "cloudformation",
        "ec2",
        "ec2messages",
        "ecr.api",
        "ecr.dkr",
        "elasticloadbalancing",
        "events",
        "execute-api",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "ssmmessages",
        "sts",
    }
)
"""Those of AWS's that have interface endpoints alone. Source: PrivateLink Guide, "AWS services that integrate"."""

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
    lists = prefix_lists_of(region)
    if any(entry.name == service_name for entry in lists):
        return (_GATEWAY, _INTERFACE)
    own = {f"com.amazonaws.{region}.{service}" for service in _INTERFACE_SERVICES}
    return (_INTERFACE,) if lists and service_name in own else ()


def _service_digits(region: str, service: str) -> str:
    """Seventeen hex digits that are always the same for one service: AWS's own ids are not published."""
    return sha256(f"com.amazonaws.{region}.{service}".encode()).hexdigest()[:17]
