"""What requests name by the ids of associations and the names of groups, in a region that has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import allocate_address
from skywalk.actions.default_vpcs import create_default_vpc
from skywalk.actions.iam_instance_profile_associations import associate_iam_instance_profile
from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.key_pairs import create_key_pair
from skywalk.actions.network_acls import describe_network_acls
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.security_groups import create_security_group, describe_security_groups
from skywalk.actions.subnets import describe_subnets
from skywalk.actions.tags import create_tags
from skywalk.actions.vpc_peering_connections import create_vpc_peering_connection
from skywalk.actions.vpcs import create_vpc, describe_vpcs
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.values.scope import Scope
from support.api_door import MAY, Door
from support.identities import Identities, allow, deny
from support.region import OTHER_ACCOUNT, OWNER
from support.world import World


@dataclass
class Bank:
    """A VPC with a subnet, a table of its own for it, and an instance."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.world.vpc("bank")
        self.world.subnet("private", "bank")
        self.world.table("documents", "bank", "private")
        self.world.instance("teller", "private")

    @property
    def ec2(self) -> Any:
        return self.world.ec2

    def id(self, name: str) -> str:
        return self.world.ids[name]

    def asked(self, action: str, account_id: str = OWNER, **request: Any) -> list[str]:
        lookup = Ec2Lookup(self.world.region.store, Scope(account_id, "us-east-1"))
        checks = ec2_checks(action, request, "us-east-1", account_id, lookup)
        return [check.resource.rpartition(f"{account_id}:")[2] for check in checks]


@pytest.fixture
def bank() -> Bank:
    return Bank()


def only(items: list[Any], holds: Callable[[Any], bool] = lambda _: True) -> Any:
    (found,) = [one for one in items if holds(one)]
    return found


def test_the_association_of_a_route_table(bank: Bank) -> None:
    tables = bank.ec2(describe_route_tables, RouteTableIds=[bank.id("documents")])["RouteTables"]
    association = only(tables[0]["Associations"])["RouteTableAssociationId"]
    expected = [f"route-table/{bank.id('documents')}", f"subnet/{bank.id('private')}"]
    assert bank.asked("DisassociateRouteTable", AssociationId=association) == expected
    assert bank.asked("DisassociateRouteTable", OTHER_ACCOUNT, AssociationId=association) == ["*"]
    assert bank.asked("DisassociateRouteTable", AssociationId="rtbassoc-0123") == ["*"]


def test_the_association_of_a_gateway_s_route_table(bank: Bank) -> None:
    gateway = bank.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    bank.ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=bank.id("bank"))
    tables = [bank.ec2(create_route_table, VpcId=bank.id("bank"))["RouteTable"]["RouteTableId"] for _ in "ab"]
    association = bank.ec2(associate_route_table, RouteTableId=tables[0], GatewayId=gateway)["AssociationId"]
    joined = [f"route-table/{tables[0]}", f"internet-gateway/{gateway}"]
    assert bank.asked("DisassociateRouteTable", AssociationId=association) == joined
    moved = bank.asked("ReplaceRouteTableAssociation", AssociationId=association, RouteTableId=tables[1])
    assert moved == [*joined, f"route-table/{tables[1]}"]


def test_the_association_of_a_network_acl(bank: Bank) -> None:
    acls = bank.ec2(describe_network_acls)["NetworkAcls"]
    listed = [one for acl in acls for one in acl["Associations"] if one["SubnetId"] == bank.id("private")]
    association = only(listed)
    request = {"AssociationId": association["NetworkAclAssociationId"], "NetworkAclId": "acl-1"}
    assert bank.asked("ReplaceNetworkAclAssociation", **request) == [
        f"network-acl/{association['NetworkAclId']}",
        f"subnet/{bank.id('private')}",
        "network-acl/acl-1",
    ]


def test_an_attachment_and_an_address(bank: Bank) -> None:
    eni = only(bank.ec2(describe_network_interfaces)["NetworkInterfaces"])
    attachment, eni_id = eni["Attachment"]["AttachmentId"], eni["NetworkInterfaceId"]
    both = [f"network-interface/{eni_id}", f"instance/{bank.id('teller')}"]
    assert bank.asked("DetachNetworkInterface", AttachmentId=attachment) == both
    gateway = bank.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    bank.ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=bank.id("bank"))
    address = bank.ec2(allocate_address, Domain="vpc")["AllocationId"]
    association = bank.ec2(associate_address, AllocationId=address, NetworkInterfaceId=eni_id)["AssociationId"]
    expected = [f"network-interface/{eni_id}", f"elastic-ip/{address}"]
    assert bank.asked("DisassociateAddress", AssociationId=association) == expected


