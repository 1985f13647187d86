"""Interface endpoints: what CreateVpcEndpoint makes of a request, and what ModifyVpcEndpoint changes.

Source: EC2 API Reference; PrivateLink Guide, "Access an AWS service using an interface VPC endpoint"; the text for
route tables from answers quoted in public reports. Unconfirmed: the refusals of DNS record types.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.endpoint_groups import endpoint_groups, with_other_groups
from skywalk.actions.endpoint_policies import checked_policy
from skywalk.actions.endpoint_private_dns import changed_private_dns, wished_private_dns
from skywalk.actions.endpoint_subnets import check_zones, make_interfaces, wished_subnets, with_other_subnets
from skywalk.actions.existing import VPC, existing
from skywalk.actions.quotas import check_interface_endpoints
from skywalk.actions.tag_specifications import specified_tags
from skywalk.resources.endpoint_services import INTERFACE, EndpointService, endpoint_service
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.chance import LOWER_AND_DIGITS
from skywalk.values.errors import invalid_parameter, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.vpc import Vpc

_FOR_LATTICE = ("PrivateDnsPreference", "PrivateDnsSpecifiedDomains")
_DNS_SUFFIX_LENGTH = 8


def new_interface_endpoint(
    call: Call, vpc: Vpc, service: EndpointService, request: ec2.CreateVpcEndpointRequest
) -> VpcEndpoint:
    """The endpoint, with its interfaces in the store. Raises VpcEndpointLimitExceeded, and what its parts raise."""
    refuse_gateway_parameters(request)
    wishes = wished_subnets(call, vpc.id, request.get("SubnetIds") or (), request.get("SubnetConfigurations") or ())
    check_zones(call, service, (wish.subnet for wish in wishes))
    groups = endpoint_groups(call, vpc.id, request.get("SecurityGroupIds") or ())
    policy = checked_policy(request.get("PolicyDocument"), service)
    has_private_dns, is_inbound_only = wished_private_dns(call, vpc, service, request)
    check_interface_endpoints(call, vpc.id)
    endpoint_id = call.mint("vpce")
    interfaces = make_interfaces(call, endpoint_id, wishes, groups)
    return VpcEndpoint(
        id=endpoint_id,
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), "vpc-endpoint"),
        vpc_id=vpc.id,
        endpoint_type=INTERFACE,
        service_name=service.name,
        state=VpcEndpointState.PENDING,
        policy=policy,
        route_table_ids=(),
        created_at=call.clock.now(),
        dns_record_ip_type="ipv4",
        subnet_ids=tuple(eni.subnet_id for eni in interfaces),
        network_interface_ids=tuple(eni.id for eni in interfaces),
        security_group_ids=groups,
        private_dns_enabled=has_private_dns,
        inbound_resolver_only=is_inbound_only,
        other_region=None if service.region == call.region else service.region,
        dns_suffix=call.chance.text(LOWER_AND_DIGITS, _DNS_SUFFIX_LENGTH),
        client_token=request.get("ClientToken", ""),
    )


def modified_interface_endpoint(
    call: Call, endpoint: VpcEndpoint, request: ec2.ModifyVpcEndpointRequest
) -> VpcEndpoint:
    """The endpoint as it is to be; `pending` where the machine has something to do."""
    refuse_gateway_parameters(request)
    vpc, service = existing(call, VPC, endpoint.vpc_id), service_of_endpoint(endpoint)
    changed = with_other_groups(call, endpoint, request)
    changed = with_other_subnets(call, changed, service, request)
    has_private_dns, is_inbound_only = changed_private_dns(call, endpoint, vpc, service, request)
    changed = replace(changed, private_dns_enabled=has_private_dns, inbound_resolver_only=is_inbound_only)
    return changed if changed == endpoint else replace(changed, state=VpcEndpointState.PENDING)


def service_of_endpoint(endpoint: VpcEndpoint) -> EndpointService:
    found = endpoint_service(endpoint.service_region, endpoint.service_name, endpoint.endpoint_type)
    assert found is not None, "a service stays in the catalogue"
    return found


def refuse_gateway_parameters(request: ec2.CreateVpcEndpointRequest | ec2.ModifyVpcEndpointRequest) -> None:
    """Parameters that only other types of endpoints have, and those that ask for IPv6."""
    if any(request.get(name) for name in ("RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds")):
        raise invalid_parameter("Route table IDs are only supported for Gateway type VPC Endpoint.")
    if request.get("ServiceNetworkArn") or request.get("ResourceConfigurationArn"):
        raise invalid_parameter("Interface type VPC Endpoints are made for a service name.")
    address_type = request.get("IpAddressType", "ipv4")
    if address_type in ("dualstack", "ipv6"):
        raise unsupported_operation(f"Interface endpoints of the IP address type {address_type} are not supported yet.")
    if address_type != "ipv4":
        raise invalid_parameter(f"The IP address type '{address_type}' is not valid.")
    options = request.get("DnsOptions") or {}
    record_type = options.get("DnsRecordIpType", "ipv4")
    if record_type != "ipv4":
        raise invalid_parameter(
            f"The DNS record IP type {record_type} is not supported for VPC Endpoints of the IP address type ipv4."
        )
    for name in _FOR_LATTICE:
        if options.get(name):
            raise invalid_parameter(f"{name} is only supported for Resource and ServiceNetwork type VPC Endpoints.")
