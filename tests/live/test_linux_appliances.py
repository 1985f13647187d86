"""Routes to interfaces on real packets: appliances between the subnets of a VPC.

One packet crosses the router twice there, and its replies twice again.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from support.appliance_vpc import (
    APPLIANCE,
    APPLIANCE_ADDRESS,
    APPLIANCE_ENI,
    APPLIANCE_GROUP,
    APPLIANCE_SUBNET,
    APPLIANCE_TABLE,
    CLIENT,
    CLIENT_ADDRESS,
    CLIENTS_SUBNET,
    CLIENTS_TABLE,
    INSTANCES_GROUP,
    SECOND,
    SECOND_ENI,
    SERVER,
    SERVER_ADDRESS,
    SERVER_ENI,
    SERVERS_SUBNET,
    SERVERS_TABLE,
    VPC,
    ZONE,
    forwarded,
    lead,
    masquerade,
    start,
    three_subnets,
)
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    SILENT_FOR,
    call,
    converse,
    listening,
    meeting,
    open_socket,
    ping,
    put_on_link,
    silent,
)
from support.plans import TCP, UDP, internet_plan, resource_id

pytestmark = pytest.mark.live

KINDS = pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        assert made.driver.apply_internet(internet_plan(("sts", "198.51.100.0/24", (443,)))).failures == {}
        yield made


@KINDS
def test_between_two_subnets_both_ways(region: LinuxRegion, kind: int) -> None:
    start(region, lead(three_subnets()))
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with meeting(client, server, SERVER_ADDRESS, 5000, kind) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000), "an appliance changes nothing"
        converse(one, other)
        assert forwarded(region) >= 9
    assert ping(client, SERVER_ADDRESS) == "reply"
    assert ping(server, CLIENT_ADDRESS) == "reply"


@KINDS
def test_between_two_subnets_there_alone(region: LinuxRegion, kind: int) -> None:
    start(region, lead(three_subnets(), back=False))
    with meeting(region.path(VPC, CLIENT), region.path(VPC, SERVER), SERVER_ADDRESS, 5000, kind) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000)
        converse(one, other)
        assert forwarded(region) > 4


def test_between_two_subnets_back_alone(region: LinuxRegion) -> None:
    """Where the groups of the client take no new connections: it knows its own."""
    vpc = lead(three_subnets(), there=False)
    del vpc.rules[f"{INSTANCES_GROUP}-all-in"]
    vpc.allow(INSTANCES_GROUP, "in", protocol=TCP, ports=(5000, 5000), network="0.0.0.0/0")
    start(region, vpc)
    with meeting(region.path(VPC, CLIENT), region.path(VPC, SERVER), SERVER_ADDRESS, 5000) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000)
        converse(one, other)
        assert forwarded(region) >= 4


@KINDS
def test_groups_know_the_replies_of_both_crossings(region: LinuxRegion, kind: int) -> None:
    """Nobody takes or sends anything new but the client to the server's port."""
    vpc = lead(three_subnets())
    vpc.rules.clear()
    servers = resource_id("sg", 3)
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SERVERS_SUBNET, instance=SERVER, groups=(servers,))
    protocol = TCP if kind == socket.SOCK_STREAM else UDP
    vpc.allow(INSTANCES_GROUP, "out", protocol=protocol, ports=(5000, 5000), network="10.0.3.0/24")
    for direction in ("in", "out"):
        vpc.allow(APPLIANCE_GROUP, direction, protocol=protocol, ports=(5000, 5000), network="10.0.0.0/16")
    vpc.allow(servers, "in", protocol=protocol, ports=(5000, 5000), network="10.0.1.0/24")
    start(region, vpc)
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with meeting(client, server, SERVER_ADDRESS, 5000, kind) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000)
        converse(one, other)
    if kind == socket.SOCK_STREAM:
        with listening(client, 5000):
            assert silent(server, CLIENT_ADDRESS, 5000)


@pytest.mark.parametrize("refusing", ["in", "out"])
def test_the_appliances_groups_can_refuse_either_crossing(region: LinuxRegion, refusing: str) -> None:
    vpc = lead(three_subnets())
    del vpc.rules[f"{APPLIANCE_GROUP}-all-{refusing}"]
    vpc.allow(APPLIANCE_GROUP, refusing, protocol=TCP, ports=(81, 81), network="0.0.0.0/0")
    start(region, vpc)
    with listening(region.path(VPC, SERVER), 80) as refused, listening(region.path(VPC, SERVER), 81):
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 80)
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 81) == f"here {CLIENT_ADDRESS}"
        assert refused.callers == []


