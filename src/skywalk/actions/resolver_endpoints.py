"""Route 53 Resolver's inbound endpoints: where others ask for a VPC's names.

Outbound endpoints, delegation and forwarding rules are refused: nothing is forwarded. Source: Route 53 Resolver API
Reference. Unconfirmed: the texts of refusals, and that a CreatorRequestId is refused when it comes again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.resolver_addresses import (
    MAX_ADDRESSES,
    MIN_ADDRESSES,
    make_address,
    named_address,
    remove_address,
    wished_addresses,
)
from skywalk.actions.resolver_words import (
    invalid_parameter,
    invalid_request,
    limit_exceeded,
    not_found,
    resolver_page,
    rfc3339,
)
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.resolver_endpoint import ResolverEndpoint, ResolverEndpointStatus
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.arn import Arn
from skywalk.values.errors import AwsError, unsupported_operation
from skywalk.values.tags import Tag, merge_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53resolver
    from skywalk.resources.resolver_endpoint import ResolverAddress

PREFIX = "rslvr-in"
MAX_ENDPOINTS = 4
"""In a region. Source: Route 53 Developer Guide, "Quotas on Route 53 VPC Resolver"; AWS's default."""
_UNSUPPORTED = (
    "Dns64Enabled",
    "Ipv6InternetAccessEnabled",
    "OutpostArn",
    "PreferredInstanceType",
    "RniEnhancedMetricsEnabled",
    "TargetNameServerMetricsEnabled",
)


def create_resolver_endpoint(
    call: Call, request: route53resolver.CreateResolverEndpointRequest
) -> route53resolver.CreateResolverEndpointResponse:
    """Raises InvalidParameterException, ResourceNotFoundException, ResourceExistsException, LimitExceededException."""
    _refuse_unsupported(request)
    if request["Direction"] != "INBOUND":
        raise unsupported_operation(f"Resolver endpoints of the direction {request['Direction']} are not supported.")
    present = call.tx.of_owner(ResolverEndpoint, call.scope)
    reference = request["CreatorRequestId"]
    if any(one.creator_request_id == reference for one in present):
        text = f"Resolver endpoint with creator request ID '{reference}' already exists."
        raise AwsError("ResourceExistsException", text)
    if len(present) >= MAX_ENDPOINTS:
        raise limit_exceeded(f"An account has at most {MAX_ENDPOINTS} resolver endpoints in a region.")
    wishes = wished_addresses(call, request["IpAddresses"])
    vpc_id, now = wishes[0].subnet.vpc_id, call.clock.now()
    groups = _groups(call, vpc_id, request["SecurityGroupIds"])
    endpoint = ResolverEndpoint(
        id=call.mint(PREFIX),
        scope=call.scope,
        tags=_tags(request.get("Tags", ())),
        vpc_id=vpc_id,
        name=request.get("Name", ""),
        creator_request_id=reference,
        security_group_ids=groups,
        addresses=(),
        status=ResolverEndpointStatus.CREATING,
        created_at=now,
        modified_at=now,
    )
    endpoint = replace(endpoint, addresses=tuple(make_address(call, endpoint, wish) for wish in wishes))
    call.tx.put(endpoint)
    return {"ResolverEndpoint": show_resolver_endpoint(endpoint)}


def get_resolver_endpoint(
    call: Call, request: route53resolver.GetResolverEndpointRequest
) -> route53resolver.GetResolverEndpointResponse:
    """Raises ResourceNotFoundException."""
    return {"ResolverEndpoint": show_resolver_endpoint(existing_endpoint(call, request["ResolverEndpointId"]))}


def list_resolver_endpoints(
    call: Call, request: route53resolver.ListResolverEndpointsRequest
) -> route53resolver.ListResolverEndpointsResponse:
    """Raises InvalidNextTokenException, InvalidParameterException for a filter that nobody knows."""
    found = call.tx.of_owner(ResolverEndpoint, call.scope)
    for one in request.get("Filters", ()):
        values = _FILTERS.get(one.get("Name", ""))
        if values is None:
            raise invalid_parameter(f"The filter '{one.get('Name', '')}' is invalid.")
        found = [endpoint for endpoint in found if not set(values(endpoint)).isdisjoint(one.get("Values", ()))]
    shown, ending = resolver_page(found, request.get("MaxResults"), request.get("NextToken"))
    result: route53resolver.ListResolverEndpointsResponse = {
        "ResolverEndpoints": [show_resolver_endpoint(endpoint) for endpoint in shown],
        "MaxResults": request.get("MaxResults", 100),
    }
    if ending is not None:
        result["NextToken"] = ending
    return result


