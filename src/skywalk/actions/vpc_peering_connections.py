"""VPC peering connections: asked for by one side, accepted by the other, seen and ended by both.

Source: API Reference; VPC Peering Guide, "VPC peering connection lifecycle"; texts from answers quoted in public
reports. Unconfirmed: the texts for a VPC with itself, for a second connection of two VPCs, for a region that is none
and for options of the other side; that the accepter cannot delete what it has not accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from skywalk.actions.describe import matching, page
from skywalk.actions.existing import VPC, VPC_PEERING_CONNECTION, existing
from skywalk.actions.tag_specifications import specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.vpc_peering_view import FILTERS, show_options, show_peering, view_peering
from skywalk.resources.regions import REGIONS
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection, peerings_of
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter
from skywalk.values.scope import Scope

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.values.tags import Tag

REQUEST_EXPIRES_AFTER = timedelta(days=7)
"""Source: API Reference, CreateVpcPeeringConnection."""

FAILED_MESSAGE = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
_UNSUPPORTED_OPTIONS = (
    "AllowEgressFromLocalClassicLinkToRemoteVpc",
    "AllowEgressFromLocalVpcToRemoteClassicLink",
    "AllowMultipathResilience",
    "MultipathResilienceMode",
)


def create_vpc_peering_connection(
    call: Call, request: ec2.CreateVpcPeeringConnectionRequest
) -> ec2.CreateVpcPeeringConnectionResult:
    """A request to the owner of the other VPC. One that cannot be delivered, or whose VPCs overlap, is made as well,
    and fails."""
    refuse_parameters(request, ("RequesterPeeringConnectionOptions",))
    vpc = existing(call, VPC, request["VpcId"])
    peer_id, peer_scope = _accepter(call, request)
    _check_pair(call, vpc, peer_id)
    peer = call.tx.owned(Vpc, peer_scope, peer_id)
    peering = VpcPeeringConnection(
        id=call.mint("pcx"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), VPC_PEERING_CONNECTION.resource_type),
        requester_vpc_id=vpc.id,
        accepter_vpc_id=peer_id,
        accepter_scope=peer_scope,
        status=PeeringStatus.PENDING_ACCEPTANCE,
        status_message=f"Pending Acceptance by {peer_scope.account_id}",
        created_at=call.clock.now(),
        expires_at=call.clock.now() + REQUEST_EXPIRES_AFTER,
    )
    call.tx.put(peering if peer is not None and not overlap(vpc, peer) else failed(call, peering))
    initiating = replace(
        peering,
        status=PeeringStatus.INITIATING_REQUEST,
        status_message=f"Initiating Request to {peer_scope.account_id}",
    )
    return {"VpcPeeringConnection": show_peering(call, initiating)}


def _accepter(call: Call, request: ec2.CreateVpcPeeringConnectionRequest) -> tuple[str, Scope]:
    """The VPC that is asked, and who is said to own it. One of the caller's own must be there."""
    if "PeerVpcId" not in request:
        raise missing_parameter("peerVpcId")
    peer_id, region = request["PeerVpcId"], request.get("PeerRegion", call.region)
    VPC.ids.check(peer_id)
    if region not in REGIONS:
        raise invalid_parameter_value(f"Value ({region}) for parameter peerRegion is invalid.")
    scope = Scope(request.get("PeerOwnerId", call.scope.account_id), region)
    if scope == call.scope:
        existing(call, VPC, peer_id)
    return peer_id, scope


def _check_pair(call: Call, vpc: Vpc, peer_id: str) -> None:
    if vpc.id == peer_id:
        raise invalid_parameter_value(f"The VPC {vpc.id} cannot be peered with itself.")
    for other in call.tx.referring(VpcPeeringConnection, vpc.id):
        present = other.at(call.clock.now())
        if present.peer_of(vpc.id) == peer_id and (present.is_pending or present.is_linked):
            raise AwsError(
                "VpcPeeringConnectionAlreadyExists",
                f"A VPC peering connection between {vpc.id} and {peer_id} already exists: {present.id}",
            )


def overlap(vpc: Vpc, peer: Vpc) -> bool:
    return any(network.overlaps(other) for network in vpc.networks for other in peer.networks)


def failed(call: Call, peering: VpcPeeringConnection) -> VpcPeeringConnection:
    """The request as it is when it could not be delivered, or can no longer be accepted."""
    return replace(
        peering,
        status=PeeringStatus.FAILED,
        status_message=FAILED_MESSAGE,
        expires_at=None,
        ended_at=call.clock.now(),
    )


def existing_peering(call: Call, peering_id: str) -> VpcPeeringConnection:
    """What either side sees of a peering connection. Raises the noun's Malformed and NotFound codes."""
    return _all_existing(call, [peering_id])[0]


