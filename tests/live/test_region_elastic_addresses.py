"""Elastic IP addresses: they lead where they are associated, and move."""

from __future__ import annotations

import pytest

from support.live_callers import answering, is_silent, open_group, told
from support.live_region import LiveRegion

pytestmark = pytest.mark.live

METADATA = "http://169.254.169.254/latest/meta-data/public-ipv4"


def address_of(region: LiveRegion, instance: str) -> str | None:
    (reservation,) = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    address: str | None = reservation["Instances"][0].get("PublicIpAddress")
    return address


def test_an_address_moves_from_one_instance_to_another(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.internet_gateway(vpc, region.table(vpc, subnet))
    group = open_group(region, vpc)
    first, second = region.instance(subnet, groups=[group]), region.instance(subnet, groups=[group])
    outside_vpc = region.vpc("10.9.0.0/16")
    outside_subnet = region.subnet(outside_vpc, "10.9.1.0/24")
    region.internet_gateway(outside_vpc, region.table(outside_vpc, outside_subnet))
    caller = region.instance(outside_subnet, public=True)
    caller_address = address_of(region, caller)

    made = region.ec2.allocate_address()
    allocation, public = made["AllocationId"], made["PublicIp"]
    with answering(region, first), answering(region, second):
        assert is_silent(region, caller, public), "it leads nowhere yet"
        region.ec2.associate_address(AllocationId=allocation, InstanceId=first)
        assert told(region, caller, public) == f"{caller_address} at 10.0.1.4"
        moved = region.ec2.associate_address(AllocationId=allocation, InstanceId=second)
        assert told(region, caller, public) == f"{caller_address} at 10.0.1.5"
        region.ec2.disassociate_address(AssociationId=moved["AssociationId"])
        assert is_silent(region, caller, public)
    region.ec2.release_address(AllocationId=allocation)


def test_it_takes_the_place_of_an_assigned_address_and_stays_while_the_instance_stops(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.internet_gateway(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, public=True, groups=[open_group(region, vpc)])
    caller = region.instance(subnet, public=True)
    assigned = address_of(region, instance)
    assert assigned is not None
    made = region.ec2.allocate_address()
    region.ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=instance)
    assert address_of(region, instance) == made["PublicIp"]
    assert region.get(instance, METADATA).answer == made["PublicIp"]
    with answering(region, instance):
        assert told(region, caller, made["PublicIp"]) == f"{address_of(region, caller)} at 10.0.1.4"
        assert is_silent(region, caller, assigned)
    region.ec2.stop_instances(InstanceIds=[instance])
    stopped = {"InstanceIds": [instance], "WaiterConfig": {"Delay": 1, "MaxAttempts": 180}}
    region.ec2.get_waiter("instance_stopped").wait(**stopped)
    assert address_of(region, instance) == made["PublicIp"]
    region.ec2.start_instances(InstanceIds=[instance])
    region.ec2.get_waiter("instance_running").wait(**stopped)
    assert address_of(region, instance) == made["PublicIp"]
    with answering(region, instance):
        assert told(region, caller, made["PublicIp"]) == f"{address_of(region, caller)} at 10.0.1.4"
