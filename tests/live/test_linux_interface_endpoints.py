"""Interface endpoints on real packets: who reaches their addresses, on what ports, and what changes that.

The edge is played by a listener of the test's own, bound to an endpoint's address and device as the edge's is.
"""

from __future__ import annotations

import errno
import socket
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from skywalk.drivers.linux import apply
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.routing import endpoints_device
from skywalk.plan.places import Place
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    SILENT_FOR,
    Listener,
    answering_datagrams,
    call,
    connected,
    echoes,
    listening,
    open_socket,
    ping,
    query,
    silent,
)
from support.plans import TCP, UDP, VpcBuilder, internet_plan, resource_id
from support.refusing_kernel import RefusingKernel

pytestmark = pytest.mark.live

VPC, PEER = resource_id("vpc", 1), resource_id("vpc", 2)
ENDPOINT_SUBNET, CLIENT_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
ENDPOINT_TABLE, CLIENT_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
ENDPOINT, SECOND_ENDPOINT, GATEWAY_ENDPOINT = (resource_id("vpce", number) for number in (1, 2, 3))
ENDPOINT_ENI, SECOND_ENI = resource_id("eni", 101), resource_id("eni", 102)
ADDRESS, SECOND_ADDRESS = "10.0.1.100", "10.0.1.101"
NEIGHBOUR, CLIENT = resource_id("i", 1), resource_id("i", 2)
NEIGHBOUR_ADDRESS, CLIENT_ADDRESS = "10.0.1.10", "10.0.2.10"
INSTANCES_GROUP, ENDPOINT_GROUP = resource_id("sg", 1), resource_id("sg", 2)
ACL, PREFIX_LIST, PEERING = resource_id("acl", 1), resource_id("pl", 1), resource_id("pcx", 1)


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


def with_endpoint(vpc_id: str = VPC) -> VpcBuilder:
    """An endpoint with an instance in its subnet and one in another. The instances' group lets everything through; the
    endpoint's has no rules."""
    vpc = VpcBuilder(vpc_id)
    vpc.subnet(ENDPOINT_SUBNET, "10.0.1.0/24", ENDPOINT_TABLE)
    vpc.subnet(CLIENT_SUBNET, "10.0.2.0/24", CLIENT_TABLE)
    vpc.port(
        resource_id("eni", 1), NEIGHBOUR_ADDRESS, subnet=ENDPOINT_SUBNET, instance=NEIGHBOUR, groups=(INSTANCES_GROUP,)
    )
    vpc.port(resource_id("eni", 2), CLIENT_ADDRESS, subnet=CLIENT_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    vpc.allow_all(INSTANCES_GROUP)
    vpc.endpoint_port(ENDPOINT_ENI, ADDRESS, subnet=ENDPOINT_SUBNET, owner=ENDPOINT, groups=(ENDPOINT_GROUP,))
    return vpc


def open_to_all(vpc_id: str = VPC) -> VpcBuilder:
    vpc = with_endpoint(vpc_id)
    vpc.allow_all(ENDPOINT_GROUP)
    return vpc


def place(region: LinuxRegion, owner: str = ENDPOINT, vpc_id: str = VPC) -> Place:
    (found,) = [each for each in region.driver.places(vpc_id) if each.owner_id == owner]
    return found


def serving(
    region: LinuxRegion, vpc_id: str = VPC, address: str = ADDRESS, port: int = 443, label: str = "here"
) -> AbstractContextManager[Listener]:
    return listening(region.path(vpc_id, "endpoints"), port, label, endpoints_device(vpc_id), address)


def test_the_place_of_an_endpoint_is_the_shared_link(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.endpoint_port(SECOND_ENI, SECOND_ADDRESS, subnet=ENDPOINT_SUBNET, owner=SECOND_ENDPOINT)
    region.apply(vpc.plan())
    assert [each.owner_id for each in region.driver.places(VPC)] == [VPC, ENDPOINT, SECOND_ENDPOINT]
    assert place(region).namespace == str(region.path(VPC, "endpoints"))
    assert place(region).device == place(region, SECOND_ENDPOINT).device == endpoints_device(VPC)


def test_instances_of_its_subnet_and_of_others_reach_it(region: LinuxRegion) -> None:
    region.apply(open_to_all().plan())
    with serving(region):
        assert call(region.path(VPC, NEIGHBOUR), ADDRESS, 443) == f"here {NEIGHBOUR_ADDRESS}"
        assert call(region.path(VPC, CLIENT), ADDRESS, 443) == f"here {CLIENT_ADDRESS}"


def test_a_rule_by_network_opens_it_and_its_revocation_stops_new_connections(region: LinuxRegion) -> None:
    vpc = with_endpoint()
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with serving(region) as called:
        assert silent(client, ADDRESS, 443)
        rule = vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(443, 443), network="10.0.2.0/24")
        region.apply(vpc.plan())
        with connected(client, ADDRESS, 443) as tracked:
            assert silent(region.path(VPC, NEIGHBOUR), ADDRESS, 443), "of another network"
            del vpc.rules[rule]
            region.apply(vpc.plan())
            assert silent(client, ADDRESS, 443)
            assert echoes(tracked), "what is tracked goes on"
        assert called.callers == [CLIENT_ADDRESS]


def test_a_rule_for_another_port_does_not_open_it(region: LinuxRegion) -> None:
    vpc = with_endpoint()
    vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(80, 80), network="0.0.0.0/0")
    vpc.allow(ENDPOINT_GROUP, "in", protocol=UDP, ports=(443, 443), network="0.0.0.0/0")
    vpc.allow(ENDPOINT_GROUP, "out", network="0.0.0.0/0")
    region.apply(vpc.plan())
    with serving(region):
        assert silent(region.path(VPC, CLIENT), ADDRESS, 443)


