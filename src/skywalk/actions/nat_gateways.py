"""CreateNatGateway, DescribeNatGateways, DeleteNatGateway.

A gateway is `pending` until reconciliation has made it. One that can never work is made all the same, as on AWS, and
goes to `failed` with its reason: it has no network interface then. Source: API Reference, NatGateway (the failure codes
and their messages); texts of refusals from answers quoted in public reports. Unconfirmed: the refusals of an
allocation for a private gateway and of a malformed one, and the text for a malformed gateway id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.elastic_addresses import association_of, elastic_public
from skywalk.actions.existing import ELASTIC_ADDRESS, NAT_GATEWAY, SUBNET, IdFamily, existing, named_or_all
from skywalk.actions.idempotency import made_before, remember
from skywalk.actions.managed_interfaces import managed_attachment
from skywalk.actions.new_interfaces import draw_macs
from skywalk.actions.private_addresses import taken_addresses, wanted_address
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.allocate import choose_address
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress
from skywalk.values.errors import (
    invalid_parameter,
    invalid_parameter_value,
    missing_parameter,
    unsupported_operation,
)

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.subnet import Subnet
    from skywalk.resources.views import Sight

_PUBLIC, _PRIVATE = "public", "private"
_UNSUPPORTED = (
    "AvailabilityZoneAddresses",
    "SecondaryAllocationIds",
    "SecondaryPrivateIpAddressCount",
    "SecondaryPrivateIpAddresses",
    "VpcId",
)
_ALLOCATION_IDS = IdFamily("eipalloc", "InvalidElasticIpID.Malformed", "InvalidElasticIpID.NotFound", "elasticIp ID")
"""As this one action calls them."""


def create_nat_gateway(call: Call, request: ec2.CreateNatGatewayRequest) -> ec2.CreateNatGatewayResult:
    """Raises InvalidSubnetID.NotFound, InvalidElasticIpID.NotFound; what is wrong beyond that shows in the gateway's
    state."""
    before = made_before(call, "CreateNatGateway", request)
    if before is not None:
        return _created(existing(call, NAT_GATEWAY, before[0]))
    nat = _new_gateway(call, request)
    call.tx.put(nat)
    remember(call, "CreateNatGateway", request, [nat.id])
    return _created(nat)


def _created(nat: NatGateway) -> ec2.CreateNatGatewayResult:
    result: ec2.CreateNatGatewayResult = {"NatGateway": _show(nat)}
    if nat.client_token:
        result["ClientToken"] = nat.client_token
    return result


def _new_gateway(call: Call, request: ec2.CreateNatGatewayRequest) -> NatGateway:
    """The gateway with its interface, or with the reason why it will fail."""
    _refuse_unsupported(request)
    connectivity_type = _connectivity_type(request)
    if not request.get("SubnetId"):
        raise missing_parameter("SubnetId")
    subnet = existing(call, SUBNET, request["SubnetId"])
    elastic = _elastic_address(call, request) if connectivity_type == _PUBLIC else None
    wished = wanted_address(call, subnet, request.get("PrivateIpAddress"))
    address = wished or choose_address(subnet.network, taken_addresses(call, subnet))
    nat = NatGateway(
        id=call.mint("nat"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), NAT_GATEWAY.resource_type),
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        connectivity_type=connectivity_type,
        state=NatGatewayState.PENDING,
        created_at=call.clock.now(),
        allocation_id=elastic.id if elastic else None,
        client_token=request.get("ClientToken", ""),
    )
    if address is None:
        return _failing(
            nat,
            "InsufficientFreeAddressesInSubnet",
            "Subnet has insufficient free addresses to create this NAT gateway",
        )
    if elastic is not None and not call.tx.of_vpc(InternetGateway, nat.vpc_id):
        return _failing(nat, "Gateway.NotAttached", f"Network {nat.vpc_id} has no Internet gateway attached")
    if elastic is not None and association_of(call, elastic) is not None:
        return _failing(nat, "Resource.AlreadyAssociated", f"Elastic IP address {elastic.id} is already associated")
    return _with_interface(call, nat, subnet, address, elastic)


def _failing(nat: NatGateway, code: str, message: str) -> NatGateway:
    return replace(nat, failure_code=code, failure_message=message)


def _refuse_unsupported(request: ec2.CreateNatGatewayRequest) -> None:
    """Counts of zero and empty lists ask for nothing."""
    refuse_parameters({name: value for name, value in request.items() if value not in (0, [])}, _UNSUPPORTED)
    if request.get("AvailabilityMode", "zonal") != "zonal":
        raise unsupported_operation("Regional NAT gateways are not supported.")


def _connectivity_type(request: ec2.CreateNatGatewayRequest) -> str:
    connectivity_type = request.get("ConnectivityType", _PUBLIC)
    if connectivity_type not in (_PUBLIC, _PRIVATE):
        raise invalid_parameter_value(f"Value ({connectivity_type}) for parameter connectivityType is invalid.")
    if connectivity_type == _PUBLIC and not request.get("AllocationId"):
        raise missing_parameter("AllocationId")
    if connectivity_type == _PRIVATE and request.get("AllocationId"):
        raise invalid_parameter("AllocationId is not supported for NAT gateways of connectivity type private.")
    return connectivity_type


def _elastic_address(call: Call, request: ec2.CreateNatGatewayRequest) -> ElasticAddress:
    allocation_id = request["AllocationId"]
    _ALLOCATION_IDS.check(allocation_id)
    found = call.tx.owned(ELASTIC_ADDRESS.kind, call.scope, allocation_id)
    if found is None:
        raise _ALLOCATION_IDS.not_found(allocation_id)
    return found


def _with_interface(
    call: Call, nat: NatGateway, subnet: Subnet, address: IPv4Address, elastic: ElasticAddress | None
) -> NatGateway:
    """Stores the gateway's interface, which leads the Elastic IP address to it."""
    public = None if elastic is None else elastic_public(call, elastic)
    eni = NetworkInterface(
        id=call.mint("eni"),
        scope=call.scope,
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        availability_zone=subnet.availability_zone,
        mac=draw_macs(call, 1)[0],
        addresses=(PrivateAddress(address=address, public=public),),
        security_group_ids=(),
        description=f"Interface for NAT Gateway {nat.id}",
        interface_type="nat_gateway",
        managed_by=nat.id,
        source_dest_check=False,
        attachment=managed_attachment(call),
    )
    call.tx.put(eni)
    return replace(
        nat,
        network_interface_id=eni.id,
        private_address=address,
        public_address=public.address if public else None,
        association_id=public.association_id if public else None,
    )


