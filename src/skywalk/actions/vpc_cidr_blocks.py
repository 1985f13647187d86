"""More IPv4 blocks for a VPC, and fewer.

Source: VPC User Guide, "VPC CIDR blocks"; VPC Peering Guide on blocks of peered VPCs; texts from answers quoted in
public reports. Unconfirmed: the texts for a block that overlaps another of the VPC, of a route or of a peered VPC, and
for one of a VPC that has asked for a peering connection.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import NOT_BLOCKS_OF_IPV4, may_be_a_vpc, may_be_added, parse_ipv4_block
from skywalk.actions.existing import VPC, IdFamily, existing
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.vpc_peering_connections import failed
from skywalk.resources.route_table import LOCAL_ORIGIN, Route, RouteTable, RouteTargetKind
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import CidrAssociation, Vpc
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.addresses import contains
from skywalk.values.errors import AwsError, missing_parameter

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

MAX_BLOCKS = 5
"""Source: Amazon VPC quotas, "IPv4 CIDR blocks per VPC"."""

ASSOCIATION_IDS = IdFamily(
    "vpc-cidr-assoc",
    "InvalidVpcCidrBlockAssociationID.Malformed",
    "InvalidVpcCidrBlockAssociationID.NotFound",
    "vpc CIDR block association ID",
)


def associate_vpc_cidr_block(call: Call, request: ec2.AssociateVpcCidrBlockRequest) -> ec2.AssociateVpcCidrBlockResult:
    """Every route table of the VPC gets a local route for it."""
    refuse_parameters(request, NOT_BLOCKS_OF_IPV4)
    vpc = existing(call, VPC, request["VpcId"])
    if "CidrBlock" not in request:
        raise missing_parameter("cidrBlock")
    network = parse_ipv4_block(request["CidrBlock"], "cidrBlock")
    _check_range(vpc, network)
    _check_routes(call, vpc, network)
    _check_peers(call, vpc, network)
    added = CidrAssociation(association_id=call.mint("vpc-cidr-assoc"), network=network)
    call.tx.put(replace(vpc, cidr_associations=(*vpc.cidr_associations, added)))
    for table in call.tx.of_vpc(RouteTable, vpc.id):
        call.tx.put(replace(table, routes=_with_local(table.routes, network)))
    return {"VpcId": vpc.id, "CidrBlockAssociation": _show(added, "associating")}


def _check_range(vpc: Vpc, network: IPv4Network) -> None:
    if not may_be_a_vpc(network):
        raise _invalid(f"The CIDR '{network}' is invalid.")
    if len(vpc.cidr_associations) >= MAX_BLOCKS:
        raise AwsError(
            "CidrLimitExceeded", f"This network '{vpc.id}' has met its maximum number of allowed CIDRs: {MAX_BLOCKS}"
        )
    if any(network.overlaps(present) for present in vpc.networks):
        raise _invalid(f"The CIDR '{network}' conflicts with another CIDR of the VPC {vpc.id}.")
    if not may_be_added(network, vpc.networks):
        raise _invalid(
            f"The CIDR '{network}' is restricted. Use a CIDR from the same private address range as the current VPC "
            "CIDR, or use a publicly-routable CIDR. For additional restrictions, see "
            "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
        )


def _check_routes(call: Call, vpc: Vpc, network: IPv4Network) -> None:
    """A block must be smaller than what a route of the VPC leads elsewhere."""
    for table in call.tx.of_vpc(RouteTable, vpc.id):
        for route in table.routes:
            if route.destination is not None and contains(network, route.destination):
                raise _invalid(
                    f"The CIDR '{network}' is the same as or larger than the destination {route.destination} of a "
                    f"route in {table.id}."
                )


def _check_peers(call: Call, vpc: Vpc, network: IPv4Network) -> None:
    """Peered VPCs must not overlap; a request of another VPC that would have to fails instead."""
    for present in call.tx.referring(VpcPeeringConnection, vpc.id):
        peering = present.at(call.clock.now())
        peer = call.tx.get(Vpc, peering.peer_of(vpc.id))
        if peering.is_pending and peering.requester_vpc_id == vpc.id:
            raise AwsError(
                "OperationNotPermitted",
                f"A CIDR cannot be associated with {vpc.id} while its request {peering.id} is pending acceptance.",
            )
        if peer is None or not any(network.overlaps(other) for other in peer.networks):
            continue
        if peering.is_linked:
            raise _invalid(f"The CIDR '{network}' conflicts with a CIDR of {peer.id}, peered by {peering.id}.")
        if peering.is_pending:
            call.tx.put(failed(call, peering))


def _with_local(routes: tuple[Route, ...], network: IPv4Network) -> tuple[Route, ...]:
    """Local routes stand before the others."""
    count = sum(route.origin == LOCAL_ORIGIN for route in routes)
    added = Route(destination=network, target_kind=RouteTargetKind.LOCAL, target_id="local", origin=LOCAL_ORIGIN)
    return (*routes[:count], added, *routes[count:])


def disassociate_vpc_cidr_block(
    call: Call, request: ec2.DisassociateVpcCidrBlockRequest
) -> ec2.DisassociateVpcCidrBlockResult:
    vpc, association = _existing_association(call, request["AssociationId"])
    if association == vpc.cidr_associations[0]:
        raise AwsError(
            "OperationNotPermitted",
            f"The vpc CIDR block with association ID {association.association_id} may not be disassociated. "
            "It is the primary IPv4 CIDR block of the VPC",
        )
    if any(contains(association.network, subnet.network) for subnet in call.tx.of_vpc(Subnet, vpc.id)):
        raise AwsError(
            "InvalidCidrBlock.InUse", f"The vpc {vpc.id} currently has a subnet within CIDR block {association.network}"
        )
    kept = tuple(one for one in vpc.cidr_associations if one != association)
    call.tx.put(replace(vpc, cidr_associations=kept))
    for table in call.tx.of_vpc(RouteTable, vpc.id):
        routes = tuple(route for route in table.routes if route.destination != association.network)
        call.tx.put(replace(table, routes=routes))
    return {"VpcId": vpc.id, "CidrBlockAssociation": _show(association, "disassociating")}


def _existing_association(call: Call, association_id: str) -> tuple[Vpc, CidrAssociation]:
    ASSOCIATION_IDS.check(association_id)
    for vpc in call.tx.referring(Vpc, association_id):
        if vpc.scope == call.scope:
            return vpc, next(one for one in vpc.cidr_associations if one.association_id == association_id)
    raise ASSOCIATION_IDS.not_found(association_id)


def _show(association: CidrAssociation, state: str) -> ec2.VpcCidrBlockAssociation:
    return {
        "AssociationId": association.association_id,
        "CidrBlock": str(association.network),
        "CidrBlockState": {"State": state},
    }


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidVpc.Range", text)
