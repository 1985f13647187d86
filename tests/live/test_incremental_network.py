"""Incremental equals afresh, on the kernel: after any row of changes, after a restart, after a failure."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skywalk.drivers.linux import apply, observe
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.routing import endpoint_device, endpoints_device
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, add_rule, add_veth, delete_link, list_links, list_rules
from skywalk.drivers.linux.sysctl import write_setting
from skywalk.plan.plan import Plan
from support.linux_region import LinuxRegion, linux_region
from support.network_mutations import ACLS, ENDPOINTS, GROUPS, PEERS, PREFIX_LISTS, SUBNETS, TABLES, VPC, small_vpc
from support.packets import call, connected, echoes, listening, silent
from support.plans import S3_ADDRESS, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


def afresh(plan: Plan) -> str:
    """What the kernel holds when a plan is applied where nothing was but the routers of its peers."""
    with linux_region() as fresh:
        for vpc_id in sorted({peering.peer_vpc_id for peering in plan.peerings}):
            fresh.apply(VpcBuilder(vpc_id).plan())
        fresh.apply(plan)
        return dump_kernel(fresh.run_dir, plan.vpc_id)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_changes_leave_what_a_fresh_apply_makes(region: LinuxRegion, seed: int) -> None:
    apply_peers(region)
    mutator = small_vpc(random.Random(seed))
    history: list[str] = []
    for _ in range(25):
        history.extend(mutator.mutate() for _ in range(mutator.chance.randint(1, 3)))
        plan = mutator.vpc.plan()
        region.apply(plan)
        assert dump_kernel(region.run_dir, VPC) == afresh(plan), history


def apply_peers(region: LinuxRegion) -> None:
    for vpc_id in PEERS:
        region.apply(VpcBuilder(vpc_id).plan())


def test_random_changes_across_restarts(region: LinuxRegion) -> None:
    apply_peers(region)
    mutator = small_vpc(random.Random(4))
    for _ in range(15):
        for _ in range(4):
            mutator.mutate()
        assert region.restart() <= {VPC, *PEERS}
        plan = mutator.vpc.plan()
        region.apply(plan)
        assert dump_kernel(region.run_dir, VPC) == afresh(plan)


def test_an_equal_plan_sends_nothing(region: LinuxRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    mutator = small_vpc(random.Random(5))
    region.apply(mutator.vpc.plan())
    with recorded_namespaces(monkeypatch) as entered:
        region.apply(mutator.vpc.plan())
    assert entered == []


def test_a_change_enters_no_other_vpc(region: LinuxRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [VpcBuilder(resource_id("vpc", number)) for number in (2, 3)]
    for other in others:
        region.apply(other.plan())
    mutator = small_vpc(random.Random(6))
    region.apply(mutator.vpc.plan())
    mutator.vpc.allow(GROUPS[0], "in", protocol=TCP, ports=(22, 22), network="10.0.0.0/16")
    with recorded_namespaces(monkeypatch) as entered:
        region.apply(mutator.vpc.plan())
    assert {(path.parent.name, path.name) for path in entered} == {(VPC, "router")}


@contextmanager
def recorded_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """The namespaces that the driver enters."""
    entered: list[Path] = []

    @contextmanager
    def recording(path: Path) -> Iterator[None]:
        entered.append(path)
        with inside(path):
            yield

    with monkeypatch.context() as patch:
        patch.setattr(apply, "inside", recording)
        patch.setattr(observe, "inside", recording)
        yield entered


CLIENT, SERVER, NAT = resource_id("i", 1), resource_id("i", 2), resource_id("nat", 1)
INTERFACE_ENDPOINT = resource_id("vpce", 9)


def full_vpc() -> VpcBuilder:
    """A bit of everything, and a connection can pass from CLIENT to SERVER."""
    vpc = VpcBuilder(VPC, has_internet=True)
    vpc.subnet(SUBNETS[0], "10.0.1.0/24", TABLES[0])
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNETS[0], instance=CLIENT, groups=(GROUPS[0],))
    vpc.port(resource_id("eni", 2), "10.0.1.11", subnet=SUBNETS[0], instance=SERVER, groups=(GROUPS[0], GROUPS[1]))
    vpc.route(TABLES[0], "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(resource_id("eni", 1), "203.0.113.10")
    vpc.endpoint(ENDPOINTS[0], TABLES[0])
    vpc.allow(GROUPS[0], "out", network="0.0.0.0/0")
    vpc.allow(GROUPS[1], "in", protocol=TCP, ports=(80, 80), peer_group=GROUPS[0])
    vpc.prefix_list(PREFIX_LISTS[0], "10.9.0.0/16", "10.11.0.0/16")
    vpc.allow(GROUPS[1], "in", protocol=TCP, ports=(81, 81), prefix_list=PREFIX_LISTS[0])
    for direction in ("in", "out"):
        vpc.acl_rule(ACLS[1], direction, 100, protocol=TCP, ports=(0, 65535))
    vpc.subnet(SUBNETS[1], "10.0.2.0/24", TABLES[1], ACLS[1])
    vpc.nat_gateway(NAT, resource_id("eni", 8), "10.0.2.50", subnet=SUBNETS[1], public="203.0.113.50")
    vpc.port(
        resource_id("eni", 9), "10.0.2.11", "10.0.2.12", subnet=SUBNETS[1], instance=SERVER, groups=(), device_index=1
    )
    vpc.route(TABLES[1], "10.0.1.0/24", "port", resource_id("eni", 2))
    vpc.zone(resource_id("eni", 2), 3)
    vpc.endpoint_port(
        resource_id("eni", 20), "10.0.1.20", subnet=SUBNETS[0], owner=INTERFACE_ENDPOINT, groups=(GROUPS[1],)
    )
    vpc.guest(CLIENT)
    return vpc


def test_a_new_daemon_takes_over_without_breaking_connections(region: LinuxRegion) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    client = region.path(VPC, CLIENT)
    endpoint = endpoint_device(ENDPOINTS[0])
    with (
        listening(region.path(VPC, SERVER), 80),
        listening(region.path(VPC, "endpoints"), 443, "edge", endpoint),
        connected(client, "10.0.1.11", 80) as local,
        connected(client, S3_ADDRESS, 443) as to_endpoint,
    ):
        assert region.restart() == {VPC}
        region.apply(vpc.plan())
        assert dump_kernel(region.run_dir, VPC) == before
        assert echoes(local)
        assert echoes(to_endpoint)
        assert call(client, "10.0.1.11", 80) == "here 10.0.1.10"
    assert region.guests.calls == [f"start {CLIENT}", f"update {CLIENT}"]
    region.driver.remove_unwanted()
    assert dump_kernel(region.run_dir, VPC) == before


def test_a_new_daemon_removes_what_nobody_wants(region: LinuxRegion) -> None:
    region.apply(full_vpc().plan())
    other = resource_id("vpc", 2)
    region.apply(VpcBuilder(other).plan())
    assert region.restart() == {VPC, other}
    region.apply(VpcBuilder(other).plan())
    region.driver.remove_unwanted()
    assert not region.path(VPC, "router").exists()
    assert region.path(other, "router").exists()
    assert region.guests.running == {}


TAMPERINGS = {
    "a network ACL is opened": f"insert rule ip skywalk {ACLS[1]}-in accept",
    "a zone is gone": "flush map ip skywalk leg_zone",
    "a rule is added": "add rule ip skywalk into_groups accept",
    "a chain is emptied": f"flush chain ip skywalk {GROUPS[1]}-in",
    "an element is gone": f"flush set ip skywalk members-{GROUPS[0]}",
    "an element is added": 'add element ip skywalk unchecked_port { "p-000000000001" }',
    "an interval is changed": f"flush set ip skywalk prefixes-{PREFIX_LISTS[0]}",
    "the table is gone": "delete table ip skywalk",
    "a chain of an older release": "add chain ip skywalk old { type filter hook forward priority 5; policy drop; }",
    "a set of an older release": "add set ip skywalk old { type ipv4_addr; }",
}


def test_a_new_daemon_repairs_a_nat_gateway(region: LinuxRegion) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    with inside(region.path(VPC, NAT)):
        run_commands("flush chain ip skywalk through\nflush set ip skywalk vpc\nadd rule ip skywalk to_gateway accept")
        write_setting("ipv4/ip_forward", "0")
    assert dump_kernel(region.run_dir, VPC) != before
    region.restart()
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before


def test_rules_that_a_user_makes_in_an_instance_stay(region: LinuxRegion) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    with inside(region.path(VPC, CLIENT)), NetlinkSocket(ROUTE_FAMILY) as netlink:
        assert netlink.request([add_rule(77, 5, 1234)]) == [None]
    region.restart()
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before
    with inside(region.path(VPC, CLIENT)), NetlinkSocket(ROUTE_FAMILY) as netlink:
        assert 77 in [rule.priority for rule in list_rules(netlink)]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_new_daemon_repairs_filters(region: LinuxRegion, tampering: str) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    with inside(region.path(VPC, "router")):
        run_commands(TAMPERINGS[tampering])
    assert dump_kernel(region.run_dir, VPC) != before
    region.restart()
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before


def _delete_device(path: Path, device: str) -> None:
    with inside(path), NetlinkSocket(ROUTE_FAMILY) as netlink:
        index = next(link.index for link in list_links(netlink) if link.device == device)
        assert netlink.request([delete_link(index)]) == [None]


@pytest.mark.parametrize("device", ["p-000000000001", "internet", endpoint_device(ENDPOINTS[0]), endpoints_device(VPC)])
def test_a_new_daemon_repairs_links(region: LinuxRegion, device: str) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    _delete_device(region.path(VPC, "router"), device)
    assert dump_kernel(region.run_dir, VPC) != before
    region.restart()
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before


def test_a_new_daemon_makes_a_lost_namespace_and_restarts_its_guest(region: LinuxRegion) -> None:
    vpc = full_vpc()
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    region.driver._folder.remove(VPC, CLIENT)
    region.restart()
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == before
    assert region.guests.calls == [f"start {CLIENT}", f"stop {CLIENT}", f"start {CLIENT}"]


def test_a_link_that_cannot_be_made_is_reported_and_tried_again(region: LinuxRegion) -> None:
    vpc = full_vpc()
    endpoint = vpc.endpoints[ENDPOINTS[0]]
    vpc.remove_endpoint(ENDPOINTS[0])
    region.apply(vpc.plan())
    put_device_in_the_way(region.path(VPC, "router"), endpoint_device(ENDPOINTS[0]))
    vpc.endpoint(endpoint.vpc_endpoint_id, TABLES[0])
    vpc.allow(GROUPS[1], "in", protocol=TCP, ports=(82, 82), network="10.0.1.0/24")
    failures = region.driver.apply(vpc.plan()).failures
    assert failures.keys() == {ENDPOINTS[0]}
    assert failures[ENDPOINTS[0]].startswith(f"link {endpoint_device(ENDPOINTS[0])}")
    assert [place.owner_id for place in region.driver.places(VPC)] == [VPC, INTERFACE_ENDPOINT]
    with listening(region.path(VPC, SERVER), 82):
        assert call(region.path(VPC, CLIENT), "10.0.1.11", 82) == "here 10.0.1.10", "the rest is applied"
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == afresh(vpc.plan())
    assert [place.owner_id for place in region.driver.places(VPC)] == [VPC, ENDPOINTS[0], INTERFACE_ENDPOINT]


def put_device_in_the_way(path: Path, device: str) -> None:
    """A device of the name that a link is to have."""
    with inside(path), NetlinkSocket(ROUTE_FAMILY) as netlink, open(path) as namespace:
        message = add_veth(
            0, device, "06:00:00:00:00:09", 0, "in-the-way", "06:00:00:00:00:08", namespace.fileno(), 1500
        )
        assert netlink.request([message]) == [None]


def test_a_ruleset_that_is_refused_lets_no_link_up(region: LinuxRegion) -> None:
    vpc = full_vpc()
    bad = vpc.allow(GROUPS[1], "in", protocol=TCP, ports=(90, 70), network="10.0.0.0/16")
    failures = region.driver.apply(vpc.plan()).failures
    assert "Range has zero or negative size" in failures[VPC]
    assert {resource_id("eni", 1), ENDPOINTS[0]} <= failures.keys()
    with inside(region.path(VPC, "router")):
        assert [name for _, name in socket.if_nameindex()] == ["lo"]
    assert region.driver.run_guests(vpc.plan()).failures == {}
    assert region.guests.calls == []
    del vpc.rules[bad]
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == afresh(vpc.plan())
    assert region.guests.calls == [f"start {CLIENT}"]


def test_a_guest_that_cannot_start_is_reported_and_tried_again(region: LinuxRegion) -> None:
    vpc = full_vpc()
    region.guests.failing.add(CLIENT)
    assert region.driver.apply(vpc.plan()).failures == {}
    assert region.driver.run_guests(vpc.plan()).failures == {CLIENT: "guest: [Errno 28] no space left"}
    assert region.driver.entrance(CLIENT) is None
    region.guests.failing.clear()
    region.apply(vpc.plan())
    assert region.driver.entrance(CLIENT) is not None
    del vpc.guests[CLIENT]
    region.apply(vpc.plan())
    assert region.guests.calls[-1] == f"stop {CLIENT}"


def test_the_internet_is_taken_over_too(region: LinuxRegion) -> None:
    services = internet_plan(("sts", "198.51.100.0/24", (443,)))
    vpc = full_vpc()
    assert region.driver.apply_internet(services).failures == {}
    region.apply(vpc.plan())
    region.restart()
    region.apply(vpc.plan())
    other = internet_plan(("s3", "52.216.0.0/15", (443,)))
    vpc.remove_endpoint(ENDPOINTS[0])
    region.apply(vpc.plan())
    assert region.driver.apply_internet(other).failures == {}
    with listening(region.internet, 443):
        assert call(region.path(VPC, CLIENT), S3_ADDRESS, 443) == "here 203.0.113.10"
        assert silent(region.path(VPC, CLIENT), "198.51.100.1", 443)