def _all_existing(call: Call, peering_ids: Iterable[str]) -> list[VpcPeeringConnection]:
    ids = list(dict.fromkeys(peering_ids))
    for peering_id in ids:
        VPC_PEERING_CONNECTION.ids.check(peering_id)
    named = (call.tx.get(VpcPeeringConnection, peering_id) for peering_id in ids)
    found = {one.id: one for one in _seen(call, (one for one in named if one is not None))}
    missing = [peering_id for peering_id in ids if peering_id not in found]
    if missing:
        raise VPC_PEERING_CONNECTION.ids.not_found(*missing)
    return list(found.values())


def seen_peerings(call: Call) -> list[VpcPeeringConnection]:
    """All that the caller sees, as either side."""
    return _seen(call, call.tx.referring(VpcPeeringConnection, peerings_of(call.scope)))


def change_peering_tags(call: Call, peering_id: str, change: Callable[[tuple[Tag, ...]], tuple[Tag, ...]]) -> None:
    """Changes the caller's tags of a peering connection, and not those of the other side."""
    peering = existing_peering(call, peering_id)
    tags = change(peering.tags_of(call.scope))
    is_requester = peering.scope == call.scope
    call.tx.put(replace(peering, tags=tags) if is_requester else replace(peering, accepter_tags=tags))


def _seen(call: Call, peerings: Iterable[VpcPeeringConnection]) -> list[VpcPeeringConnection]:
    now = call.clock.now()
    current = (peering.at(now) for peering in peerings if peering.is_of(call.scope))
    return [peering for peering in current if peering.is_visible_to(call.scope.account_id, now)]


def describe_vpc_peering_connections(
    call: Call, request: ec2.DescribeVpcPeeringConnectionsRequest
) -> ec2.DescribeVpcPeeringConnectionsResult:
    named = request.get("VpcPeeringConnectionIds")
    found = _all_existing(call, named) if named else _that_can_pass(call, request.get("Filters") or ())
    views = [view_peering(call, peering) for peering in found]
    shown, token = page(
        matching(views, request.get("Filters"), FILTERS, lambda view: view.tags),
        request.get("MaxResults"),
        request.get("NextToken"),
    )
    result: ec2.DescribeVpcPeeringConnectionsResult = {"VpcPeeringConnections": [view.shown for view in shown]}
    if token is not None:
        result["NextToken"] = token
    return result


def _that_can_pass(call: Call, filters: Sequence[ec2.Filter]) -> list[VpcPeeringConnection]:
    """At least those that the filters can mean: where one asks for plain ids of VPCs, no others are looked at."""
    for one in filters:
        values = one.get("Values") or []
        is_plain = not any(mark in value for value in values for mark in "*?\\")
        if is_plain and one.get("Name") in ("accepter-vpc-info.vpc-id", "requester-vpc-info.vpc-id"):
            found = (peering for value in values for peering in call.tx.referring(VpcPeeringConnection, value))
            return _seen(call, call.tx.oldest_first(found))
    return seen_peerings(call)


def accept_vpc_peering_connection(
    call: Call, request: ec2.AcceptVpcPeeringConnectionRequest
) -> ec2.AcceptVpcPeeringConnectionResult:
    """Active once packets can pass."""
    peering = existing_peering(call, request["VpcPeeringConnectionId"])
    _check_accepter(call, peering, "accept", "accepted")
    _check_pending(peering, PeeringStatus.PROVISIONING)
    peering = replace(peering, status=PeeringStatus.PROVISIONING, status_message="Provisioning", expires_at=None)
    call.tx.put(peering)
    return {"VpcPeeringConnection": show_peering(call, peering)}


def accepted_vpc_peering_connection(
    call: Call, result: ec2.AcceptVpcPeeringConnectionResult
) -> ec2.AcceptVpcPeeringConnectionResult:
    """AcceptVpcPeeringConnection's answer: as it is by now."""
    peering = call.tx.get(VpcPeeringConnection, result["VpcPeeringConnection"]["VpcPeeringConnectionId"])
    return result if peering is None else {"VpcPeeringConnection": show_peering(call, peering)}


def reject_vpc_peering_connection(
    call: Call, request: ec2.RejectVpcPeeringConnectionRequest
) -> ec2.RejectVpcPeeringConnectionResult:
    peering = existing_peering(call, request["VpcPeeringConnectionId"])
    _check_accepter(call, peering, "reject", "accepted or rejected")
    _check_pending(peering, PeeringStatus.REJECTED)
    call.tx.put(_ended(call, peering, PeeringStatus.REJECTED, "Inactive"))
    return {"Return": True}


