from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pytest

from skywalk.actions.endpoint_policies import DEFAULT_INTERFACE_POLICY
from skywalk.actions.endpoint_private_dns import private_zones_in
from skywalk.actions.interface_endpoints import service_of_endpoint
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.vpc_endpoints import (
    create_vpc_endpoint,
    delete_vpc_endpoints,
    describe_vpc_endpoints,
    modify_vpc_endpoint,
)
from skywalk.resources.endpoint_names import private_zones
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support.interface_endpoints import (
    S3,
    SQS,
    create,
    endpoint,
    interfaces,
    modify,
    modify_refusal,
    refusal,
    whole,
    with_host_names,
)
from support.launching import Home
from support.region import OWNER, Region


@pytest.fixture
def home() -> Home:
    return with_host_names(Home(Region()))


def test_a_new_endpoint(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    specifications = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "queues"}]}]
    made = create(home, home.subnet_id, second, TagSpecifications=specifications)
    endpoint_id = made["VpcEndpointId"]
    entries = made.pop("DnsEntries")
    assert made == {
        "VpcEndpointId": endpoint_id,
        "VpcEndpointType": "Interface",
        "VpcId": home.vpc_id,
        "ServiceName": SQS,
        "State": "pending",
        "PolicyDocument": DEFAULT_INTERFACE_POLICY,
        "RouteTableIds": [],
        "SubnetIds": [home.subnet_id, second],
        "Groups": [{"GroupId": home.default_group_id, "GroupName": "default"}],
        "IpAddressType": "ipv4",
        "DnsOptions": {"DnsRecordIpType": "ipv4"},
        "PrivateDnsEnabled": True,
        "RequesterManaged": False,
        "NetworkInterfaceIds": made["NetworkInterfaceIds"],
        "CreationTimestamp": FixedClock().now(),
        "Tags": [{"Key": "Name", "Value": "queues"}],
        "OwnerId": OWNER,
        "ServiceRegion": "us-east-1",
    }
    regional = entries[0]["DnsName"]
    found = re.fullmatch(rf"{endpoint_id}-([a-z0-9]{{8}})\.sqs\.us-east-1\.vpce\.amazonaws\.com", regional)
    assert found
    assert [entry["DnsName"] for entry in entries] == [
        regional,
        f"{endpoint_id}-{found[1]}-us-east-1a.sqs.us-east-1.vpce.amazonaws.com",
        f"{endpoint_id}-{found[1]}-us-east-1b.sqs.us-east-1.vpce.amazonaws.com",
        "sqs.us-east-1.amazonaws.com",
    ]
    assert [entry["HostedZoneId"] for entry in entries[:3]] == ["Z7HUB22UULQXV"] * 3
    assert entries[3]["HostedZoneId"] not in ("", "Z7HUB22UULQXV")


def test_its_network_interfaces(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    made = create(home, home.subnet_id, second)
    shown = interfaces(home, made)
    assert [one["SubnetId"] for one in shown] == [home.subnet_id, second]
    assert [one["PrivateIpAddress"] for one in shown] == ["10.0.1.4", "10.0.2.4"]
    for one in shown:
        assert one["InterfaceType"] == "vpc_endpoint"
        assert one["Description"] == f"VPC Endpoint Interface {made['VpcEndpointId']}"
        assert (one["RequesterManaged"], one["RequesterId"], one["Status"]) == (True, "amazon-aws", "in-use")
        assert one["Groups"] == made["Groups"]
        attachment = one["Attachment"]
        assert attachment["AttachmentId"].startswith("ela-attach-")
        assert (attachment["InstanceOwnerId"], attachment["Status"]) == ("amazon-aws", "attached")
        assert (attachment["DeviceIndex"], attachment["DeleteOnTermination"]) == (1, False)
        assert "InstanceId" not in attachment
    filters = [{"Name": "interface-type", "Values": ["vpc_endpoint"]}, {"Name": "subnet-id", "Values": [second]}]
    assert home.ec2(describe_network_interfaces, Filters=filters)["NetworkInterfaces"] == [shown[1]]


def test_it_is_available_when_the_machine_has_it(home: Home) -> None:
    made = create(home, home.subnet_id)["VpcEndpointId"]
    assert endpoint(home, made)["State"] == "pending"
    home.settle()
    assert endpoint(home, made)["State"] == "available"


def test_it_fails_with_its_interface_and_heals(home: Home) -> None:
    made = create(home, home.subnet_id)
    home.settle({made["NetworkInterfaceIds"][0]: "no room for an address"})
    shown = endpoint(home, made["VpcEndpointId"])
    assert (shown["State"], shown["FailureReason"]) == ("failed", "no room for an address")
    assert shown["LastError"] == {"Code": "InternalError", "Message": "no room for an address"}
    home.settle()
    shown = endpoint(home, made["VpcEndpointId"])
    assert (shown["State"], "LastError" in shown, "FailureReason" in shown) == ("available", False, False)


def test_it_may_have_no_subnets(home: Home) -> None:
    made = create(home)
    assert (made["SubnetIds"], made["NetworkInterfaceIds"]) == ([], [])
    home.settle()
    assert endpoint(home, made["VpcEndpointId"])["State"] == "available"


def test_deleting_takes_its_interfaces_when_the_machine_has_lost_them(home: Home) -> None:
    made = create(home, home.subnet_id)
    home.settle()
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made["VpcEndpointId"]]) == {"Unsuccessful": []}
    assert endpoint(home, made["VpcEndpointId"])["State"] == "deleting"
    assert len(interfaces(home, made)) == 1
    home.settle()
    shown = endpoint(home, made["VpcEndpointId"])
    assert (shown["State"], shown["NetworkInterfaceIds"], shown["SubnetIds"]) == ("deleted", [], [])
    assert home.ec2(describe_network_interfaces)["NetworkInterfaces"] == []