def update_resolver_endpoint(
    call: Call, request: route53resolver.UpdateResolverEndpointRequest
) -> route53resolver.UpdateResolverEndpointResponse:
    """Its name. Raises ResourceNotFoundException, InvalidRequestException."""
    _refuse_unsupported(request)
    refuse_parameters({"UpdateIpAddresses": request.get("UpdateIpAddresses") or None}, ("UpdateIpAddresses",))
    endpoint = changeable_endpoint(call, request["ResolverEndpointId"])
    changed = replace(endpoint, name=request.get("Name", endpoint.name), modified_at=call.clock.now())
    call.tx.put(changed)
    return {"ResolverEndpoint": show_resolver_endpoint(changed)}


def delete_resolver_endpoint(
    call: Call, request: route53resolver.DeleteResolverEndpointRequest
) -> route53resolver.DeleteResolverEndpointResponse:
    """It is gone when the machine has taken it away. Raises ResourceNotFoundException, InvalidRequestException."""
    endpoint = changeable_endpoint(call, request["ResolverEndpointId"])
    deleted = replace(endpoint, status=ResolverEndpointStatus.DELETING, modified_at=call.clock.now())
    call.tx.put(deleted)
    return {"ResolverEndpoint": show_resolver_endpoint(deleted)}


def associate_resolver_endpoint_ip_address(
    call: Call, request: route53resolver.AssociateResolverEndpointIpAddressRequest
) -> route53resolver.AssociateResolverEndpointIpAddressResponse:
    """Raises ResourceNotFoundException, InvalidParameterException, ResourceExistsException, LimitExceededException."""
    endpoint, asked = changeable_endpoint(call, request["ResolverEndpointId"]), request["IpAddress"]
    if "SubnetId" not in asked:
        raise invalid_parameter("The request must name the subnet of the IP address.")
    if any(str(one.address) == asked.get("Ip") for one in endpoint.addresses):
        raise AwsError("ResourceExistsException", f"The IP address {asked['Ip']} belongs to {endpoint.id} already.")
    if len(endpoint.addresses) >= MAX_ADDRESSES:
        raise limit_exceeded(f"A resolver endpoint has at most {MAX_ADDRESSES} IP addresses.")
    (wish,) = wished_addresses(call, [asked], endpoint.vpc_id)
    return {"ResolverEndpoint": _with(call, endpoint, (*endpoint.addresses, make_address(call, endpoint, wish)))}


def disassociate_resolver_endpoint_ip_address(
    call: Call, request: route53resolver.DisassociateResolverEndpointIpAddressRequest
) -> route53resolver.DisassociateResolverEndpointIpAddressResponse:
    """Two have to stay. Raises ResourceNotFoundException, InvalidRequestException."""
    endpoint = changeable_endpoint(call, request["ResolverEndpointId"])
    gone = named_address(endpoint, request["IpAddress"])
    if len(endpoint.addresses) <= MIN_ADDRESSES:
        raise invalid_request(f"A resolver endpoint has at least {MIN_ADDRESSES} IP addresses.")
    remove_address(call, gone)
    return {"ResolverEndpoint": _with(call, endpoint, tuple(one for one in endpoint.addresses if one != gone))}


def list_resolver_endpoint_ip_addresses(
    call: Call, request: route53resolver.ListResolverEndpointIpAddressesRequest
) -> route53resolver.ListResolverEndpointIpAddressesResponse:
    """Raises ResourceNotFoundException, InvalidNextTokenException."""
    endpoint = existing_endpoint(call, request["ResolverEndpointId"])
    shown, ending = resolver_page(endpoint.addresses, request.get("MaxResults"), request.get("NextToken"))
    status = _ADDRESS_STATUS[endpoint.status]
    result: route53resolver.ListResolverEndpointIpAddressesResponse = {
        "IpAddresses": [
            {
                "IpId": one.ip_id,
                "SubnetId": one.subnet_id,
                "Ip": str(one.address),
                "Status": status,
                "StatusMessage": endpoint.failure or "",
                "CreationTime": rfc3339(one.created_at),
                "ModificationTime": rfc3339(one.modified_at),
            }
            for one in shown
        ],
        "MaxResults": request.get("MaxResults", 100),
    }
    if ending is not None:
        result["NextToken"] = ending
    return result


