from __future__ import annotations

import pytest

from skywalk.actions.network_acl_entries import create_network_acl_entry
from skywalk.actions.network_acls import (
    create_network_acl,
    delete_network_acl,
    describe_network_acls,
    replace_network_acl_association,
)
from skywalk.actions.shapes import ec2 as shapes
from skywalk.actions.subnets import create_subnet, delete_subnet
from skywalk.actions.vpcs import create_vpc, delete_vpc
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "acl-00000000000000000"
LAST = [
    {"RuleNumber": 32767, "Egress": egress, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}
    for egress in (True, False)
]


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnet_id(ec2: Client, vpc_id: str) -> str:
    return ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]


def _default(ec2: Client, vpc_id: str) -> shapes.NetworkAcl:
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "default", "Values": ["true"]}]
    [acl] = ec2(describe_network_acls, Filters=filters)["NetworkAcls"]
    return acl


def _of_subnet(ec2: Client, subnet_id: str) -> tuple[str, str]:
    """The subnet's ACL and its association."""
    filters = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    [acl] = ec2(describe_network_acls, Filters=filters)["NetworkAcls"]
    [association] = [one for one in acl["Associations"] if one["SubnetId"] == subnet_id]
    assert association["NetworkAclId"] == acl["NetworkAclId"]
    return acl["NetworkAclId"], association["NetworkAclAssociationId"]


def test_a_new_acl_lets_nothing_through(ec2: Client, vpc_id: str) -> None:
    tags = [{"Key": "Name", "Value": "strict"}]
    specification = [{"ResourceType": "network-acl", "Tags": tags}]
    made = ec2(create_network_acl, VpcId=vpc_id, TagSpecifications=specification)["NetworkAcl"]
    assert made == {
        "NetworkAclId": made["NetworkAclId"],
        "VpcId": vpc_id,
        "OwnerId": OWNER,
        "IsDefault": False,
        "Entries": LAST,
        "Associations": [],
        "Tags": tags,
    }
    assert ec2(describe_network_acls, NetworkAclIds=[made["NetworkAclId"]])["NetworkAcls"] == [made]


def test_the_default_acl_lets_everything_through(ec2: Client, vpc_id: str, subnet_id: str) -> None:
    acl = _default(ec2, vpc_id)
    rules = [(one["Egress"], one["RuleNumber"], one["RuleAction"]) for one in acl["Entries"]]
    assert rules == [(True, 100, "allow"), (True, 32767, "deny"), (False, 100, "allow"), (False, 32767, "deny")]
    assert [one["SubnetId"] for one in acl["Associations"]] == [subnet_id]
    assert ec2.refusal(delete_network_acl, NetworkAclId=acl["NetworkAclId"]) == (
        "InvalidParameterValue",
        f"cannot delete default network ACL {acl['NetworkAclId']}",
    )


def test_a_client_token_makes_one_acl(ec2: Client, vpc_id: str) -> None:
    one = ec2(create_network_acl, VpcId=vpc_id, ClientToken="once")
    assert ec2(create_network_acl, VpcId=vpc_id, ClientToken="once") == one
    assert one["ClientToken"] == "once"
    assert len(ec2(describe_network_acls)["NetworkAcls"]) == 2


def test_a_subnet_changes_its_acl(ec2: Client, vpc_id: str, subnet_id: str) -> None:
    default_id, first = _of_subnet(ec2, subnet_id)
    other = ec2(create_network_acl, VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]
    second = ec2(replace_network_acl_association, AssociationId=first, NetworkAclId=other)["NewAssociationId"]
    assert second != first
    assert _of_subnet(ec2, subnet_id) == (other, second)
    assert ec2.refusal(delete_network_acl, NetworkAclId=other) == (
        "DependencyViolation",
        f"The networkAcl '{other}' has dependencies and cannot be deleted.",
    )
    third = ec2(replace_network_acl_association, AssociationId=second, NetworkAclId=other)["NewAssociationId"]
    assert _of_subnet(ec2, subnet_id) == (other, third)
    assert ec2.refusal(replace_network_acl_association, AssociationId=first, NetworkAclId=other) == (
        "InvalidAssociationID.NotFound",
        f"The association ID '{first}' does not exist",
    )
    ec2(replace_network_acl_association, AssociationId=third, NetworkAclId=default_id)
    ec2(delete_network_acl, NetworkAclId=other)
    assert ec2.refusal(describe_network_acls, NetworkAclIds=[other]) == (
        "InvalidNetworkAclID.NotFound",
        f"The networkAcl ID '{other}' does not exist",
    )


def test_refusals_of_replacing_an_association(ec2: Client, subnet_id: str) -> None:
    _, association_id = _of_subnet(ec2, subnet_id)
    elsewhere = ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2(create_network_acl, VpcId=elsewhere)["NetworkAcl"]["NetworkAclId"]
    assert ec2.refusal(replace_network_acl_association, AssociationId=association_id, NetworkAclId=foreign) == (
        "InvalidParameterValue",
        f"network acl {foreign} and subnet {subnet_id} belong to different networks",
    )
    assert ec2.refusal(replace_network_acl_association, AssociationId=association_id, NetworkAclId=GONE)[0] == (
        "InvalidNetworkAclID.NotFound"
    )
    assert ec2.refusal(replace_network_acl_association, AssociationId="aclassoc-1", NetworkAclId=foreign) == (
        "InvalidAssociationID.Malformed",
        'Invalid id: "aclassoc-1" (expecting "aclassoc-...")',
    )


