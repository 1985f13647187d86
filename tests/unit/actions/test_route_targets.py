from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.managed_prefix_lists import create_managed_prefix_list
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.routes import create_route, delete_route, replace_route
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.instance import InstanceState
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.vpc_peering_connection import PeeringStatus
from support.placed import place_interface
from support.placed_targets import (
    place_instance,
    place_nat_gateway,
    place_peering,
    set_instance_state,
    set_nat_gateway_state,
    set_peering_status,
)
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Place:
    """A VPC of 10.0.0.0/16 with the subnets 10.0.0.0/24 and 10.0.1.0/24, a gateway and a table of its own."""

    region: Region
    ec2: Client
    vpc_id: str
    subnet_id: str
    table_id: str
    gateway_id: str

    def route(self, destination: str) -> dict[str, Any]:
        [table] = self.ec2(describe_route_tables, RouteTableIds=[self.table_id])["RouteTables"]
        [found] = [
            route
            for route in table["Routes"]
            if destination in (route.get("DestinationCidrBlock"), route.get("DestinationPrefixListId"))
        ]
        return dict(found)

    def create(self, destination: str, **target: str) -> dict[str, Any]:
        self.ec2(create_route, RouteTableId=self.table_id, DestinationCidrBlock=destination, **target)
        return self.route(destination)

    def refusal(self, destination: str, **target: str) -> tuple[str, str]:
        return self.ec2.refusal(create_route, RouteTableId=self.table_id, DestinationCidrBlock=destination, **target)


@pytest.fixture
def place() -> Place:
    region = Region()
    ec2 = region.client()
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24")
    gateway_id = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    table_id = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    return Place(region, ec2, vpc_id, subnet_id, table_id, gateway_id)


def test_an_instance_is_its_interface(place: Place) -> None:
    instance_id, [eni_id] = place_instance(place.region, place.subnet_id)
    expected = {
        "DestinationCidrBlock": ANYWHERE,
        "InstanceId": instance_id,
        "InstanceOwnerId": OWNER,
        "NetworkInterfaceId": eni_id,
        "Origin": "CreateRoute",
        "State": "active",
    }
    assert place.create(ANYWHERE, InstanceId=instance_id) == expected
    assert place.create("192.0.2.0/24", NetworkInterfaceId=eni_id) == {
        **expected,
        "DestinationCidrBlock": "192.0.2.0/24",
    }


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (InstanceState.PENDING, "active"),
        (InstanceState.STOPPING, "blackhole"),
        (InstanceState.STOPPED, "blackhole"),
        (InstanceState.SHUTTING_DOWN, "blackhole"),
    ],
)
def test_a_route_to_an_instance_that_does_not_run_is_a_black_hole(
    place: Place, state: InstanceState, shown: str
) -> None:
    instance_id, _ = place_instance(place.region, place.subnet_id)
    place.create(ANYWHERE, InstanceId=instance_id)
    set_instance_state(place.region, instance_id, state)
    assert place.route(ANYWHERE)["State"] == shown


def test_an_instance_without_just_one_interface(place: Place) -> None:
    several, _ = place_instance(place.region, place.subnet_id, interfaces=2)
    assert place.refusal(ANYWHERE, InstanceId=several) == (
        "InvalidInstanceID",
        f"There are multiple interfaces attached to instance '{several}'. "
        "Please specify an interface ID for the operation instead.",
    )
    none, _ = place_instance(place.region, place.subnet_id, interfaces=0)
    assert place.refusal(ANYWHERE, InstanceId=none) == (
        "InvalidInstanceID",
        f"There are no interfaces attached to instance '{none}'.",
    )


def test_an_interface_that_nothing_has_is_a_black_hole(place: Place) -> None:
    eni_id = place_interface(place.region, place.subnet_id)
    shown = place.create(ANYWHERE, NetworkInterfaceId=eni_id)
    assert shown["State"] == "blackhole"
    assert "InstanceId" not in shown
    with place.region.store.transaction() as tx:
        tx.remove(eni_id)
    assert place.route(ANYWHERE) == shown


def test_a_nat_gateway(place: Place) -> None:
    nat_id = place_nat_gateway(place.region, place.subnet_id)
    assert place.create(ANYWHERE, NatGatewayId=nat_id) == {
        "DestinationCidrBlock": ANYWHERE,
        "NatGatewayId": nat_id,
        "Origin": "CreateRoute",
        "State": "active",
    }
    for state in (NatGatewayState.FAILED, NatGatewayState.DELETING, NatGatewayState.DELETED):
        set_nat_gateway_state(place.region, nat_id, state)
        assert place.route(ANYWHERE)["State"] == "blackhole"
        assert place.refusal("192.0.2.0/24", NatGatewayId=nat_id) == (
            "InvalidNatGatewayID.NotFound",
            f"The natGateway ID '{nat_id}' does not exist",
        )


