"""Which route table a subnet has, which one an internet gateway has, and which one is the VPC's main table.

Source: API Reference, AssociateRouteTable; VPC User Guide, "Gateway route tables". Unconfirmed: whether the main table,
or one that subnets have, may also be a gateway's (here: it may), and the text for a subnet beside a gateway.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.edge_routes import check_edge_table
from skywalk.actions.existing import ROUTE_TABLE, SUBNET, IdFamily, existing
from skywalk.actions.route_targets import different_networks
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.route_table import RouteTable, RouteTableAssociation
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_IDS = IdFamily("rtbassoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "association ID")


def associate_route_table(call: Call, request: ec2.AssociateRouteTableRequest) -> ec2.AssociateRouteTableResult:
    """A subnet has one table of its own, and so has a gateway."""
    refuse_parameters(request, ["PublicIpv4Pool"])
    if "SubnetId" not in request and "GatewayId" not in request:
        raise AwsError("MissingParameter", "Either 'subnetId' or 'gatewayId' should be provided.")
    if "SubnetId" in request and "GatewayId" in request:
        raise AwsError("InvalidParameterCombination", "Only one of 'subnetId' and 'gatewayId' should be provided.")
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    if "SubnetId" in request:
        holder_id = _subnet_of_network(call, table, request["SubnetId"])
    else:
        holder_id = _gateway_of_network(call, table, request["GatewayId"])
        check_edge_table(call, table)
    if call.tx.referring(RouteTable, holder_id):
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"the specified association for route table {table.id} conflicts with an existing association",
        )
    association = RouteTableAssociation(
        association_id=call.mint("rtbassoc"), subnet_id=request.get("SubnetId"), gateway_id=request.get("GatewayId")
    )
    _add(call, table, association)
    return {"AssociationId": association.association_id, "AssociationState": {"State": "associated"}}


def _subnet_of_network(call: Call, table: RouteTable, subnet_id: str) -> str:
    subnet = existing(call, SUBNET, subnet_id)
    if table.vpc_id != subnet.vpc_id:
        raise different_networks(table, f"subnet {subnet.id}")
    return subnet.id


def _gateway_of_network(call: Call, table: RouteTable, gateway_id: str) -> str:
    gateway = call.tx.owned(InternetGateway, call.scope, gateway_id)
    if gateway is None:
        raise AwsError("InvalidGatewayID.NotFound", f"The gateway ID '{gateway_id}' does not exist")
    if gateway.vpc_id != table.vpc_id:
        raise different_networks(table, f"network gateway {gateway.id}")
    return gateway.id


def disassociate_route_table(call: Call, request: ec2.DisassociateRouteTableRequest) -> None:
    """The subnet then has the main table, and what comes in by the gateway goes where it is addressed to."""
    table, association = _existing_association(call, request["AssociationId"])
    if association.is_main:
        raise invalid_parameter_value(
            f"cannot disassociate the main route table association {association.association_id}"
        )
    _drop(call, table, association)


def replace_route_table_association(
    call: Call, request: ec2.ReplaceRouteTableAssociationRequest
) -> ec2.ReplaceRouteTableAssociationResult:
    """Gives another table to a subnet, to a gateway, or to the VPC's subnets without one of their own; the association
    has a new id."""
    former, association = _existing_association(call, request["AssociationId"])
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    if table.vpc_id != former.vpc_id:
        raise different_networks(table, _holder(former, association))
    if association.gateway_id is not None:
        check_edge_table(call, table)
    _drop(call, former, association)
    table = existing(call, ROUTE_TABLE, table.id)  # it may be the former one, which has just lost the association
    new = replace(association, association_id=call.mint("rtbassoc"))
    _add(call, table, new)
    return {"NewAssociationId": new.association_id, "AssociationState": {"State": "associated"}}


def _holder(table: RouteTable, association: RouteTableAssociation) -> str:
    if association.subnet_id is not None:
        return f"subnet {association.subnet_id}"
    if association.gateway_id is not None:
        return f"network gateway {association.gateway_id}"
    return f"network {table.vpc_id}"


def _existing_association(call: Call, association_id: str) -> tuple[RouteTable, RouteTableAssociation]:
    _IDS.check(association_id)
    for table in call.tx.referring(RouteTable, association_id):
        if table.scope == call.scope:
            return table, next(one for one in table.associations if one.association_id == association_id)
    raise _IDS.not_found(association_id)


def _add(call: Call, table: RouteTable, association: RouteTableAssociation) -> None:
    call.tx.put(replace(table, associations=(*table.associations, association)))


def _drop(call: Call, table: RouteTable, association: RouteTableAssociation) -> None:
    kept = tuple(one for one in table.associations if one != association)
    call.tx.put(replace(table, associations=kept))


def forget_gateway(call: Call, gateway_id: str) -> None:
    """An internet gateway that leaves its VPC has no table there any more."""
    for table in call.tx.referring(RouteTable, gateway_id):
        kept = tuple(one for one in table.associations if one.gateway_id != gateway_id)
        call.tx.put(replace(table, associations=kept))