def test_a_subnet_leaves_its_acl_when_it_is_deleted(ec2: Client, vpc_id: str, subnet_id: str) -> None:
    ec2(delete_subnet, SubnetId=subnet_id)
    assert _default(ec2, vpc_id)["Associations"] == []


def test_an_acl_of_its_own_holds_a_vpc(ec2: Client, vpc_id: str) -> None:
    acl_id = ec2(create_network_acl, VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"]
    assert ec2.refusal(delete_vpc, VpcId=vpc_id)[0] == "DependencyViolation"
    ec2(delete_network_acl, NetworkAclId=acl_id)
    ec2(delete_vpc, VpcId=vpc_id)
    assert ec2(describe_network_acls)["NetworkAcls"] == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("association.association-id", "aclassoc-*", ["default"]),
        ("association.network-acl-id", "acl-*", ["default"]),
        ("association.subnet-id", "subnet-*", ["default"]),
        ("default", "false", ["strict"]),
        ("entry.cidr", "192.0.2.0/24", ["strict"]),
        ("entry.egress", "true", ["default", "strict"]),
        ("entry.icmp.code", "0", ["strict"]),
        ("entry.icmp.type", "8", ["strict"]),
        ("entry.ipv6-cidr", "2001:db8::/32", ["strict"]),
        ("entry.port-range.from", "22", ["strict"]),
        ("entry.port-range.to", "23", ["strict"]),
        ("entry.protocol", "tcp", ["strict"]),
        ("entry.protocol", "6", ["strict"]),
        ("entry.protocol", "-1", ["default", "strict"]),
        ("entry.rule-action", "allow", ["default", "strict"]),
        ("entry.rule-number", "7", ["strict"]),
        ("entry.rule-number", "32767", ["default", "strict"]),
        ("network-acl-id", "acl-*", ["default", "strict"]),
        ("owner-id", OTHER_ACCOUNT, []),
        ("tag:Name", "strict", ["strict"]),
        ("vpc-id", "vpc-*", ["default", "strict"]),
    ],
)
@pytest.mark.usefixtures("subnet_id")
def test_filters(ec2: Client, vpc_id: str, name: str, value: str, found: list[str]) -> None:
    tags = [{"ResourceType": "network-acl", "Tags": [{"Key": "Name", "Value": "strict"}]}]
    acl_id = ec2(create_network_acl, VpcId=vpc_id, TagSpecifications=tags)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl_id, "RuleAction": "allow", "Egress": False, "CidrBlock": "192.0.2.0/24"}
    ec2(create_network_acl_entry, **entry, RuleNumber=7, Protocol="6", PortRange={"From": 22, "To": 23})
    ec2(create_network_acl_entry, **entry, RuleNumber=8, Protocol="1", IcmpTypeCode={"Type": 8, "Code": 0})
    del entry["CidrBlock"]
    ec2(create_network_acl_entry, **entry, RuleNumber=9, Protocol="-1", Ipv6CidrBlock="2001:db8::/32")
    names = {_default(ec2, vpc_id)["NetworkAclId"]: "default", acl_id: "strict"}
    shown = ec2(describe_network_acls, Filters=[{"Name": name, "Values": [value]}])["NetworkAcls"]
    assert [names[acl["NetworkAclId"]] for acl in shown] == found


def test_pages(ec2: Client, vpc_id: str) -> None:
    made = [ec2(create_network_acl, VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"] for _ in range(6)]
    first = ec2(describe_network_acls, MaxResults=5)
    second = ec2(describe_network_acls, MaxResults=5, NextToken=first["NextToken"])
    found = [acl["NetworkAclId"] for acl in [*first["NetworkAcls"], *second["NetworkAcls"]]]
    assert found[1:] == made
    assert "NextToken" not in second


def test_acls_of_another_account(region: Region, ec2: Client, vpc_id: str, subnet_id: str) -> None:
    acl_id, association_id = _of_subnet(ec2, subnet_id)
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{acl_id}' does not exist")
    assert stranger(describe_network_acls)["NetworkAcls"] == []
    assert stranger.refusal(describe_network_acls, NetworkAclIds=[acl_id]) == unknown
    assert stranger.refusal(delete_network_acl, NetworkAclId=acl_id) == unknown
    assert stranger.refusal(create_network_acl, VpcId=vpc_id)[0] == "InvalidVpcID.NotFound"
    own_vpc = stranger(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = _default(stranger, own_vpc)["NetworkAclId"]
    assert stranger.refusal(replace_network_acl_association, AssociationId=association_id, NetworkAclId=own)[0] == (
        "InvalidAssociationID.NotFound"
    )
