from __future__ import annotations

from skywalk.actions.hosted_zones import create_hosted_zone
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpc_endpoints import create_vpc_endpoint, modify_vpc_endpoint
from skywalk.actions.vpcs import modify_vpc_attribute
from support.hosted_zones import make_zone, place
from support.region import Client, Region

NAME = "sqs.us-east-1.amazonaws.com"


def endpoint(client: Client, vpc_id: str, *, private_dns: bool) -> str:
    client(modify_vpc_attribute, VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet = client(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")
    made = client(
        create_vpc_endpoint,
        VpcId=vpc_id,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=private_dns,
        SubnetIds=[subnet["Subnet"]["SubnetId"]],
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def test_a_zone_of_an_endpoints_private_name_conflicts() -> None:
    client = Region().client()
    vpc = place(client)
    endpoint(client, vpc["VPCId"], private_dns=True)
    code, text = client.refusal(create_hosted_zone, Name=NAME, CallerReference="1", VPC=vpc)
    assert code == "ConflictingDomainExists"
    assert text.startswith(
        f"The VPC {vpc['VPCId']} in region us-east-1 has already been associated with the hosted zone Z"
    )
    assert text.endswith("with the same domain name.")
    make_zone(client, f"other.{NAME}", VPC=vpc)
    make_zone(client, "us-east-1.amazonaws.com", VPC=vpc)


def test_an_endpoint_gets_no_private_dns_where_a_zone_has_its_name() -> None:
    client = Region().client()
    vpc = place(client)
    make_zone(client, NAME, VPC=vpc)
    endpoint_id = endpoint(client, vpc["VPCId"], private_dns=False)
    assert client.refusal(modify_vpc_endpoint, VpcEndpointId=endpoint_id, PrivateDnsEnabled=True) == (
        "InvalidParameter",
        f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {NAME} in the VPC "
        f"{vpc['VPCId']}",
    )


def test_two_zones_of_a_name_are_for_two_vpcs() -> None:
    client = Region().client()
    first, second = place(client), place(client)
    zone_id = make_zone(client, "corp.internal", VPC=first)
    make_zone(client, "corp.internal", VPC=second, CallerReference="2")
    assert client.refusal(create_hosted_zone, Name="corp.internal", CallerReference="3", VPC=first) == (
        "ConflictingDomainExists",
        f"The VPC {first['VPCId']} in region us-east-1 has already been associated with the hosted zone {zone_id} "
        "with the same domain name.",
    )
