"""The DNS names of interface endpoints. Source: PrivateLink Guide, "DNS hostnames"; S3 User Guide, "AWS PrivateLink
for Amazon S3"; the zone ids of us-east-1 and us-east-2 as seen in captured answers, others are unconfirmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from skywalk.resources.endpoint_services import EndpointService
from skywalk.resources.vpc_endpoint import VpcEndpoint

NAME_TTL_SECONDS = 60

_VPCE_ZONE_IDS = {"us-east-1": "Z7HUB22UULQXV", "us-east-2": "ZC8PG0KIFKBRI"}
_S3_FAMILIES = ("bucket", "accesspoint", "control")


def regional_name(endpoint: VpcEndpoint, service: EndpointService) -> str:
    """`vpce-0123456789abcdef0-abcdefgh.sqs.us-east-1.vpce.amazonaws.com`, for S3 with `*.` in front."""
    return f"{_wildcard(service)}{endpoint.id}-{endpoint.dns_suffix}.{service.base_dns_name}"


def zonal_name(endpoint: VpcEndpoint, service: EndpointService, zone: str) -> str:
    """The same with the zone (`us-east-1a`) behind the suffix."""
    return f"{_wildcard(service)}{endpoint.id}-{endpoint.dns_suffix}-{zone}.{service.base_dns_name}"


def own_names(endpoint: VpcEndpoint, service: EndpointService, zones: Iterable[str]) -> tuple[str, ...]:
    """Regional, then zonal, in the order given; for a service of another region there are no zonal ones."""
    stem, base = f"{_wildcard(service)}{endpoint.id}-{endpoint.dns_suffix}", service.base_dns_name
    if endpoint.other_region is not None:
        return (f"{stem}.{base}",)
    return (f"{stem}.{base}", *[f"{stem}-{zone}.{base}" for zone in zones])


def certificate_names(service: EndpointService, names: Iterable[str]) -> tuple[str, ...]:
    """What a certificate carries for an endpoint's own names: those of S3 are in front of many labels, the others all
    one label below the service's."""
    if not _wildcard(service):
        return (f"*.{service.base_dns_name}",)
    bases = [name.removeprefix("*.") for name in names]
    return tuple(f"*.{prefix}{base}" for base in bases for prefix in ("", *(f"{family}." for family in _S3_FAMILIES)))


def vpce_zone_id(region: str) -> str:
    """The hosted zone of all of a region's `vpce.amazonaws.com` names."""
    return _VPCE_ZONE_IDS.get(region) or _zone_id(f"{region}.vpce.amazonaws.com")


def private_zone_id(name: str) -> str:
    return _zone_id(name.removeprefix("*."))


def private_zones(service: EndpointService) -> tuple[str, ...]:
    """The zones that private DNS hides the public ones with: the private names themselves, wildcards without `*.`."""
    return tuple(dict.fromkeys(name.removeprefix("*.") for name in service.private_names))


def _wildcard(service: EndpointService) -> str:
    return "*." if service.service in ("s3", "s3-fips") else ""


def _zone_id(text: str) -> str:
    """Always the same for one name: AWS's own are not published."""
    return f"Z{sha256(text.encode()).hexdigest()[:20].upper()}"
