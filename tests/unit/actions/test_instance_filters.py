"""The filters that look beyond what an instance is shown with; all others are told by test_instances."""

from __future__ import annotations

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.addresses import allocate_address
from skywalk.actions.instance_filters import RESERVATION_FILTERS, STATUS_FILTERS, reservation_filters
from skywalk.actions.instances import describe_instances
from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from support.launching import Home
from support.region import Region


@pytest.fixture
def home() -> Home:
    home = Home(Region())
    gateway = home.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    home.ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=home.vpc_id)
    return home


def found(home: Home, name: str, value: str) -> list[str]:
    answer = home.ec2(describe_instances, Filters=[{"Name": f"network-interface.{name}", "Values": [value]}])
    return [one["InstanceId"] for reservation in answer["Reservations"] for one in reservation["Instances"]]


def test_instances_by_their_elastic_ip_addresses(home: Home) -> None:
    described = [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "SecondaryPrivateIpAddressCount": 1}]
    launched = home.launch(NetworkInterfaces=described, InstanceType="m5.large")["Instances"][0]
    home.launch()
    home.settle()
    instance_id, (eni,) = launched["InstanceId"], launched["NetworkInterfaces"]
    first, second = (home.ec2(allocate_address, Domain="vpc")["AllocationId"] for _ in range(2))
    addresses = [one["PrivateIpAddress"] for one in eni["PrivateIpAddresses"]]
    associations = [
        home.ec2(
            associate_address,
            AllocationId=allocation,
            NetworkInterfaceId=eni["NetworkInterfaceId"],
            PrivateIpAddress=address,
        )["AssociationId"]
        for allocation, address in zip((first, second), addresses, strict=True)
    ]
    assert found(home, "association.allocation-id", first) == [instance_id]
    assert found(home, "association.allocation-id", second) == [], "it leads to a secondary address"
    assert found(home, "addresses.association.allocation-id", second) == [instance_id]
    assert found(home, "association.association-id", associations[0]) == [instance_id]
    assert found(home, "addresses.association.association-id", associations[1]) == [instance_id]
    assert found(home, "addresses.association.ip-owner-id", "123456789012") == [instance_id]


def test_names(home: Home) -> None:
    with home.ec2.call() as call:
        assert len(reservation_filters(call)) == len(RESERVATION_FILTERS) + 4
    assert "attached-ebs-status.status" in STATUS_FILTERS
