"""DescribeVpcEndpointServices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.resources.endpoint_services import EndpointService, endpoint_services
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

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
    """Raises InvalidServiceName for a name that no service has."""
    services = _named(call.region, request)
    found = matching(services, request.get("Filters"), _FILTERS, tags=lambda _service: ())
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeVpcEndpointServicesResult = {
        "ServiceNames": list(dict.fromkeys(service.name for service in shown)),
        "ServiceDetails": [_show(service) for service in shown],
    }
    if token:
        result["NextToken"] = token
    return result


def _named(region: str, request: ec2.DescribeVpcEndpointServicesRequest) -> list[EndpointService]:
    regions = request.get("ServiceRegions") or [region]
    services = [service for one in regions for service in endpoint_services(one)]
    names = request.get("ServiceNames")
    if not names:
        return services
    missing = [name for name in names if all(service.name != name for service in services)]
    if missing:
        raise service_not_found(*missing)
    return [service for service in services if service.name in names]


def _show(service: EndpointService) -> ec2.ServiceDetail:
    return {
        "ServiceName": service.name,
        "ServiceId": service.service_id,
        "ServiceType": [{"ServiceType": service.endpoint_type}],
        "ServiceRegion": service.region,
        "AvailabilityZoneIds": [zone.zone_id for zone in service.zones],
        "AvailabilityZones": [zone.name for zone in service.zones],
        "Owner": "amazon",
        "BaseEndpointDnsNames": [service.base_dns_name],
        "PrivateDnsNames": [],
        "VpcEndpointPolicySupported": service.supports_policy,
        "AcceptanceRequired": False,
        "ManagesVpcEndpoints": False,
        "Tags": [],
        "SupportedIpAddressTypes": ["ipv4"],
    }
