from __future__ import annotations

import pytest

from skywalk.actions.internet_gateways import (
    attach_internet_gateway,
    create_internet_gateway,
    delete_internet_gateway,
    detach_internet_gateway,
)
from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table, delete_route_table, describe_route_tables
from skywalk.actions.routes import create_route
from skywalk.actions.shapes import ec2 as shapes
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from support.placed import place_endpoint
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "rtb-00000000000000000"
LOCAL = {
    "DestinationCidrBlock": "10.0.0.0/16",
    "GatewayId": "local",
    "Origin": "CreateRouteTable",
    "State": "active",
}


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
def table_id(ec2: Client, vpc_id: str) -> str:
    return ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]


def _table(ec2: Client, table_id: str) -> shapes.RouteTable:
    [table] = ec2(describe_route_tables, RouteTableIds=[table_id])["RouteTables"]
    return table


def test_a_new_table(ec2: Client, vpc_id: str) -> None:
    tags = [{"Key": "Name", "Value": "private"}]
    table = ec2(create_route_table, VpcId=vpc_id, TagSpecifications=[{"ResourceType": "route-table", "Tags": tags}])[
        "RouteTable"
    ]
    assert table == {
        "RouteTableId": table["RouteTableId"],
        "VpcId": vpc_id,
        "OwnerId": OWNER,
        "Routes": [LOCAL],
        "Associations": [],
        "PropagatingVgws": [],
        "Tags": tags,
    }
    assert _table(ec2, table["RouteTableId"]) == table


def test_a_client_token_makes_one_table(ec2: Client, vpc_id: str) -> None:
    one = ec2(create_route_table, VpcId=vpc_id, ClientToken="once")
    two = ec2(create_route_table, VpcId=vpc_id, ClientToken="once")
    assert one == two
    assert one["ClientToken"] == "once"
    assert len(ec2(describe_route_tables)["RouteTables"]) == 2
    other = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert ec2.refusal(create_route_table, VpcId=other, ClientToken="once")[0] == "IdempotentParameterMismatch"


def test_endpoint_routes_follow_from_the_endpoints(region: Region, ec2: Client, vpc_id: str, table_id: str) -> None:
    other = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    s3 = place_endpoint(region, vpc_id, table_id, other)
    dynamodb = place_endpoint(region, vpc_id, table_id, service="dynamodb")
    place_endpoint(region, vpc_id, table_id, state=VpcEndpointState.DELETED)
    place_endpoint(region, vpc_id, table_id, state=VpcEndpointState.DELETING)
    of_s3 = {
        "DestinationPrefixListId": "pl-63a5400a",
        "GatewayId": s3,
        "Origin": "CreateRoute",
        "State": "active",
    }
    of_dynamodb = {**of_s3, "DestinationPrefixListId": "pl-02cd2c6b", "GatewayId": dynamodb}
    assert _table(ec2, table_id)["Routes"] == [LOCAL, of_s3, of_dynamodb]
    assert _table(ec2, other)["Routes"] == [LOCAL, of_s3]


