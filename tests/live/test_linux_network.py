"""Real packets through what the linux driver makes of a plan: local traffic, groups, sources, the router itself."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.drivers.linux.kernel_dump import dump_kernel
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
    eventually,
    listening,
    open_socket,
    ping,
    query,
    silent,
)
from support.plans import ICMP, TCP, UDP, VpcBuilder, resource_id

pytestmark = pytest.mark.live

VPC, OTHER_VPC = resource_id("vpc", 1), resource_id("vpc", 2)
SUBNET, OTHER_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
TABLE = resource_id("rtb", 1)
CLIENT, SERVER, THIRD = (resource_id("i", number) for number in (1, 2, 3))
CLIENT_ENI, SERVER_ENI, THIRD_ENI = (resource_id("eni", number) for number in (1, 2, 3))
CLIENTS, SERVERS = resource_id("sg", 1), resource_id("sg", 2)
CLIENT_ADDRESS, SERVER_ADDRESS, THIRD_ADDRESS = "10.0.1.10", "10.0.1.11", "10.0.2.12"


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


def three_instances(vpc_id: str = VPC) -> VpcBuilder:
    """A client and a server in one subnet, a third instance in another; clients may send anything, nothing else is
    let through."""
    vpc = VpcBuilder(vpc_id)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", TABLE)
    vpc.port(CLIENT_ENI, CLIENT_ADDRESS, subnet=SUBNET, instance=CLIENT, groups=(CLIENTS,))
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SUBNET, instance=SERVER, groups=(SERVERS,))
    vpc.port(THIRD_ENI, THIRD_ADDRESS, subnet=OTHER_SUBNET, instance=THIRD, groups=(CLIENTS,))
    vpc.route(TABLE, "10.0.0.0/16", "local", "local")
    vpc.allow(CLIENTS, "out", network="0.0.0.0/0", rule_id="sgr-clients-out")
    return vpc


def test_nothing_passes_without_a_rule(region: LinuxRegion) -> None:
    region.apply(three_instances().plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80) as server:
        assert silent(client, SERVER_ADDRESS, 80)
        assert ping(client, SERVER_ADDRESS, SILENT_FOR) == "silence"
        assert server.callers == []


def test_each_vpc_counts_its_own_connections(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), peer_group=CLIENTS)
    region.apply(vpc.plan())
    region.apply(three_instances(OTHER_VPC).plan())
    with listening(region.path(VPC, SERVER), 80), connected(region.path(VPC, CLIENT), SERVER_ADDRESS, 80):
        found = region.driver.read_connections()
        assert (found[VPC].tracked, found[OTHER_VPC].tracked) == (1, 0)
        assert found[VPC].limit == int(Path("/proc/sys/net/netfilter/nf_conntrack_max").read_text())


def test_a_group_without_egress_sends_nothing(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(CLIENTS, "in", network="0.0.0.0/0")
    region.apply(vpc.plan())
    with listening(region.path(VPC, CLIENT), 80):
        assert silent(region.path(VPC, SERVER), CLIENT_ADDRESS, 80)
        assert call(region.path(VPC, THIRD), CLIENT_ADDRESS, 80) == f"here {THIRD_ADDRESS}"


def test_a_rule_by_network_lets_its_ports_through(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 81), network="10.0.1.0/24")
    region.apply(vpc.plan())
    server = region.path(VPC, SERVER)
    with listening(server, 80), listening(server, 81), listening(server, 82):
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 81) == f"here {CLIENT_ADDRESS}"
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 82)
        assert silent(region.path(VPC, THIRD), SERVER_ADDRESS, 80)


def test_same_subnet_traffic_crosses_the_router(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), network="10.0.0.0/16")
    region.apply(vpc.plan())
    with listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
    with inside(region.path(VPC, CLIENT)), open("/proc/thread-self/net/arp") as arp:
        neighbours = {line.split()[0]: line.split()[3] for line in arp.readlines()[1:]}
    assert neighbours[SERVER_ADDRESS] == "06:00:00:00:00:01"


def test_a_rule_by_group_follows_its_members(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), peer_group=CLIENTS)
    region.apply(vpc.plan())
    client, third = region.path(VPC, CLIENT), region.path(VPC, THIRD)
    with listening(region.path(VPC, SERVER), 80):
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert call(third, SERVER_ADDRESS, 80) == f"here {THIRD_ADDRESS}"
        vpc.allow(SERVERS, "out", network="0.0.0.0/0")
        vpc.port(THIRD_ENI, THIRD_ADDRESS, subnet=OTHER_SUBNET, instance=THIRD, groups=(SERVERS,))
        region.apply(vpc.plan())
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert silent(third, SERVER_ADDRESS, 80)


def test_a_rule_by_prefix_list_follows_its_entries(region: LinuxRegion) -> None:
    vpc = three_instances()
    prefix_list = resource_id("pl", 1)
    vpc.prefix_list(prefix_list, "10.0.2.0/24", "192.0.2.0/24")
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), prefix_list=prefix_list)
    region.apply(vpc.plan())
    client, third = region.path(VPC, CLIENT), region.path(VPC, THIRD)
    with listening(region.path(VPC, SERVER), 80):
        assert call(third, SERVER_ADDRESS, 80) == f"here {THIRD_ADDRESS}"
        assert silent(client, SERVER_ADDRESS, 80)
        vpc.prefix_list(prefix_list, "10.0.1.8/29")
        region.apply(vpc.plan())
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert silent(third, SERVER_ADDRESS, 80)


def test_several_groups_add_up(region: LinuxRegion) -> None:
    vpc = three_instances()
    more = resource_id("sg", 3)
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), network="0.0.0.0/0")
    vpc.allow(more, "in", protocol=TCP, ports=(81, 81), network="0.0.0.0/0")
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SUBNET, instance=SERVER, groups=(SERVERS, more))
    region.apply(vpc.plan())
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with listening(server, 80), listening(server, 81), listening(server, 82):
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert call(client, SERVER_ADDRESS, 81) == f"here {CLIENT_ADDRESS}"
        assert silent(client, SERVER_ADDRESS, 82)


def test_a_rule_works_at_once_and_ends_at_once(region: LinuxRegion) -> None:
    vpc = three_instances()
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80):
        rule = vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), network=f"{CLIENT_ADDRESS}/32")
        region.apply(vpc.plan())
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        with connected(client, SERVER_ADDRESS, 80) as tracked:
            del vpc.rules[rule]
            region.apply(vpc.plan())
            assert silent(client, SERVER_ADDRESS, 80)
            assert echoes(tracked), "AWS keeps tracked connections when a rule is revoked"


def test_rules_for_icmp_and_udp(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", protocol=ICMP, ports=(8, -1), network="10.0.1.0/24")
    vpc.allow(SERVERS, "in", protocol=UDP, ports=(5000, 5010), network="10.0.0.0/16")
    region.apply(vpc.plan())
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    assert ping(client, SERVER_ADDRESS) == "reply"
    assert ping(region.path(VPC, THIRD), SERVER_ADDRESS, SILENT_FOR) == "silence"
    with answering_datagrams(server, SERVER_ADDRESS, 5010), answering_datagrams(server, SERVER_ADDRESS, 5011):
        assert query(client, SERVER_ADDRESS, 5010) == "reply"
        assert query(client, SERVER_ADDRESS, 5011, SILENT_FOR) == "silence"


def send_with_source(region: LinuxRegion, instance: str, source: str, destination: str, port: int) -> None:
    """One UDP datagram with a source address of the sender's choice."""
    payload = struct.pack(">HHHH", 4000, port, 8, 0)
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(destination)
    )
    with open_socket(region.path(VPC, instance), socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(head + payload, (destination, 0))


def received_sources(receiver: socket.socket) -> list[str]:
    """Of all datagrams from the first one on, which may take its time on a busy machine, until there is silence."""
    found = []
    receiver.settimeout(REACHES_WITHIN)
    while True:
        try:
            found.append(receiver.recvfrom(100)[1][0])
        except TimeoutError:
            return found
        receiver.settimeout(SILENT_FOR)


def test_the_source_check_drops_what_is_not_the_ports_own(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", network="0.0.0.0/0")
    region.apply(vpc.plan())
    with open_socket(region.path(VPC, SERVER), socket.SOCK_DGRAM) as receiver:
        receiver.bind((SERVER_ADDRESS, 5000))
        send_with_source(region, CLIENT, THIRD_ADDRESS, SERVER_ADDRESS, 5000)
        send_with_source(region, CLIENT, "192.0.2.1", SERVER_ADDRESS, 5000)
        send_with_source(region, CLIENT, CLIENT_ADDRESS, SERVER_ADDRESS, 5000)
        assert received_sources(receiver) == [CLIENT_ADDRESS]
        vpc.port(
            CLIENT_ENI,
            CLIENT_ADDRESS,
            subnet=SUBNET,
            instance=CLIENT,
            groups=(CLIENTS,),
            source_dest_check=False,
        )
        region.apply(vpc.plan())
        send_with_source(region, CLIENT, "192.0.2.1", SERVER_ADDRESS, 5000)
        assert received_sources(receiver) == ["192.0.2.1"]


def test_two_vpcs_with_equal_networks_never_meet(region: LinuxRegion) -> None:
    for vpc_id in (VPC, OTHER_VPC):
        vpc = three_instances(vpc_id)
        vpc.allow(SERVERS, "in", network="0.0.0.0/0")
        if vpc_id == OTHER_VPC:
            del vpc.ports[SERVER_ENI]
        region.apply(vpc.plan())
    with listening(region.path(VPC, SERVER), 80) as server:
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert call(region.path(OTHER_VPC, CLIENT), SERVER_ADDRESS, 80, wait=SILENT_FOR) == "silence"
        assert ping(region.path(OTHER_VPC, CLIENT), SERVER_ADDRESS, SILENT_FOR) == "silence"
        assert len(server.callers) == 1


def test_the_router_is_silent_but_for_its_services(region: LinuxRegion) -> None:
    region.apply(three_instances().plan())
    # The server's group lets nothing out: groups do not apply to the resolver and the metadata service.
    instance, router = region.path(VPC, SERVER), region.path(VPC, "router")
    assert ping(instance, "10.0.1.1", SILENT_FOR) == "silence"
    assert ping(instance, "10.0.0.2", SILENT_FOR) == "silence"
    with listening(router, 80), listening(router, 53), listening(router, 22):
        assert call(instance, "169.254.169.254", 80) == f"here {SERVER_ADDRESS}"
        assert call(instance, "10.0.0.2", 53) == f"here {SERVER_ADDRESS}"
        assert call(instance, "169.254.169.253", 53) == f"here {SERVER_ADDRESS}"
        assert silent(instance, "169.254.169.254", 53)
        assert silent(instance, "10.0.0.2", 80)
        assert silent(instance, "10.0.1.1", 22)
        assert silent(instance, "10.0.1.1", 80)
    with answering_datagrams(router, "10.0.0.2", 53):
        assert query(instance, "10.0.0.2", 53) == "reply"
    assert not arrives(instance, router, "10.0.1.1", 5000)
    assert not arrives(instance, router, "169.254.169.254", 53)
    with open_socket(router, socket.SOCK_DGRAM) as caller, pytest.raises(PermissionError):
        caller.sendto(b"?", (SERVER_ADDRESS, 5000))


def test_without_dns_support_the_resolver_is_out_of_reach(region: LinuxRegion) -> None:
    vpc = three_instances()
    plan = vpc.plan()
    router = type(plan.router)(VPC, plan.router.networks, (), False, None, plan.router.origin)
    region.apply(type(plan)(**{**{name: getattr(plan, name) for name in plan.__slots__}, "router": router}))
    with listening(region.path(VPC, "router"), 53):
        assert silent(region.path(VPC, SERVER), "169.254.169.253", 53)


def test_nobody_answers_for_a_free_address(region: LinuxRegion) -> None:
    """AWS sends no ICMP errors: neither for an address without an interface nor when a packet's time is over."""
    region.apply(three_instances().plan())
    assert ping(region.path(VPC, CLIENT), "10.0.2.99", SILENT_FOR) == "silence"
    assert ping(region.path(VPC, CLIENT), "192.0.2.1", SILENT_FOR) == "silence"
    assert ping(region.path(VPC, CLIENT), SERVER_ADDRESS, SILENT_FOR, hops=1) == "silence"


def test_a_secondary_interface_and_secondary_addresses(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", network="0.0.0.0/0")
    vpc.port(SERVER_ENI, SERVER_ADDRESS, "10.0.1.21", subnet=SUBNET, instance=SERVER, groups=(SERVERS,))
    vpc.port(
        resource_id("eni", 9), "10.0.2.31", subnet=OTHER_SUBNET, instance=SERVER, groups=(SERVERS,), device_index=1
    )
    region.apply(vpc.plan())
    with listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), "10.0.1.21", 80) == f"here {CLIENT_ADDRESS}"
        assert call(region.path(VPC, THIRD), "10.0.2.31", 80) == f"here {THIRD_ADDRESS}"


def test_ipv6_is_off_everywhere(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.endpoint(resource_id("vpce", 1), TABLE)
    region.apply(vpc.plan())
    paths = [region.path(VPC, name) for name in (CLIENT, SERVER, THIRD, "router", "endpoints")]
    for path in (*paths, region.internet):
        with inside(path), open("/proc/thread-self/net/if_inet6") as addresses:
            assert addresses.read() == ""


def test_an_instance_that_ends_leaves_nothing(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.allow(SERVERS, "in", network="0.0.0.0/0")
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    new = resource_id("i", 8)
    vpc.port(resource_id("eni", 8), "10.0.1.80", subnet=SUBNET, instance=new, groups=(SERVERS, CLIENTS))
    region.apply(vpc.plan())
    with listening(region.path(VPC, new), 80):
        assert call(region.path(VPC, CLIENT), "10.0.1.80", 80) == f"here {CLIENT_ADDRESS}"
    del vpc.ports[resource_id("eni", 8)]
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before
    assert not region.path(VPC, new).exists()
    assert ping(region.path(VPC, CLIENT), "10.0.1.80", SILENT_FOR) == "silence"


def test_removal_takes_one_vpc_and_leaves_the_other(region: LinuxRegion) -> None:
    for vpc_id in (VPC, OTHER_VPC):
        vpc = three_instances(vpc_id)
        vpc.has_internet = True
        vpc.allow(SERVERS, "in", network="0.0.0.0/0")
        vpc.endpoint(resource_id("vpce", 1), TABLE)
        region.apply(vpc.plan())
    with inside(region.internet):
        assert len([name for _, name in socket.if_nameindex() if name.startswith("v-")]) == 2
    region.driver.remove(OTHER_VPC)
    assert not region.path(OTHER_VPC, "router").parent.exists()
    assert region.driver.places(OTHER_VPC) == ()
    with inside(region.internet):
        assert eventually(lambda: len([n for _, n in socket.if_nameindex() if n.startswith("v-")]) == 1)
    with listening(region.path(VPC, SERVER), 80):
        assert call(region.path(VPC, CLIENT), SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"


def test_remove_all_leaves_nothing(region: LinuxRegion) -> None:
    vpc = three_instances()
    vpc.guest(CLIENT)
    region.apply(vpc.plan())
    assert region.guests.running
    region.driver.remove_all()
    assert list(region.run_dir.iterdir()) == []
    assert region.guests.running == {}
    with open("/proc/self/mountinfo") as mounts:
        assert str(region.run_dir) not in mounts.read()
