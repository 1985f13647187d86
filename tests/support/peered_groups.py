"""A security group, and one of another account in a VPC that is peered with its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skywalk.actions.security_group_rules import authorize_security_group_ingress
from skywalk.actions.security_groups import create_security_group, describe_security_groups
from skywalk.actions.vpcs import create_vpc
from support.placed_targets import place_peering
from support.region import OTHER_ACCOUNT, Client, Region


@dataclass(frozen=True)
class PeeredGroups:
    """A group of ours, and one of another account in a VPC that is peered with ours."""

    region: Region
    ours: Client
    theirs: Client
    our_vpc: str
    their_vpc: str
    our_group: str
    their_group: str
    peering_id: str

    def peer(self, **more: str) -> list[dict[str, Any]]:
        pair = {"GroupId": self.their_group, "UserId": OTHER_ACCOUNT, **more}
        return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [pair]}]

    def authorize(self, **more: str) -> None:
        self.ours(authorize_security_group_ingress, GroupId=self.our_group, IpPermissions=self.peer(**more))

    def refusal(self, permissions: list[dict[str, Any]]) -> tuple[str, str]:
        return self.ours.refusal(authorize_security_group_ingress, GroupId=self.our_group, IpPermissions=permissions)

    def shown(self) -> dict[str, Any]:
        [group] = self.ours(describe_security_groups, GroupIds=[self.our_group])["SecurityGroups"]
        [permission] = group["IpPermissions"]
        [pair] = permission["UserIdGroupPairs"]
        return dict(pair)


def new_group(ec2: Client, vpc_id: str, name: str = "web") -> str:
    return ec2(create_security_group, VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]


def peered_groups() -> PeeredGroups:
    region = Region()
    ours, theirs = region.client(), region.client(OTHER_ACCOUNT)
    our_vpc = ours(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    their_vpc = theirs(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    peering_id = place_peering(region, our_vpc, their_vpc)
    groups = new_group(ours, our_vpc), new_group(theirs, their_vpc)
    return PeeredGroups(region, ours, theirs, our_vpc, their_vpc, *groups, peering_id)
