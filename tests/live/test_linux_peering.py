"""Peerings between two VPCs on real packets: what passes, what does not, and which router makes the link."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.routing import peering_device
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, delete_link, find_link
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    SILENT_FOR,
    arrives,
    call,
    connected,
    echoes,
    listening,
    open_socket,
    ping,
    put_on_link,
    silent,
)
from support.plans import S3_ADDRESS, S3_NETWORK, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

ONE, TWO, THREE = (resource_id("vpc", number) for number in (1, 2, 3))
NETWORKS = {ONE: "10.1.0.0/16", TWO: "10.2.0.0/16", THREE: "10.3.0.0/16"}
HOSTS = {ONE: "10.1.1.10", TWO: "10.2.1.10", THREE: "10.3.1.10"}
SUBNET, TABLE, INSTANCE, ENI, GROUP = (resource_id(kind, 1) for kind in ("subnet", "rtb", "i", "eni", "sg"))
PEERING, OTHER_PEERING = resource_id("pcx", 1), resource_id("pcx", 2)
ACL = resource_id("acl", 1)


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


def vpc_with_instance(vpc_id: str) -> VpcBuilder:
    """One instance; groups let everything through."""
    vpc = VpcBuilder(vpc_id, NETWORKS[vpc_id])
    vpc.subnet(SUBNET, NETWORKS[vpc_id].replace(".0.0/16", ".1.0/24"), TABLE)
    vpc.port(ENI, HOSTS[vpc_id], subnet=SUBNET, instance=INSTANCE, groups=(GROUP,))
    vpc.allow_all(GROUP)
    return vpc


def connect(one: VpcBuilder, two: VpcBuilder, peering: str = PEERING) -> None:
    """An active peering, and routes to it on both sides."""
    for near, far in ((one, two), (two, one)):
        near.peer(peering, far.vpc_id, far.network)
        near.route(TABLE, far.network, "peering", peering)


def pair(region: LinuxRegion) -> tuple[VpcBuilder, VpcBuilder]:
    """Two peered VPCs, applied."""
    one, two = vpc_with_instance(ONE), vpc_with_instance(TWO)
    for vpc in (one, two):
        region.apply(vpc.plan())
    connect(one, two)
    for vpc in (one, two):
        region.apply(vpc.plan())
    return one, two


def test_instances_of_both_vpcs_reach_each_other(region: LinuxRegion) -> None:
    pair(region)
    one, two = region.path(ONE, INSTANCE), region.path(TWO, INSTANCE)
    with listening(one, 80), listening(two, 80), connected(one, HOSTS[TWO], 80) as connection:
        assert call(one, HOSTS[TWO], 80) == f"here {HOSTS[ONE]}"
        assert call(two, HOSTS[ONE], 80) == f"here {HOSTS[TWO]}"
        assert echoes(connection)
    assert ping(one, HOSTS[TWO]) == "reply"


def test_without_routes_on_both_sides_nothing_passes(region: LinuxRegion) -> None:
    one, two = pair(region)
    two.routes.clear()
    region.apply(two.plan())
    with listening(region.path(TWO, INSTANCE), 80) as called:
        assert silent(region.path(ONE, INSTANCE), HOSTS[TWO], 80)
        assert called.callers == []
    one.routes.clear()
    region.apply(one.plan())
    assert not arrives(region.path(ONE, INSTANCE), region.path(TWO, INSTANCE), HOSTS[TWO], 5000)


def test_groups_of_both_sides_apply_also_by_the_peers_group(region: LinuxRegion) -> None:
    one, two = pair(region)
    theirs = resource_id("sg", 7)
    two.rules.clear()
    two.allow(GROUP, "in", protocol=TCP, ports=(80, 80), peer_group=theirs)
    two.foreign_members[theirs] = (HOSTS[ONE],)
    region.apply(two.plan())
    with listening(region.path(TWO, INSTANCE), 80), listening(region.path(TWO, INSTANCE), 81):
        assert call(region.path(ONE, INSTANCE), HOSTS[TWO], 80) == f"here {HOSTS[ONE]}"
        assert silent(region.path(ONE, INSTANCE), HOSTS[TWO], 81)
        del two.foreign_members[theirs]
        region.apply(two.plan())
        assert silent(region.path(ONE, INSTANCE), HOSTS[TWO], 80)
    two.allow_all(GROUP)
    region.apply(two.plan())
    del one.rules[f"{GROUP}-all-out"]
    region.apply(one.plan())
    with listening(region.path(TWO, INSTANCE), 80):
        assert silent(region.path(ONE, INSTANCE), HOSTS[TWO], 80)


def test_acls_of_both_sides_apply(region: LinuxRegion) -> None:
    one, two = pair(region)
    with listening(region.path(TWO, INSTANCE), 80):
        for vpc, direction, network in (
            (one, "out", NETWORKS[TWO]),
            (two, "in", NETWORKS[ONE]),
            (two, "out", NETWORKS[ONE]),
            (one, "in", NETWORKS[TWO]),
        ):
            key = vpc.acl_rule(ACL, direction, 50, allow=False, network=network)
            for each in ("in", "out"):
                vpc.acl_rule(ACL, each, 100)
            vpc.subnet(SUBNET, str(vpc.segments[SUBNET].network), TABLE, ACL)
            region.apply(vpc.plan())
            assert silent(region.path(ONE, INSTANCE), HOSTS[TWO], 80), f"{vpc.vpc_id} {direction}"
            del vpc.acl_rules[key]
            region.apply(vpc.plan())
            assert call(region.path(ONE, INSTANCE), HOSTS[TWO], 80) == f"here {HOSTS[ONE]}"


def test_a_peering_is_not_transitive(region: LinuxRegion) -> None:
    one, two = pair(region)
    three = vpc_with_instance(THREE)
    region.apply(three.plan())
    connect(two, three, OTHER_PEERING)
    one.route(TABLE, NETWORKS[THREE], "peering", PEERING)
    three.route(TABLE, NETWORKS[ONE], "peering", OTHER_PEERING)
    for vpc in (one, two, three):
        region.apply(vpc.plan())
    assert reaches(region, TWO, THREE)
    assert reaches(region, ONE, TWO)
    assert misses(region, ONE, THREE)
    assert not arrives(region.path(ONE, INSTANCE), region.path(THREE, INSTANCE), HOSTS[THREE], 5000)


def reaches(region: LinuxRegion, caller: str, called: str) -> bool:
    with listening(region.path(called, INSTANCE), 80):
        return call(region.path(caller, INSTANCE), HOSTS[called], 80) == f"here {HOSTS[caller]}"


def misses(region: LinuxRegion, caller: str, called: str) -> bool:
    with listening(region.path(called, INSTANCE), 80):
        return silent(region.path(caller, INSTANCE), HOSTS[called], 80)


def test_a_peer_uses_neither_gateway_nor_endpoint_nor_services(region: LinuxRegion) -> None:
    """Nothing of the other VPC's but its interfaces: no internet gateway, no NAT gateway, no endpoint, no resolver."""
    services = internet_plan(("sts", "198.51.100.0/24", (443,)), ("s3", S3_NETWORK, (443,)))
    assert region.driver.apply_internet(services).failures == {}
    one, two = pair(region)
    two.has_internet = True
    two.nat_gateway(resource_id("nat", 1), resource_id("eni", 9), "10.2.1.50", subnet=SUBNET, public="203.0.113.50")
    two.route(TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    two.public_address(ENI, "203.0.113.10")
    two.endpoint(resource_id("vpce", 1), TABLE)
    one.route(TABLE, "0.0.0.0/0", "peering", PEERING)
    for vpc in (one, two):
        region.apply(vpc.plan())
    caller, router = region.path(ONE, INSTANCE), region.path(TWO, "router")
    endpoint = region.driver.places(TWO)[1].device
    with (
        listening(region.internet, 443),
        listening(region.path(TWO, "endpoints"), 443, "edge", endpoint),
        listening(router, 53),
        listening(router, 80),
    ):
        assert silent(caller, "198.51.100.20", 443)
        assert silent(caller, S3_ADDRESS, 443)
        assert silent(caller, "10.2.0.2", 53)
        assert silent(caller, "10.2.1.1", 80)
        assert silent(caller, "203.0.113.10", 80)
        assert call(region.path(TWO, INSTANCE), "198.51.100.20", 443) == "here 203.0.113.10"
    assert region.driver.read_counters()[resource_id("vpce", 1)].received_packets == 0


def test_only_addresses_of_the_two_vpcs_pass(region: LinuxRegion) -> None:
    """Datagrams put onto the link past the filters of the router that they would come from."""
    pair(region)
    device = peering_device(PEERING)
    with open_socket(region.path(TWO, INSTANCE), socket.SOCK_DGRAM) as receiver:
        receiver.bind(("0.0.0.0", 5000))
        receiver.settimeout(REACHES_WITHIN)
        for source in ("10.3.1.10", "10.2.1.99", "198.51.100.20", HOSTS[ONE]):
            put_on_link(region.path(ONE, "router"), device, source, HOSTS[TWO], 5000, mac="06:00:00:00:00:02")
        assert receiver.recvfrom(100)[1][0] == HOSTS[ONE]
        receiver.settimeout(SILENT_FOR)
        with pytest.raises(TimeoutError):
            receiver.recvfrom(100)


def test_an_appliance_cannot_send_foreign_sources_to_a_peer(region: LinuxRegion) -> None:
    one, two = pair(region)
    one.port(ENI, HOSTS[ONE], subnet=SUBNET, instance=INSTANCE, groups=(GROUP,), source_dest_check=False)
    one.zone(ENI, 3)
    two.peer(PEERING, ONE, NETWORKS[ONE], "192.0.2.0/24")
    for vpc in (one, two):
        region.apply(vpc.plan())
    with open_socket(region.path(TWO, INSTANCE), socket.SOCK_DGRAM) as receiver:
        receiver.bind(("0.0.0.0", 5000))
        receiver.settimeout(REACHES_WITHIN)
        router_mac = "06:00:00:00:00:01"
        for source in ("192.0.2.1", "10.1.1.77"):
            put_on_link(region.path(ONE, INSTANCE), "eth0", source, HOSTS[TWO], 5000, mac=router_mac)
        assert receiver.recvfrom(100)[1][0] == "10.1.1.77"
    with listening(region.path(TWO, INSTANCE), 80), listening(region.path(ONE, INSTANCE), 80):
        assert call(region.path(ONE, INSTANCE), HOSTS[TWO], 80) == f"here {HOSTS[ONE]}"
        assert call(region.path(TWO, INSTANCE), HOSTS[ONE], 80) == f"here {HOSTS[TWO]}"


def test_a_peer_whose_router_is_not_there_is_waited_for(region: LinuxRegion) -> None:
    one, two = vpc_with_instance(ONE), vpc_with_instance(TWO)
    connect(one, two)
    report = region.driver.apply(one.plan())
    assert report.failures == {
        PEERING: f"link {peering_device(PEERING)} to the router of {TWO}: router of {TWO} is not there yet"
    }
    assert report.waits_for == {TWO}
    report = region.driver.apply(two.plan())
    assert (report.failures, report.waits_for, report.unsettles) == ({}, frozenset(), frozenset())
    assert misses(region, TWO, ONE)
    region.apply(one.plan())
    assert reaches(region, ONE, TWO)
    assert reaches(region, TWO, ONE)


@pytest.mark.parametrize("first", [ONE, TWO])
def test_either_side_makes_and_takes_the_link(region: LinuxRegion, first: str) -> None:
    one, two = vpc_with_instance(ONE), vpc_with_instance(TWO)
    order = [one, two] if first == ONE else [two, one]
    for vpc in order:
        region.apply(vpc.plan())
    before = {vpc.vpc_id: dump_kernel(region.run_dir, vpc.vpc_id) for vpc in order}
    for _ in range(2):
        connect(one, two)
        region.apply(order[0].plan())
        assert misses(region, ONE, TWO), "the other side has not taken its end"
        region.apply(order[1].plan())
        assert reaches(region, ONE, TWO)
        for vpc in order:
            vpc.peerings.clear()
            vpc.routes.clear()
            region.apply(vpc.plan())
            assert misses(region, ONE, TWO)
        assert {vpc.vpc_id: dump_kernel(region.run_dir, vpc.vpc_id) for vpc in order} == before


def test_a_new_daemon_takes_a_peering_over(region: LinuxRegion) -> None:
    one, two = pair(region)
    before = [dump_kernel(region.run_dir, each) for each in (ONE, TWO)]
    client = region.path(ONE, INSTANCE)
    with listening(region.path(TWO, INSTANCE), 80), connected(client, HOSTS[TWO], 80) as connection:
        region.restart()
        for vpc in (one, two):
            region.apply(vpc.plan())
        assert [dump_kernel(region.run_dir, each) for each in (ONE, TWO)] == before
        assert echoes(connection)
    region.restart()
    for vpc in (two, one):
        vpc.peerings.clear()
        vpc.routes.clear()
        region.apply(vpc.plan())
    with inside(region.path(ONE, "router")):
        assert peering_device(PEERING) not in [name for _, name in socket.if_nameindex()]


def test_a_link_that_is_lost_is_made_again_and_the_other_side_is_named(region: LinuxRegion) -> None:
    one, two = pair(region)
    before = [dump_kernel(region.run_dir, each) for each in (ONE, TWO)]
    with inside(region.path(ONE, "router")), NetlinkSocket(ROUTE_FAMILY) as netlink:
        assert netlink.request([delete_link(find_link(netlink, peering_device(PEERING)))]) == [None]
    region.driver._standings.pop(ONE)
    report = region.driver.apply(one.plan())
    assert (report.failures, report.unsettles) == ({}, frozenset({TWO}))
    region.apply(two.plan())
    assert [dump_kernel(region.run_dir, each) for each in (ONE, TWO)] == before
    assert reaches(region, ONE, TWO)


def test_the_removal_of_a_vpc_takes_its_peerings(region: LinuxRegion) -> None:
    one, _ = pair(region)
    region.driver.remove(TWO)
    one.peerings.clear()
    one.routes.clear()
    region.apply(one.plan())
    assert dump_kernel(region.run_dir, ONE) == afresh(one)


def afresh(vpc: VpcBuilder) -> str:
    with linux_region() as fresh:
        fresh.apply(vpc.plan())
        return dump_kernel(fresh.run_dir, vpc.vpc_id)


def test_a_change_of_a_peering_enters_no_other_vpc(region: LinuxRegion) -> None:
    one, _ = pair(region)
    before = dump_kernel(region.run_dir, TWO)
    one.peer(PEERING, TWO, NETWORKS[TWO], "10.22.0.0/16")
    region.apply(one.plan())
    assert dump_kernel(region.run_dir, TWO) == before
    assert reaches(region, ONE, TWO)