def test_the_interface_of_a_nat_gateway_is_in_service_with_it(place: Place) -> None:
    nat_id = place_nat_gateway(place.region, place.subnet_id)
    nat = place.region.store.get(NatGateway, nat_id)
    assert nat is not None
    assert nat.network_interface_id is not None
    place.create(ANYWHERE, NetworkInterfaceId=nat.network_interface_id)
    assert place.route(ANYWHERE)["State"] == "active"
    set_nat_gateway_state(place.region, nat_id, NatGatewayState.DELETED)
    assert place.route(ANYWHERE)["State"] == "blackhole"


def test_a_peering_connection_from_either_side(place: Place) -> None:
    stranger = place.region.client(OTHER_ACCOUNT)
    their_vpc = stranger(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    their_table = stranger(create_route_table, VpcId=their_vpc)["RouteTable"]["RouteTableId"]
    peering_id = place_peering(place.region, place.vpc_id, their_vpc, PeeringStatus.PENDING_ACCEPTANCE)
    shown = place.create("10.9.0.0/16", VpcPeeringConnectionId=peering_id)
    assert shown == {
        "DestinationCidrBlock": "10.9.0.0/16",
        "VpcPeeringConnectionId": peering_id,
        "Origin": "CreateRoute",
        "State": "blackhole",
    }
    stranger(
        create_route, RouteTableId=their_table, DestinationCidrBlock="10.0.0.0/16", VpcPeeringConnectionId=peering_id
    )
    set_peering_status(place.region, peering_id, PeeringStatus.ACTIVE)
    assert place.route("10.9.0.0/16")["State"] == "active"
    set_peering_status(place.region, peering_id, PeeringStatus.DELETED)
    assert place.route("10.9.0.0/16")["State"] == "blackhole"
    assert place.refusal("192.0.2.0/24", VpcPeeringConnectionId=peering_id) == (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{peering_id}' does not exist",
    )


def test_targets_of_another_vpc(place: Place) -> None:
    other = place.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    third = place.ec2(create_vpc, CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet_id = place.ec2(create_subnet, VpcId=other, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    instance_id, [eni_id] = place_instance(place.region, subnet_id)
    nat_id = place_nat_gateway(place.region, subnet_id)
    peering_id = place_peering(place.region, other, third)
    for target, words in (
        ({"InstanceId": instance_id}, f"interface {eni_id}"),
        ({"NetworkInterfaceId": eni_id}, f"interface {eni_id}"),
        ({"NatGatewayId": nat_id}, f"nat gateway {nat_id}"),
        ({"VpcPeeringConnectionId": peering_id}, f"vpc peering connection {peering_id}"),
    ):
        assert place.refusal(ANYWHERE, **target) == (
            "InvalidParameterValue",
            f"route table {place.table_id} and {words} belong to different networks",
        )


def test_a_peering_connection_of_others(place: Place) -> None:
    stranger = place.region.client(OTHER_ACCOUNT)
    one, other = (stranger(create_vpc, CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (7, 8))
    peering_id = place_peering(place.region, one, other)
    assert place.refusal(ANYWHERE, VpcPeeringConnectionId=peering_id) == (
        "InvalidVpcPeeringConnectionID.NotFound",
        f"The vpcPeeringConnection ID '{peering_id}' does not exist",
    )
    assert place.refusal(ANYWHERE, VpcPeeringConnectionId="pcx-1")[0] == "InvalidVpcPeeringConnectionId.Malformed"


def test_within_the_vpc_a_whole_subnet_may_lead_over_an_interface_or_a_nat_gateway(place: Place) -> None:
    instance_id, [eni_id] = place_instance(place.region, place.subnet_id)
    nat_id = place_nat_gateway(place.region, place.subnet_id)
    assert place.create("10.0.1.0/24", InstanceId=instance_id)["NetworkInterfaceId"] == eni_id
    assert place.create("10.0.0.0/24", NatGatewayId=nat_id)["NatGatewayId"] == nat_id
    for destination in ("10.0.0.0/25", "10.0.2.0/24", "10.0.0.0/23"):
        assert place.refusal(destination, NetworkInterfaceId=eni_id) == (
            "InvalidParameterValue",
            f"The destination CIDR block {destination} does not match the CIDR block of any subnet in the VPC.",
        )
    assert place.refusal("10.0.0.0/16", NetworkInterfaceId=eni_id) == (
        "RouteAlreadyExists",
        "The route identified by 10.0.0.0/16 already exists",
    )
    assert place.ec2.refusal(
        replace_route, RouteTableId=place.table_id, DestinationCidrBlock="10.0.1.0/24", GatewayId=place.gateway_id
    ) == (
        "InvalidParameterValue",
        "The destination CIDR block 10.0.1.0/24 is equal to or more specific than one of this VPC's CIDR blocks. "
        "This route can target only an interface or an instance.",
    )


def test_the_local_route_gets_an_interface_and_its_own_target_back(place: Place) -> None:
    _, [eni_id] = place_instance(place.region, place.subnet_id)
    local = {"RouteTableId": place.table_id, "DestinationCidrBlock": "10.0.0.0/16"}
    before = place.route("10.0.0.0/16")
    place.ec2(replace_route, **local, NetworkInterfaceId=eni_id)
    shown = place.route("10.0.0.0/16")
    assert (shown["NetworkInterfaceId"], shown["Origin"]) == (eni_id, "CreateRouteTable")
    assert "GatewayId" not in shown
    assert place.ec2.refusal(delete_route, **local) == (
        "InvalidParameterValue",
        f"cannot remove local route 10.0.0.0/16 in route table {place.table_id}",
    )
    assert place.ec2.refusal(replace_route, **local, LocalTarget=True, NetworkInterfaceId=eni_id) == (
        "InvalidParameterCombination",
        "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, instanceId, "
        "vpcPeeringConnectionId, vpcEndpointId",
    )
    place.ec2(replace_route, **local, LocalTarget=True)
    assert place.route("10.0.0.0/16") == before


def test_a_route_changes_the_kind_of_its_target(place: Place) -> None:
    _, [eni_id] = place_instance(place.region, place.subnet_id)
    place.create(ANYWHERE, GatewayId=place.gateway_id)
    place.ec2(replace_route, RouteTableId=place.table_id, DestinationCidrBlock=ANYWHERE, NetworkInterfaceId=eni_id)
    assert place.route(ANYWHERE)["NetworkInterfaceId"] == eni_id
    place.ec2(delete_route, RouteTableId=place.table_id, DestinationCidrBlock=ANYWHERE)
    [table] = place.ec2(describe_route_tables, RouteTableIds=[place.table_id])["RouteTables"]
    assert [route["DestinationCidrBlock"] for route in table["Routes"]] == ["10.0.0.0/16"]


def test_a_customers_prefix_list_is_a_destination(place: Place) -> None:
    list_id = place.ec2(
        create_managed_prefix_list,
        PrefixListName="offices",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "192.0.2.0/24"}],
    )["PrefixList"]["PrefixListId"]
    request = {"RouteTableId": place.table_id, "DestinationPrefixListId": list_id}
    place.ec2(create_route, **request, GatewayId=place.gateway_id)
    assert place.route(list_id) == {
        "DestinationPrefixListId": list_id,
        "GatewayId": place.gateway_id,
        "Origin": "CreateRoute",
        "State": "active",
    }
    assert place.ec2.refusal(create_route, **request, GatewayId=place.gateway_id) == (
        "RouteAlreadyExists",
        f"route table {place.table_id} already has a route with destination-prefix-list-id {list_id}",
    )
    _, [eni_id] = place_instance(place.region, place.subnet_id)
    place.ec2(replace_route, **request, NetworkInterfaceId=eni_id)
    assert place.route(list_id)["NetworkInterfaceId"] == eni_id
    place.ec2(delete_route, **request)
    assert place.ec2.refusal(delete_route, **request) == (
        "InvalidRoute.NotFound",
        f"no route with destination-prefix-list-id {list_id} in route table {place.table_id}",
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("route.instance-id", "instance"),
        ("route.nat-gateway-id", "nat"),
        ("route.vpc-peering-connection-id", "peering"),
    ],
)
def test_filters_by_target(place: Place, name: str, kind: str) -> None:
    instance_id, _ = place_instance(place.region, place.subnet_id)
    nat_id = place_nat_gateway(place.region, place.subnet_id)
    other = place.ec2(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    peering_id = place_peering(place.region, place.vpc_id, other)
    place.create(ANYWHERE, InstanceId=instance_id)
    place.create("192.0.2.0/24", NatGatewayId=nat_id)
    place.create("10.9.0.0/16", VpcPeeringConnectionId=peering_id)
    value = {"instance": instance_id, "nat": nat_id, "peering": peering_id}[kind]
    for values, found in (([value], [place.table_id]), ([value[:-1] + "x"], [])):
        shown = place.ec2(describe_route_tables, Filters=[{"Name": name, "Values": values}])["RouteTables"]
        assert [table["RouteTableId"] for table in shown] == found


def test_an_interface_that_was_detached_shows_no_instance(place: Place) -> None:
    _, [eni_id] = place_instance(place.region, place.subnet_id)
    place.create(ANYWHERE, NetworkInterfaceId=eni_id)
    with place.region.store.transaction() as tx:
        eni = tx.get(NetworkInterface, eni_id)
        assert eni is not None
        tx.put(replace(eni, attachment=None))
    shown = place.route(ANYWHERE)
    assert shown["State"] == "blackhole"
    assert "InstanceId" not in shown
