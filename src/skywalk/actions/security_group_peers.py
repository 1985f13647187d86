"""The groups that rules name as their peers: of the same VPC, or of one across a peering connection.

A rule outlives the group and the connection that it names on the other side, and is stale then.
Source: API Reference, UserIdGroupPair; VPC Peering Guide, "Update your security groups to reference peer security
groups"; texts from answers quoted in public reports. Unconfirmed: what is refused where the request's VPC or peering
connection is not the group's, and the status that is shown for a connection that has faded away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.actions.default_vpcs import default_vpc
from skywalk.actions.existing import SECURITY_GROUP
from skywalk.actions.vpc_peering_connections import existing_peering
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A group as a rule names it; `peering_connection_id` is set where it is another VPC's."""

    group_id: str
    owner_id: str
    peering_connection_id: str | None = None


def find_peer_group(call: Call, group: SecurityGroup, pair: ec2.UserIdGroupPair) -> PeerGroup:
    """The group that a new rule of `group` is to name. Raises InvalidGroup.NotFound."""
    if "GroupId" not in pair and "GroupName" in pair:
        found = group_by_name(call, pair["GroupName"])
    else:
        SECURITY_GROUP.ids.check(pair.get("GroupId", ""))
        found = _visible_group(call, group, pair["GroupId"], pair.get("UserId", call.caller.account_id))
    if found.vpc_id == group.vpc_id and "VpcPeeringConnectionId" not in pair:
        return PeerGroup(found.id, found.scope.account_id)
    peering = _peering_to(call, group, found, pair)
    return PeerGroup(found.id, found.scope.account_id, peering.id)


def _visible_group(call: Call, group: SecurityGroup, group_id: str, owner_id: str) -> SecurityGroup:
    """Another account's group is only there for who has a peering connection with its VPC, and names its account."""
    found = call.tx.get(SecurityGroup, group_id)
    if found is None or found.scope.account_id != owner_id or found.scope.region != call.region:
        raise SECURITY_GROUP.ids.not_found(group_id)
    if owner_id != call.caller.account_id and not _active_peerings(call, group.vpc_id, found.vpc_id):
        raise SECURITY_GROUP.ids.not_found(group_id)
    return found


def _peering_to(
    call: Call, group: SecurityGroup, found: SecurityGroup, pair: ec2.UserIdGroupPair
) -> VpcPeeringConnection:
    peerings = _active_peerings(call, group.vpc_id, found.vpc_id)
    if "VpcPeeringConnectionId" in pair:
        asked = existing_peering(call, pair["VpcPeeringConnectionId"])
        peerings = [peering for peering in peerings if peering.id == asked.id]
    if not peerings or pair.get("VpcId", found.vpc_id) != found.vpc_id:
        raise AwsError("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
    return peerings[0]


def _active_peerings(call: Call, vpc_id: str, peer_id: str) -> list[VpcPeeringConnection]:
    peerings = call.tx.referring(VpcPeeringConnection, vpc_id)
    return [one for one in peerings if one.is_active and one.peer_of(vpc_id) == peer_id]


def named_group_id(call: Call, pair: ec2.UserIdGroupPair) -> str:
    """The id of the group that a present rule names: it need not exist any more."""
    if "GroupId" not in pair and "GroupName" in pair:
        return group_by_name(call, pair["GroupName"]).id
    SECURITY_GROUP.ids.check(pair.get("GroupId", ""))
    return pair["GroupId"]


def group_by_name(call: Call, name: str) -> SecurityGroup:
    """A name means a group of the default VPC. Raises VPCIdNotSpecified, InvalidGroup.NotFound."""
    vpc = default_vpc(call)
    if vpc is None:
        raise AwsError(
            "VPCIdNotSpecified",
            "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
        )
    for group in call.tx.of_vpc(SecurityGroup, vpc.id):
        if group.name == name:
            return group
    raise AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist in default VPC '{vpc.id}'")


def peering_of_rule(sight: Sight, rule: SecurityGroupRule) -> VpcPeeringConnection | None:
    """The connection across which a rule names its group, as it is now; None where there is none, or none any more."""
    if rule.peering_connection_id is None:
        return None
    peering = sight.tx.get(VpcPeeringConnection, rule.peering_connection_id)
    return None if peering is None else peering.at(sight.clock.now())


def is_stale(call: Call, rule: SecurityGroupRule) -> bool:
    """Whether a rule names a group across a connection that is not active, or a group that is gone."""
    if rule.referenced_group_id is None or rule.peering_connection_id is None:
        return False
    peering = peering_of_rule(call, rule)
    return peering is None or not peering.is_active or call.tx.get(SecurityGroup, rule.referenced_group_id) is None


def show_peer(sight: Sight, group: SecurityGroup, rule: SecurityGroupRule) -> ec2.UserIdGroupPair:
    """The group that a rule names, with VPC and connection where it is across one."""
    assert rule.referenced_group_id is not None
    owner_id = rule.referenced_owner_id or group.scope.account_id
    shown: ec2.UserIdGroupPair = {"GroupId": rule.referenced_group_id, "UserId": owner_id}
    if rule.peering_connection_id is not None:
        peering = peering_of_rule(sight, rule)
        shown["VpcPeeringConnectionId"] = rule.peering_connection_id
        shown["PeeringStatus"] = (PeeringStatus.DELETED if peering is None else peering.status).value
        if peering is not None:
            shown["VpcId"] = peering.peer_of(group.vpc_id)
    if rule.description is not None:
        shown["Description"] = rule.description
    return shown
