"""CreateVpcEndpoint, DescribeVpcEndpoints, ModifyVpcEndpoint, DeleteVpcEndpoints.

Source: EC2 API Reference; PrivateLink Guide, "Gateway endpoints"; texts of refusals from answers quoted in public
reports. What a gateway endpoint may be given is in `vpc_endpoint_parameters`, the rest of interface endpoints in
`interface_endpoints`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching
from skywalk.actions.endpoint_policies import checked_policy, default_policy
from skywalk.actions.endpoint_private_dns import needing_gateway
from skywalk.actions.existing import VPC, VPC_ENDPOINT, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.interface_endpoints import modified_interface_endpoint, new_interface_endpoint, service_of_endpoint
from skywalk.actions.quotas import check_gateway_endpoints
from skywalk.actions.tag_specifications import specified_tags
from skywalk.actions.vpc_endpoint_parameters import (
    check_free,
    refuse_interface_parameters,
    route_tables_of,
    service_of,
)
from skywalk.actions.vpc_endpoint_services import INVALID_FILTER, endpoint_page
from skywalk.actions.vpc_endpoint_view import show_vpc_endpoint
from skywalk.resources.endpoint_services import GATEWAY, INTERFACE
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.errors import AwsError, invalid_parameter, unsupported_operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_TYPES = ("Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel")
_TYPES_OF_SERVICES = ("Gateway", "Interface", "GatewayLoadBalancer")
"""Types of endpoints that are made for a service name."""

_FILTERS: dict[str, Callable[[VpcEndpoint], Iterable[str]]] = {
    "ip-address-type": lambda endpoint: [endpoint.ip_address_type],
    "service-name": lambda endpoint: [endpoint.service_name],
    "service-region": lambda endpoint: [endpoint.service_region],
    "vpc-endpoint-id": lambda endpoint: [endpoint.id],
    "vpc-endpoint-state": lambda endpoint: [endpoint.state.value],
    "vpc-endpoint-type": lambda endpoint: [endpoint.endpoint_type],
    "vpc-id": lambda endpoint: [endpoint.vpc_id],
}


def create_vpc_endpoint(call: Call, request: ec2.CreateVpcEndpointRequest) -> ec2.CreateVpcEndpointResult:
    """A gateway endpoint, or an interface endpoint, which is `pending` until the machine has it."""
    before = made_before(call, "CreateVpcEndpoint", request)
    if before is not None:
        return _created(call, before[0])
    endpoint = _new_endpoint(call, request)
    call.tx.put(endpoint)
    remember(call, "CreateVpcEndpoint", request, [endpoint.id])
    return _created(call, endpoint.id)


def is_made_at_once(result: ec2.CreateVpcEndpointResult) -> bool:
    """Whether the answer of CreateVpcEndpoint waits for the machine: AWS answers that a gateway endpoint is there."""
    return result["VpcEndpoint"]["VpcEndpointType"] == GATEWAY


def created_vpc_endpoint(call: Call, result: ec2.CreateVpcEndpointResult) -> ec2.CreateVpcEndpointResult:
    """The answer of CreateVpcEndpoint with the state that the endpoint has by now."""
    return _created(call, result["VpcEndpoint"]["VpcEndpointId"])


def describe_vpc_endpoints(call: Call, request: ec2.DescribeVpcEndpointsRequest) -> ec2.DescribeVpcEndpointsResult:
    """Raises InvalidVpcEndpointId.NotFound and Malformed, InvalidFilter, InvalidMaxResults, InvalidNextToken."""
    filters, code = request.get("Filters"), INVALID_FILTER
    endpoints = named_or_all(call, VPC_ENDPOINT, request.get("VpcEndpointIds"), filters)
    found = matching(endpoints, filters, _FILTERS, tags=lambda endpoint: endpoint.tags, invalid_code=code)
    shown, token = endpoint_page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeVpcEndpointsResult = {"VpcEndpoints": call.views(show_vpc_endpoint, shown)}
    if token:
        result["NextToken"] = token
    return result


def modify_vpc_endpoint(call: Call, request: ec2.ModifyVpcEndpointRequest) -> ec2.ModifyVpcEndpointResult:
    """VPC and service cannot change. Raises as CreateVpcEndpoint."""
    endpoint = existing(call, VPC_ENDPOINT, request["VpcEndpointId"])
    if endpoint.is_gone:
        raise VPC_ENDPOINT.ids.not_found(endpoint.id)
    policy = _modified_policy(endpoint, request)
    if endpoint.is_interface:
        changed = modified_interface_endpoint(call, endpoint, request)
    else:
        refuse_interface_parameters(request)
        changed = replace(endpoint, route_table_ids=_modified_route_tables(call, endpoint, request))
    call.tx.put(replace(changed, policy=policy))
    return {"Return": True}


def delete_vpc_endpoints(call: Call, request: ec2.DeleteVpcEndpointsRequest) -> ec2.DeleteVpcEndpointsResult:
    """Items that cannot be deleted are in the answer; only a malformed id fails the whole call."""
    for endpoint_id in request["VpcEndpointIds"]:
        VPC_ENDPOINT.ids.check(endpoint_id)
    refusals = ((endpoint_id, _delete(call, endpoint_id)) for endpoint_id in request["VpcEndpointIds"])
    return {"Unsuccessful": [_unsuccessful(endpoint_id, refused) for endpoint_id, refused in refusals if refused]}


def _created(call: Call, endpoint_id: str) -> ec2.CreateVpcEndpointResult:
    endpoint = existing(call, VPC_ENDPOINT, endpoint_id)
    result: ec2.CreateVpcEndpointResult = {"VpcEndpoint": show_vpc_endpoint(call, endpoint)}
    if endpoint.client_token:
        result["ClientToken"] = endpoint.client_token
    return result


def _new_endpoint(call: Call, request: ec2.CreateVpcEndpointRequest) -> VpcEndpoint:
    endpoint_type = request.get("VpcEndpointType", "Gateway")
    if endpoint_type not in _TYPES:
        raise AwsError("InvalidVpcEndpointType", f"The VPC endpoint type '{endpoint_type}' is not valid.")
    if endpoint_type not in _TYPES_OF_SERVICES:
        raise unsupported_operation(f"VPC endpoints of type {endpoint_type} are not supported yet.")
    vpc = existing(call, VPC, request["VpcId"])
    service = service_of(call, request, endpoint_type)
    if endpoint_type == INTERFACE:
        return new_interface_endpoint(call, vpc, service, request)
    refuse_interface_parameters(request)
    route_tables = route_tables_of(call, vpc.id, request.get("RouteTableIds") or ())
    check_free(call, service.name, route_tables)
    check_gateway_endpoints(call)
    return VpcEndpoint(
        id=call.mint("vpce"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), "vpc-endpoint"),
        vpc_id=vpc.id,
        endpoint_type=endpoint_type,
        service_name=service.name,
        state=VpcEndpointState.PENDING,
        policy=checked_policy(request.get("PolicyDocument"), service),
        route_table_ids=tuple(table.id for table in route_tables),
        created_at=call.clock.now(),
        client_token=request.get("ClientToken", ""),
    )


def _modified_policy(endpoint: VpcEndpoint, request: ec2.ModifyVpcEndpointRequest) -> str:
    if request.get("ResetPolicy"):
        if request.get("PolicyDocument"):
            raise AwsError(
                "InvalidParameterCombination", "The parameters resetPolicy and policyDocument cannot be used together."
            )
        return default_policy(service_of_endpoint(endpoint))
    text = request.get("PolicyDocument")
    return checked_policy(text, service_of_endpoint(endpoint)) if text else endpoint.policy


def _modified_route_tables(call: Call, endpoint: VpcEndpoint, request: ec2.ModifyVpcEndpointRequest) -> tuple[str, ...]:
    removed = route_tables_of(call, endpoint.vpc_id, request.get("RemoveRouteTableIds") or ())
    for table in removed:
        if table.id not in endpoint.route_table_ids:
            raise invalid_parameter(f"Route table {table.id} is not associated with {endpoint.id}.")
    gone = {table.id for table in removed}
    added = route_tables_of(call, endpoint.vpc_id, request.get("AddRouteTableIds") or ())
    check_free(call, endpoint.service_name, added)
    return (*(one for one in endpoint.route_table_ids if one not in gone), *(table.id for table in added))


def _delete(call: Call, endpoint_id: str) -> AwsError | None:
    """What stands in the way, if anything."""
    endpoint = call.tx.owned(VpcEndpoint, call.scope, endpoint_id)
    if endpoint is None or endpoint.state is VpcEndpointState.DELETED:
        # AWS has two codes for one meaning; public clients look for this one in the items of an answer.
        return AwsError("InvalidVpcEndpoint.NotFound", VPC_ENDPOINT.ids.not_found(endpoint_id).message)
    needing = needing_gateway(call, endpoint)
    if needing is not None:
        return invalid_parameter(
            f"Gateway endpoint cannot be deleted while Interface endpoint {needing.id} for the service has "
            "PrivateDnsOnlyForInboundResolverEndpoint set to true."
        )
    call.tx.put(replace(endpoint, state=VpcEndpointState.DELETING, route_table_ids=()))
    return None


def _unsuccessful(endpoint_id: str, refused: AwsError) -> ec2.UnsuccessfulItem:
    return {"ResourceId": endpoint_id, "Error": {"Code": refused.code, "Message": refused.message}}
