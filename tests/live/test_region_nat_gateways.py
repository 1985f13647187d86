"""NAT gateways: private instances reach what is outside, under the gateway's address, and nobody reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from support.live_callers import answering, is_silent, open_group, told
from support.live_region import SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

S3_URL = "https://s3.us-east-1.amazonaws.com/"
ANSWERED = {200, 307, 403}
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Home:
    """A VPC with a public subnet, and a private one with an instance."""

    vpc: str
    public_subnet: str
    private_table: str
    instance: str


def private_home(region: LiveRegion) -> Home:
    vpc = region.vpc()
    public, private = region.subnet(vpc, "10.0.1.0/24"), region.subnet(vpc, "10.0.2.0/24")
    region.internet_gateway(vpc, region.table(vpc, public))
    table = region.table(vpc, private)
    return Home(vpc, public, table, region.instance(private, groups=[open_group(region, vpc)]))


def public_server(region: LiveRegion) -> tuple[str, str]:
    """An instance of another VPC with a public address: what is outside, as seen from the first."""
    vpc = region.vpc("10.9.0.0/16")
    subnet = region.subnet(vpc, "10.9.1.0/24")
    region.internet_gateway(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, public=True, groups=[open_group(region, vpc)])
    (reservation,) = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    return instance, str(reservation["Instances"][0]["PublicIpAddress"])


def gateway(region: LiveRegion, subnet: str, **options: Any) -> str:
    """A NAT gateway that is available."""
    nat = str(region.ec2.create_nat_gateway(SubnetId=subnet, **options)["NatGateway"]["NatGatewayId"])
    region.ec2.get_waiter("nat_gateway_available").wait(
        NatGatewayIds=[nat], WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    return nat


def test_the_way_out_of_a_private_subnet(region: LiveRegion) -> None:
    home = private_home(region)
    server, server_address = public_server(region)
    address = region.ec2.allocate_address()
    nat = gateway(region, home.public_subnet, AllocationId=address["AllocationId"])
    with answering(region, server):
        assert is_silent(region, home.instance, server_address), "without a route"
        region.ec2.create_route(RouteTableId=home.private_table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=nat)
        region.wait()
        assert told(region, home.instance, server_address).startswith(f"{address['PublicIp']} at 10.9.1.")
        assert region.get(home.instance, S3_URL).status in ANSWERED

        with answering(region, home.instance):
            assert is_silent(region, server, address["PublicIp"]), "a gateway lets nobody in"

        region.ec2.delete_nat_gateway(NatGatewayId=nat)
        region.ec2.get_waiter("nat_gateway_deleted").wait(
            NatGatewayIds=[nat], WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        assert is_silent(region, home.instance, server_address), "the route leads nowhere"
        refused = region.get(home.instance, S3_URL, SILENT_FOR)
        assert refused.network is not None
        assert "timed out" in refused.network
    (table,) = region.ec2.describe_route_tables(RouteTableIds=[home.private_table])["RouteTables"]
    assert [one["State"] for one in table["Routes"] if one.get("NatGatewayId") == nat] == ["blackhole"]
    region.ec2.release_address(AllocationId=address["AllocationId"])


def test_a_private_gateway_stands_for_its_instances(region: LiveRegion) -> None:
    """Within the VPC, for a subnet that is routed through it; it has no way out."""
    home = private_home(region)
    neighbour = region.instance(home.public_subnet, groups=[open_group(region, home.vpc, "neighbours")])
    outside, outside_address = public_server(region)
    nat = gateway(region, home.public_subnet, ConnectivityType="private", PrivateIpAddress="10.0.1.200")
    with answering(region, neighbour), answering(region, outside):
        assert told(region, home.instance, "10.0.1.4") == "10.0.2.4 at 10.0.1.4"
        for destination in ("10.0.1.0/24", EVERYWHERE):
            region.ec2.create_route(RouteTableId=home.private_table, DestinationCidrBlock=destination, NatGatewayId=nat)
        region.wait()
        assert told(region, home.instance, "10.0.1.4") == "10.0.1.200 at 10.0.1.4"
        assert is_silent(region, home.instance, outside_address)


def test_a_public_gateway_in_a_private_subnet_leads_nowhere(region: LiveRegion) -> None:
    """It is available, as on AWS; what is missing is its own subnet's route."""
    home = private_home(region)
    server, server_address = public_server(region)
    subnet = region.subnet(home.vpc, "10.0.3.0/24")
    table = region.table(home.vpc, subnet)
    nat = gateway(region, subnet, AllocationId=region.ec2.allocate_address()["AllocationId"])
    region.ec2.create_route(RouteTableId=home.private_table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=nat)
    region.wait()
    with answering(region, server):
        assert is_silent(region, home.instance, server_address)
        (internet,) = region.ec2.describe_internet_gateways(
            Filters=[{"Name": "attachment.vpc-id", "Values": [home.vpc]}]
        )["InternetGateways"]
        region.ec2.create_route(
            RouteTableId=table, DestinationCidrBlock=EVERYWHERE, GatewayId=internet["InternetGatewayId"]
        )
        region.wait()
        assert " at 10.9.1." in told(region, home.instance, server_address)


def test_one_without_an_internet_gateway_fails(region: LiveRegion) -> None:
    subnet = region.subnet(region.vpc())
    allocation = region.ec2.allocate_address()["AllocationId"]
    nat = region.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]

    def shown() -> dict[str, Any]:
        return dict(region.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0])

    wait_until(lambda: shown()["State"] != "pending")
    assert (shown()["State"], shown()["FailureCode"]) == ("failed", "Gateway.NotAttached")
    region.ec2.release_address(AllocationId=allocation)
