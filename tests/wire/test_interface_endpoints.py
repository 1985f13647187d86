"""Interface endpoints, by boto3 as it is."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.waiting import wait_until
from support.wire_region import WireRegion

SQS = "com.amazonaws.us-east-1.sqs"


class Place:
    """A VPC that may have private DNS, with a subnet in each of two zones."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in ((1, "a"), (2, "b"))
        ]

    def create(self, **request: Any) -> dict[str, Any]:
        made = self.ec2.create_vpc_endpoint(
            VpcEndpointType="Interface", VpcId=self.vpc, **{"ServiceName": SQS, "SubnetIds": self.subnets, **request}
        )
        return dict(made["VpcEndpoint"])

    def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        return dict(self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])

    def settled(self, endpoint_id: str) -> dict[str, Any]:
        wait_until(lambda: self.endpoint(endpoint_id)["State"] == "available")
        return self.endpoint(endpoint_id)


@pytest.fixture
def place(ec2: Any) -> Place:
    return Place(ec2)


def test_a_client_sees_it_pending_and_then_available(wire: WireRegion, ec2: Any, place: Place) -> None:
    made = place.create(PrivateDnsEnabled=True)
    assert made["State"] == "pending"
    shown = place.settled(made["VpcEndpointId"])
    assert shown == {**made, "State": "available"}
    assert [entry["DnsName"] for entry in shown["DnsEntries"]][-1] == "sqs.us-east-1.amazonaws.com"
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=shown["NetworkInterfaceIds"])["NetworkInterfaces"]
    assert [one["PrivateIpAddress"] for one in found] == ["10.0.1.4", "10.0.2.4"]
    assert {one["InterfaceType"] for one in found} == {"vpc_endpoint"}
    (row,) = wire.driver.plans[place.vpc].interface_endpoints
    assert (row.service, [str(address) for address in row.addresses]) == ("sqs", ["10.0.1.4", "10.0.2.4"])


def test_everything_changes_on_a_live_endpoint(wire: WireRegion, ec2: Any, place: Place) -> None:
    group = ec2.create_security_group(GroupName="queues", Description="queues", VpcId=place.vpc)["GroupId"]
    made = place.settled(place.create(SubnetIds=place.subnets[:1])["VpcEndpointId"])
    endpoint_id = made["VpcEndpointId"]
    changed = ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint_id,
        AddSubnetIds=place.subnets[1:],
        AddSecurityGroupIds=[group],
        RemoveSecurityGroupIds=[one["GroupId"] for one in made["Groups"]],
        SubnetConfigurations=[{"SubnetId": place.subnets[0], "Ipv4": "10.0.1.50"}],
        PrivateDnsEnabled=False,
    )
    assert changed["Return"] is True
    shown = place.endpoint(endpoint_id)
    assert (shown["State"], shown["SubnetIds"], shown["PrivateDnsEnabled"]) == ("available", place.subnets, False)
    assert shown["Groups"] == [{"GroupId": group, "GroupName": "queues"}]
    ports = wire.driver.plans[place.vpc].endpoint_ports
    assert {str(port.address) for port in ports} == {"10.0.1.50", "10.0.2.4"}
    assert {port.security_group_ids for port in ports} == {(group,)}
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, RemoveSubnetIds=place.subnets)
    assert place.endpoint(endpoint_id)["NetworkInterfaceIds"] == []


def test_deleting_it_frees_its_subnets(ec2: Any, place: Place) -> None:
    endpoint_id = place.settled(place.create()["VpcEndpointId"])["VpcEndpointId"]
    with pytest.raises(ClientError) as caught:
        ec2.delete_subnet(SubnetId=place.subnets[0])
    assert caught.value.response["Error"]["Code"] == "DependencyViolation"
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])["Unsuccessful"] == []
    assert place.endpoint(endpoint_id)["State"] == "deleted"
    for subnet in place.subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=place.vpc)


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (
            {"RouteTableIds": ["rtb-0123456789abcdef0"]},
            "InvalidParameter",
            "Route table IDs are only supported for Gateway type VPC Endpoint.",
        ),
        (
            {"SubnetIds": ["subnet-00000000000000000"]},
            "InvalidSubnetID.NotFound",
            "The subnet ID 'subnet-00000000000000000' does not exist",
        ),
        (
            {"ServiceName": "com.amazonaws.us-east-1.dynamodb", "PrivateDnsEnabled": True},
            "InvalidParameter",
            "Private DNS can't be enabled because the service com.amazonaws.us-east-1.dynamodb does not provide a "
            "private DNS name.",
        ),
        ({"IpAddressType": "dualstack"}, "UnsupportedOperation", None),
        ({"DryRun": True}, "DryRunOperation", None),
    ],
)
def test_refusals(place: Place, request_: dict[str, Any], code: str, text: str | None) -> None:
    with pytest.raises(ClientError) as caught:
        place.create(**request_)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text is None or error["Message"] == text
