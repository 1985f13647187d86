from __future__ import annotations

import pytest

from skywalk.actions.security_group_references import (
    describe_security_group_references,
    describe_stale_security_groups,
    get_security_groups_for_vpc,
)
from skywalk.actions.security_group_rules import (
    authorize_security_group_egress,
    authorize_security_group_ingress,
    revoke_security_group_ingress,
)
from skywalk.actions.security_groups import create_security_group, delete_security_group
from skywalk.resources.vpc_peering_connection import PeeringStatus
from support.peered_groups import PeeredGroups, new_group, peered_groups
from support.placed_targets import set_peering_status
from support.region import OTHER_ACCOUNT, OWNER


@pytest.fixture
def pair() -> PeeredGroups:
    return peered_groups()


def test_references_are_known_to_who_owns_the_group(pair: PeeredGroups) -> None:
    pair.authorize()
    pair.ours(authorize_security_group_egress, GroupId=pair.our_group, IpPermissions=pair.peer())
    found = pair.theirs(describe_security_group_references, GroupId=[pair.their_group])
    assert found == {
        "SecurityGroupReferenceSet": [
            {
                "GroupId": pair.their_group,
                "ReferencingVpcId": pair.our_vpc,
                "VpcPeeringConnectionId": pair.peering_id,
            }
        ]
    }
    own = pair.ours(describe_security_group_references, GroupId=[pair.our_group])
    assert own == {"SecurityGroupReferenceSet": []}
    assert pair.ours.refusal(describe_security_group_references, GroupId=[pair.their_group])[0] == (
        "InvalidGroup.NotFound"
    )


def test_rules_are_stale_when_the_connection_is_over(pair: PeeredGroups) -> None:
    pair.authorize()
    assert pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc) == {"StaleSecurityGroupSet": []}
    set_peering_status(pair.region, pair.peering_id, PeeringStatus.DELETED)
    [stale] = pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc)["StaleSecurityGroupSet"]
    assert pair.shown()["PeeringStatus"] == "deleted"
    assert stale == {
        "GroupId": pair.our_group,
        "GroupName": "web",
        "Description": "web",
        "VpcId": pair.our_vpc,
        "StaleIpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [],
                "PrefixListIds": [],
                "UserIdGroupPairs": [pair.shown()],
            }
        ],
        "StaleIpPermissionsEgress": [],
    }
    assert pair.theirs(describe_security_group_references, GroupId=[pair.their_group]) == {
        "SecurityGroupReferenceSet": []
    }
    pair.ours(revoke_security_group_ingress, GroupId=pair.our_group, IpPermissions=pair.peer())
    assert pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc) == {"StaleSecurityGroupSet": []}


def test_a_rule_across_a_connection_does_not_hold_the_group_it_names(pair: PeeredGroups) -> None:
    pair.authorize()
    pair.theirs(delete_security_group, GroupId=pair.their_group)
    [stale] = pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc)["StaleSecurityGroupSet"]
    assert stale["StaleIpPermissions"][0]["UserIdGroupPairs"] == [pair.shown()]
    pair.ours(revoke_security_group_ingress, GroupId=pair.our_group, IpPermissions=pair.peer())


def test_the_groups_of_a_vpc(pair: PeeredGroups) -> None:
    tags = [{"Key": "Name", "Value": "db"}]
    made = pair.ours(
        create_security_group,
        VpcId=pair.our_vpc,
        GroupName="db",
        Description="databases",
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )["GroupId"]
    named = [{"Name": "tag:Name", "Values": ["db"]}]
    assert pair.ours(get_security_groups_for_vpc, VpcId=pair.our_vpc, Filters=named) == {
        "SecurityGroupForVpcs": [
            {
                "GroupId": made,
                "GroupName": "db",
                "Description": "databases",
                "OwnerId": OWNER,
                "PrimaryVpcId": pair.our_vpc,
                "Tags": tags,
            }
        ]
    }
    found = pair.ours(get_security_groups_for_vpc, VpcId=pair.our_vpc)["SecurityGroupForVpcs"]
    assert [group["GroupName"] for group in found] == ["default", "web", "db"]
    assert pair.theirs.refusal(get_security_groups_for_vpc, VpcId=pair.our_vpc)[0] == "InvalidVpcID.NotFound"
    assert pair.theirs.refusal(describe_stale_security_groups, VpcId=pair.our_vpc)[0] == "InvalidVpcID.NotFound"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("description", "databases", ["db"]),
        ("group-id", "sg-*", ["default", "web", "db"]),
        ("group-name", "w*", ["web"]),
        ("owner-id", OTHER_ACCOUNT, []),
        ("primary-vpc-id", "vpc-*", ["default", "web", "db"]),
    ],
)
def test_filters_of_the_groups_of_a_vpc(pair: PeeredGroups, name: str, value: str, found: list[str]) -> None:
    pair.ours(create_security_group, VpcId=pair.our_vpc, GroupName="db", Description="databases")
    filters = [{"Name": name, "Values": [value]}]
    shown = pair.ours(get_security_groups_for_vpc, VpcId=pair.our_vpc, Filters=filters)["SecurityGroupForVpcs"]
    assert [group["GroupName"] for group in shown] == found


def test_pages_of_stale_groups(pair: PeeredGroups) -> None:
    groups = [new_group(pair.ours, pair.our_vpc, f"g{number}") for number in range(6)]
    for group_id in groups:
        pair.ours(authorize_security_group_ingress, GroupId=group_id, IpPermissions=pair.peer())
    set_peering_status(pair.region, pair.peering_id, PeeringStatus.DELETED)
    first = pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc, MaxResults=5)
    second = pair.ours(describe_stale_security_groups, VpcId=pair.our_vpc, MaxResults=5, NextToken=first["NextToken"])
    found = [*first["StaleSecurityGroupSet"], *second["StaleSecurityGroupSet"]]
    assert [group["GroupId"] for group in found] == groups
