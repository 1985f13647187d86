"""VPC peering connections as answers show them, and their filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, shown_at
from skywalk.actions.tag_specifications import show_tags
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.values.scope import Scope


@dataclass(frozen=True, slots=True)
class PeeringView:
    """A peering connection as one of its sides sees it."""

    shown: ec2.VpcPeeringConnection
    tags: tuple[Tag, ...]


def view_peering(call: Call, peering: VpcPeeringConnection) -> PeeringView:
    return PeeringView(show_peering(call, peering), peering.tags_of(call.scope))


def show_peering(call: Call, peering: VpcPeeringConnection) -> ec2.VpcPeeringConnection:
    """What the accepter has is shown from the acceptance on; both see the same but for the tags."""
    shown: ec2.VpcPeeringConnection = {
        "VpcPeeringConnectionId": peering.id,
        "RequesterVpcInfo": _requester_info(call, peering),
        "AccepterVpcInfo": _accepter_info(call, peering),
        "Status": {"Code": peering.status.value, "Message": peering.status_message},
        "Tags": show_tags(peering.tags_of(call.scope)),
    }
    if peering.expires_at is not None:
        shown["ExpirationTime"] = peering.expires_at
    return shown


def _requester_info(call: Call, peering: VpcPeeringConnection) -> ec2.VpcPeeringConnectionVpcInfo:
    info = _side(peering.scope, peering.requester_vpc_id)
    _add_networks(info, call.tx.get(Vpc, peering.requester_vpc_id))
    info["PeeringOptions"] = show_options(peering.requester_resolves)
    return info


def _accepter_info(call: Call, peering: VpcPeeringConnection) -> ec2.VpcPeeringConnectionVpcInfo:
    info = _side(peering.accepter_scope, peering.accepter_vpc_id)
    if peering.is_linked or peering.status is PeeringStatus.DELETING:
        _add_networks(info, call.tx.get(Vpc, peering.accepter_vpc_id))
        info["PeeringOptions"] = show_options(peering.accepter_resolves)
    return info


def _side(scope: Scope, vpc_id: str) -> ec2.VpcPeeringConnectionVpcInfo:
    return {"OwnerId": scope.account_id, "VpcId": vpc_id, "Region": scope.region}


def _add_networks(info: ec2.VpcPeeringConnectionVpcInfo, vpc: Vpc | None) -> None:
    if vpc is not None:
        info["CidrBlock"] = str(vpc.networks[0])
        info["CidrBlockSet"] = [{"CidrBlock": str(network)} for network in vpc.networks]


def show_options(resolves: bool) -> ec2.VpcPeeringConnectionOptionsDescription:
    """ClassicLink is no more."""
    return {
        "AllowDnsResolutionFromRemoteVpc": resolves,
        "AllowEgressFromLocalClassicLinkToRemoteVpc": False,
        "AllowEgressFromLocalVpcToRemoteClassicLink": False,
    }


def _of(*path: str) -> FilterValues[PeeringView]:
    read = shown_at(*path)
    return lambda view: read(view.shown)


FILTERS: Mapping[str, FilterValues[PeeringView]] = {
    "accepter-vpc-info.cidr-block": _of("AccepterVpcInfo", "CidrBlockSet", "CidrBlock"),
    "accepter-vpc-info.owner-id": _of("AccepterVpcInfo", "OwnerId"),
    "accepter-vpc-info.vpc-id": _of("AccepterVpcInfo", "VpcId"),
    "expiration-time": _of("ExpirationTime"),
    "requester-vpc-info.cidr-block": _of("RequesterVpcInfo", "CidrBlockSet", "CidrBlock"),
    "requester-vpc-info.owner-id": _of("RequesterVpcInfo", "OwnerId"),
    "requester-vpc-info.vpc-id": _of("RequesterVpcInfo", "VpcId"),
    "status-code": _of("Status", "Code"),
    "status-message": _of("Status", "Message"),
    "vpc-peering-connection-id": _of("VpcPeeringConnectionId"),
}
