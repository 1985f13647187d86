"""DescribeVpcEndpointServices, and what it has in common with DescribeVpcEndpoints.

Source: EC2 API Reference; PrivateLink Guide, "View available AWS service names"; the code for a bad filter from answers
quoted in public reports. The text for a bad page size is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from skywalk.actions.describe import matching, page
from skywalk.resources.cross_region import reaches_other_regions
from skywalk.resources.endpoint_services import EndpointService, endpoint_services
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

INVALID_FILTER = "InvalidFilter"
"""Other Describe calls have InvalidParameterValue for it."""
MAX_PAGE = 1000

R = TypeVar("R")

_FILTERS = {
    "owner": lambda _service: ["amazon"],
    "service-name": lambda service: [service.name],
    "service-region": lambda service: [service.region],
    "service-type": lambda service: [service.endpoint_type],
    "supported-ip-address-types": lambda _service: ["ipv4"],
}


def service_not_found(*service_names: str) -> AwsError:
    if len(service_names) == 1:
        return AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{service_names[0]}' does not exist")
    return AwsError("InvalidServiceName", f"The Vpc Endpoint Services '{', '.join(service_names)}' do not exist")


def describe_vpc_endpoint_services(
    call: Call, request: ec2.DescribeVpcEndpointServicesRequest
) -> ec2.DescribeVpcEndpointServicesResult:
    """Raises InvalidServiceName for a name that no service has, InvalidFilter, InvalidMaxResults, InvalidNextToken."""
    services = _named(call.region, request)
    found = matching(services, request.get("Filters"), _FILTERS, tags=lambda _: (), invalid_code=INVALID_FILTER)
    shown, token = endpoint_page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeVpcEndpointServicesResult = {
        "ServiceNames": list(dict.fromkeys(service.name for service in shown)),
        "ServiceDetails": [_show(service) for service in shown],
    }
    if token:
        result["NextToken"] = token
    return result


def endpoint_page(
    found: Sequence[R], max_results: int | None, next_token: str | None
) -> tuple[Sequence[R], str | None]:
    """A page, which is of 1,000 items where more are asked for. Raises InvalidMaxResults, InvalidNextToken."""
    if max_results is not None and max_results < 1:
        raise AwsError("InvalidMaxResults", "The specified value for MaxResults is not valid.")
    size = None if max_results is None else min(max_results, MAX_PAGE)
    return page(found, size, next_token, limits=(1, MAX_PAGE))


def _named(region: str, request: ec2.DescribeVpcEndpointServicesRequest) -> list[EndpointService]:
    """Of other regions those that can be reached from here."""
    regions = dict.fromkeys(request.get("ServiceRegions") or [region])
    found = (service for one in regions for service in endpoint_services(one))
    services = [one for one in found if one.region == region or reaches_other_regions(one)]
    names = request.get("ServiceNames")
    if not names:
        return services
    missing = [name for name in names if all(service.name != name for service in services)]
    if missing:
        raise service_not_found(*missing)
    return [service for service in services if service.name in names]


def _show(service: EndpointService) -> ec2.ServiceDetail:
    shown: ec2.ServiceDetail = {
        "ServiceName": service.name,
        "ServiceId": service.service_id,
        "ServiceType": [{"ServiceType": service.endpoint_type}],
        "ServiceRegion": service.region,
        "AvailabilityZoneIds": [zone.zone_id for zone in service.zones],
        "AvailabilityZones": [zone.name for zone in service.zones],
        "Owner": "amazon",
        "BaseEndpointDnsNames": [service.base_dns_name],
        "PrivateDnsNames": [{"PrivateDnsName": name} for name in service.private_names],
        "VpcEndpointPolicySupported": service.supports_policy,
        "AcceptanceRequired": False,
        "ManagesVpcEndpoints": False,
        "Tags": [],
        "SupportedIpAddressTypes": ["ipv4"],
    }
    if service.private_names:
        shown["PrivateDnsName"] = service.private_names[0]
        shown["PrivateDnsNameVerificationState"] = "verified"
    return shown
