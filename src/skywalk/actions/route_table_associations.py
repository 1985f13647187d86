"""Which route table a subnet has, and which one is the VPC's main table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.existing import ROUTE_TABLE, SUBNET, IdFamily, existing
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.route_table import RouteTable, RouteTableAssociation
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_IDS = IdFamily("rtbassoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "association ID")


def associate_route_table(call: Call, request: ec2.AssociateRouteTableRequest) -> ec2.AssociateRouteTableResult:
    """A subnet has one table. Gateways have none: edge associations are not supported."""
    refuse_parameters(request, ["GatewayId", "PublicIpv4Pool"])
    if "SubnetId" not in request:
        raise AwsError("MissingParameter", "Either 'subnetId' or 'gatewayId' should be provided.")
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    subnet = existing(call, SUBNET, request["SubnetId"])
    if table.vpc_id != subnet.vpc_id:
        raise _different_networks(table, f"subnet {subnet.id}")
    tables = call.tx.of_vpc(RouteTable, subnet.vpc_id)
    if any(one.subnet_id == subnet.id for other in tables for one in other.associations):
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"the specified association for route table {table.id} conflicts with an existing association",
        )
    association = _add(call, table, subnet.id)
    return {"AssociationId": association.association_id, "AssociationState": {"State": "associated"}}


def disassociate_route_table(call: Call, request: ec2.DisassociateRouteTableRequest) -> None:
    """The subnet then has the main table."""
    table, association = _existing_association(call, request["AssociationId"])
    if association.subnet_id is None:
        raise invalid_parameter_value(
            f"cannot disassociate the main route table association {association.association_id}"
        )
    _drop(call, table, association)


def replace_route_table_association(
    call: Call, request: ec2.ReplaceRouteTableAssociationRequest
) -> ec2.ReplaceRouteTableAssociationResult:
    """Gives a subnet, or the VPC's subnets without one of their own, another table; the association has a new id."""
    former, association = _existing_association(call, request["AssociationId"])
    table = existing(call, ROUTE_TABLE, request["RouteTableId"])
    if table.vpc_id != former.vpc_id:
        other = f"network {former.vpc_id}" if association.subnet_id is None else f"subnet {association.subnet_id}"
        raise _different_networks(table, other)
    _drop(call, former, association)
    table = existing(call, ROUTE_TABLE, table.id)  # it may be the former one, which has just lost the association
    new = _add(call, table, association.subnet_id)
    return {"NewAssociationId": new.association_id, "AssociationState": {"State": "associated"}}


def _different_networks(table: RouteTable, other: str) -> AwsError:
    return invalid_parameter_value(f"route table {table.id} and {other} belong to different networks")


def _existing_association(call: Call, association_id: str) -> tuple[RouteTable, RouteTableAssociation]:
    _IDS.check(association_id)
    for table in call.tx.of_owner(RouteTable, call.scope):
        for association in table.associations:
            if association.association_id == association_id:
                return table, association
    raise _IDS.not_found(association_id)


def _add(call: Call, table: RouteTable, subnet_id: str | None) -> RouteTableAssociation:
    association = RouteTableAssociation(association_id=call.mint("rtbassoc"), subnet_id=subnet_id)
    call.tx.put(replace(table, associations=(*table.associations, association)))
    return association


def _drop(call: Call, table: RouteTable, association: RouteTableAssociation) -> None:
    kept = tuple(one for one in table.associations if one != association)
    call.tx.put(replace(table, associations=kept))
