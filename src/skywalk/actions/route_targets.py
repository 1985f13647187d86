"""The targets of routes: what a request names, and whether it takes packets now.

An internet gateway, a NAT gateway, a network interface (an instance is its only interface) of the table's VPC, or a
peering connection with it, which may still wait for its acceptance. The other kinds are looked up as AWS would.
Source: API Reference and VPC User Guide, "Route tables"; VPC Peering Guide, "Update your route tables"; texts from
answers quoted in public reports. Unconfirmed: the texts for a second or missing target, for targets of another VPC
other than internet gateways, and for an instance without interfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.existing import INSTANCE, NETWORK_INTERFACE, VPC_ENDPOINT, VPC_PEERING_CONNECTION, existing
from skywalk.actions.interface_limits import check_single_interface
from skywalk.actions.vpc_peering_connections import existing_peering
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.route_table import Route, RouteTable, RouteTargetKind
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from skywalk.values.errors import AwsError, invalid_parameter_value, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.views import Sight


@dataclass(frozen=True, slots=True)
class RouteTarget:
    kind: RouteTargetKind
    target_id: str


_NEVER_THERE: Mapping[str, tuple[str, str]] = {
    "TransitGatewayId": ("InvalidTransitGatewayID.NotFound", "transitGateway ID"),
    "LocalGatewayId": ("InvalidLocalGatewayID.NotFound", "localGateway ID"),
    "CarrierGatewayId": ("InvalidCarrierGatewayID.NotFound", "carrierGateway ID"),
    "EgressOnlyInternetGatewayId": ("InvalidGatewayID.NotFound", "eigw ID"),
}
"""Kinds of which skywalk has none, so that every id is unknown."""

_UNSUPPORTED = ("CoreNetworkArn", "OdbNetworkArn")

_OVER = (PeeringStatus.DELETED, PeeringStatus.REJECTED, PeeringStatus.FAILED, PeeringStatus.EXPIRED)

_RUNNING = (InstanceState.PENDING, InstanceState.RUNNING)


def parse_target(call: Call, table: RouteTable, request: Mapping[str, object]) -> RouteTarget:
    """The one target that the request names, which the table's VPC has."""
    given = given_targets(request)
    if len(given) != 1:
        raise no_single_target(given)
    name, target_id = given[0], str(request[given[0]])
    if name in _NEVER_THERE:
        code, noun = _NEVER_THERE[name]
        raise AwsError(code, f"The {noun} '{target_id}' does not exist")
    if name in _UNSUPPORTED:
        raise unsupported_operation(f"The parameter {name} is not supported.")
    return _PARSERS[name](call, table, target_id)


def given_targets(request: Mapping[str, object]) -> list[str]:
    """The parameters of a request that name targets."""
    return [name for name in (*_PARSERS, *_NEVER_THERE, *_UNSUPPORTED) if name in request]


def not_exactly_one(choice: str, given: list[str]) -> AwsError:
    code = "InvalidParameterCombination" if given else "MissingParameter"
    return AwsError(code, f"The request must contain exactly one of {choice}")


def no_single_target(given: list[str]) -> AwsError:
    choice = "gatewayId, natGatewayId, networkInterfaceId, instanceId, vpcPeeringConnectionId, vpcEndpointId"
    return not_exactly_one(choice, given)


def different_networks(table: RouteTable, other: str) -> AwsError:
    return invalid_parameter_value(f"route table {table.id} and {other} belong to different networks")


def _gateway(call: Call, table: RouteTable, gateway_id: str) -> RouteTarget:
    if call.tx.owned(VPC_ENDPOINT.kind, call.scope, gateway_id) is not None:
        raise _no_route_target(gateway_id)
    gateway = call.tx.owned(InternetGateway, call.scope, gateway_id)
    if gateway is None:
        raise AwsError("InvalidGatewayID.NotFound", f"The gateway ID '{gateway_id}' does not exist")
    if gateway.vpc_id != table.vpc_id:
        raise different_networks(table, f"network gateway {gateway.id}")
    return RouteTarget(RouteTargetKind.GATEWAY, gateway.id)