def test_a_client_token(home: Home) -> None:
    request = whole(home, home.subnet_id, ClientToken="once")
    first = home.ec2(create_vpc_endpoint, **request)
    assert home.ec2(create_vpc_endpoint, **request) == first
    assert first["ClientToken"] == "once"
    assert len(home.ec2(describe_vpc_endpoints)["VpcEndpoints"]) == 1
    assert len(home.ec2(describe_network_interfaces)["NetworkInterfaces"]) == 1
    assert refusal(home, ClientToken="once")[0] == "IdempotentParameterMismatch"


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (
            {"RouteTableIds": ["rtb-1"]},
            "InvalidParameter",
            "Route table IDs are only supported for Gateway type VPC Endpoint.",
        ),
        (
            {"ServiceNetworkArn": "arn:x"},
            "InvalidParameter",
            "Interface type VPC Endpoints are made for a service name.",
        ),
        (
            {"IpAddressType": "dualstack"},
            "UnsupportedOperation",
            "Interface endpoints of the IP address type dualstack are not supported yet.",
        ),
        ({"IpAddressType": "ipv5"}, "InvalidParameter", "The IP address type 'ipv5' is not valid."),
        (
            {"DnsOptions": {"DnsRecordIpType": "ipv6"}},
            "InvalidParameter",
            "The DNS record IP type ipv6 is not supported for VPC Endpoints of the IP address type ipv4.",
        ),
        (
            {"DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}},
            "InvalidParameter",
            "PrivateDnsPreference is only supported for Resource and ServiceNetwork type VPC Endpoints.",
        ),
        (
            {"DnsOptions": {"PrivateDnsSpecifiedDomains": ["a.example"]}},
            "InvalidParameter",
            "PrivateDnsSpecifiedDomains is only supported for Resource and ServiceNetwork type VPC Endpoints.",
        ),
    ],
)
def test_what_an_interface_endpoint_does_not_have(home: Home, request_: dict[str, Any], code: str, text: str) -> None:
    assert refusal(home, **request_) == (code, text)
    changes = {{"RouteTableIds": "AddRouteTableIds"}.get(name, name): value for name, value in request_.items()}
    assert modify_refusal(home, create(home)["VpcEndpointId"], **changes) == (code, text)


def test_what_asks_for_nothing_is_taken(home: Home) -> None:
    options = {"DnsRecordIpType": "ipv4", "PrivateDnsOnlyForInboundResolverEndpoint": False}
    made = create(home, IpAddressType="ipv4", DnsOptions=options, ServiceRegion="us-east-1", RouteTableIds=[])
    assert made["DnsOptions"] == {"DnsRecordIpType": "ipv4"}


def test_a_change_makes_it_pending_and_nothing_does_not(home: Home) -> None:
    made = create(home, home.subnet_id)["VpcEndpointId"]
    home.settle()
    assert modify(home, made, DnsOptions={"DnsRecordIpType": "ipv4"})["State"] == "available"
    assert modify(home, made, PrivateDnsEnabled=False)["State"] == "pending"
    home.settle()
    assert endpoint(home, made)["State"] == "available"


def test_another_regions_service(home: Home) -> None:
    made = create(home, home.subnet_id, ServiceName="com.amazonaws.eu-west-1.kms", ServiceRegion="eu-west-1")
    assert (made["ServiceName"], made["ServiceRegion"]) == ("com.amazonaws.eu-west-1.kms", "eu-west-1")
    regional, private = (entry["DnsName"] for entry in made["DnsEntries"])
    assert re.fullmatch(rf"{made['VpcEndpointId']}-\w{{8}}\.kms\.eu-west-1\.vpce\.amazonaws\.com", regional)
    assert private == "kms.eu-west-1.amazonaws.com"
    found = home.ec2(describe_vpc_endpoints, Filters=[{"Name": "service-region", "Values": ["eu-west-1"]}])
    assert [one["VpcEndpointId"] for one in found["VpcEndpoints"]] == [made["VpcEndpointId"]]


