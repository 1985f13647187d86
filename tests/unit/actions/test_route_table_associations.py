from __future__ import annotations

import pytest

from skywalk.actions.route_table_associations import (
    associate_route_table,
    disassociate_route_table,
    replace_route_table_association,
)
from skywalk.actions.route_tables import create_route_table, delete_route_table, describe_route_tables
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc, delete_vpc
from support.region import OTHER_ACCOUNT, Client, Region

GONE = "rtbassoc-00000000000000000"


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


@pytest.fixture
def table_id(ec2: Client, vpc_id: str) -> str:
    return ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]


def _main(ec2: Client, vpc_id: str) -> tuple[str, str]:
    """The main table's id and that of the association that makes it so."""
    mine = [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc_id]}]
    [table] = ec2(describe_route_tables, Filters=mine)["RouteTables"]
    [association] = [one for one in table["Associations"] if one["Main"]]
    return table["RouteTableId"], association["RouteTableAssociationId"]


def _subnets(ec2: Client, table_id: str) -> dict[str, str]:
    [table] = ec2(describe_route_tables, RouteTableIds=[table_id])["RouteTables"]
    return {one["RouteTableAssociationId"]: one["SubnetId"] for one in table["Associations"] if "SubnetId" in one}


def test_a_subnet_gets_and_loses_a_table(ec2: Client, subnet_id: str, table_id: str) -> None:
    made = ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)
    assert made["AssociationState"] == {"State": "associated"}
    [table] = ec2(describe_route_tables, RouteTableIds=[table_id])["RouteTables"]
    assert table["Associations"] == [
        {
            "Main": False,
            "RouteTableAssociationId": made["AssociationId"],
            "RouteTableId": table_id,
            "SubnetId": subnet_id,
            "AssociationState": {"State": "associated"},
        }
    ]
    ec2(disassociate_route_table, AssociationId=made["AssociationId"])
    assert _subnets(ec2, table_id) == {}
    assert ec2.refusal(disassociate_route_table, AssociationId=made["AssociationId"]) == (
        "InvalidAssociationID.NotFound",
        f"The association ID '{made['AssociationId']}' does not exist",
    )


def test_a_subnet_has_one_table(ec2: Client, vpc_id: str, subnet_id: str, table_id: str) -> None:
    ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)
    other = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    for second in (other, table_id):
        assert ec2.refusal(associate_route_table, RouteTableId=second, SubnetId=subnet_id) == (
            "Resource.AlreadyAssociated",
            f"the specified association for route table {second} conflicts with an existing association",
        )


def test_a_table_of_another_vpc(ec2: Client, subnet_id: str) -> None:
    other_vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = ec2(create_route_table, VpcId=other_vpc)["RouteTable"]["RouteTableId"]
    assert ec2.refusal(associate_route_table, RouteTableId=other, SubnetId=subnet_id) == (
        "InvalidParameterValue",
        f"route table {other} and subnet {subnet_id} belong to different networks",
    )


def test_what_cannot_be_associated(ec2: Client, table_id: str) -> None:
    assert ec2.refusal(associate_route_table, RouteTableId=table_id) == (
        "MissingParameter",
        "Either 'subnetId' or 'gatewayId' should be provided.",
    )
    assert ec2.refusal(associate_route_table, RouteTableId=table_id, GatewayId="igw-00000000000000000") == (
        "InvalidGatewayID.NotFound",
        "The gateway ID 'igw-00000000000000000' does not exist",
    )


def test_the_main_association_can_be_replaced_but_not_dropped(ec2: Client, vpc_id: str, table_id: str) -> None:
    former_id, association_id = _main(ec2, vpc_id)
    assert ec2.refusal(disassociate_route_table, AssociationId=association_id) == (
        "InvalidParameterValue",
        f"cannot disassociate the main route table association {association_id}",
    )
    new = ec2(replace_route_table_association, AssociationId=association_id, RouteTableId=table_id)
    assert new["AssociationState"] == {"State": "associated"}
    assert _main(ec2, vpc_id) == (table_id, new["NewAssociationId"])
    assert new["NewAssociationId"] != association_id
    ec2(delete_route_table, RouteTableId=former_id)
    ec2(delete_vpc, VpcId=vpc_id)


def test_a_subnet_changes_its_table(ec2: Client, vpc_id: str, subnet_id: str, table_id: str) -> None:
    first = ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)["AssociationId"]
    other = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    second = ec2(replace_route_table_association, AssociationId=first, RouteTableId=other)["NewAssociationId"]
    assert _subnets(ec2, table_id) == {}
    assert _subnets(ec2, other) == {second: subnet_id}
    third = ec2(replace_route_table_association, AssociationId=second, RouteTableId=other)["NewAssociationId"]
    assert _subnets(ec2, other) == {third: subnet_id}


def test_replacing_with_a_table_of_another_vpc(ec2: Client, vpc_id: str, subnet_id: str, table_id: str) -> None:
    other_vpc = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = ec2(create_route_table, VpcId=other_vpc)["RouteTable"]["RouteTableId"]
    of_subnet = ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)["AssociationId"]
    assert ec2.refusal(replace_route_table_association, AssociationId=of_subnet, RouteTableId=other) == (
        "InvalidParameterValue",
        f"route table {other} and subnet {subnet_id} belong to different networks",
    )
    _, main = _main(ec2, vpc_id)
    assert ec2.refusal(replace_route_table_association, AssociationId=main, RouteTableId=other) == (
        "InvalidParameterValue",
        f"route table {other} and network {vpc_id} belong to different networks",
    )


@pytest.mark.parametrize(
    ("association_id", "refusal"),
    [
        (
            "rtbassoc-1",
            ("InvalidAssociationID.Malformed", 'Invalid id: "rtbassoc-1" (expecting "rtbassoc-...")'),
        ),
        (GONE, ("InvalidAssociationID.NotFound", f"The association ID '{GONE}' does not exist")),
    ],
)
def test_unknown_associations(ec2: Client, table_id: str, association_id: str, refusal: tuple[str, str]) -> None:
    assert ec2.refusal(disassociate_route_table, AssociationId=association_id) == refusal
    assert ec2.refusal(replace_route_table_association, AssociationId=association_id, RouteTableId=table_id) == refusal


def test_associations_of_another_account(region: Region, ec2: Client, subnet_id: str, table_id: str) -> None:
    made = ec2(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id)["AssociationId"]
    stranger = region.client(OTHER_ACCOUNT)
    assert stranger.refusal(disassociate_route_table, AssociationId=made) == (
        "InvalidAssociationID.NotFound",
        f"The association ID '{made}' does not exist",
    )
    assert stranger.refusal(associate_route_table, RouteTableId=table_id, SubnetId=subnet_id) == (
        "InvalidRouteTableID.NotFound",
        f"The routeTable ID '{table_id}' does not exist",
    )


def test_pools_of_ones_own_are_not_carried(ec2: Client, table_id: str) -> None:
    request = {"RouteTableId": table_id, "PublicIpv4Pool": "ipv4pool-ec2-012345"}
    refused = ("UnsupportedOperation", "The parameter PublicIpv4Pool is not supported.")
    assert ec2.refusal(associate_route_table, **request) == refused
