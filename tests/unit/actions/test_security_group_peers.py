from __future__ import annotations

import pytest

from skywalk.actions.security_group_references import describe_stale_security_groups
from skywalk.actions.security_group_rules import (
    authorize_security_group_egress,
    authorize_security_group_ingress,
    describe_security_group_rules,
)
from skywalk.actions.security_groups import describe_security_groups
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus
from support.peered_groups import PeeredGroups, new_group, peered_groups
from support.placed_targets import place_peering, set_peering_status
from support.region import OTHER_ACCOUNT, OWNER

OTHER_NETWORKS = ("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")


@pytest.fixture
def pair() -> PeeredGroups:
    return peered_groups()


def test_a_group_of_another_account_across_a_peering_connection(pair: PeeredGroups) -> None:
    pair.authorize()
    assert pair.shown() == {
        "GroupId": pair.their_group,
        "UserId": OTHER_ACCOUNT,
        "VpcId": pair.their_vpc,
        "VpcPeeringConnectionId": pair.peering_id,
        "PeeringStatus": "active",
    }
    of_group = [{"Name": "group-id", "Values": [pair.our_group]}]
    rules = pair.ours(describe_security_group_rules, Filters=of_group)["SecurityGroupRules"]
    [info] = [rule["ReferencedGroupInfo"] for rule in rules if "ReferencedGroupInfo" in rule]
    assert info == pair.shown()
    by_owner = [{"Name": "ip-permission.user-id", "Values": [OTHER_ACCOUNT]}]
    [found] = pair.ours(describe_security_groups, Filters=by_owner)["SecurityGroups"]
    assert found["GroupId"] == pair.our_group


def test_all_that_a_request_may_say_of_it(pair: PeeredGroups) -> None:
    pair.authorize(VpcId=pair.their_vpc, VpcPeeringConnectionId=pair.peering_id)
    assert pair.refusal(pair.peer())[0] == "InvalidPermission.Duplicate"
    pair.ours(
        authorize_security_group_egress,
        GroupId=pair.our_group,
        IpPermissions=pair.peer(VpcPeeringConnectionId=pair.peering_id),
    )


def test_a_group_of_our_own_in_a_peered_vpc(pair: PeeredGroups) -> None:
    second = pair.ours(create_vpc, CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    other = new_group(pair.ours, second)
    permissions = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": other}]}]
    assert pair.refusal(permissions) == OTHER_NETWORKS
    peering_id = place_peering(pair.region, second, pair.our_vpc)
    pair.ours(authorize_security_group_ingress, GroupId=pair.our_group, IpPermissions=permissions)
    assert pair.shown()["VpcPeeringConnectionId"] == peering_id
    assert pair.shown()["UserId"] == OWNER


def test_what_is_refused(pair: PeeredGroups) -> None:
    unknown = ("InvalidGroup.NotFound", f"The security group '{pair.their_group}' does not exist")
    without_owner = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": pair.their_group}]}]
    assert pair.refusal(without_owner) == unknown
    assert pair.refusal(pair.peer(UserId=OWNER)) == unknown
    assert pair.refusal(pair.peer(VpcId=pair.our_vpc)) == OTHER_NETWORKS
    second = pair.ours(create_vpc, CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    elsewhere = place_peering(pair.region, pair.our_vpc, second)
    assert pair.refusal(pair.peer(VpcPeeringConnectionId=elsewhere)) == OTHER_NETWORKS
    nowhere = "pcx-00000000000000000"
    assert pair.refusal(pair.peer(VpcPeeringConnectionId=nowhere)) == (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{nowhere}' does not exist",
    )
    set_peering_status(pair.region, pair.peering_id, PeeringStatus.PENDING_ACCEPTANCE)
    assert pair.refusal(pair.peer()) == unknown


def test_a_connection_that_faded_away_is_shown_as_deleted(pair: PeeredGroups) -> None:
    pair.authorize()
    with pair.region.store.transaction() as tx:
        tx.remove(pair.peering_id)
    assert pair.shown() == {
        "GroupId": pair.their_group,
        "UserId": OTHER_ACCOUNT,
        "VpcPeeringConnectionId": pair.peering_id,
        "PeeringStatus": "deleted",
    }
    assert len(pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc)["StaleSecurityGroupSet"]) == 1
