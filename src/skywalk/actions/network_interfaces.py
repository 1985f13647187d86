"""CreateNetworkInterface, DeleteNetworkInterface, DescribeNetworkInterfaces.

Source: API Reference; texts of refusals from answers quoted in public reports.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.actions.existing import NETWORK_INTERFACE, SUBNET, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.network_interface_filters import INDEXED, network_interface_filters
from skywalk.actions.network_interface_view import show_network_interface
from skywalk.actions.new_interfaces import draw_macs, interface_groups
from skywalk.actions.private_addresses import free_addresses, taken_addresses
from skywalk.actions.tag_specifications import specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.wished_addresses import NOT_ADDRESSES_OF_IPV4, wished_addresses
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.subnet import Subnet

_UNSUPPORTED = (
    "ConnectionTrackingSpecification",
    "EnablePrimaryIpv6",
    *NOT_ADDRESSES_OF_IPV4,
    "Operator",
)


def create_network_interface(
    call: Call, request: ec2.CreateNetworkInterfaceRequest
) -> ec2.CreateNetworkInterfaceResult:
    """Raises InvalidSubnetID.NotFound, InvalidGroup.NotFound, InvalidIPAddress.InUse and the like."""
    before = made_before(call, "CreateNetworkInterface", request)
    if before is not None:
        return _created(call, existing(call, NETWORK_INTERFACE, before[0]), request)
    _refuse_unsupported(request)
    subnet = existing(call, SUBNET, request["SubnetId"])
    eni = NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), NETWORK_INTERFACE.resource_type),
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        availability_zone=subnet.availability_zone,
        mac=draw_macs(call, 1)[0],
        addresses=tuple(PrivateAddress(address=address) for address in _addresses(call, subnet, request)),
        security_group_ids=interface_groups(call, subnet, request.get("Groups")),
        description=request.get("Description", ""),
    )
    call.tx.put(eni)
    remember(call, "CreateNetworkInterface", request, [eni.id])
    return _created(call, eni, request)


def _created(
    call: Call, eni: NetworkInterface, request: ec2.CreateNetworkInterfaceRequest
) -> ec2.CreateNetworkInterfaceResult:
    shown = show_network_interface(call, eni)
    if eni.attachment is None:
        shown = {**shown, "Status": "pending"}
    result: ec2.CreateNetworkInterfaceResult = {"NetworkInterface": shown}
    if request.get("ClientToken"):
        result["ClientToken"] = request["ClientToken"]
    return result


def _refuse_unsupported(request: ec2.CreateNetworkInterfaceRequest) -> None:
    """Counts of zero and empty lists ask for nothing."""
    refuse_parameters({name: value for name, value in request.items() if value not in (0, [])}, _UNSUPPORTED)
    if request.get("InterfaceType", "interface") != "interface":
        raise unsupported_operation("Network interfaces of special types are not supported.")


def _addresses(call: Call, subnet: Subnet, request: ec2.CreateNetworkInterfaceRequest) -> list[IPv4Address]:
    """The primary one first: as wished, the rest the lowest free ones."""
    wished = wished_addresses(subnet, request)
    taken = taken_addresses(call, subnet)
    if any(address in taken for address in wished.named):
        raise AwsError("InvalidIPAddress.InUse", "The specified address is already in use.")
    drawn = free_addresses(call, subnet, wished.drawn_count, wished.named)
    primary = wished.primary or drawn.pop(0)
    return [primary, *wished.secondary, *drawn]


def delete_network_interface(call: Call, request: ec2.DeleteNetworkInterfaceRequest) -> None:
    """An attached one stays, whoever it is attached to. Elastic IP addresses of a deleted one are free again."""
    eni = existing(call, NETWORK_INTERFACE, request["NetworkInterfaceId"])
    if eni.attachment is not None or eni.requester_managed:
        raise invalid_parameter_value(f"Network interface '{eni.id}' is currently in use.")
    call.tx.remove(eni.id)


def describe_network_interfaces(
    call: Call, request: ec2.DescribeNetworkInterfacesRequest
) -> ec2.DescribeNetworkInterfacesResult:
    """Raises InvalidNetworkInterfaceID.NotFound, InvalidNetworkInterfaceId.Malformed."""
    ids, filters, max_results = request.get("NetworkInterfaceIds"), request.get("Filters"), request.get("MaxResults")
    if ids and max_results is not None:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter networkInterfaceIdSet cannot be used with the parameter maxResults",
        )
    interfaces = named_or_all(call, NETWORK_INTERFACE, ids, filters, INDEXED)
    found = matching(interfaces, filters, network_interface_filters(call), tags=lambda eni: eni.tags)
    shown, token = page(found, max_results, request.get("NextToken"))
    result: ec2.DescribeNetworkInterfacesResult = {"NetworkInterfaces": call.views(show_network_interface, shown)}
    if token:
        result["NextToken"] = token
    return result
