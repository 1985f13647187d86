"""Routes to interfaces on real packets: appliances between subnets, behind the internet gateway, and NAT instances.

One packet crosses the router twice there, and its replies twice again.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.sysctl import write_setting
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    SILENT_FOR,
    call,
    echoes,
    listening,
    open_socket,
    ping,
    silent,
)
from support.plans import TCP, UDP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC, OTHER_VPC = resource_id("vpc", 1), resource_id("vpc", 2)
CLIENTS_SUBNET, APPLIANCE_SUBNET, SERVERS_SUBNET = (resource_id("subnet", number) for number in (1, 2, 3))
CLIENTS_TABLE, APPLIANCE_TABLE, SERVERS_TABLE, GATEWAY_TABLE = (resource_id("rtb", number) for number in (1, 2, 3, 4))
CLIENT, APPLIANCE, SERVER, SECOND = (resource_id("i", number) for number in (1, 2, 3, 4))
CLIENT_ENI, APPLIANCE_ENI, SERVER_ENI, SECOND_ENI = (resource_id("eni", number) for number in (1, 2, 3, 4))
CLIENT_ADDRESS, APPLIANCE_ADDRESS, SERVER_ADDRESS, SECOND_ADDRESS = "10.0.1.10", "10.0.2.10", "10.0.3.10", "10.0.2.20"
CLIENT_PUBLIC, APPLIANCE_PUBLIC = "203.0.113.10", "203.0.113.20"
INSTANCES_GROUP, APPLIANCE_GROUP = resource_id("sg", 1), resource_id("sg", 2)
STS_ADDRESS = "198.51.100.20"
ZONE = 5


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        assert made.driver.apply_internet(internet_plan(("sts", "198.51.100.0/24", (443,)))).failures == {}
        yield made


def three_subnets(zone: int = ZONE) -> VpcBuilder:
    """A client, an appliance and a server, each in a subnet and with a route table of its own; only the local route
    leads anywhere. Groups let everything through."""
    vpc = VpcBuilder(VPC)
    vpc.subnet(CLIENTS_SUBNET, "10.0.1.0/24", CLIENTS_TABLE)
    vpc.subnet(APPLIANCE_SUBNET, "10.0.2.0/24", APPLIANCE_TABLE)
    vpc.subnet(SERVERS_SUBNET, "10.0.3.0/24", SERVERS_TABLE)
    vpc.port(CLIENT_ENI, CLIENT_ADDRESS, subnet=CLIENTS_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SERVERS_SUBNET, instance=SERVER, groups=(INSTANCES_GROUP,))
    appliance(vpc, APPLIANCE_ENI, APPLIANCE_ADDRESS, APPLIANCE, zone)
    for table in (CLIENTS_TABLE, APPLIANCE_TABLE, SERVERS_TABLE):
        vpc.route(table, "10.0.0.0/16", "local", "local")
    vpc.allow_all(INSTANCES_GROUP)
    vpc.allow_all(APPLIANCE_GROUP)
    return vpc


def appliance(vpc: VpcBuilder, eni: str, address: str, instance: str, zone: int) -> None:
    vpc.port(
        eni,
        address,
        subnet=APPLIANCE_SUBNET,
        instance=instance,
        groups=(APPLIANCE_GROUP,),
        source_dest_check=False,
    )
    if zone:
        vpc.zone(eni, zone)


def lead(vpc: VpcBuilder, *, there: bool = True, back: bool = True) -> VpcBuilder:
    """By way of the appliance: from the client to the server and back."""
    if there:
        vpc.route(CLIENTS_TABLE, "10.0.3.0/24", "port", APPLIANCE_ENI)
    if back:
        vpc.route(SERVERS_TABLE, "10.0.1.0/24", "port", APPLIANCE_ENI)
    return vpc


def with_internet(vpc: VpcBuilder, *, edge: bool = True) -> VpcBuilder:
    """The client's way out is the appliance, whose own is the internet gateway; with `edge` replies come the same
    way."""
    vpc.has_internet = True
    vpc.route(CLIENTS_TABLE, "0.0.0.0/0", "port", APPLIANCE_ENI)
    vpc.route(APPLIANCE_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(CLIENT_ENI, CLIENT_PUBLIC)
    vpc.public_address(APPLIANCE_ENI, APPLIANCE_PUBLIC)
    if edge:
        vpc.gateway_table = GATEWAY_TABLE
        vpc.route(GATEWAY_TABLE, "10.0.0.0/16", "local", "local")
        vpc.route(GATEWAY_TABLE, "10.0.1.0/24", "port", APPLIANCE_ENI)
    return vpc


def start(region: LinuxRegion, vpc: VpcBuilder, *instances: str) -> None:
    """Applies a plan; the appliances of the region forward from then on."""
    region.apply(vpc.plan())
    for instance in instances or (APPLIANCE,):
        with inside(region.path(VPC, instance)):
            write_setting("ipv4/ip_forward", "1")
            write_setting("ipv4/conf/all/send_redirects", "0")
            write_setting("ipv4/conf/eth0/send_redirects", "0")


def forwarded(region: LinuxRegion, instance: str = APPLIANCE) -> int:
    """Packets that an instance has forwarded."""
    with inside(region.path(VPC, instance)), open("/proc/thread-self/net/snmp") as counters:
        names, values = (line.split() for line in counters if line.startswith("Ip:"))
    return int(dict(zip(names, values, strict=True))["ForwDatagrams"])


@contextmanager
def meeting(
    caller: Path, called: Path, address: str, port: int, kind: int = socket.SOCK_STREAM
) -> Iterator[tuple[socket.socket, socket.socket, tuple[str, int]]]:
    """Both ends of a connection or an exchange of datagrams that the caller opens from port 41000, and who the called
    one thinks it is."""
    with open_socket(called, kind) as server, open_socket(caller, kind) as client:
        for each in (server, client):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.settimeout(REACHES_WITHIN)
        server.bind(("0.0.0.0", port))
        client.bind(("0.0.0.0", 41000))
        if kind == socket.SOCK_STREAM:
            server.listen()
            client.connect((address, port))
            connection, peer = server.accept()
            with connection:
                connection.settimeout(REACHES_WITHIN)
                yield client, connection, peer
            return
        client.connect((address, port))
        client.send(b"first")
        data, peer = server.recvfrom(100)
        assert data == b"first"
        server.connect(peer)
        yield client, server, peer


def converse(one: socket.socket, other: socket.socket) -> None:
    for number in range(4):
        for sender, receiver in ((one, other), (other, one)):
            sender.send(b"%d" % number)
            assert receiver.recv(10) == b"%d" % number


KINDS = pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])


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
        other.settimeout(SILENT_FOR)
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


def outside(region: LinuxRegion) -> Path:
    """An instance of another VPC, whose public address is 203.0.113.99."""
    other = VpcBuilder(OTHER_VPC, "10.9.0.0/16", has_internet=True)
    other.subnet(CLIENTS_SUBNET, "10.9.1.0/24", CLIENTS_TABLE)
    other.port(CLIENT_ENI, "10.9.1.10", subnet=CLIENTS_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    other.route(CLIENTS_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 2))
    other.public_address(CLIENT_ENI, "203.0.113.99")
    other.allow_all(INSTANCES_GROUP)
    region.apply(other.plan())
    return region.path(OTHER_VPC, CLIENT)


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


def masquerade(region: LinuxRegion) -> None:
    with inside(region.path(VPC, APPLIANCE)):
        run_commands(
            "add table ip nat\n"
            "add chain ip nat out { type nat hook postrouting priority 100; }\n"
            "add rule ip nat out masquerade\n"
        )


def test_a_nat_instance_between_subnets(region: LinuxRegion) -> None:
    start(region, lead(three_subnets(), back=False))
    masquerade(region)
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with meeting(client, server, SERVER_ADDRESS, 5000) as (one, other, peer):
        assert peer[0] == APPLIANCE_ADDRESS
        converse(one, other)


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