def test_a_block_of_a_vpc_and_a_profile_of_an_instance(bank: Bank) -> None:
    vpc = only(bank.ec2(describe_vpcs, VpcIds=[bank.id("bank")])["Vpcs"])
    block = only(vpc["CidrBlockAssociationSet"])["AssociationId"]
    assert bank.asked("DisassociateVpcCidrBlock", AssociationId=block) == [f"vpc/{bank.id('bank')}"]
    root = bank.world.region.client()
    Identities(root).role("web")
    root(create_instance_profile, InstanceProfileName="web")
    root(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")
    profile = {"Name": "web"}
    made = bank.ec2(associate_iam_instance_profile, InstanceId=bank.id("teller"), IamInstanceProfile=profile)
    association = made["IamInstanceProfileAssociation"]["AssociationId"]
    request = {"AssociationId": association, "IamInstanceProfile": profile}
    assert bank.asked("ReplaceIamInstanceProfileAssociation", **request) == [
        f"instance/{bank.id('teller')}",
        "role/web",
    ]


def test_the_vpc_that_is_asked_for_a_peering_connection(bank: Bank) -> None:
    bank.world.vpc("vault", "10.9.0.0/16")
    request = {"VpcId": bank.id("bank"), "PeerVpcId": bank.id("vault")}
    made = bank.ec2(create_vpc_peering_connection, **request)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    assert bank.asked("AcceptVpcPeeringConnection", VpcPeeringConnectionId=made) == [
        f"vpc-peering-connection/{made}",
        f"vpc/{bank.id('vault')}",
    ]


def test_key_pairs_are_asked_about_by_name(bank: Bank) -> None:
    tags = [{"ResourceType": "key-pair", "Tags": [{"Key": "Team", "Value": "bank"}]}]
    made = bank.ec2(create_key_pair, KeyName="mine", TagSpecifications=tags)["KeyPairId"]
    assert bank.asked("DeleteKeyPair", KeyPairId=made) == ["key-pair/mine"]
    assert bank.asked("DeleteKeyPair", KeyName="mine") == ["key-pair/mine"]
    lookup = Ec2Lookup(bank.world.region.store, Scope(OWNER, "us-east-1"))
    assert lookup.tag_keys("key-pair", "mine")["aws:resourcetag/team"] == "bank"


def test_tags_are_keys_under_two_names(bank: Bank) -> None:
    bank.ec2(create_tags, Resources=[bank.id("teller")], Tags=[{"Key": "Team", "Value": "bank"}])
    lookup = Ec2Lookup(bank.world.region.store, Scope(OWNER, "us-east-1"))
    assert (
        dict(lookup.tag_keys("instance", bank.id("teller"))).items()
        >= {
            "aws:resourcetag/team": "bank",
            "ec2:resourcetag/team": "bank",
        }.items()
    )
    elsewhere = Ec2Lookup(bank.world.region.store, Scope(OTHER_ACCOUNT, "us-east-1"))
    assert elsewhere.tag_keys("instance", bank.id("teller")) == {}


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("RunInstances", {"SecurityGroups": ["bank"]}),
        ("DeleteSecurityGroup", {"GroupName": "bank"}),
        ("AuthorizeSecurityGroupIngress", {"GroupName": "bank"}),
        ("AuthorizeSecurityGroupEgress", {"GroupName": "bank"}),
        ("RevokeSecurityGroupIngress", {"GroupName": "bank"}),
        ("UpdateSecurityGroupRuleDescriptionsIngress", {"GroupName": "bank"}),
    ],
)
def test_a_group_s_name_leads_to_its_policies(action: str, named: dict[str, Any]) -> None:
    door = Door()
    door.root(create_default_vpc)
    group_id = door.root(create_security_group, GroupName="bank", Description="of the bank")["GroupId"]
    group = f"arn:aws:ec2:us-east-1:{OWNER}:security-group/{group_id}"
    ana = door.user(allow("ec2:*"), deny(f"ec2:{action}", resource=group))
    sentence = f"is not authorized to perform: ec2:{action} on resource: {group} with an explicit deny"
    assert sentence in str(door.asks(ana, f"ec2:{action}", **named))
    others = {member: ["default"] if isinstance(value, list) else "default" for member, value in named.items()}
    assert door.asks(ana, f"ec2:{action}", **others) is MAY