def test_routes_to_a_gone_gateway_are_black_holes(ec2: Client, vpc_id: str, table_id: str) -> None:
    gateway_id = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    ec2(create_route, RouteTableId=table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
    default = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway_id, "Origin": "CreateRoute"}
    assert _table(ec2, table_id)["Routes"] == [LOCAL, {**default, "State": "active"}]
    ec2(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    assert _table(ec2, table_id)["Routes"] == [LOCAL, {**default, "State": "blackhole"}]
    other_vpc = ec2(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=other_vpc)
    assert _table(ec2, table_id)["Routes"][1]["State"] == "blackhole"
    ec2(detach_internet_gateway, InternetGatewayId=gateway_id, VpcId=other_vpc)
    ec2(delete_internet_gateway, InternetGatewayId=gateway_id)
    assert _table(ec2, table_id)["Routes"][1]["State"] == "blackhole"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("association.main", "true", ["main"]),
        ("association.main", "false", ["private"]),
        ("association.route-table-association-id", "rtbassoc-*", ["main", "private"]),
        ("association.route-table-id", "rtb-*", ["main", "private"]),
        ("association.subnet-id", "subnet-*", ["private"]),
        ("association.gateway-id", "*", []),
        ("owner-id", OWNER, ["main", "private", "spare"]),
        ("route.destination-cidr-block", "0.0.0.0/0", ["private"]),
        ("route.destination-cidr-block", "10.0.*", ["main", "private", "spare"]),
        ("route.destination-prefix-list-id", "pl-63a5400a", ["spare"]),
        ("route.gateway-id", "vpce-*", ["spare"]),
        ("route.gateway-id", "local", ["main", "private", "spare"]),
        ("route.nat-gateway-id", "*", []),
        ("route.origin", "CreateRoute", ["private", "spare"]),
        ("route.state", "blackhole", []),
        ("tag:Name", "spare", ["spare"]),
        ("vpc-id", "vpc-*", ["main", "private", "spare"]),
    ],
)
def test_filters(region: Region, ec2: Client, vpc_id: str, name: str, value: str, found: list[str]) -> None:
    [main] = ec2(describe_route_tables)["RouteTables"]
    names = {main["RouteTableId"]: "main"}
    for one in ("private", "spare"):
        tags = [{"ResourceType": "route-table", "Tags": [{"Key": "Name", "Value": one}]}]
        table = ec2(create_route_table, VpcId=vpc_id, TagSpecifications=tags)["RouteTable"]
        names[table["RouteTableId"]] = one
    private, spare = list(names)[1:]
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(associate_route_table, RouteTableId=private, SubnetId=subnet_id)
    gateway_id = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    ec2(create_route, RouteTableId=private, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
    place_endpoint(region, vpc_id, spare)
    shown = ec2(describe_route_tables, Filters=[{"Name": name, "Values": [value]}])["RouteTables"]
    assert [names[table["RouteTableId"]] for table in shown] == found


def test_pages_are_at_most_a_hundred_long(ec2: Client) -> None:
    assert ec2.refusal(describe_route_tables, MaxResults=101) == (
        "InvalidParameterValue",
        "Value ( 101 ) for parameter maxResults is invalid. Expecting a value between 5 and 100.",
    )


def test_deleting(ec2: Client, vpc_id: str, table_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    [main] = ec2(describe_route_tables, Filters=[{"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    used = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2(associate_route_table, RouteTableId=used, SubnetId=subnet_id)
    for held in (main["RouteTableId"], used):
        assert ec2.refusal(delete_route_table, RouteTableId=held) == (
            "DependencyViolation",
            f"The routeTable '{held}' has dependencies and cannot be deleted.",
        )
    ec2(delete_route_table, RouteTableId=table_id)
    assert ec2.refusal(describe_route_tables, RouteTableIds=[table_id]) == (
        "InvalidRouteTableID.NotFound",
        f"The routeTable ID '{table_id}' does not exist",
    )


def test_an_endpoint_forgets_a_deleted_table(region: Region, ec2: Client, vpc_id: str, table_id: str) -> None:
    other = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    endpoint_id = place_endpoint(region, vpc_id, table_id, other)
    ec2(delete_route_table, RouteTableId=table_id)
    endpoint = region.store.get(VpcEndpoint, endpoint_id)
    assert endpoint is not None
    assert endpoint.route_table_ids == (other,)


@pytest.mark.parametrize(
    ("table_id", "refusal"),
    [
        ("rtb-1", ("InvalidRouteTableId.Malformed", 'Invalid id: "rtb-1" (expecting "rtb-...")')),
        (GONE, ("InvalidRouteTableID.NotFound", f"The routeTable ID '{GONE}' does not exist")),
    ],
)
def test_unknown_tables(ec2: Client, table_id: str, refusal: tuple[str, str]) -> None:
    assert ec2.refusal(describe_route_tables, RouteTableIds=[table_id]) == refusal
    assert ec2.refusal(delete_route_table, RouteTableId=table_id) == refusal


def test_tables_of_another_account(region: Region, ec2: Client, vpc_id: str, table_id: str) -> None:
    stranger = region.client(OTHER_ACCOUNT)
    unknown = ("InvalidRouteTableID.NotFound", f"The routeTable ID '{table_id}' does not exist")
    assert stranger(describe_route_tables)["RouteTables"] == []
    assert stranger.refusal(describe_route_tables, RouteTableIds=[table_id]) == unknown
    assert stranger.refusal(delete_route_table, RouteTableId=table_id) == unknown
    assert stranger.refusal(create_route_table, VpcId=vpc_id)[0] == "InvalidVpcID.NotFound"
    ec2(create_route_table, VpcId=vpc_id, ClientToken="same")
    own_vpc = stranger(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = stranger(create_route_table, VpcId=own_vpc, ClientToken="same")["RouteTable"]
    assert own["VpcId"] == own_vpc