@pytest.mark.parametrize("zone", [ZONE, 0])
def test_an_appliances_groups_do_not_take_what_was_established_elsewhere(region: LinuxRegion, zone: int) -> None:
    """The server speaks first, directly; the client's answer comes by the appliance, whose groups refuse it. Without a
    zone the router takes it for a part of the first exchange."""
    vpc = lead(three_subnets(zone), back=False)
    vpc.rules = {key: rule for key, rule in vpc.rules.items() if rule.security_group_id != APPLIANCE_GROUP}
    start(region, vpc)
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with open_socket(client, socket.SOCK_DGRAM) as one, open_socket(server, socket.SOCK_DGRAM) as other:
        one.bind((CLIENT_ADDRESS, 5000))
        other.bind((SERVER_ADDRESS, 6000))
        one.settimeout(REACHES_WITHIN)
        other.settimeout(SILENT_FOR if zone else REACHES_WITHIN)
        other.sendto(b"direct", (CLIENT_ADDRESS, 5000))
        assert one.recv(100) == b"direct"
        one.sendto(b"answer", (SERVER_ADDRESS, 6000))
        if zone:
            with pytest.raises(TimeoutError):
                other.recv(100)
        else:
            assert other.recv(100) == b"answer"


@KINDS
def test_two_appliances_in_a_row(region: LinuxRegion, kind: int) -> None:
    vpc = three_subnets()
    behind, table = resource_id("subnet", 4), resource_id("rtb", 5)
    vpc.subnet(behind, "10.0.4.0/24", table)
    vpc.port(
        SECOND_ENI,
        "10.0.4.10",
        subnet=behind,
        instance=SECOND,
        groups=(APPLIANCE_GROUP,),
        source_dest_check=False,
    )
    vpc.zone(SECOND_ENI, ZONE + 1)
    vpc.route(CLIENTS_TABLE, "10.0.3.0/24", "port", APPLIANCE_ENI)
    vpc.route(APPLIANCE_TABLE, "10.0.3.0/24", "port", SECOND_ENI)
    vpc.route(SERVERS_TABLE, "10.0.1.0/24", "port", SECOND_ENI)
    vpc.route(table, "10.0.1.0/24", "port", APPLIANCE_ENI)
    start(region, vpc, APPLIANCE, SECOND)
    with meeting(region.path(VPC, CLIENT), region.path(VPC, SERVER), SERVER_ADDRESS, 5000, kind) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000)
        converse(one, other)
    assert forwarded(region) >= 8
    assert forwarded(region, SECOND) >= 8


def test_a_nat_instance_between_subnets(region: LinuxRegion) -> None:
    start(region, lead(three_subnets(), back=False))
    masquerade(region)
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with meeting(client, server, SERVER_ADDRESS, 5000) as (one, other, peer):
        assert peer[0] == APPLIANCE_ADDRESS
        converse(one, other)


def test_what_stays_in_a_subnet_is_not_led(region: LinuxRegion) -> None:
    vpc = three_subnets()
    vpc.port(SECOND_ENI, "10.0.1.20", subnet=CLIENTS_SUBNET, instance=SECOND, groups=(INSTANCES_GROUP,))
    vpc.route(CLIENTS_TABLE, "10.0.0.0/16", "port", APPLIANCE_ENI)
    start(region, vpc)
    with listening(region.path(VPC, SECOND), 80), listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), "10.0.1.20", 80) == f"here {CLIENT_ADDRESS}"
        assert forwarded(region) == 0
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert forwarded(region) > 0


def test_the_most_specific_route_wins_within_the_vpc(region: LinuxRegion) -> None:
    vpc = three_subnets()
    vpc.route(CLIENTS_TABLE, "10.0.0.0/16", "port", APPLIANCE_ENI)
    vpc.route(CLIENTS_TABLE, "10.0.3.0/24", "local", "local")
    start(region, vpc)
    with listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert forwarded(region) == 0
        vpc.route(CLIENTS_TABLE, "10.0.3.0/24", "blackhole", APPLIANCE_ENI)
        region.apply(vpc.plan())
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 80)


def test_an_appliance_that_is_gone_is_a_blackhole(region: LinuxRegion) -> None:
    vpc = lead(three_subnets())
    start(region, vpc)
    with listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        del vpc.ports[APPLIANCE_ENI]
        vpc.zones.clear()
        region.apply(vpc.plan())
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 80)
        vpc.routes.clear()
        region.apply(vpc.plan())
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"


def test_an_interface_that_checks_its_destination_is_no_appliance(region: LinuxRegion) -> None:
    vpc = lead(three_subnets())
    vpc.port(APPLIANCE_ENI, APPLIANCE_ADDRESS, subnet=APPLIANCE_SUBNET, instance=APPLIANCE, groups=(APPLIANCE_GROUP,))
    start(region, vpc)
    with listening(region.path(VPC, SERVER), 80):
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 80)
        assert forwarded(region) == 0


def test_an_appliance_asks_the_routers_services_in_nobodys_name(region: LinuxRegion) -> None:
    start(region, three_subnets())
    router, way = region.path(VPC, "router"), region.path(VPC, APPLIANCE)
    with open_socket(router, socket.SOCK_DGRAM) as resolver:
        resolver.bind(("10.0.0.2", 53))
        for source in (CLIENT_ADDRESS, "192.0.2.1", APPLIANCE_ADDRESS):
            put_on_link(way, "eth0", source, "10.0.0.2", 53)
        resolver.settimeout(REACHES_WITHIN)
        assert resolver.recvfrom(100)[1][0] == APPLIANCE_ADDRESS
        resolver.settimeout(SILENT_FOR)
        with pytest.raises(TimeoutError):
            resolver.recvfrom(100)