def test_a_rule_by_source_group_admits_its_members(region: LinuxRegion) -> None:
    vpc = with_endpoint()
    clients = resource_id("sg", 3)
    vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(443, 443), peer_group=clients)
    region.apply(vpc.plan())
    client, neighbour = region.path(VPC, CLIENT), region.path(VPC, NEIGHBOUR)
    with serving(region):
        assert silent(client, ADDRESS, 443)
        vpc.port(
            resource_id("eni", 2),
            CLIENT_ADDRESS,
            subnet=CLIENT_SUBNET,
            instance=CLIENT,
            groups=(INSTANCES_GROUP, clients),
        )
        region.apply(vpc.plan())
        assert call(client, ADDRESS, 443) == f"here {CLIENT_ADDRESS}"
        assert silent(neighbour, ADDRESS, 443)


def test_a_rule_by_prefix_list_admits_its_networks(region: LinuxRegion) -> None:
    vpc = with_endpoint()
    vpc.prefix_list(PREFIX_LIST, "10.0.1.0/28")
    vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(443, 443), prefix_list=PREFIX_LIST)
    region.apply(vpc.plan())
    client, neighbour = region.path(VPC, CLIENT), region.path(VPC, NEIGHBOUR)
    with serving(region):
        assert call(neighbour, ADDRESS, 443) == f"here {NEIGHBOUR_ADDRESS}"
        assert silent(client, ADDRESS, 443)
        vpc.prefix_list(PREFIX_LIST, "10.0.2.0/28")
        region.apply(vpc.plan())
        assert call(client, ADDRESS, 443) == f"here {CLIENT_ADDRESS}"
        assert silent(neighbour, ADDRESS, 443)


def test_several_groups_and_their_exchange(region: LinuxRegion) -> None:
    vpc = with_endpoint()
    other = resource_id("sg", 4)
    vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(443, 443), network="10.0.1.0/24")
    vpc.allow(other, "in", protocol=TCP, ports=(443, 443), network="10.0.2.0/24")
    groups = {
        (ENDPOINT_GROUP, other): {NEIGHBOUR, CLIENT},
        (other,): {CLIENT},
        (ENDPOINT_GROUP,): {NEIGHBOUR},
        (): set[str](),
    }
    for given, admitted in groups.items():
        vpc.endpoint_port(ENDPOINT_ENI, ADDRESS, subnet=ENDPOINT_SUBNET, owner=ENDPOINT, groups=given)
        region.apply(vpc.plan())
        with serving(region):
            for instance, address in ((NEIGHBOUR, NEIGHBOUR_ADDRESS), (CLIENT, CLIENT_ADDRESS)):
                caller = region.path(VPC, instance)
                if instance in admitted:
                    assert call(caller, ADDRESS, 443) == f"here {address}", given
                else:
                    assert silent(caller, ADDRESS, 443), given