def test_filters_of_interface_endpoints(home: Home) -> None:
    made = create(home, home.subnet_id)["VpcEndpointId"]
    for name, value in (("vpc-endpoint-type", "Interface"), ("ip-address-type", "ipv4"), ("service-name", "*sqs")):
        found = home.ec2(describe_vpc_endpoints, Filters=[{"Name": name, "Values": [value]}])["VpcEndpoints"]
        assert [one["VpcEndpointId"] for one in found] == [made]


def test_s3_tells_for_whom_its_private_names_are(home: Home) -> None:
    made = create(home, home.subnet_id, ServiceName=S3)
    assert made["PrivateDnsEnabled"] is False
    assert made["DnsOptions"] == {"DnsRecordIpType": "ipv4", "PrivateDnsOnlyForInboundResolverEndpoint": False}
    assert [entry["DnsName"].partition(".")[0] for entry in made["DnsEntries"]] == ["*", "*"]


class Changes:
    """Endpoints of one VPC that are made, changed and deleted by chance."""

    def __init__(self, home: Home, seed: int) -> None:
        self.home = home
        self.random = random.Random(seed)
        self.subnets = [home.subnet_id, *(home.subnet(f"10.0.{n}.0/28", zone) for n, zone in enumerate("abcab", 2))]
        self.groups = [home.default_group_id] + [
            home.ec2(create_security_group, GroupName=name, Description=name, VpcId=home.vpc_id)["GroupId"]
            for name in ("one", "two")
        ]
        self.ids: list[str] = []
        self.done: Counter[str] = Counter()

    def some(self, things: list[str]) -> list[str]:
        return self.random.sample(things, self.random.randint(0, 2))

    def configurations(self) -> list[dict[str, str]]:
        address = f"10.0.{self.random.randint(1, 4)}.{self.random.randint(3, 15)}"
        return [{"SubnetId": subnet, "Ipv4": address} for subnet in self.some(self.subnets)]

    def step(self) -> None:
        draw = self.random.random()
        if draw < 0.4 or not self.ids:
            self.create()
        elif draw < 0.8:
            parameters = {
                "AddSubnetIds": self.some(self.subnets),
                "RemoveSubnetIds": self.some(self.subnets),
                "AddSecurityGroupIds": self.some(self.groups),
                "RemoveSecurityGroupIds": self.some(self.groups),
                "SubnetConfigurations": self.configurations(),
                "PrivateDnsEnabled": draw < 0.6,
                "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": draw < 0.5},
            }
            chosen = {name: value for name, value in parameters.items() if self.random.random() < 0.3}
            self.home.ec2(modify_vpc_endpoint, VpcEndpointId=self.random.choice(self.ids), **chosen)
            self.done["changed"] += 1
        elif draw < 0.9:
            self.home.ec2(delete_vpc_endpoints, VpcEndpointIds=[self.random.choice(self.ids)])
            self.done["deleted"] += 1
        else:
            self.home.settle()

    def create(self) -> None:
        service = self.random.choice(("sqs", "kms", "s3", "dynamodb"))
        request = {"VpcId": self.home.vpc_id, "ServiceName": f"com.amazonaws.us-east-1.{service}"}
        if self.random.random() < 0.8:
            request = whole(self.home, *self.some(self.subnets), SecurityGroupIds=self.some(self.groups), **request)
        self.ids.append(self.home.ec2(create_vpc_endpoint, **request)["VpcEndpoint"]["VpcEndpointId"])
        self.done["made"] += 1

    def check(self) -> None:
        """What is true of all endpoints and interfaces together, at any time."""
        store = self.home.region.store
        endpoints = store.of_type(VpcEndpoint)
        held = {eni.id: eni for eni in store.of_type(NetworkInterface)}
        assert sorted(held) == sorted(eni for one in endpoints for eni in one.network_interface_ids)
        assert len({eni.private_address for eni in held.values()}) == len(held)
        names: Counter[str] = Counter()
        for one in endpoints:
            mine = [held[eni_id] for eni_id in one.network_interface_ids]
            assert tuple(eni.subnet_id for eni in mine) == one.subnet_ids
            assert len({eni.availability_zone for eni in mine}) == len(mine)
            assert {(eni.managed_by, eni.security_group_ids) for eni in mine} <= {(one.id, one.security_group_ids)}
            if one.private_dns_enabled and not one.is_gone:
                names.update(private_zones(service_of_endpoint(one)))
        assert set(names.values()) <= {1}
        with self.home.ec2.call() as call:
            assert private_zones_in(call, self.home.vpc_id) == set(names)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_endpoints_and_interfaces_agree(home: Home, seed: int) -> None:
    changes = Changes(home, seed)
    for _ in range(150):
        try:
            changes.step()
        except AwsError as refusal:
            changes.done[refusal.code] += 1
        changes.check()
    assert changes.done.keys() >= {"made", "changed", "deleted", "InvalidParameter", "DuplicateSubnetsInSameZone"}
