from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.routes import create_route, delete_route, replace_route
from skywalk.actions.vpcs import create_vpc
from support.placed import place_endpoint
from support.region import OTHER_ACCOUNT, Client, Region


@dataclass(frozen=True)
class Place:
    """A VPC of 10.0.0.0/16 with a table, an attached gateway and a detached one."""

    region: Region
    ec2: Client
    vpc_id: str
    table_id: str
    gateway_id: str
    detached_id: str

    def routes(self) -> dict[str, str]:
        [table] = self.ec2(describe_route_tables, RouteTableIds=[self.table_id])["RouteTables"]
        return {
            route.get("DestinationCidrBlock", route.get("DestinationPrefixListId", "")): route["GatewayId"]
            for route in table["Routes"]
        }

    def filled(self, text: str) -> str:
        names = {"TABLE": self.table_id, "IGW": self.gateway_id, "DETACHED": self.detached_id}
        for name, value in names.items():
            text = text.replace(name, value)
        return text


@pytest.fixture
def place() -> Place:
    region = Region()
    ec2 = region.client()
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateways = [ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"] for _ in range(2)]
    ec2(attach_internet_gateway, InternetGatewayId=gateways[0], VpcId=vpc_id)
    table_id = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    return Place(region, ec2, vpc_id, table_id, gateways[0], gateways[1])


def test_the_life_of_a_route(place: Place) -> None:
    made = place.ec2(
        create_route, RouteTableId=place.table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=place.gateway_id
    )
    assert made == {"Return": True}
    assert place.routes() == {"10.0.0.0/16": "local", "0.0.0.0/0": place.gateway_id}
    place.ec2(delete_route, RouteTableId=place.table_id, DestinationCidrBlock="0.0.0.0/0")
    assert place.routes() == {"10.0.0.0/16": "local"}


def test_host_bits_are_cleared(place: Place) -> None:
    place.ec2(
        create_route, RouteTableId=place.table_id, DestinationCidrBlock="192.0.2.77/24", GatewayId=place.gateway_id
    )
    assert "192.0.2.0/24" in place.routes()
    place.ec2(delete_route, RouteTableId=place.table_id, DestinationCidrBlock="192.0.2.5/24")
    assert "192.0.2.0/24" not in place.routes()


def test_less_specific_than_local_is_a_route_like_any_other(place: Place) -> None:
    place.ec2(create_route, RouteTableId=place.table_id, DestinationCidrBlock="10.0.0.0/8", GatewayId=place.gateway_id)
    assert place.routes() == {"10.0.0.0/16": "local", "10.0.0.0/8": place.gateway_id}


_INSIDE = (
    "The destination CIDR block {} is equal to or more specific than one of this VPC's CIDR blocks. "
    "This route can target only an interface or an instance."
)
_ONE_TARGET = (
    "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, instanceId, "
    "vpcPeeringConnectionId, vpcEndpointId"
)
_ONE_DESTINATION = (
    "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId"
)
_ANYWHERE = {"DestinationCidrBlock": "0.0.0.0/0"}
_GATEWAY = {"GatewayId": "IGW"}


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            {"DestinationCidrBlock": "198.51.100.0/24", **_GATEWAY},
            "RouteAlreadyExists",
            "The route identified by 198.51.100.0/24 already exists",
        ),
        (
            {"DestinationCidrBlock": "10.0.0.0/16", **_GATEWAY},
            "InvalidParameterValue",
            _INSIDE.format("10.0.0.0/16"),
        ),
        (
            {"DestinationCidrBlock": "10.0.3.0/24", **_GATEWAY},
            "InvalidParameterValue",
            _INSIDE.format("10.0.3.0/24"),
        ),
        (
            {"DestinationCidrBlock": "169.254.169.0/24", **_GATEWAY},
            "InvalidParameterValue",
            "The destination CIDR block 169.254.169.0/24 is reserved and cannot be routed.",
        ),
        (
            {"DestinationCidrBlock": "all", **_GATEWAY},
            "InvalidParameterValue",
            "Value (all) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
        ),
        (
            {"DestinationIpv6CidrBlock": "::/0", **_GATEWAY},
            "UnsupportedOperation",
            "The parameter DestinationIpv6CidrBlock is not supported.",
        ),
        (
            {"DestinationPrefixListId": "pl-63a5400a", **_GATEWAY},
            "UnsupportedOperation",
            "Routes to a prefix list of AWS's are not supported.",
        ),
        (
            {"DestinationPrefixListId": "pl-02cd2c6b", **_GATEWAY},
            "RouteAlreadyExists",
            "route table TABLE already has a route with destination-prefix-list-id pl-02cd2c6b",
        ),
        (
            {"DestinationPrefixListId": "pl-00000000", **_GATEWAY},
            "InvalidPrefixListID.NotFound",
            "The prefix list ID 'pl-00000000' does not exist",
        ),
        (
            {"DestinationPrefixListId": "s3", **_GATEWAY},
            "InvalidPrefixListId.Malformed",
            'Invalid id: "s3" (expecting "pl-...")',
        ),
        (_GATEWAY, "MissingParameter", _ONE_DESTINATION),
        (
            {**_ANYWHERE, "DestinationPrefixListId": "pl-63a5400a", **_GATEWAY},
            "InvalidParameterCombination",
            _ONE_DESTINATION,
        ),
        (_ANYWHERE, "MissingParameter", _ONE_TARGET),
        (
            {**_ANYWHERE, **_GATEWAY, "NatGatewayId": "nat-00000000000000000"},
            "InvalidParameterCombination",
            _ONE_TARGET,
        ),
        (
            {**_ANYWHERE, "GatewayId": "DETACHED"},
            "InvalidParameterValue",
            "route table TABLE and network gateway DETACHED belong to different networks",
        ),
        (
            {**_ANYWHERE, "GatewayId": "igw-00000000000000000"},
            "InvalidGatewayID.NotFound",
            "The gateway ID 'igw-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "GatewayId": "eni-00a00a0a"},
            "InvalidGatewayID.NotFound",
            "The gateway ID 'eni-00a00a0a' does not exist",
        ),
        (
            {**_ANYWHERE, "NatGatewayId": "nat-00000000000000000"},
            "InvalidNatGatewayID.NotFound",
            "The natGateway ID 'nat-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "NetworkInterfaceId": "eni-00000000000000000"},
            "InvalidNetworkInterfaceID.NotFound",
            "The networkInterface ID 'eni-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "InstanceId": "i-00000000000000000"},
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "VpcPeeringConnectionId": "pcx-00000000000000000"},
            "InvalidVpcPeeringConnectionID.NotFound",
            "The vpcPeeringConnection ID 'pcx-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "VpcEndpointId": "vpce-00000000000000000"},
            "InvalidVpcEndpointId.NotFound",
            "The Vpc Endpoint Id 'vpce-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "TransitGatewayId": "tgw-00000000000000000"},
            "InvalidTransitGatewayID.NotFound",
            "The transitGateway ID 'tgw-00000000000000000' does not exist",
        ),
        (
            {**_ANYWHERE, "CoreNetworkArn": "arn:aws:networkmanager::123456789012:core-network/core-network-1"},
            "UnsupportedOperation",
            "The parameter CoreNetworkArn is not supported.",
        ),
    ],
)
def test_refusals_of_create_route(place: Place, request_: dict[str, Any], code: str, message: str) -> None:
    place_endpoint(place.region, place.vpc_id, place.table_id, service="dynamodb")
    place.ec2(
        create_route,
        RouteTableId=place.table_id,
        DestinationCidrBlock="198.51.100.0/24",
        GatewayId=place.gateway_id,
    )
    filled = {name: place.filled(value) for name, value in request_.items()}
    assert place.ec2.refusal(create_route, RouteTableId=place.table_id, **filled) == (code, place.filled(message))