def test_the_senders_group_counts_too_also_by_the_endpoints_group(region: LinuxRegion) -> None:
    vpc = open_to_all()
    del vpc.rules[f"{INSTANCES_GROUP}-all-out"]
    region.apply(vpc.plan())
    with serving(region):
        assert silent(region.path(VPC, CLIENT), ADDRESS, 443)
        vpc.allow(INSTANCES_GROUP, "out", protocol=TCP, ports=(443, 443), peer_group=ENDPOINT_GROUP)
        region.apply(vpc.plan())
        assert call(region.path(VPC, CLIENT), ADDRESS, 443) == f"here {CLIENT_ADDRESS}"


@pytest.mark.parametrize("direction", ["in", "out"])
def test_network_acls_of_its_subnet_are_stateless(region: LinuxRegion, direction: str) -> None:
    vpc = open_to_all()
    closed = vpc.acl_rule(ACL, direction, 50, allow=False, network="10.0.2.0/24")
    for each in ("in", "out"):
        vpc.acl_rule(ACL, each, 100)
    vpc.subnet(ENDPOINT_SUBNET, "10.0.1.0/24", ENDPOINT_TABLE, ACL)
    region.apply(vpc.plan())
    client, neighbour = region.path(VPC, CLIENT), region.path(VPC, NEIGHBOUR)
    with serving(region):
        assert silent(client, ADDRESS, 443)
        assert call(neighbour, ADDRESS, 443) == f"here {NEIGHBOUR_ADDRESS}", "within the subnet no ACL applies"
        rule = vpc.acl_rules.pop(closed)
        region.apply(vpc.plan())
        with connected(client, ADDRESS, 443) as established:
            vpc.acl_rules[closed] = rule
            region.apply(vpc.plan())
            assert not echoes(established, SILENT_FOR), "an ACL knows no connections"


@pytest.mark.parametrize("direction", ["in", "out"])
def test_network_acls_of_the_clients_subnet_apply(region: LinuxRegion, direction: str) -> None:
    vpc = open_to_all()
    vpc.acl_rule(ACL, direction, 50, allow=False, network="10.0.1.0/24")
    for each in ("in", "out"):
        vpc.acl_rule(ACL, each, 100)
    vpc.subnet(CLIENT_SUBNET, "10.0.2.0/24", CLIENT_TABLE, ACL)
    region.apply(vpc.plan())
    with serving(region):
        assert silent(region.path(VPC, CLIENT), ADDRESS, 443)


def test_nothing_else_answers(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.endpoint_port(
        SECOND_ENI,
        SECOND_ADDRESS,
        subnet=ENDPOINT_SUBNET,
        owner=SECOND_ENDPOINT,
        groups=(ENDPOINT_GROUP,),
        services=((TCP, 8443),),
    )
    region.apply(vpc.plan())
    client, endpoints = region.path(VPC, CLIENT), region.path(VPC, "endpoints")
    assert ping(client, ADDRESS, SILENT_FOR) == "silence"
    with (
        serving(region, port=8443),
        serving(region, address=SECOND_ADDRESS, port=8443, label="second"),
        answering_datagrams(endpoints, ADDRESS, 443),
    ):
        assert silent(client, ADDRESS, 8443), "a port of another endpoint"
        assert call(client, SECOND_ADDRESS, 8443) == f"second {CLIENT_ADDRESS}"
        assert query(client, ADDRESS, 443, SILENT_FOR) == "silence"
    assert silent(client, "10.0.1.102", 443), "an address that nobody has"
    assert call(client, ADDRESS, 443) == "refused", "its port, where nobody listens"


def test_it_begins_no_connection(region: LinuxRegion) -> None:
    region.apply(open_to_all().plan())
    with listening(region.path(VPC, CLIENT), 443) as called, open_socket(region.path(VPC, "endpoints")) as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, endpoints_device(VPC).encode())
        caller.settimeout(SILENT_FOR)
        caller.bind((ADDRESS, 443))
        with pytest.raises(TimeoutError):
            caller.connect((CLIENT_ADDRESS, 443))
        assert called.callers == []


