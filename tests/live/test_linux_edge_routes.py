"""Appliances and NAT instances between a VPC and the internet, on real packets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, add_route, find_link
from support.appliance_vpc import (
    APPLIANCE,
    APPLIANCE_ADDRESS,
    APPLIANCE_GROUP,
    APPLIANCE_PUBLIC,
    APPLIANCE_SUBNET,
    APPLIANCE_TABLE,
    CLIENT,
    CLIENT_ADDRESS,
    CLIENT_ENI,
    CLIENT_PUBLIC,
    CLIENTS_SUBNET,
    CLIENTS_TABLE,
    INSTANCES_GROUP,
    SERVER,
    SERVER_ADDRESS,
    SERVER_ENI,
    SERVERS_SUBNET,
    SERVERS_TABLE,
    STS_ADDRESS,
    VPC,
    ZONE,
    forwarded,
    lead,
    masquerade,
    outside,
    start,
    three_subnets,
    with_internet,
)
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    call,
    converse,
    echoes,
    listening,
    meeting,
    open_socket,
    ping,
    silent,
)
from support.plans import TCP, UDP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

KINDS = pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        assert made.driver.apply_internet(internet_plan(("sts", "198.51.100.0/24", (443,)))).failures == {}
        yield made


@pytest.mark.parametrize("edge", [True, False])
def test_to_the_internet_and_back(region: LinuxRegion, edge: bool) -> None:
    """With a route table of the internet gateway's the replies go by the appliance too."""
    start(region, with_internet(three_subnets(), edge=edge))
    client = region.path(VPC, CLIENT)
    with listening(region.internet, 443), open_socket(client) as caller:
        caller.settimeout(REACHES_WITHIN)
        caller.connect((STS_ADDRESS, 443))
        assert caller.recv(200) == f"here {CLIENT_PUBLIC}\n".encode()
        before = forwarded(region)
        assert echoes(caller)
        assert echoes(caller)
        assert forwarded(region) - before >= (4 if edge else 2)
        assert call(region.path(VPC, APPLIANCE), STS_ADDRESS, 443) == f"here {APPLIANCE_PUBLIC}"


def test_an_appliance_refuses_the_way_to_the_internet(region: LinuxRegion) -> None:
    vpc = with_internet(three_subnets())
    del vpc.rules[f"{APPLIANCE_GROUP}-all-out"]
    start(region, vpc)
    with listening(region.internet, 443) as service:
        assert silent(region.path(VPC, CLIENT), STS_ADDRESS, 443)
        assert forwarded(region) > 0
        assert service.callers == []
    assert region.driver.read_counters()[VPC].received_packets == 0


@KINDS
def test_from_the_internet_by_the_gateways_route_table(region: LinuxRegion, kind: int) -> None:
    start(region, with_internet(three_subnets()))
    caller, client = outside(region), region.path(VPC, CLIENT)
    with meeting(caller, client, CLIENT_PUBLIC, 5000, kind) as (one, other, peer):
        assert peer == ("203.0.113.99", 41000)
        converse(one, other)
        assert forwarded(region) >= 8
    with listening(region.path(VPC, APPLIANCE), 22):
        before = forwarded(region)
        assert call(caller, APPLIANCE_PUBLIC, 22) == "here 203.0.113.99"
        assert forwarded(region) == before


def test_the_appliance_refuses_what_comes_from_the_internet(region: LinuxRegion) -> None:
    vpc = with_internet(three_subnets())
    del vpc.rules[f"{APPLIANCE_GROUP}-all-in"]
    vpc.allow(APPLIANCE_GROUP, "in", protocol=TCP, ports=(81, 81), network="203.0.113.99/32")
    start(region, vpc)
    caller = outside(region)
    with listening(region.path(VPC, CLIENT), 80) as refused, listening(region.path(VPC, CLIENT), 81):
        assert silent(caller, CLIENT_PUBLIC, 80)
        assert call(caller, CLIENT_PUBLIC, 81) == "here 203.0.113.99"
        assert refused.callers == []


