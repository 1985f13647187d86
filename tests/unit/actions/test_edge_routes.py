from __future__ import annotations

from dataclasses import dataclass

import pytest

from skywalk.actions.internet_gateways import (
    attach_internet_gateway,
    create_internet_gateway,
    delete_internet_gateway,
    detach_internet_gateway,
)
from skywalk.actions.managed_prefix_lists import create_managed_prefix_list
from skywalk.actions.route_table_associations import (
    associate_route_table,
    disassociate_route_table,
    replace_route_table_association,
)
from skywalk.actions.route_tables import create_route_table, delete_route_table, describe_route_tables
from skywalk.actions.routes import create_route, replace_route
from skywalk.actions.shapes import ec2 as shapes
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from support.placed import place_endpoint
from support.placed_targets import place_instance, place_nat_gateway
from support.region import Client, Region


@dataclass(frozen=True)
class Edge:
    """A VPC of 10.0.0.0/16 with a subnet, an appliance in it, and a table that its gateway may have."""

    region: Region
    ec2: Client
    vpc_id: str
    subnet_id: str
    eni_id: str
    gateway_id: str
    table_id: str

    def associate(self, table_id: str | None = None) -> str:
        return self.ec2(associate_route_table, RouteTableId=table_id or self.table_id, GatewayId=self.gateway_id)[
            "AssociationId"
        ]

    def table(self) -> shapes.RouteTable:
        [found] = self.ec2(describe_route_tables, RouteTableIds=[self.table_id])["RouteTables"]
        return found


@pytest.fixture
def edge() -> Edge:
    region = Region()
    ec2 = region.client()
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    _, [eni_id] = place_instance(region, subnet_id)
    gateway_id = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    table_id = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    return Edge(region, ec2, vpc_id, subnet_id, eni_id, gateway_id, table_id)


def test_a_gateway_gets_and_loses_a_table(edge: Edge) -> None:
    association_id = edge.associate()
    assert edge.table()["Associations"] == [
        {
            "Main": False,
            "RouteTableAssociationId": association_id,
            "RouteTableId": edge.table_id,
            "GatewayId": edge.gateway_id,
            "AssociationState": {"State": "associated"},
        }
    ]
    for name, value in (
        ("association.gateway-id", edge.gateway_id),
        ("association.gateway-id", "igw-*"),
        ("association.route-table-association-id", association_id),
    ):
        shown = edge.ec2(describe_route_tables, Filters=[{"Name": name, "Values": [value]}])["RouteTables"]
        assert [table["RouteTableId"] for table in shown] == [edge.table_id]
    assert edge.ec2.refusal(delete_route_table, RouteTableId=edge.table_id)[0] == "DependencyViolation"
    edge.ec2(disassociate_route_table, AssociationId=association_id)
    assert edge.table()["Associations"] == []


def test_a_gateway_has_one_table(edge: Edge) -> None:
    edge.associate()
    other = edge.ec2(create_route_table, VpcId=edge.vpc_id)["RouteTable"]["RouteTableId"]
    assert edge.ec2.refusal(associate_route_table, RouteTableId=other, GatewayId=edge.gateway_id) == (
        "Resource.AlreadyAssociated",
        f"the specified association for route table {other} conflicts with an existing association",
    )


def test_a_gateway_of_another_vpc(edge: Edge) -> None:
    other = edge.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    assert edge.ec2.refusal(associate_route_table, RouteTableId=edge.table_id, GatewayId=other) == (
        "InvalidParameterValue",
        f"route table {edge.table_id} and network gateway {other} belong to different networks",
    )
    assert edge.ec2.refusal(
        associate_route_table, RouteTableId=edge.table_id, GatewayId=other, SubnetId=edge.subnet_id
    ) == ("InvalidParameterCombination", "Only one of 'subnetId' and 'gatewayId' should be provided.")


def test_its_routes_lead_to_interfaces_for_a_subnet_or_the_vpc(edge: Edge) -> None:
    edge.associate()
    edge.ec2(
        create_route, RouteTableId=edge.table_id, DestinationCidrBlock="10.0.0.0/24", NetworkInterfaceId=edge.eni_id
    )
    edge.ec2(
        replace_route, RouteTableId=edge.table_id, DestinationCidrBlock="10.0.0.0/16", NetworkInterfaceId=edge.eni_id
    )
    edge.ec2(replace_route, RouteTableId=edge.table_id, DestinationCidrBlock="10.0.0.0/16", LocalTarget=True)
    assert [route["DestinationCidrBlock"] for route in edge.table()["Routes"]] == ["10.0.0.0/16", "10.0.0.0/24"]


