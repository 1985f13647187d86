"""Private DNS of interface endpoints: who may have it, and what stands in its way.

Source: PrivateLink Guide, "Private DNS names"; S3 User Guide, "AWS PrivateLink for Amazon S3"; texts from answers
quoted in public reports. Unconfirmed: that an endpoint for which nothing is asked has private DNS where it can have it
(AWS's documents disagree; for S3 they say no), and the refusals of PrivateDnsOnlyForInboundResolverEndpoint for
services without gateway endpoints and without private DNS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.resources.endpoint_names import private_zones
from skywalk.resources.endpoint_services import GATEWAY, INTERFACE, EndpointService, endpoint_service, types_of
from skywalk.resources.hosted_zone import HostedZone
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.errors import invalid_parameter

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_INBOUND_ONLY = "PrivateDnsOnlyForInboundResolverEndpoint"


def wished_private_dns(
    call: Call, vpc: Vpc, service: EndpointService, request: ec2.CreateVpcEndpointRequest
) -> tuple[bool, bool]:
    """For a new endpoint: whether it has private DNS, and only for inbound resolver endpoints."""
    asked = request.get("PrivateDnsEnabled")
    if asked is None:
        asked = not _has_gateway_type(service) and obstacle(call, vpc, service, None) is None
    elif asked:
        _check(call, vpc, service, None)
    return asked, _inbound_only(call, vpc, service, is_enabled=asked, asked=_asked_inbound_only(request), present=None)


def changed_private_dns(
    call: Call, endpoint: VpcEndpoint, vpc: Vpc, service: EndpointService, request: ec2.ModifyVpcEndpointRequest
) -> tuple[bool, bool]:
    """The same for an endpoint that is there."""
    enabled = request.get("PrivateDnsEnabled", endpoint.private_dns_enabled)
    if enabled and not endpoint.private_dns_enabled:
        _check(call, vpc, service, endpoint.id)
    present = endpoint.inbound_resolver_only if endpoint.private_dns_enabled else None
    return enabled, _inbound_only(
        call, vpc, service, is_enabled=enabled, asked=_asked_inbound_only(request), present=present
    )


def obstacle(call: Call, vpc: Vpc, service: EndpointService, besides: str | None) -> str | None:
    """Why an endpoint for this service cannot have private DNS in the VPC, leaving aside the endpoint `besides`."""
    if not service.private_names:
        return f"Private DNS can't be enabled because the service {service.name} does not provide a private DNS name."
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        return (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
            f"{vpc.id}"
        )
    taken = private_zones_in(call, vpc.id, besides)
    for name in private_zones(service):
        if name in taken or sees_hosted_zone(call, vpc.id, name):
            return (
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{name} in the VPC {vpc.id}"
            )
    return None


def sees_hosted_zone(call: Call, vpc_id: str, name: str) -> bool:
    """Whether a private hosted zone of this very name is associated with the VPC, whoever owns it."""
    return any(zone.name == name for zone in call.tx.referring(HostedZone, vpc_id))


def private_zones_in(call: Call, vpc_id: str, besides: str | None = None) -> set[str]:
    """The names that endpoints of a VPC answer privately, leaving aside the endpoint `besides`."""
    found: set[str] = set()
    for endpoint in call.tx.of_vpc(VpcEndpoint, vpc_id):
        if endpoint.private_dns_enabled and not endpoint.is_gone and endpoint.id != besides:
            service = endpoint_service(endpoint.service_region, endpoint.service_name, INTERFACE)
            found.update(private_zones(service) if service is not None else ())
    return found


def needing_gateway(call: Call, gateway: VpcEndpoint) -> VpcEndpoint | None:
    """The interface endpoint for which a gateway endpoint has to stay: the VPC's last one for the service."""
    others = [
        one
        for one in call.tx.of_vpc(VpcEndpoint, gateway.vpc_id)
        if one.service_name == gateway.service_name and one.id != gateway.id and not one.is_gone
    ]
    if gateway.is_interface or any(not one.is_interface for one in others):
        return None
    return next((one for one in others if one.inbound_resolver_only), None)


def _asked_inbound_only(request: ec2.CreateVpcEndpointRequest | ec2.ModifyVpcEndpointRequest) -> bool | None:
    options: ec2.DnsOptionsSpecification = request.get("DnsOptions", {})
    return options.get("PrivateDnsOnlyForInboundResolverEndpoint")


def _check(call: Call, vpc: Vpc, service: EndpointService, besides: str | None) -> None:
    reason = obstacle(call, vpc, service, besides)
    if reason is not None:
        raise invalid_parameter(reason)


def _inbound_only(
    call: Call, vpc: Vpc, service: EndpointService, *, is_enabled: bool, asked: bool | None, present: bool | None
) -> bool:
    """Where private DNS is turned on for a service that has gateway endpoints too, it is so unless it is asked
    otherwise."""
    has_both = _has_gateway_type(service) and service.region == call.region
    if asked and not has_both:
        raise invalid_parameter(f"{_INBOUND_ONLY} is not supported for the service {service.name}.")
    if asked and not is_enabled:
        raise invalid_parameter(f"{_INBOUND_ONLY} can only be set to true when private DNS is enabled.")
    if not is_enabled:
        return False
    wished = asked
    if wished is None:
        wished = present if present is not None else has_both
    if wished and not present and not _has_gateway_endpoint(call, vpc, service):
        raise invalid_parameter(
            f"To set {_INBOUND_ONLY} to true, the VPC {vpc.id} must have a Gateway endpoint for the service."
        )
    return wished


def _has_gateway_type(service: EndpointService) -> bool:
    return GATEWAY in types_of(service.region, service.name)


def _has_gateway_endpoint(call: Call, vpc: Vpc, service: EndpointService) -> bool:
    return any(
        one.service_name == service.name and not one.is_interface and not one.is_gone
        for one in call.tx.of_vpc(VpcEndpoint, vpc.id)
    )