def test_a_name_means_a_group_of_the_default_vpc_alone() -> None:
    door = Door()
    vpc = door.root(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    door.root(create_security_group, GroupName="bank", Description="of the bank", VpcId=vpc)
    ana = door.user(allow("ec2:DeleteSecurityGroup", resource=f"arn:aws:ec2:us-east-1:{OWNER}:security-group/sg-*"))
    assert "security-group/* because" in str(door.asks(ana, "ec2:DeleteSecurityGroup", GroupName="bank"))
    door.root(create_default_vpc)
    assert "security-group/* because" in str(door.asks(ana, "ec2:DeleteSecurityGroup", GroupName="bank"))
    door.root(create_security_group, GroupName="bank", Description="of the bank")
    assert door.asks(ana, "ec2:DeleteSecurityGroup", GroupName="bank") is MAY
    creates = door.iam.user("creator", allow("ec2:CreateSecurityGroup"))
    assert door.asks(creates, "ec2:CreateSecurityGroup", GroupName="bank", Description="again") is MAY


def launched(bank: Bank, **request: Any) -> list[str]:
    """What a launch is asked about besides what it makes."""
    asked = bank.asked("RunInstances", ImageId="ami-1", MinCount=1, MaxCount=1, **request)
    return [one for one in asked if not one.endswith("/*") and "image/" not in one]


def test_a_launch_is_asked_about_the_defaults_that_it_uses(bank: Bank) -> None:
    assert launched(bank) == [], "there is no default VPC"
    assert "subnet/*" in bank.asked("RunInstances", ImageId="ami-1")
    vpc_id = bank.ec2(create_default_vpc)["Vpc"]["VpcId"]
    subnets = bank.ec2(describe_subnets, Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Subnets"]
    first, second = sorted(subnets, key=lambda one: one["AvailabilityZone"])[:2]
    [group] = bank.ec2(describe_security_groups, Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["SecurityGroups"]
    default = f"security-group/{group['GroupId']}"
    assert launched(bank) == [f"subnet/{first['SubnetId']}", default]
    by_name = {"AvailabilityZone": second["AvailabilityZone"]}
    by_id = {"AvailabilityZoneId": second["AvailabilityZoneId"]}
    for placement in (by_name, by_id):
        assert launched(bank, Placement=placement) == [f"subnet/{second['SubnetId']}", default]
    assert "subnet/*" in bank.asked("RunInstances", ImageId="ami-1", Placement={"AvailabilityZone": "us-east-1z"})
    nested = [{"DeviceIndex": 0}, {"DeviceIndex": 1, "Groups": ["sg-1"]}]
    assert launched(bank, NetworkInterfaces=nested) == ["security-group/sg-1", f"subnet/{first['SubnetId']}", default]
    assert bank.asked("CreateSecurityGroup", GroupName="bank") == [f"vpc/{vpc_id}", "security-group/*"]


def test_a_launch_in_a_subnet_is_asked_about_the_default_group_of_its_vpc(bank: Bank) -> None:
    groups = bank.ec2(describe_security_groups)["SecurityGroups"]
    [default] = [one["GroupId"] for one in groups if one["GroupName"] == "default"]
    subnet = f"subnet/{bank.id('private')}"
    assert launched(bank, SubnetId=bank.id("private")) == [subnet, f"security-group/{default}"]
    assert launched(bank, SubnetId=bank.id("private"), SecurityGroupIds=["sg-1"]) == [subnet, "security-group/sg-1"]
    assert launched(bank, SubnetId="subnet-1") == ["subnet/subnet-1"]


def test_a_launch_is_asked_about_the_parts_of_an_interface_that_it_takes(bank: Bank) -> None:
    [eni] = bank.ec2(describe_network_interfaces)["NetworkInterfaces"]
    groups = [f"security-group/{one['GroupId']}" for one in eni["Groups"]]
    taken = [{"DeviceIndex": 0, "NetworkInterfaceId": eni["NetworkInterfaceId"]}]
    named = f"network-interface/{eni['NetworkInterfaceId']}"
    assert launched(bank, NetworkInterfaces=taken) == [named, f"subnet/{eni['SubnetId']}", *groups]


def test_a_role_is_passed_by_its_tags() -> None:
    door = Door()
    door.iam.role("web", Tags=[{"Key": "Team", "Value": "red"}])
    door.root(create_instance_profile, InstanceProfileName="web")
    door.root(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")
    asked = {"InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"}}
    for number, family in enumerate(("aws", "iam")):
        of_red = {"StringEquals": {f"{family}:ResourceTag/team": "red"}}
        tied = door.iam.user(f"tied-{number}", allow("*"), deny("iam:PassRole", Condition=of_red))
        assert "iam:PassRole" in str(door.asks(tied, "ec2:AssociateIamInstanceProfile", **asked))
        free = door.iam.user(f"free-{number}", allow("ec2:*"), allow("iam:PassRole", Condition=of_red))
        assert door.asks(free, "ec2:AssociateIamInstanceProfile", **asked) is MAY
