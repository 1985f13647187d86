from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_attributes import modify_instance_attribute
from skywalk.actions.managed_prefix_lists import create_managed_prefix_list
from skywalk.actions.network_interface_attributes import modify_network_interface_attribute
from skywalk.actions.network_interfaces import create_network_interface
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.routes import create_route
from skywalk.actions.run_instances import run_instances
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.vpc_endpoints import create_vpc_endpoint, delete_vpc_endpoints, modify_vpc_endpoint
from skywalk.actions.vpcs import create_vpc
from skywalk.values.quotas import AWS_QUOTAS, Quotas
from support.launching import Home
from support.region import Client, Region

S3 = "com.amazonaws.us-east-1.s3"
TOO_MANY_ENDPOINTS = ("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")
TOO_MANY_GROUPS = (
    "SecurityGroupsPerInterfaceLimitExceeded",
    "The maximum number of security groups per interface has been reached.",
)
TOO_MANY_ROUTES = ("RouteLimitExceeded", "The maximum number of routes has been reached.")


@pytest.fixture
def home() -> Home:
    return Home(Region())


def gateway(ec2: Client, vpc_id: str, **more: Any) -> str:
    made = ec2(create_vpc_endpoint, VpcId=vpc_id, ServiceName=S3, **more)
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def interface(home: Home, service: str) -> dict[str, Any]:
    """What is asked for."""
    name = f"com.amazonaws.us-east-1.{service}"
    return {
        "VpcId": home.vpc_id, "ServiceName": name, "VpcEndpointType": "Interface", "SubnetIds": [home.subnet_id],
        "PrivateDnsEnabled": False,
    }  # fmt: skip


def test_awss_defaults() -> None:
    assert Quotas(gateway_endpoints=20, interface_endpoints=50, security_groups=5, routes=500) == AWS_QUOTAS


def test_gateway_endpoints_of_a_region(home: Home) -> None:
    ec2 = home.ec2.limited(gateway_endpoints=2)
    ids = [gateway(ec2, home.vpc_id), gateway(ec2, home.vpc_id)]
    other_vpc = ec2(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert ec2.refusal(create_vpc_endpoint, VpcId=other_vpc, ServiceName=S3) == TOO_MANY_ENDPOINTS
    west = Client(ec2.world, ec2.caller, "us-west-2", ec2.quotas)
    west_vpc = west(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert west(create_vpc_endpoint, VpcId=west_vpc, ServiceName="com.amazonaws.us-west-2.s3")
    assert ec2(create_vpc_endpoint, **interface(home, "sqs"))  # counted apart
    ec2(delete_vpc_endpoints, VpcEndpointIds=ids[:1])
    gateway(ec2, other_vpc)
    assert ec2.refusal(create_vpc_endpoint, VpcId=other_vpc, ServiceName=S3) == TOO_MANY_ENDPOINTS
    assert gateway(home.ec2, other_vpc)  # without quotas


def test_interface_endpoints_of_a_vpc(home: Home) -> None:
    ec2 = home.ec2.limited(interface_endpoints=2)
    ids = [ec2(create_vpc_endpoint, **interface(home, service)) for service in ("sqs", "sns")]
    assert ec2.refusal(create_vpc_endpoint, **interface(home, "kms")) == TOO_MANY_ENDPOINTS
    gateway(ec2, home.vpc_id)  # counted apart
    other_vpc = ec2(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert ec2(create_vpc_endpoint, **{**interface(home, "kms"), "VpcId": other_vpc, "SubnetIds": []})
    ec2(delete_vpc_endpoints, VpcEndpointIds=[ids[0]["VpcEndpoint"]["VpcEndpointId"]])
    assert ec2(create_vpc_endpoint, **interface(home, "kms"))


def test_what_is_asked_for_again_is_there(home: Home) -> None:
    ec2 = home.ec2.limited(gateway_endpoints=1)
    assert gateway(ec2, home.vpc_id, ClientToken="once") == gateway(ec2, home.vpc_id, ClientToken="once")


def test_groups_of_an_interface(home: Home) -> None:
    ec2 = home.ec2.limited(security_groups=2)
    groups = [
        ec2(create_security_group, GroupName=name, Description=name, VpcId=home.vpc_id)["GroupId"]
        for name in ("a", "b", "c")
    ]
    made = ec2(create_vpc_endpoint, **interface(home, "sqs"), SecurityGroupIds=groups[:2])
    endpoint_id = made["VpcEndpoint"]["VpcEndpointId"]
    asked = interface(home, "sns")
    assert ec2.refusal(create_vpc_endpoint, **asked, SecurityGroupIds=groups) == TOO_MANY_GROUPS
    changes = {"VpcEndpointId": endpoint_id, "AddSecurityGroupIds": [groups[2]]}
    assert ec2.refusal(modify_vpc_endpoint, **changes) == TOO_MANY_GROUPS
    ec2(modify_vpc_endpoint, **changes, RemoveSecurityGroupIds=[groups[0]])
    assert ec2.refusal(create_network_interface, SubnetId=home.subnet_id, Groups=groups) == TOO_MANY_GROUPS
    two = ec2(create_network_interface, SubnetId=home.subnet_id, Groups=[*groups[:2], groups[0]])
    eni_id = two["NetworkInterface"]["NetworkInterfaceId"]
    changed = {"NetworkInterfaceId": eni_id, "Groups": groups}
    assert ec2.refusal(modify_network_interface_attribute, **changed) == TOO_MANY_GROUPS
    launch = {"ImageId": "ami-0abcdef1234567890", "MinCount": 1, "MaxCount": 1, "SubnetId": home.subnet_id}
    assert ec2.refusal(run_instances, **launch, SecurityGroupIds=groups) == TOO_MANY_GROUPS
    (instance,) = ec2(run_instances, **launch, SecurityGroupIds=groups[:1])["Instances"]
    changed = {"InstanceId": instance["InstanceId"], "Groups": groups}
    assert ec2.refusal(modify_instance_attribute, **changed) == TOO_MANY_GROUPS


def test_routes_of_a_table(home: Home) -> None:
    ec2 = home.ec2.limited(routes=4)
    table = ec2(create_route_table, VpcId=home.vpc_id)["RouteTable"]["RouteTableId"]
    eni_id = ec2(create_network_interface, SubnetId=home.subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    way = {"RouteTableId": table, "NetworkInterfaceId": eni_id}
    made = ec2(
        create_managed_prefix_list, PrefixListName="two", MaxEntries=2, AddressFamily="IPv4", Entries=[]
    )["PrefixList"]  # fmt: skip
    ec2(create_route, **way, DestinationPrefixListId=made["PrefixListId"])
    ec2(create_route, **way, DestinationCidrBlock="192.0.2.0/24")
    gateway(ec2, home.vpc_id, RouteTableIds=[table])
    assert ec2.refusal(create_route, **way, DestinationCidrBlock="198.51.100.0/24") == TOO_MANY_ROUTES
    dynamodb = {"VpcId": home.vpc_id, "ServiceName": "com.amazonaws.us-east-1.dynamodb", "RouteTableIds": [table]}
    assert ec2.refusal(create_vpc_endpoint, **dynamodb) == TOO_MANY_ROUTES
    code, _ = ec2.refusal(create_route, **way, DestinationCidrBlock="192.0.2.0/24")
    assert code == "RouteAlreadyExists"
    assert home.ec2(create_vpc_endpoint, **dynamodb)  # without quotas