def test_what_exists_but_carries_no_routes(place: Place) -> None:
    endpoint_id = place_endpoint(place.region, place.vpc_id)
    for parameter in ("VpcEndpointId", "GatewayId"):
        target = {parameter: endpoint_id}
        assert place.ec2.refusal(
            create_route, RouteTableId=place.table_id, DestinationCidrBlock="0.0.0.0/0", **target
        ) == (
            "RouteNotSupported",
            f"Route table contains unsupported route target: {endpoint_id}. "
            "VPC Endpoints of this type cannot be used as route targets.",
        )


def test_replacing_a_route_keeps_its_place(place: Place) -> None:
    for destination in ("0.0.0.0/0", "192.0.2.0/24"):
        place.ec2(
            create_route, RouteTableId=place.table_id, DestinationCidrBlock=destination, GatewayId=place.gateway_id
        )
    before = place.region.store.revision
    place.ec2(replace_route, RouteTableId=place.table_id, DestinationCidrBlock="0.0.0.0/0", GatewayId=place.gateway_id)
    assert place.region.store.revision == before
    assert list(place.routes()) == ["10.0.0.0/16", "0.0.0.0/0", "192.0.2.0/24"]


def test_refusals_of_replace_route(place: Place) -> None:
    place_endpoint(place.region, place.vpc_id, place.table_id)
    table_id, gateway_id = place.table_id, place.gateway_id

    def refusal(**request: Any) -> tuple[str, str]:
        return place.ec2.refusal(replace_route, RouteTableId=table_id, **request)

    assert refusal(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id) == (
        "InvalidParameterValue",
        "There is no route defined for '0.0.0.0/0' in the route table. Use CreateRoute instead.",
    )
    assert refusal(DestinationCidrBlock="0.0.0.0/0", LocalTarget=True) == (
        "InvalidParameterValue",
        "There is no route defined for '0.0.0.0/0' in the route table. Use CreateRoute instead.",
    )
    assert refusal(DestinationCidrBlock="10.0.0.0/16", GatewayId=gateway_id) == (
        "InvalidParameterValue",
        _INSIDE.format("10.0.0.0/16"),
    )
    assert refusal(DestinationPrefixListId="pl-63a5400a", GatewayId=gateway_id) == (
        "InvalidParameterValue",
        f"cannot remove VPC endpoint route pl-63a5400a in route table {table_id}",
    )
    assert refusal(DestinationPrefixListId="pl-02cd2c6b", GatewayId=gateway_id) == (
        "InvalidParameterValue",
        "There is no route defined for 'pl-02cd2c6b' in the route table. Use CreateRoute instead.",
    )