def test_datagrams_where_a_service_has_them(region: LinuxRegion) -> None:
    vpc = open_to_all()
    resolver = resource_id("rslvr-in", 1)
    vpc.endpoint_port(
        SECOND_ENI,
        SECOND_ADDRESS,
        subnet=ENDPOINT_SUBNET,
        owner=resolver,
        groups=(ENDPOINT_GROUP,),
        services=((UDP, 53), (TCP, 53)),
    )
    region.apply(vpc.plan())
    assert place(region, resolver).device == endpoints_device(VPC)
    with answering_datagrams(region.path(VPC, "endpoints"), SECOND_ADDRESS, 53):
        assert query(region.path(VPC, CLIENT), SECOND_ADDRESS, 53) == "reply"
    with serving(region, address=SECOND_ADDRESS, port=53):
        assert call(region.path(VPC, CLIENT), SECOND_ADDRESS, 53) == f"here {CLIENT_ADDRESS}"


def test_vpcs_of_the_same_addresses_do_not_meet(region: LinuxRegion) -> None:
    one, other = open_to_all(), open_to_all(PEER)
    for vpc in (one, other):
        region.apply(vpc.plan())
    with serving(region, label="one"), serving(region, PEER, label="other"):
        assert call(region.path(VPC, CLIENT), ADDRESS, 443) == f"one {CLIENT_ADDRESS}"
        assert call(region.path(PEER, CLIENT), ADDRESS, 443) == f"other {CLIENT_ADDRESS}"
        other.endpoint_ports.clear()
        region.apply(other.plan())
        assert silent(region.path(PEER, CLIENT), ADDRESS, 443)
        assert call(region.path(VPC, CLIENT), ADDRESS, 443) == f"one {CLIENT_ADDRESS}"


PEERS_ADDRESS = "10.9.1.10"


def peered(region: LinuxRegion) -> tuple[VpcBuilder, VpcBuilder]:
    """The endpoint's VPC, which has a gateway endpoint too, and a peer with an instance, NEIGHBOUR."""
    vpc, peer = with_endpoint(), VpcBuilder(PEER, "10.9.0.0/16")
    vpc.endpoint(GATEWAY_ENDPOINT, ENDPOINT_TABLE, CLIENT_TABLE)
    peer.subnet(ENDPOINT_SUBNET, "10.9.1.0/24", ENDPOINT_TABLE)
    peer.port(
        resource_id("eni", 1), PEERS_ADDRESS, subnet=ENDPOINT_SUBNET, instance=NEIGHBOUR, groups=(INSTANCES_GROUP,)
    )
    peer.allow_all(INSTANCES_GROUP)
    for near in (vpc, peer):
        region.apply(near.plan())
    for near, far in ((vpc, peer), (peer, vpc)):
        near.peer(PEERING, far.vpc_id, far.network)
        near.route(ENDPOINT_TABLE, far.network, "peering", PEERING)
    return vpc, peer


def test_a_peer_reaches_it_by_its_group_and_gateway_endpoints_not(region: LinuxRegion) -> None:
    vpc, peer = peered(region)
    peer.route(ENDPOINT_TABLE, "52.216.0.0/15", "peering", PEERING)
    for each in (vpc, peer):
        region.apply(each.plan())
    caller = region.path(PEER, NEIGHBOUR)
    with serving(region), listening(region.path(VPC, "endpoints"), 443, "gateway", "e-000000000003"):
        assert silent(caller, ADDRESS, 443)
        theirs = resource_id("sg", 9)
        vpc.allow(ENDPOINT_GROUP, "in", protocol=TCP, ports=(443, 443), peer_group=theirs)
        vpc.foreign_members[theirs] = (PEERS_ADDRESS,)
        region.apply(vpc.plan())
        assert call(caller, ADDRESS, 443) == f"here {PEERS_ADDRESS}"
        assert silent(region.path(VPC, CLIENT), ADDRESS, 443)
        assert call(region.path(VPC, CLIENT), "52.216.10.20", 443) == f"gateway {CLIENT_ADDRESS}"
        assert silent(caller, "52.216.10.20", 443)


