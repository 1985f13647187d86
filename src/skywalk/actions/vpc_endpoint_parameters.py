"""What CreateVpcEndpoint and ModifyVpcEndpoint may be given for a gateway endpoint, and how everything else is refused;
for which services there are endpoints.

Source: EC2 API Reference; PrivateLink Guide, "Gateway endpoints"; texts of refusals from answers quoted in public
reports. Where a text is unconfirmed its function says so; unconfirmed too is how a service that cannot be reached from
other regions is refused to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.edge_routes import check_endpoint_table
from skywalk.actions.existing import ROUTE_TABLE, all_existing
from skywalk.actions.quotas import check_routes
from skywalk.actions.vpc_endpoint_services import service_not_found
from skywalk.resources.cross_region import reaches_other_regions
from skywalk.resources.endpoint_services import GATEWAY, EndpointService, endpoint_service, types_of
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.route_table import RouteTable
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.errors import AwsError, invalid_parameter, missing_parameter, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_FOR_LATTICE = ("PrivateDnsPreference", "PrivateDnsSpecifiedDomains")


def service_of(call: Call, request: ec2.CreateVpcEndpointRequest, endpoint_type: str) -> EndpointService:
    """The service, if it has endpoints of this type, and they are carried."""
    name = request.get("ServiceName")
    if not name:
        raise missing_parameter("ServiceName")
    region = request.get("ServiceRegion") or call.region
    if region != call.region and endpoint_type == GATEWAY:
        raise unsupported_operation("Gateway endpoints reach services of their own region only.")
    types = types_of(region, name)
    if not types:
        raise service_not_found(name)
    if endpoint_type not in types:
        raise invalid_parameter(
            f"Endpoint type ({endpoint_type}) does not match available service types ([{', '.join(types)}])."
        )
    service = endpoint_service(region, name, endpoint_type)
    assert service is not None, "it has this type"
    if region != call.region and not reaches_other_regions(service):
        raise invalid_parameter(f"The VPC endpoint service {name} cannot be reached from other regions.")
    return service


def refuse_interface_parameters(request: ec2.CreateVpcEndpointRequest | ec2.ModifyVpcEndpointRequest) -> None:
    """Parameters that only endpoints with network interfaces have.

    The text for subnets is AWS's; those for groups and private DNS are unconfirmed.
    """
    if any(request.get(name) for name in ("SubnetIds", "AddSubnetIds", "RemoveSubnetIds", "SubnetConfigurations")):
        raise invalid_parameter(
            "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints."
        )
    if any(request.get(name) for name in ("SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds")):
        raise invalid_parameter("Security group IDs are only supported for Interface type VPC Endpoints.")
    if request.get("PrivateDnsEnabled"):
        raise invalid_parameter("Private DNS is only supported for Interface type VPC Endpoints.")
    if request.get("ServiceNetworkArn") or request.get("ResourceConfigurationArn"):
        raise invalid_parameter("Gateway type VPC Endpoints are made for a service name.")
    _refuse_address_types(request)


def _refuse_address_types(request: ec2.CreateVpcEndpointRequest | ec2.ModifyVpcEndpointRequest) -> None:
    address_type = request.get("IpAddressType", "ipv4")
    if address_type != "ipv4":
        raise unsupported_operation(f"Gateway endpoints of the IP address type {address_type} are not supported yet.")
    options = request.get("DnsOptions") or {}
    if options.get("DnsRecordIpType", "service-defined") != "service-defined":
        raise invalid_parameter("Gateway type VPC Endpoints only support the DNS record IP type service-defined.")
    if options.get("PrivateDnsOnlyForInboundResolverEndpoint"):
        raise invalid_parameter(
            "PrivateDnsOnlyForInboundResolverEndpoint is only supported for Interface type VPC Endpoints."
        )
    for name in _FOR_LATTICE:
        if options.get(name):
            raise invalid_parameter(f"{name} is only supported for Resource and ServiceNetwork type VPC Endpoints.")


def route_tables_of(call: Call, vpc_id: str, route_table_ids: Sequence[str]) -> list[RouteTable]:
    """The tables, each once. Raises InvalidRouteTableID.NotFound, and for a table of another VPC InvalidParameter
    (its text is unconfirmed)."""
    tables = all_existing(call, ROUTE_TABLE, route_table_ids) if route_table_ids else []
    for table in tables:
        if table.vpc_id != vpc_id:
            raise invalid_parameter(f"Route table {table.id} belongs to a different VPC than {vpc_id}.")
    return tables


def check_free(call: Call, service_name: str, tables: Iterable[RouteTable]) -> None:
    """Raises RouteAlreadyExists, RouteLimitExceeded, and RouteNotSupported for the table of a gateway."""
    prefix_list_id = service_prefix_list(call.region, service_name).prefix_list_id
    for table in tables:
        check_endpoint_table(table)
        check_routes(call, table)
        for other in call.tx.of_vpc(VpcEndpoint, table.vpc_id):
            if not other.is_gone and other.service_name == service_name and table.id in other.route_table_ids:
                raise AwsError(
                    "RouteAlreadyExists",
                    f"route table {table.id} already has a route with destination-prefix-list-id {prefix_list_id}",
                )
