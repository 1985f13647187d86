from __future__ import annotations

from skywalk.drivers.linux.counters import counted_links
from support.plans import VpcBuilder, resource_id

VPC, TABLE, SUBNET = resource_id("vpc", 1), resource_id("rtb", 1), resource_id("subnet", 1)
ENDPOINT, INTERFACE_ENDPOINT, NAT = resource_id("vpce", 1), resource_id("vpce", 2), resource_id("nat", 1)


def vpc_with_an_instance() -> VpcBuilder:
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNET, instance=resource_id("i", 1))
    return vpc


def test_nobody_counts_for_instances_alone() -> None:
    assert counted_links(vpc_with_an_instance().plan()) == []


def test_who_counts() -> None:
    vpc = vpc_with_an_instance()
    vpc.endpoint(ENDPOINT, TABLE)
    vpc.nat_gateway(NAT, resource_id("eni", 2), "10.0.1.50", subnet=SUBNET, public=None)
    vpc.endpoint_port(resource_id("eni", 3), "10.0.1.60", subnet=SUBNET, owner=INTERFACE_ENDPOINT)
    vpc.has_internet = True
    assert counted_links(vpc.plan()) == [
        (ENDPOINT, "e-000000000001"),
        (NAT, "p-000000000002"),
        (f"{VPC} endpoints", "n-000000000001"),
        (VPC, "internet"),
    ]