def test_a_peer_needs_the_route_back_of_its_subnet(region: LinuxRegion) -> None:
    vpc, peer = peered(region)
    vpc.allow_all(ENDPOINT_GROUP)
    back = next(key for key, route in vpc.routes.items() if str(route.destination) == peer.network)
    del vpc.routes[back]
    for each in (vpc, peer):
        region.apply(each.plan())
    with serving(region):
        assert silent(region.path(PEER, NEIGHBOUR), ADDRESS, 443)


def test_another_regions_service_is_reached_by_the_internet_gateway(region: LinuxRegion) -> None:
    """Its addresses are in no route of an endpoint's."""
    assert region.driver.apply_internet(internet_plan(("elsewhere", "198.51.100.0/24", (443,)))).failures == {}
    vpc = open_to_all()
    vpc.has_internet = True
    vpc.route(CLIENT_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(resource_id("eni", 2), "203.0.113.10")
    region.apply(vpc.plan())
    with serving(region) as called, listening(region.internet, 443, "internet"):
        assert call(region.path(VPC, CLIENT), "198.51.100.1", 443) == "internet 203.0.113.10"
        assert called.callers == []


def test_the_internet_does_not_reach_it(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.has_internet = True
    vpc.route(ENDPOINT_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(resource_id("eni", 1), "203.0.113.10")
    other = VpcBuilder(PEER, "10.9.0.0/16", has_internet=True)
    other.subnet(CLIENT_SUBNET, "10.9.1.0/24", CLIENT_TABLE)
    other.port(resource_id("eni", 3), PEERS_ADDRESS, subnet=CLIENT_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    other.allow_all(INSTANCES_GROUP)
    other.route(CLIENT_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    other.public_address(resource_id("eni", 3), "203.0.113.11")
    for each in (vpc, other):
        region.apply(each.plan())
    with serving(region), listening(region.path(VPC, NEIGHBOUR), 443, "neighbour"):
        assert call(region.path(PEER, CLIENT), "203.0.113.10", 443) == "neighbour 203.0.113.11"
        assert silent(region.path(PEER, CLIENT), ADDRESS, 443)


def test_its_subnet_taken_away_stops_it(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.endpoint_port(SECOND_ENI, "10.0.2.100", subnet=CLIENT_SUBNET, owner=ENDPOINT, groups=(ENDPOINT_GROUP,))
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with serving(region), serving(region, address="10.0.2.100", label="second"):
        with connected(client, ADDRESS, 443) as open_one:
            del vpc.endpoint_ports[ENDPOINT_ENI]
            region.apply(vpc.plan())
            assert not echoes(open_one, SILENT_FOR)
        assert silent(client, ADDRESS, 443)
        assert call(client, "10.0.2.100", 443) == f"second {CLIENT_ADDRESS}"
    vpc.endpoint_ports.clear()
    region.apply(vpc.plan())
    assert not region.path(VPC, "endpoints").exists()
    assert [each.owner_id for each in region.driver.places(VPC)] == [VPC]


def test_beside_gateway_endpoints_each_answers_by_its_own_link(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.endpoint(GATEWAY_ENDPOINT, CLIENT_TABLE)
    region.apply(vpc.plan())
    endpoints, client = region.path(VPC, "endpoints"), region.path(VPC, CLIENT)
    with serving(region), listening(endpoints, 443, "gateway", "e-000000000003"):
        for _ in range(4):
            assert call(client, ADDRESS, 443) == f"here {CLIENT_ADDRESS}"
            assert call(client, "52.216.10.20", 443) == f"gateway {CLIENT_ADDRESS}"
        vpc.remove_endpoint(GATEWAY_ENDPOINT)
        region.apply(vpc.plan())
        assert call(client, ADDRESS, 443) == f"here {CLIENT_ADDRESS}"


def test_replies_within_the_subnet_follow_no_appliance(region: LinuxRegion) -> None:
    """The subnet's route table leads its own network elsewhere, as for appliances; within the subnet that is not
    followed."""
    vpc = open_to_all()
    vpc.route(ENDPOINT_TABLE, "10.0.0.0/16", "port", resource_id("eni", 999))
    region.apply(vpc.plan())
    with serving(region):
        assert call(region.path(VPC, NEIGHBOUR), ADDRESS, 443) == f"here {NEIGHBOUR_ADDRESS}"
        assert silent(region.path(VPC, CLIENT), ADDRESS, 443), "between subnets it is"


def test_one_more_costs_no_link_and_no_rewritten_ruleset(region: LinuxRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc = open_to_all()
    region.apply(vpc.plan())
    links = len(interfaces(region))
    written: list[str] = []
    monkeypatch.setattr(apply, "run_commands", written.append)
    vpc.endpoint_port(
        SECOND_ENI, SECOND_ADDRESS, subnet=ENDPOINT_SUBNET, owner=SECOND_ENDPOINT, groups=(ENDPOINT_GROUP,)
    )
    region.apply(vpc.plan())
    assert written == []
    assert len(interfaces(region)) == links
    with serving(region, address=SECOND_ADDRESS):
        assert call(region.path(VPC, CLIENT), SECOND_ADDRESS, 443) == f"here {CLIENT_ADDRESS}"


def interfaces(region: LinuxRegion) -> list[str]:
    with inside(region.path(VPC, "router")):
        return [name for _, name in socket.if_nameindex()]


def test_a_shared_link_that_cannot_be_made_fails_all_who_need_it(region: LinuxRegion) -> None:
    vpc = open_to_all()
    vpc.endpoint_port(SECOND_ENI, SECOND_ADDRESS, subnet=ENDPOINT_SUBNET, owner=SECOND_ENDPOINT)
    empty = replace(vpc.plan(), endpoint_ports=())
    region.apply(empty)
    with inside(region.path(VPC, "router")):
        put_dummy(endpoints_device(VPC))
    failures = region.driver.apply(vpc.plan()).failures
    assert failures.keys() == {ENDPOINT, SECOND_ENDPOINT}
    assert failures[SECOND_ENDPOINT].startswith(f"link {endpoints_device(VPC)}")
    assert [each.owner_id for each in region.driver.places(VPC)] == [VPC]
    region.apply(vpc.plan())
    with serving(region):
        assert call(region.path(VPC, CLIENT), ADDRESS, 443) == f"here {CLIENT_ADDRESS}"


def test_one_that_cannot_be_made_leaves_the_place_of_another_as_it_was(
    region: LinuxRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who listens there would have to listen anew, and cut what is open."""
    vpc = open_to_all()
    region.apply(vpc.plan())
    before = place(region)
    assert before.device_index > 0
    vpc.endpoint_port(
        SECOND_ENI, SECOND_ADDRESS, subnet=ENDPOINT_SUBNET, owner=SECOND_ENDPOINT, groups=(ENDPOINT_GROUP,)
    )
    kernel = RefusingKernel(monkeypatch)
    for _ in range(2):  # in the change, and in the comparison with the kernel after it
        kernel.refuse_where(lambda: kernel.asked > 1, errno.ENOMEM)  # the first are the filters' elements
        kernel.asked = 0
        assert SECOND_ENDPOINT in region.driver.apply(vpc.plan()).failures
        assert place(region) == before
    kernel.heal()
    assert region.driver.apply(vpc.plan()).failures == {}
    assert place(region) == before


def put_dummy(device: str) -> None:
    """A device of the name that a link is to have."""
    subprocess.run(["ip", "link", "add", device, "type", "veth", "peer", "name", "other"], check=True)


def test_a_new_daemon_adopts_it_without_breaking_connections(region: LinuxRegion) -> None:
    vpc = open_to_all()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    with serving(region), connected(region.path(VPC, CLIENT), ADDRESS, 443) as open_one:
        assert region.restart() == {VPC}
        region.apply(vpc.plan())
        assert dump_kernel(region.run_dir, VPC) == before
        assert echoes(open_one)
    assert place(region).device == endpoints_device(VPC)