def test_routes_that_it_cannot_have(edge: Edge) -> None:
    edge.associate()
    nat_id = place_nat_gateway(edge.region, edge.subnet_id)
    list_id = edge.ec2(create_managed_prefix_list, PrefixListName="x", MaxEntries=1, AddressFamily="IPv4")[
        "PrefixList"
    ]["PrefixListId"]
    wrong_target = (
        "RouteNotSupported",
        f"Route table {edge.table_id} is associated with a gateway and cannot have a route to {nat_id}. "
        "Its routes can target only network interfaces.",
    )
    table = {"RouteTableId": edge.table_id}
    assert (
        edge.ec2.refusal(create_route, **table, DestinationCidrBlock="10.0.0.0/24", NatGatewayId=nat_id) == wrong_target
    )
    assert (
        edge.ec2.refusal(replace_route, **table, DestinationCidrBlock="10.0.0.0/16", NatGatewayId=nat_id)
        == wrong_target
    )
    assert edge.ec2.refusal(create_route, **table, DestinationPrefixListId=list_id, NetworkInterfaceId=edge.eni_id) == (
        "RouteNotSupported",
        f"Route table {edge.table_id} is associated with a gateway and cannot have a route to a prefix list.",
    )
    assert edge.ec2.refusal(
        create_route, **table, DestinationCidrBlock="192.0.2.0/24", NetworkInterfaceId=edge.eni_id
    ) == (
        "InvalidParameterValue",
        f"The destination CIDR block 192.0.2.0/24 is not supported in route table {edge.table_id}, which is associated "
        "with a gateway: it must be that of the VPC or of one of its subnets.",
    )


def test_tables_that_a_gateway_cannot_have(edge: Edge) -> None:
    edge.ec2(create_route, RouteTableId=edge.table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=edge.gateway_id)
    to_gateway = (
        "RouteNotSupported",
        f"Route table {edge.table_id} is associated with a gateway and cannot have a route to {edge.gateway_id}. "
        "Its routes can target only network interfaces.",
    )
    request = {"RouteTableId": edge.table_id, "GatewayId": edge.gateway_id}
    assert edge.ec2.refusal(associate_route_table, **request) == to_gateway
    good = edge.ec2(create_route_table, VpcId=edge.vpc_id)["RouteTable"]["RouteTableId"]
    association_id = edge.associate(good)
    assert (
        edge.ec2.refusal(replace_route_table_association, AssociationId=association_id, RouteTableId=edge.table_id)
        == to_gateway
    )
    with_endpoint = edge.ec2(create_route_table, VpcId=edge.vpc_id)["RouteTable"]["RouteTableId"]
    place_endpoint(edge.region, edge.vpc_id, with_endpoint)
    assert edge.ec2.refusal(
        replace_route_table_association, AssociationId=association_id, RouteTableId=with_endpoint
    ) == (
        "RouteNotSupported",
        f"Route table {with_endpoint} is associated with a gateway and cannot have a route to a prefix list.",
    )


def test_a_gateway_changes_its_table(edge: Edge) -> None:
    first = edge.associate()
    other = edge.ec2(create_route_table, VpcId=edge.vpc_id)["RouteTable"]["RouteTableId"]
    second = edge.ec2(replace_route_table_association, AssociationId=first, RouteTableId=other)["NewAssociationId"]
    assert second != first
    assert edge.table()["Associations"] == []
    [table] = edge.ec2(describe_route_tables, RouteTableIds=[other])["RouteTables"]
    assert [one["GatewayId"] for one in table["Associations"]] == [edge.gateway_id]
    elsewhere = edge.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    foreign = edge.ec2(create_route_table, VpcId=elsewhere)["RouteTable"]["RouteTableId"]
    assert edge.ec2.refusal(replace_route_table_association, AssociationId=second, RouteTableId=foreign) == (
        "InvalidParameterValue",
        f"route table {foreign} and network gateway {edge.gateway_id} belong to different networks",
    )


def test_a_gateway_that_leaves_its_vpc_has_no_table_there(edge: Edge) -> None:
    edge.associate()
    edge.ec2(detach_internet_gateway, InternetGatewayId=edge.gateway_id, VpcId=edge.vpc_id)
    assert edge.table()["Associations"] == []
    edge.ec2(delete_internet_gateway, InternetGatewayId=edge.gateway_id)
    edge.ec2(delete_route_table, RouteTableId=edge.table_id)