def test_the_local_route_may_be_reset_to_what_it_is(place: Place) -> None:
    place.ec2(replace_route, RouteTableId=place.table_id, DestinationCidrBlock="10.0.0.0/16", LocalTarget=True)
    assert place.routes() == {"10.0.0.0/16": "local"}


def test_refusals_of_delete_route(place: Place) -> None:
    place_endpoint(place.region, place.vpc_id, place.table_id)
    table_id = place.table_id

    def refusal(**request: Any) -> tuple[str, str]:
        return place.ec2.refusal(delete_route, RouteTableId=table_id, **request)

    assert refusal(DestinationCidrBlock="0.0.0.0/0") == (
        "InvalidRoute.NotFound",
        f"no route with destination-cidr-block 0.0.0.0/0 in route table {table_id}",
    )
    assert refusal(DestinationCidrBlock="10.0.0.0/16") == (
        "InvalidParameterValue",
        f"cannot remove local route 10.0.0.0/16 in route table {table_id}",
    )
    assert refusal(DestinationPrefixListId="pl-63a5400a") == (
        "InvalidParameterValue",
        f"cannot remove VPC endpoint route pl-63a5400a in route table {table_id}",
    )
    assert refusal(DestinationPrefixListId="pl-02cd2c6b") == (
        "InvalidRoute.NotFound",
        f"no route with destination-prefix-list-id pl-02cd2c6b in route table {table_id}",
    )


def test_routes_of_another_account(place: Place) -> None:
    stranger = place.region.client(OTHER_ACCOUNT)
    unknown = ("InvalidRouteTableID.NotFound", f"The routeTable ID '{place.table_id}' does not exist")
    request = {"RouteTableId": place.table_id, "DestinationCidrBlock": "0.0.0.0/0"}
    assert stranger.refusal(create_route, **request, GatewayId=place.gateway_id) == unknown
    assert stranger.refusal(replace_route, **request, GatewayId=place.gateway_id) == unknown
    assert stranger.refusal(delete_route, **request) == unknown
    own_vpc = stranger(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    own = stranger(create_route_table, VpcId=own_vpc)["RouteTable"]["RouteTableId"]
    assert stranger.refusal(
        create_route, RouteTableId=own, DestinationCidrBlock="0.0.0.0/0", GatewayId=place.gateway_id
    ) == ("InvalidGatewayID.NotFound", f"The gateway ID '{place.gateway_id}' does not exist")
