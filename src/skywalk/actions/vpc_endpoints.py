"""CreateVpcEndpoint, DescribeVpcEndpoints, ModifyVpcEndpoint, DeleteVpcEndpoints: gateway endpoints.

Source: EC2 API Reference; PrivateLink Guide, "Gateway endpoints"; texts of refusals from answers quoted in public
reports. What a gateway endpoint may be given is in `vpc_endpoint_parameters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching
from skywalk.actions.existing import VPC, VPC_ENDPOINT, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.vpc_endpoint_parameters import (
    DEFAULT_POLICY,
    GONE,
    check_free,
    checked_policy,
    refuse_interface_parameters,
    route_tables_of,
    service_of,
)
from skywalk.actions.vpc_endpoint_services import INVALID_FILTER, endpoint_page
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.errors import AwsError, invalid_parameter, unsupported_operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_TYPES = ("Gateway", "Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel")
_TYPES_OF_SERVICES = ("Gateway", "Interface", "GatewayLoadBalancer")
"""Types of endpoints that are made for a service name."""

_FILTERS: dict[str, Callable[[VpcEndpoint], Iterable[str]]] = {
    "ip-address-type": lambda endpoint: [endpoint.ip_address_type],
    "service-name": lambda endpoint: [endpoint.service_name],
    "service-region": lambda endpoint: [endpoint.scope.region],
    "vpc-endpoint-id": lambda endpoint: [endpoint.id],
    "vpc-endpoint-state": lambda endpoint: [endpoint.state.value],
    "vpc-endpoint-type": lambda endpoint: [endpoint.endpoint_type],
    "vpc-id": lambda endpoint: [endpoint.vpc_id],
}


def create_vpc_endpoint(call: Call, request: ec2.CreateVpcEndpointRequest) -> ec2.CreateVpcEndpointResult:
    """Raises the refusals of aws/endpoints, §4, that a gateway endpoint can meet."""
    before = made_before(call, "CreateVpcEndpoint", request)
    if before is not None:
        return _created(call, before[0])
    endpoint = _new_endpoint(call, request)
    call.tx.put(endpoint)
    remember(call, "CreateVpcEndpoint", request, [endpoint.id])
    return _created(call, endpoint.id)


def created_vpc_endpoint(call: Call, result: ec2.CreateVpcEndpointResult) -> ec2.CreateVpcEndpointResult:
    """The answer of CreateVpcEndpoint with the state that the endpoint has by now."""
    return _created(call, result["VpcEndpoint"]["VpcEndpointId"])


def describe_vpc_endpoints(call: Call, request: ec2.DescribeVpcEndpointsRequest) -> ec2.DescribeVpcEndpointsResult:
    """Raises InvalidVpcEndpointId.NotFound and Malformed, InvalidFilter, InvalidMaxResults, InvalidNextToken."""
    filters, code = request.get("Filters"), INVALID_FILTER
    endpoints = named_or_all(call, VPC_ENDPOINT, request.get("VpcEndpointIds"), filters)
    found = matching(endpoints, filters, _FILTERS, tags=lambda endpoint: endpoint.tags, invalid_code=code)
    shown, token = endpoint_page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeVpcEndpointsResult = {"VpcEndpoints": call.views(_view, shown)}
    if token:
        result["NextToken"] = token
    return result


def modify_vpc_endpoint(call: Call, request: ec2.ModifyVpcEndpointRequest) -> ec2.ModifyVpcEndpointResult:
    """Route tables and the policy can change; VPC and service cannot. Raises as CreateVpcEndpoint."""
    endpoint = existing(call, VPC_ENDPOINT, request["VpcEndpointId"])
    if endpoint.state in GONE:
        raise VPC_ENDPOINT.ids.not_found(endpoint.id)
    refuse_interface_parameters(request)
    changed = replace(
        endpoint,
        policy=_modified_policy(endpoint, request),
        route_table_ids=_modified_route_tables(call, endpoint, request),
    )
    call.tx.put(changed)
    return {"Return": True}


def delete_vpc_endpoints(call: Call, request: ec2.DeleteVpcEndpointsRequest) -> ec2.DeleteVpcEndpointsResult:
    """Items that cannot be deleted are in the answer; only a malformed id fails the whole call."""
    for endpoint_id in request["VpcEndpointIds"]:
        VPC_ENDPOINT.ids.check(endpoint_id)
    missing = [endpoint_id for endpoint_id in request["VpcEndpointIds"] if not _delete(call, endpoint_id)]
    return {"Unsuccessful": [_unsuccessful(endpoint_id) for endpoint_id in missing]}


def _view(_: Sight, endpoint: VpcEndpoint) -> ec2.VpcEndpoint:
    return show_vpc_endpoint(endpoint)


def show_vpc_endpoint(endpoint: VpcEndpoint) -> ec2.VpcEndpoint:
    """The endpoint as answers have it; sets that a gateway endpoint has nothing in are there and empty."""
    shown: ec2.VpcEndpoint = {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.endpoint_type,
        "VpcId": endpoint.vpc_id,
        "ServiceName": endpoint.service_name,
        "State": endpoint.state.value,
        "PolicyDocument": endpoint.policy,
        "RouteTableIds": list(endpoint.route_table_ids),
        "SubnetIds": [],
        "Groups": [],
        "IpAddressType": endpoint.ip_address_type,
        "DnsOptions": {"DnsRecordIpType": endpoint.dns_record_ip_type},
        "PrivateDnsEnabled": False,
        "RequesterManaged": False,
        "NetworkInterfaceIds": [],
        "DnsEntries": [],
        "CreationTimestamp": endpoint.created_at,
        "Tags": show_tags(endpoint.tags),
        "OwnerId": endpoint.scope.account_id,
        "ServiceRegion": endpoint.scope.region,
    }
    if endpoint.failure is not None:
        shown["LastError"] = {"Code": "InternalError", "Message": endpoint.failure}
        shown["FailureReason"] = endpoint.failure
    return shown


def _created(call: Call, endpoint_id: str) -> ec2.CreateVpcEndpointResult:
    endpoint = existing(call, VPC_ENDPOINT, endpoint_id)
    result: ec2.CreateVpcEndpointResult = {"VpcEndpoint": show_vpc_endpoint(endpoint)}
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
    refuse_interface_parameters(request)
    route_tables = route_tables_of(call, vpc.id, request.get("RouteTableIds") or ())
    check_free(call, service.name, route_tables)
    return VpcEndpoint(
        id=call.mint("vpce"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), "vpc-endpoint"),
        vpc_id=vpc.id,
        endpoint_type=endpoint_type,
        service_name=service.name,
        state=VpcEndpointState.PENDING,
        policy=checked_policy(request.get("PolicyDocument")),
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
        return DEFAULT_POLICY
    return checked_policy(request["PolicyDocument"]) if request.get("PolicyDocument") else endpoint.policy


def _modified_route_tables(call: Call, endpoint: VpcEndpoint, request: ec2.ModifyVpcEndpointRequest) -> tuple[str, ...]:
    removed = route_tables_of(call, endpoint.vpc_id, request.get("RemoveRouteTableIds") or ())
    for table in removed:
        if table.id not in endpoint.route_table_ids:
            raise invalid_parameter(f"Route table {table.id} is not associated with {endpoint.id}.")
    gone = {table.id for table in removed}
    added = route_tables_of(call, endpoint.vpc_id, request.get("AddRouteTableIds") or ())
    check_free(call, endpoint.service_name, added)
    return (*(one for one in endpoint.route_table_ids if one not in gone), *(table.id for table in added))


def _delete(call: Call, endpoint_id: str) -> bool:
    endpoint = call.tx.owned(VpcEndpoint, call.scope, endpoint_id)
    if endpoint is None or endpoint.state is VpcEndpointState.DELETED:
        return False
    call.tx.put(replace(endpoint, state=VpcEndpointState.DELETING, route_table_ids=()))
    return True


def _unsuccessful(endpoint_id: str) -> ec2.UnsuccessfulItem:
    """AWS has two codes for one meaning; public clients look for this one in the items of an answer."""
    message = VPC_ENDPOINT.ids.not_found(endpoint_id).message
    return {"ResourceId": endpoint_id, "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}}
