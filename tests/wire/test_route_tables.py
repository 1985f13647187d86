"""Route tables by stock boto3: targets of every kind, middleboxes, edge tables, the main table."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.plan.routes import TargetKind
from support.waiting import wait_until
from support.wire_region import WireRegion

IMAGE = "ami-0abcdef1234567890"


def _vpc(ec2: Any, network: str = "10.0.0.0/16") -> tuple[str, str, str]:
    """A VPC with a subnet and an attached internet gateway."""
    vpc = ec2.create_vpc(CidrBlock=network)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=network.replace(".0.0/16", ".1.0/24"))["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    return vpc, subnet, gateway


def _appliance(ec2: Any, subnet: str) -> tuple[str, str]:
    """A running instance and its interface."""
    launched = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)
    instance = launched["Instances"][0]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance["InstanceId"]], WaiterConfig={"Delay": 1})
    return instance["InstanceId"], instance["NetworkInterfaces"][0]["NetworkInterfaceId"]


def _routes(ec2: Any, table: str) -> dict[str, Any]:
    [shown] = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return {route["DestinationCidrBlock"]: route for route in shown["Routes"]}


def test_a_route_over_an_instance_and_the_end_of_the_instance(wire: WireRegion, ec2: Any) -> None:
    vpc, subnet, _ = _vpc(ec2)
    instance, eni = _appliance(ec2, subnet)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    assert ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", InstanceId=instance)["Return"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.0.1.0/24", NetworkInterfaceId=eni)
    shown = _routes(ec2, table)["0.0.0.0/0"]
    assert (shown["InstanceId"], shown["NetworkInterfaceId"], shown["State"]) == (instance, eni, "active")

    def kinds() -> dict[str, TargetKind]:
        plan = wire.driver.plans[vpc]
        return {str(route.destination): route.target_kind for route in plan.routes if route.route_table_id == table}

    wait_until(lambda: kinds().get("10.0.1.0/24") is TargetKind.PORT)
    assert kinds()["0.0.0.0/0"] is TargetKind.PORT
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    assert _routes(ec2, table)["0.0.0.0/0"]["State"] == "blackhole"
    wait_until(lambda: kinds()["0.0.0.0/0"] is TargetKind.BLACKHOLE)


def test_an_edge_table(wire: WireRegion, ec2: Any) -> None:
    vpc, subnet, gateway = _vpc(ec2, "10.1.0.0/16")
    _, eni = _appliance(ec2, subnet)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table, GatewayId=gateway)["AssociationId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.1.0/24", NetworkInterfaceId=eni)
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", NetworkInterfaceId=eni)
    with pytest.raises(ClientError, match="RouteNotSupported"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    wait_until(lambda: wire.driver.plans[vpc].router.gateway_route_table_id == table)
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", LocalTarget=True)
    assert _routes(ec2, table)["10.1.0.0/16"]["GatewayId"] == "local"
    ec2.disassociate_route_table(AssociationId=association)
    wait_until(lambda: wire.driver.plans[vpc].router.gateway_route_table_id is None)


def test_the_main_table_is_replaced(ec2: Any) -> None:
    vpc, _, _ = _vpc(ec2, "10.2.0.0/16")
    main = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    [former] = ec2.describe_route_tables(Filters=main)["RouteTables"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = former["Associations"][0]["RouteTableAssociationId"]
    ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)
    [now] = ec2.describe_route_tables(Filters=main)["RouteTables"]
    assert now["RouteTableId"] == table
    ec2.delete_route_table(RouteTableId=former["RouteTableId"])


def test_refusals_have_aws_codes(ec2: Any) -> None:
    vpc, subnet, gateway = _vpc(ec2, "10.3.0.0/16")
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    nowhere = "nat-00000000000000000"
    for parameters, code in (
        ({"DestinationCidrBlock": "10.3.1.0/24", "GatewayId": gateway}, "InvalidParameterValue"),
        (
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nowhere},
            "InvalidNatGatewayID.NotFound",
        ),
        ({"DestinationCidrBlock": "0.0.0.0/0"}, "MissingParameter"),
        ({"DestinationPrefixListId": "pl-00000000000000000", "GatewayId": gateway}, "InvalidPrefixListID.NotFound"),
    ):
        with pytest.raises(ClientError, match=code):
            ec2.create_route(RouteTableId=table, **parameters)
    with pytest.raises(ClientError, match=r"InvalidRoute\.NotFound"):
        ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    with pytest.raises(ClientError, match="DryRunOperation"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway, DryRun=True)
    assert list(_routes(ec2, table)) == ["10.3.0.0/16"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_route_table(RouteTableId=table)
