"""Services that interface endpoints of other regions reach, and zones that such endpoints cannot be in.

Source: PrivateLink Guide, "Cross-region enabled AWS services" (a snapshot of the list).
"""

from __future__ import annotations

from skywalk.resources.endpoint_services import INTERFACE, EndpointService

_SERVICES = frozenset(
    {
        "ecr.api",
        "ecr.dkr",
        "ecs",
        "iam",
        "kinesis-firehose",
        "kinesisanalytics",
        "kinesisanalytics-fips",
        "kms",
        "kms-fips",
        "lambda",
        "route53",
        "s3",
    }
)
_ZONES_WITHOUT = frozenset({"use1-az3", "usw1-az2", "apne1-az3", "apne2-az2", "apne2-az4"})


def reaches_other_regions(service: EndpointService) -> bool:
    return service.endpoint_type == INTERFACE and service.service in _SERVICES


def takes_cross_region_endpoints(zone_id: str) -> bool:
    return zone_id not in _ZONES_WITHOUT