def describe_nat_gateways(call: Call, request: ec2.DescribeNatGatewaysRequest) -> ec2.DescribeNatGatewaysResult:
    """Deleted and failed ones are among them for about an hour. Raises NatGatewayNotFound, NatGatewayMalformed."""
    filters = request.get("Filter")
    found = named_or_all(call, NAT_GATEWAY, request.get("NatGatewayIds"), filters, ("subnet-id",))
    found = matching(found, filters, _FILTERS, lambda nat: nat.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeNatGatewaysResult = {"NatGateways": call.views(_view, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[NatGateway]] = {
    "connectivity-type": lambda nat: [nat.connectivity_type],
    "nat-gateway-id": lambda nat: [nat.id],
    "state": lambda nat: [nat.state.value],
    "subnet-id": lambda nat: [nat.subnet_id],
    "vpc-id": lambda nat: [nat.vpc_id],
}


def delete_nat_gateway(call: Call, request: ec2.DeleteNatGatewayRequest) -> ec2.DeleteNatGatewayResult:
    """Its interface and the association of its address end when the machine has taken it away."""
    nat = existing(call, NAT_GATEWAY, request["NatGatewayId"])
    if nat.state is NatGatewayState.DELETED:
        raise NAT_GATEWAY.ids.not_found(nat.id)
    call.tx.put(replace(nat, state=NatGatewayState.DELETING))
    return {"NatGatewayId": nat.id}


def _view(_: Sight, nat: NatGateway) -> ec2.NatGateway:
    return _show(nat)


def _show(nat: NatGateway) -> ec2.NatGateway:
    shown: ec2.NatGateway = {
        "NatGatewayId": nat.id,
        "VpcId": nat.vpc_id,
        "SubnetId": nat.subnet_id,
        "ConnectivityType": nat.connectivity_type,
        "AvailabilityMode": "zonal",
        "State": nat.state.value,
        "CreateTime": nat.created_at,
        "NatGatewayAddresses": [_show_address(nat)],
        "Tags": show_tags(nat.tags),
    }
    if nat.deleted_at is not None:
        shown["DeleteTime"] = nat.deleted_at
    if nat.state is NatGatewayState.FAILED and nat.failure_code is not None:
        shown["FailureCode"] = nat.failure_code
        shown["FailureMessage"] = nat.failure_message or ""
    return shown


_ADDRESS_STATUSES = {
    NatGatewayState.PENDING: "associating",
    NatGatewayState.AVAILABLE: "succeeded",
    NatGatewayState.FAILED: "failed",
    NatGatewayState.DELETING: "disassociating",
}


def _show_address(nat: NatGateway) -> ec2.NatGatewayAddress:
    shown: ec2.NatGatewayAddress = {"IsPrimary": True}
    if nat.state in _ADDRESS_STATUSES:
        shown["Status"] = _ADDRESS_STATUSES[nat.state]
    if nat.allocation_id is not None:
        shown["AllocationId"] = nat.allocation_id
    if nat.association_id is not None:
        shown["AssociationId"] = nat.association_id
    if nat.network_interface_id is not None:
        shown["NetworkInterfaceId"] = nat.network_interface_id
    if nat.private_address is not None:
        shown["PrivateIp"] = str(nat.private_address)
    if nat.public_address is not None:
        shown["PublicIp"] = str(nat.public_address)
    return shown
