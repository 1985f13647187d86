"""The life of interface endpoints: what a polling client sees, and what packets meet at that moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from support.descriptors import descriptors_below
from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

SQS = "com.amazonaws.us-east-1.sqs"
SECONDS = 60
OPEN, SILENCE, NO_NAME = "open", "silence", "no name"

CONNECT = """
import socket, sys
for line in sys.stdin:
    try:
        host, seconds = line.split()
        socket.create_connection((host, 443), timeout=float(seconds)).close()
        print("open")
    except socket.gaierror:
        print("no name")
    except OSError:
        print("silence")
"""


@dataclass
class Home:
    """A VPC that may have private DNS, with subnets in two zones and a client in the first."""

    region: LiveRegion

    def __post_init__(self) -> None:
        self.vpc = self.region.vpc()
        self.region.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.first = self.region.subnet(self.vpc, "10.0.1.0/24", "us-east-1a")
        self.second = self.region.subnet(self.vpc, "10.0.2.0/24", "us-east-1b")
        self.client = self.region.start(self.region.instance(self.first), CONNECT)

    def meets(self, host: str, expected: str) -> bool:
        """Whether this becomes of a connection from the client to port 443."""
        self.client.say(f"{host} {SILENT_FOR if expected == SILENCE else REACHES_WITHIN}")
        return self.client.hear() == expected

    def meet(self, hosts: Sequence[str], *expected: str) -> bool:
        return all(self.meets(*each) for each in zip(hosts, expected, strict=True))

    def create(self, *subnets: str, **request: Any) -> dict[str, Any]:
        made = self.region.ec2.create_vpc_endpoint(
            VpcId=self.vpc, VpcEndpointType="Interface", ServiceName=SQS, SubnetIds=list(subnets), **request
        )["VpcEndpoint"]
        assert made["State"] == "pending"
        return dict(made)

    def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        return dict(self.region.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])

    def available(self, endpoint_id: str) -> dict[str, Any]:
        """As soon as a client sees it so."""
        wait_until(lambda: self.endpoint(endpoint_id)["State"] == "available", SECONDS)
        return self.endpoint(endpoint_id)

    def addresses(self, shown: dict[str, Any]) -> list[str]:
        ids = shown["NetworkInterfaceIds"]
        found = self.region.ec2.describe_network_interfaces(NetworkInterfaceIds=ids)["NetworkInterfaces"] if ids else []
        return [one["PrivateIpAddress"] for one in found]


@pytest.fixture
def home(region: LiveRegion) -> Iterator[Home]:
    home = Home(region)
    with home.client:
        yield home


def test_available_means_that_packets_pass_and_deleted_that_nothing_is_left(home: Home) -> None:
    made = home.create(home.first, home.second)
    shown = home.available(made["VpcEndpointId"])
    names = [entry["DnsName"] for entry in shown["DnsEntries"]]
    assert len(names) == 4
    for host in (*home.addresses(shown), *names):
        assert home.meets(host, OPEN), host
    assert home.region.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["Unsuccessful"] == []
    assert home.endpoint(made["VpcEndpointId"])["State"] == "deleted"
    assert home.meet(names, NO_NAME, NO_NAME, NO_NAME, SILENCE)
    assert home.meet(("10.0.1.5", "10.0.2.4"), SILENCE, SILENCE)
    home.region.ec2.delete_subnet(SubnetId=home.second)


def test_addresses_move_with_their_subnets(home: Home) -> None:
    endpoint_id = home.create(home.first, PrivateDnsEnabled=False)["VpcEndpointId"]
    before = home.available(endpoint_id)
    (former,) = home.addresses(before)
    modify = home.region.ec2.modify_vpc_endpoint
    modify(
        VpcEndpointId=endpoint_id,
        AddSubnetIds=[home.second],
        SubnetConfigurations=[{"SubnetId": home.first, "Ipv4": "10.0.1.200"}],
    )
    shown = home.endpoint(endpoint_id)
    assert (shown["State"], home.addresses(shown)) == ("available", ["10.0.1.200", "10.0.2.4"])
    assert home.meet((former, "10.0.1.200", "10.0.2.4"), SILENCE, OPEN, OPEN)
    zonal = shown["DnsEntries"][1]["DnsName"]
    modify(VpcEndpointId=endpoint_id, RemoveSubnetIds=[home.first])
    assert home.meet(("10.0.1.200", zonal, "10.0.2.4"), SILENCE, NO_NAME, OPEN)


def test_groups_and_private_names_change_on_a_live_endpoint(home: Home) -> None:
    ec2 = home.region.ec2
    closed = ec2.create_security_group(GroupName="closed", Description="lets nobody in", VpcId=home.vpc)["GroupId"]
    endpoint_id = home.create(home.first, SecurityGroupIds=[closed], PrivateDnsEnabled=False)["VpcEndpointId"]
    shown = home.available(endpoint_id)
    regional = shown["DnsEntries"][0]["DnsName"]
    assert home.meets(regional, SILENCE)
    assert home.meets("sqs.us-east-1.amazonaws.com", SILENCE), "the public address, and no way out"
    default = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [home.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]["GroupId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, AddSecurityGroupIds=[default], PrivateDnsEnabled=True)
    assert home.meets(regional, OPEN)
    assert home.meets("sqs.us-east-1.amazonaws.com", OPEN)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, RemoveSecurityGroupIds=[default])
    assert home.meets(regional, SILENCE)


def test_another_regions_service_has_its_regional_name_alone(home: Home) -> None:
    made = home.region.ec2.create_vpc_endpoint(
        VpcId=home.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.eu-west-1.kms",
        ServiceRegion="eu-west-1",
        SubnetIds=[home.first],
    )["VpcEndpoint"]
    shown = home.available(made["VpcEndpointId"])
    names = [entry["DnsName"] for entry in shown["DnsEntries"]]
    assert names[0].endswith(".kms.eu-west-1.vpce.amazonaws.com")
    assert names[1:] == ["kms.eu-west-1.amazonaws.com"]
    assert home.meet(names, OPEN, OPEN)
    assert home.meets("kms.us-east-1.amazonaws.com", SILENCE)


def test_one_that_cannot_be_served_has_failed_and_heals(home: Home) -> None:
    (worker,) = home.region.processes("skywalk.edge.worker")
    with descriptors_below(3, worker):  # so that none becomes free meanwhile that it could take
        endpoint_id = home.create(home.first)["VpcEndpointId"]
        wait_until(lambda: home.endpoint(endpoint_id)["State"] != "pending", SECONDS)
        shown = home.endpoint(endpoint_id)
        assert shown["State"] == "failed"
        assert "Too many open files" in shown["FailureReason"]
        assert shown["LastError"] == {"Code": "InternalError", "Message": shown["FailureReason"]}
    healed = home.available(endpoint_id)
    assert "LastError" not in healed
    assert home.meets(healed["DnsEntries"][0]["DnsName"], OPEN)