@KINDS
@pytest.mark.parametrize("zone", [ZONE, 0])
def test_a_nat_instance(region: LinuxRegion, zone: int, kind: int) -> None:
    vpc = with_internet(three_subnets(zone), edge=False)
    del vpc.translations[CLIENT_PUBLIC]
    start(region, vpc)
    masquerade(region)
    caller = outside(region)
    with listening(region.internet, 443):
        assert call(region.path(VPC, CLIENT), STS_ADDRESS, 443) == f"here {APPLIANCE_PUBLIC}"
    with meeting(region.path(VPC, CLIENT), caller, "203.0.113.99", 5000, kind) as (one, other, peer):
        assert peer[0] == APPLIANCE_PUBLIC
        converse(one, other)
    assert ping(region.path(VPC, CLIENT), "203.0.113.99") == "reply"


def test_by_the_appliance_to_a_public_address_of_the_same_vpc(region: LinuxRegion) -> None:
    vpc = with_internet(three_subnets())
    vpc.route(SERVERS_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(SERVER_ENI, "203.0.113.30")
    start(region, vpc)
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with meeting(client, server, "203.0.113.30", 5000) as (one, other, peer):
        assert peer == (CLIENT_PUBLIC, 41000)
        converse(one, other)
        assert forwarded(region) >= 8
    with meeting(server, client, CLIENT_PUBLIC, 5000) as (one, other, peer):
        assert peer == ("203.0.113.30", 41000)
        converse(one, other)


@KINDS
def test_hosts_that_could_be_appliances_and_are_none(region: LinuxRegion, kind: int) -> None:
    """Source checks are off on every interface: what hosts say themselves is everybody's."""
    vpc = three_subnets()
    vpc.rules.clear()
    group = resource_id("sg", 3)
    for number, eni, address, subnet, instance in (
        (1, CLIENT_ENI, CLIENT_ADDRESS, CLIENTS_SUBNET, CLIENT),
        (2, SERVER_ENI, SERVER_ADDRESS, SERVERS_SUBNET, SERVER),
    ):
        vpc.port(eni, address, subnet=subnet, instance=instance, groups=(group,), source_dest_check=False)
        vpc.zone(eni, ZONE + number)
    vpc.allow(group, "out", network="0.0.0.0/0")
    vpc.allow(group, "in", protocol=TCP if kind == socket.SOCK_STREAM else UDP, ports=(5000, 5000), network="0.0.0.0/0")
    vpc.has_internet = True
    nat_eni = resource_id("eni", 9)
    vpc.nat_gateway(resource_id("nat", 1), nat_eni, "10.0.2.50", subnet=APPLIANCE_SUBNET, public=APPLIANCE_PUBLIC)
    vpc.route(APPLIANCE_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.route(CLIENTS_TABLE, "0.0.0.0/0", "port", nat_eni)
    vpc.route(SERVERS_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(SERVER_ENI, "203.0.113.30")
    vpc.endpoint(resource_id("vpce", 1), CLIENTS_TABLE)
    start(region, vpc)
    client, server, caller = region.path(VPC, CLIENT), region.path(VPC, SERVER), outside(region)
    with meeting(client, server, SERVER_ADDRESS, 5000, kind) as (one, other, peer):
        assert peer == (CLIENT_ADDRESS, 41000)
        converse(one, other)
    with meeting(client, caller, "203.0.113.99", 5000, kind) as (one, other, peer):
        assert peer[0] == APPLIANCE_PUBLIC, "by the NAT gateway"
        converse(one, other)
    for here, there, address in ((server, caller, "203.0.113.99"), (caller, server, "203.0.113.30")):
        with meeting(here, there, address, 5000, kind) as (one, other, _):
            converse(one, other)
    endpoint = region.driver.places(VPC)[1]
    with listening(region.path(VPC, "endpoints"), 443, "edge", endpoint.device):
        assert call(client, "52.216.10.20", 443) == f"edge {CLIENT_ADDRESS}"


@KINDS
def test_hosts_that_could_be_appliances_behind_one(region: LinuxRegion, kind: int) -> None:
    vpc = with_internet(lead(three_subnets()))
    for number, eni, address, subnet, instance in (
        (1, CLIENT_ENI, CLIENT_ADDRESS, CLIENTS_SUBNET, CLIENT),
        (2, SERVER_ENI, SERVER_ADDRESS, SERVERS_SUBNET, SERVER),
    ):
        vpc.port(eni, address, subnet=subnet, instance=instance, groups=(INSTANCES_GROUP,), source_dest_check=False)
        vpc.zone(eni, ZONE + number)
    start(region, vpc)
    client, server, caller = region.path(VPC, CLIENT), region.path(VPC, SERVER), outside(region)
    for here, there, address, seen in (
        (client, server, SERVER_ADDRESS, CLIENT_ADDRESS),
        (client, caller, "203.0.113.99", CLIENT_PUBLIC),
        (caller, client, CLIENT_PUBLIC, "203.0.113.99"),
    ):
        with meeting(here, there, address, 5000, kind) as (one, other, peer):
            assert peer == (seen, 41000)
            converse(one, other)


@KINDS
def test_an_appliance_with_two_interfaces(region: LinuxRegion, kind: int) -> None:
    """What comes in by one is sent on by the other; groups of the client take nothing new."""
    vpc = with_internet(lead(three_subnets()))
    del vpc.rules[f"{INSTANCES_GROUP}-all-in"]
    server_group, inner = resource_id("sg", 3), resource_id("eni", 5)
    vpc.allow_all(server_group)
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SERVERS_SUBNET, instance=SERVER, groups=(server_group,))
    vpc.port(
        inner,
        "10.0.4.10",
        subnet=second_subnet(vpc),
        instance=APPLIANCE,
        groups=(APPLIANCE_GROUP,),
        source_dest_check=False,
        device_index=1,
    )
    vpc.zone(inner, ZONE + 1)
    for destination in ("10.0.3.0/24", "0.0.0.0/0"):
        vpc.route(CLIENTS_TABLE, destination, "port", inner)
    start(region, vpc)
    with inside(region.path(VPC, APPLIANCE)), NetlinkSocket(ROUTE_FAMILY) as netlink:
        back = add_route(
            254, ip_network("10.0.1.0/24"), 1, find_link(netlink, "eth1"), ip_address("10.0.4.1"), 0, replacing=False
        )
        assert netlink.request([back]) == [None]
    client, server, caller = region.path(VPC, CLIENT), region.path(VPC, SERVER), outside(region)
    for there, address, seen in ((server, SERVER_ADDRESS, CLIENT_ADDRESS), (caller, "203.0.113.99", CLIENT_PUBLIC)):
        with meeting(client, there, address, 5000, kind) as (one, other, peer):
            assert peer == (seen, 41000)
            converse(one, other)
    assert forwarded(region) >= 16


def test_the_appliance_itself_is_reached_and_reaches_others(region: LinuxRegion) -> None:
    start(region, with_internet(lead(three_subnets())))
    client, server, way = (region.path(VPC, each) for each in (CLIENT, SERVER, APPLIANCE))
    with listening(way, 22), listening(server, 80), listening(client, 80), listening(region.internet, 443):
        assert call(client, APPLIANCE_ADDRESS, 22) == f"here {CLIENT_ADDRESS}"
        assert call(server, APPLIANCE_ADDRESS, 22) == f"here {SERVER_ADDRESS}"
        assert call(way, SERVER_ADDRESS, 80) == f"here {APPLIANCE_ADDRESS}"
        assert call(way, CLIENT_ADDRESS, 80) == f"here {APPLIANCE_ADDRESS}"
        assert call(way, STS_ADDRESS, 443) == f"here {APPLIANCE_PUBLIC}"
    assert forwarded(region) == 0
    with listening(region.path(VPC, "router"), 53), listening(region.path(VPC, "router"), 80):
        assert call(way, "10.0.0.2", 53) == f"here {APPLIANCE_ADDRESS}"
        assert call(way, "169.254.169.254", 80) == f"here {APPLIANCE_ADDRESS}"
        assert call(client, "10.0.0.2", 53) == f"here {CLIENT_ADDRESS}"


def second_subnet(vpc: VpcBuilder) -> str:
    subnet = resource_id("subnet", 4)
    vpc.subnet(subnet, "10.0.4.0/24", resource_id("rtb", 5))
    return subnet