def existing_endpoint(call: Call, endpoint_id: str) -> ResolverEndpoint:
    """Raises ResourceNotFoundException."""
    endpoint = call.tx.owned(ResolverEndpoint, call.scope, endpoint_id)
    if endpoint is None:
        raise not_found(f"Resolver endpoint with ID '{endpoint_id}' does not exist.")
    return endpoint


def changeable_endpoint(call: Call, endpoint_id: str) -> ResolverEndpoint:
    """Raises as `existing_endpoint`, and InvalidRequestException for one that is being deleted."""
    endpoint = existing_endpoint(call, endpoint_id)
    if not endpoint.answers:
        raise invalid_request(f"Resolver endpoint with ID '{endpoint_id}' is being deleted.")
    return endpoint


def endpoint_arn(endpoint: ResolverEndpoint) -> str:
    scope = endpoint.scope
    return str(Arn("aws", "route53resolver", scope.region, scope.account_id, f"resolver-endpoint/{endpoint.id}"))


def show_resolver_endpoint(endpoint: ResolverEndpoint) -> route53resolver.ResolverEndpoint:
    shown: route53resolver.ResolverEndpoint = {
        "Id": endpoint.id,
        "CreatorRequestId": endpoint.creator_request_id,
        "Arn": endpoint_arn(endpoint),
        "SecurityGroupIds": list(endpoint.security_group_ids),
        "Direction": "INBOUND",
        "IpAddressCount": len(endpoint.addresses),
        "HostVPCId": endpoint.vpc_id,
        "Status": endpoint.status.value,
        "StatusMessage": endpoint.failure or "",
        "CreationTime": rfc3339(endpoint.created_at),
        "ModificationTime": rfc3339(endpoint.modified_at),
        "ResolverEndpointType": "IPV4",
        "Protocols": ["Do53"],
    }
    if endpoint.name:
        shown["Name"] = endpoint.name
    return shown


_FILTERS: Mapping[str, Callable[[ResolverEndpoint], Sequence[str]]] = {
    "CreatorRequestId": lambda endpoint: [endpoint.creator_request_id],
    "Direction": lambda endpoint: ["INBOUND"],
    "HostVPCId": lambda endpoint: [endpoint.vpc_id],
    "IpAddressCount": lambda endpoint: [str(len(endpoint.addresses))],
    "Name": lambda endpoint: [endpoint.name],
    "SecurityGroupIds": lambda endpoint: endpoint.security_group_ids,
    "Status": lambda endpoint: [endpoint.status.value],
}

_ADDRESS_STATUS = {
    ResolverEndpointStatus.CREATING: "CREATING",
    ResolverEndpointStatus.OPERATIONAL: "ATTACHED",
    ResolverEndpointStatus.UPDATING: "UPDATING",
    ResolverEndpointStatus.ACTION_NEEDED: "FAILED_CREATION",
    ResolverEndpointStatus.DELETING: "DELETING",
}


def _with(
    call: Call, endpoint: ResolverEndpoint, addresses: tuple[ResolverAddress, ...]
) -> route53resolver.ResolverEndpoint:
    changed = replace(
        endpoint,
        addresses=addresses,
        status=ResolverEndpointStatus.UPDATING,
        modified_at=call.clock.now(),
    )
    call.tx.put(changed)
    return show_resolver_endpoint(changed)


def _refuse_unsupported(
    request: route53resolver.CreateResolverEndpointRequest | route53resolver.UpdateResolverEndpointRequest,
) -> None:
    refuse_parameters(request, _UNSUPPORTED)
    if request.get("ResolverEndpointType", "IPV4") != "IPV4":
        raise unsupported_operation("Resolver endpoints of other types than IPV4 are not supported.")
    if request.get("Protocols", ["Do53"]) != ["Do53"]:
        raise unsupported_operation("Resolver endpoints speak no other protocol than Do53.")


def _groups(call: Call, vpc_id: str, group_ids: Sequence[str]) -> tuple[str, ...]:
    if not group_ids:
        raise invalid_parameter("The request must name at least one security group.")
    for group_id in group_ids:
        group = call.tx.owned(SecurityGroup, call.scope, group_id)
        if group is None or group.vpc_id != vpc_id:
            raise not_found(f"The security group '{group_id}' does not exist in the VPC {vpc_id}.")
    return tuple(dict.fromkeys(group_ids))


def _tags(tags: Sequence[route53resolver.Tag]) -> tuple[Tag, ...]:
    return merge_tags((), (Tag(tag["Key"], tag["Value"]) for tag in tags))
