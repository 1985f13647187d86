"""NAT gateways on real packets: what goes out and comes back, and what does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from skywalk.drivers.linux.netns import inside
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    SILENT_FOR,
    answering_datagrams,
    arrives,
    call,
    connected,
    echoes,
    listening,
    open_socket,
    ping,
    query,
    silent,
)
from support.plans import S3_ADDRESS, S3_NETWORK, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC, OTHER_VPC = resource_id("vpc", 1), resource_id("vpc", 2)
PUBLIC_SUBNET, PRIVATE_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
PUBLIC_TABLE, PRIVATE_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
PRIVATE, OTHER_PRIVATE = resource_id("i", 1), resource_id("i", 2)
PRIVATE_ENI, OTHER_PRIVATE_ENI, NAT_ENI = (resource_id("eni", number) for number in (1, 2, 9))
PRIVATE_ADDRESS, NAT_ADDRESS, PUBLIC_ADDRESS = "10.0.2.10", "10.0.1.50", "203.0.113.50"
NAT = resource_id("nat", 1)
GROUP, ACL = resource_id("sg", 1), resource_id("acl", 1)
STS_ADDRESS = "198.51.100.20"


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        internet = internet_plan(("sts", "198.51.100.0/24", (443,)), ("s3", S3_NETWORK, (443,)))
        assert made.driver.apply_internet(internet).failures == {}
        yield made


def behind_nat(vpc_id: str = VPC, public: str | None = PUBLIC_ADDRESS) -> VpcBuilder:
    """Two instances in a private subnet, whose way out is a NAT gateway in a public one."""
    vpc = VpcBuilder(vpc_id, has_internet=True)
    vpc.subnet(PUBLIC_SUBNET, "10.0.1.0/24", PUBLIC_TABLE)
    vpc.subnet(PRIVATE_SUBNET, "10.0.2.0/24", PRIVATE_TABLE)
    vpc.port(PRIVATE_ENI, PRIVATE_ADDRESS, subnet=PRIVATE_SUBNET, instance=PRIVATE, groups=(GROUP,))
    vpc.port(OTHER_PRIVATE_ENI, "10.0.2.11", subnet=PRIVATE_SUBNET, instance=OTHER_PRIVATE, groups=(GROUP,))
    vpc.nat_gateway(NAT, NAT_ENI, NAT_ADDRESS, subnet=PUBLIC_SUBNET, public=public)
    vpc.route(PUBLIC_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.route(PRIVATE_TABLE, "0.0.0.0/0", "port", NAT_ENI)
    vpc.allow(GROUP, "out", network="0.0.0.0/0")
    return vpc


def public_instance(vpc: VpcBuilder, number: int, address: str, public: str) -> str:
    """An instance in the public subnet that takes everything; its id."""
    group, instance = resource_id("sg", number), resource_id("i", number)
    vpc.allow_all(group)
    vpc.port(resource_id("eni", number), address, subnet=PUBLIC_SUBNET, instance=instance, groups=(group,))
    vpc.public_address(resource_id("eni", number), public)
    return instance


@pytest.mark.parametrize("zone", [0, 7])
def test_private_instances_reach_the_internet_from_the_gateways_address(region: LinuxRegion, zone: int) -> None:
    vpc = behind_nat()
    if zone:
        vpc.zone(NAT_ENI, zone)
    region.apply(vpc.plan())
    with listening(region.internet, 443), connected(region.path(VPC, PRIVATE), STS_ADDRESS, 443) as connection:
        assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        assert call(region.path(VPC, OTHER_PRIVATE), S3_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        assert echoes(connection)


def test_two_callers_with_one_port_are_told_apart(region: LinuxRegion) -> None:
    region.apply(behind_nat().plan())
    with (
        listening(region.internet, 443),
        open_socket(region.path(VPC, PRIVATE)) as one,
        open_socket(region.path(VPC, OTHER_PRIVATE)) as two,
    ):
        for caller in (one, two):
            caller.settimeout(REACHES_WITHIN)
            caller.bind(("0.0.0.0", 40000))
            caller.connect((STS_ADDRESS, 443))
            assert caller.recv(200) == f"here {PUBLIC_ADDRESS}\n".encode()
        assert echoes(one)
        assert echoes(two)


def test_udp_and_icmp_pass_too(region: LinuxRegion) -> None:
    region.apply(behind_nat().plan())
    other = behind_nat(OTHER_VPC, "203.0.113.60")
    outside = public_instance(other, 5, "10.0.1.20", "203.0.113.61")
    region.apply(other.plan())
    instance = region.path(VPC, PRIVATE)
    assert ping(instance, "203.0.113.61") == "reply"
    with answering_datagrams(region.path(OTHER_VPC, outside), "10.0.1.20", 5000):
        assert query(instance, "203.0.113.61", 5000) == "reply"


def test_nothing_comes_in_and_the_gateway_is_silent(region: LinuxRegion) -> None:
    region.apply(behind_nat().plan())
    other = behind_nat(OTHER_VPC, "203.0.113.60")
    outside = public_instance(other, 5, "10.0.1.20", "203.0.113.61")
    region.apply(other.plan())
    caller, instance = region.path(OTHER_VPC, outside), region.path(VPC, PRIVATE)
    gateway = region.path(VPC, NAT)
    with listening(instance, 8080) as called, listening(gateway, 8080) as gateways:
        assert silent(caller, PUBLIC_ADDRESS, 8080)
        assert silent(instance, NAT_ADDRESS, 8080)
        assert ping(caller, PUBLIC_ADDRESS, SILENT_FOR) == "silence"
        assert ping(instance, NAT_ADDRESS, SILENT_FOR) == "silence"
        assert ping(instance, "203.0.113.61", SILENT_FOR, hops=2) == "silence", "no time exceeded from the gateway"
        assert (called.callers, gateways.callers) == ([], [])
    assert not arrives(caller, gateway, PUBLIC_ADDRESS, 5000)
    with open_socket(gateway, socket.SOCK_DGRAM) as sender, pytest.raises(PermissionError):
        sender.sendto(b"?", (PRIVATE_ADDRESS, 5000))


def test_only_tcp_udp_and_icmp_pass(region: LinuxRegion) -> None:
    region.apply(behind_nat().plan())
    with open_socket(region.path(VPC, PRIVATE), socket.SOCK_RAW, 50) as raw:
        raw.sendto(b"encapsulated", (STS_ADDRESS, 0))
    assert ping(region.path(VPC, PRIVATE), STS_ADDRESS, SILENT_FOR) == "silence"
    with inside(region.path(VPC, "router")), open("/proc/thread-self/net/nf_conntrack") as tracked:
        protocols = [line.split()[2] for line in tracked if f"src={NAT_ADDRESS}" in line]
    assert protocols == ["icmp"], "the other did not come back from the gateway"


def test_groups_of_the_sender_apply_and_the_gateway_has_none(region: LinuxRegion) -> None:
    vpc = behind_nat()
    vpc.rules.clear()
    rule = vpc.allow(GROUP, "out", protocol=TCP, ports=(443, 443), network="198.51.100.0/24")
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        assert silent(region.path(VPC, PRIVATE), S3_ADDRESS, 443)
        del vpc.rules[rule]
        region.apply(vpc.plan())
        assert silent(region.path(VPC, PRIVATE), STS_ADDRESS, 443)


def test_the_acl_of_the_gateways_subnet_applies_to_both_crossings(region: LinuxRegion) -> None:
    vpc = behind_nat()
    vpc.subnet(PUBLIC_SUBNET, "10.0.1.0/24", PUBLIC_TABLE, ACL)
    for direction in ("in", "out"):
        vpc.acl_rule(ACL, direction, 100)
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        for direction, network in (
            ("in", "10.0.2.0/24"),
            ("out", "198.51.100.0/24"),
            ("in", "198.51.100.0/24"),
            ("out", "10.0.2.0/24"),
        ):
            assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
            key = vpc.acl_rule(ACL, direction, 50, allow=False, protocol=TCP, ports=(0, 65535), network=network)
            region.apply(vpc.plan())
            assert silent(region.path(VPC, PRIVATE), STS_ADDRESS, 443), f"{direction} {network}"
            del vpc.acl_rules[key]
            region.apply(vpc.plan())


def test_a_gateway_in_its_subnets_own_table_is_used_by_neighbours(region: LinuxRegion) -> None:
    """A NAT gateway in a subnet whose table leads to it, and not to an internet gateway, goes nowhere."""
    vpc = behind_nat()
    vpc.subnet(PUBLIC_SUBNET, "10.0.1.0/24", PRIVATE_TABLE)
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        assert silent(region.path(VPC, PRIVATE), STS_ADDRESS, 443)


def test_without_a_public_address_it_translates_within_the_vpc_only(region: LinuxRegion) -> None:
    region.apply(behind_nat(public=None).plan())
    with listening(region.internet, 443) as service:
        assert silent(region.path(VPC, PRIVATE), STS_ADDRESS, 443)
        assert service.callers == []
    assert region.driver.read_counters()[VPC].received_packets == 0


def test_an_endpoint_is_preferred_to_the_gateway(region: LinuxRegion) -> None:
    vpc = behind_nat()
    vpc.endpoint(resource_id("vpce", 1), PRIVATE_TABLE)
    region.apply(vpc.plan())
    place = region.driver.places(VPC)[1]
    with (
        listening(region.internet, 443, "internet"),
        listening(region.path(VPC, "endpoints"), 443, "edge", place.device),
    ):
        assert call(region.path(VPC, PRIVATE), S3_ADDRESS, 443) == f"edge {PRIVATE_ADDRESS}"
        assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == f"internet {PUBLIC_ADDRESS}"


def test_a_public_address_of_the_same_vpc_is_reached_from_outside(region: LinuxRegion) -> None:
    vpc = behind_nat()
    neighbour = public_instance(vpc, 5, "10.0.1.20", "203.0.113.20")
    region.apply(vpc.plan())
    with listening(region.path(VPC, neighbour), 8080):
        assert call(region.path(VPC, PRIVATE), "203.0.113.20", 8080) == f"here {PUBLIC_ADDRESS}"
        assert call(region.path(VPC, PRIVATE), "10.0.1.20", 8080) == f"here {PRIVATE_ADDRESS}"


def test_a_gateway_that_goes_cuts_and_leaves_nothing(region: LinuxRegion) -> None:
    vpc = behind_nat()
    region.apply(vpc.plan())
    instance = region.path(VPC, PRIVATE)
    with listening(region.internet, 443), connected(instance, STS_ADDRESS, 443) as connection:
        del vpc.nat_gateways[NAT]
        del vpc.ports[NAT_ENI]
        vpc.translations.clear()
        region.apply(vpc.plan())
        assert not echoes(connection, SILENT_FOR)
        assert silent(instance, STS_ADDRESS, 443)
        assert not region.path(VPC, NAT).exists()
        vpc.nat_gateway(NAT, NAT_ENI, NAT_ADDRESS, subnet=PUBLIC_SUBNET, public=PUBLIC_ADDRESS)
        region.apply(vpc.plan())
        assert call(instance, STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"


def test_a_public_address_that_changes_shows_at_once(region: LinuxRegion) -> None:
    vpc = behind_nat()
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        vpc.translations.clear()
        vpc.public_address(NAT_ENI, "203.0.113.77")
        region.apply(vpc.plan())
        assert call(region.path(VPC, PRIVATE), STS_ADDRESS, 443) == "here 203.0.113.77"