def _check_accepter(call: Call, peering: VpcPeeringConnection, verb: str, participle: str) -> None:
    account_id, accepter = call.scope.account_id, peering.accepter_scope
    if accepter.account_id != account_id:
        raise AwsError("OperationNotPermitted", f"User ({account_id}) cannot {verb} peering {peering.id}")
    if accepter.region != call.region:
        raise AwsError(
            "OperationNotPermitted",
            f"Incorrect region ({call.region}) specified for this request. "
            f"VPC peering connection {peering.id} must be {participle} in region {accepter.region}",
        )


def _check_pending(peering: VpcPeeringConnection, wanted: PeeringStatus) -> None:
    if not peering.is_pending:
        raise _invalid_transition(peering, wanted)


def _invalid_transition(peering: VpcPeeringConnection, wanted: PeeringStatus) -> AwsError:
    return AwsError(
        "InvalidStateTransition",
        f"Invalid state transition for {peering.id}, attempted to transition "
        f"from {peering.status.value} to {wanted.value}",
    )


def _ended(call: Call, peering: VpcPeeringConnection, status: PeeringStatus, message: str) -> VpcPeeringConnection:
    return replace(
        peering,
        status=status,
        status_message=message,
        expires_at=None,
        ended_at=call.clock.now(),
        ended_by=call.scope.account_id,
    )


def delete_vpc_peering_connection(
    call: Call, request: ec2.DeleteVpcPeeringConnectionRequest
) -> ec2.DeleteVpcPeeringConnectionResult:
    """By either side; a request that is not accepted by the requester alone. Deleted once no packet passes."""
    peering = existing_peering(call, request["VpcPeeringConnectionId"])
    if peering.is_pending and peering.scope != call.scope:
        raise AwsError("OperationNotPermitted", f"User ({call.scope.account_id}) cannot delete peering {peering.id}")
    if not peering.is_pending and not peering.is_linked:
        raise _invalid_transition(peering, PeeringStatus.DELETING)
    _end(call, peering)
    return {"Return": True}


def end_peerings_of(call: Call, vpc: Vpc) -> None:
    """All that end with a VPC: what is linked, and what it has asked for."""
    for present in call.tx.referring(VpcPeeringConnection, vpc.id):
        peering = present.at(call.clock.now())
        if peering.is_pending or peering.is_linked:
            _end(call, peering)


def _end(call: Call, peering: VpcPeeringConnection) -> None:
    """Deletes one that is pending at once, and a link as soon as the machine has none."""
    if peering.is_linked:
        call.tx.put(_ended(call, peering, PeeringStatus.DELETING, "Deleting"))
    else:
        call.tx.put(_ended(call, peering, PeeringStatus.DELETED, f"Deleted by {call.scope.account_id}"))


def modify_vpc_peering_connection_options(
    call: Call, request: ec2.ModifyVpcPeeringConnectionOptionsRequest
) -> ec2.ModifyVpcPeeringConnectionOptionsResult:
    """Each side has its own options; who has both VPCs in a region may change both."""
    peering = existing_peering(call, request["VpcPeeringConnectionId"])
    if not peering.is_active:
        raise AwsError(
            "OperationNotPermitted",
            f"Peering {peering.id} is not active. Peering options can be added only to active peerings.",
        )
    result: ec2.ModifyVpcPeeringConnectionOptionsResult = {}
    requester = request.get("RequesterPeeringConnectionOptions")
    if requester is not None:
        resolves = _resolves(call, peering, "requester", peering.scope, requester, peering.requester_resolves)
        peering = replace(peering, requester_resolves=resolves)
        result["RequesterPeeringConnectionOptions"] = show_options(resolves)
    accepter = request.get("AccepterPeeringConnectionOptions")
    if accepter is not None:
        resolves = _resolves(call, peering, "accepter", peering.accepter_scope, accepter, peering.accepter_resolves)
        peering = replace(peering, accepter_resolves=resolves)
        result["AccepterPeeringConnectionOptions"] = show_options(resolves)
    if not result:
        raise AwsError("InvalidParameterCombination", "No peering options specified.")
    call.tx.put(peering)
    return result


def _resolves(
    call: Call,
    peering: VpcPeeringConnection,
    side: str,
    owner: Scope,
    options: ec2.PeeringConnectionOptionsRequest,
    former: bool,
) -> bool:
    if owner != call.scope:
        raise AwsError(
            "OperationNotPermitted",
            f"User ({call.scope.account_id}) cannot modify the {side} options of peering {peering.id}",
        )
    refuse_parameters(options, _UNSUPPORTED_OPTIONS)
    return options.get("AllowDnsResolutionFromRemoteVpc", former)