def _nat_gateway(call: Call, table: RouteTable, nat_gateway_id: str) -> RouteTarget:
    """One that is deleted is shown for a while, and is no target any more."""
    nat = call.tx.owned(NatGateway, call.scope, nat_gateway_id)
    if nat is None or not nat.is_live:
        raise AwsError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_gateway_id}' does not exist")
    if nat.vpc_id != table.vpc_id:
        raise different_networks(table, f"nat gateway {nat.id}")
    return RouteTarget(RouteTargetKind.NAT_GATEWAY, nat.id)


def _network_interface(call: Call, table: RouteTable, network_interface_id: str) -> RouteTarget:
    eni = existing(call, NETWORK_INTERFACE, network_interface_id)
    if eni.vpc_id != table.vpc_id:
        raise different_networks(table, f"interface {eni.id}")
    return RouteTarget(RouteTargetKind.NETWORK_INTERFACE, eni.id)


def _instance(call: Call, table: RouteTable, instance_id: str) -> RouteTarget:
    instance = existing(call, INSTANCE, instance_id)
    interfaces = [eni for eni in call.tx.referring(NetworkInterface, instance.id) if eni.instance_id == instance.id]
    if not interfaces:
        raise AwsError("InvalidInstanceID", f"There are no interfaces attached to instance '{instance.id}'.")
    check_single_interface(instance.id, len(interfaces))
    return _network_interface(call, table, interfaces[0].id)


def _peering(call: Call, table: RouteTable, peering_id: str) -> RouteTarget:
    """Both sides name it, also while it waits for its acceptance."""
    peering = existing_peering(call, peering_id)
    if peering.status in _OVER:
        raise VPC_PEERING_CONNECTION.ids.not_found(peering_id)
    if table.vpc_id not in (peering.requester_vpc_id, peering.accepter_vpc_id):
        raise different_networks(table, f"vpc peering connection {peering.id}")
    return RouteTarget(RouteTargetKind.VPC_PEERING_CONNECTION, peering.id)


def _vpc_endpoint(call: Call, table: RouteTable, vpc_endpoint_id: str) -> RouteTarget:
    """Those of the types that there are carry no routed traffic."""
    del table
    raise _no_route_target(existing(call, VPC_ENDPOINT, vpc_endpoint_id).id)


def _no_route_target(vpc_endpoint_id: str) -> AwsError:
    return AwsError(
        "RouteNotSupported",
        f"Route table contains unsupported route target: {vpc_endpoint_id}. "
        "VPC Endpoints of this type cannot be used as route targets.",
    )


_PARSERS: Mapping[str, Callable[[Call, RouteTable, str], RouteTarget]] = {
    "GatewayId": _gateway,
    "NatGatewayId": _nat_gateway,
    "NetworkInterfaceId": _network_interface,
    "InstanceId": _instance,
    "VpcPeeringConnectionId": _peering,
    "VpcEndpointId": _vpc_endpoint,
}


def takes_packets(sight: Sight, table: RouteTable, route: Route) -> bool:
    """Whether the route is active: a blackhole's target is gone, detached, not running, or not accepted."""
    match route.target_kind:
        case RouteTargetKind.LOCAL:
            return True
        case RouteTargetKind.GATEWAY:
            gateway = sight.tx.get(InternetGateway, route.target_id)
            return gateway is not None and gateway.vpc_id == table.vpc_id
        case RouteTargetKind.NAT_GATEWAY:
            nat = sight.tx.get(NatGateway, route.target_id)
            return nat is not None and nat.is_live
        case RouteTargetKind.NETWORK_INTERFACE:
            return _is_in_service(sight, sight.tx.get(NetworkInterface, route.target_id))
        case RouteTargetKind.VPC_PEERING_CONNECTION:
            peering = sight.tx.get(VpcPeeringConnection, route.target_id)
            return peering is not None and peering.is_active
    return False


def _is_in_service(sight: Sight, eni: NetworkInterface | None) -> bool:
    if eni is not None and eni.managed_by is not None:
        nat = sight.tx.get(NatGateway, eni.managed_by)
        return nat is not None and nat.is_live
    if eni is None or eni.instance_id is None:
        return False
    instance = sight.tx.get(Instance, eni.instance_id)
    return instance is not None and instance.state in _RUNNING
