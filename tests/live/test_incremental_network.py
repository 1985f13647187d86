"""Incremental equals afresh, on the kernel: after any row of changes, after a restart, after a failure."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from skywalk.drivers.linux import apply, observe
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.routing import endpoint_device
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, add_rule, add_veth, delete_link, list_links, list_rules
from skywalk.drivers.linux.sysctl import write_setting
from skywalk.plan.plan import Plan
from skywalk.plan.segments import Port
from support.linux_region import LinuxRegion, linux_region
from support.packets import call, connected, echoes, listening, silent
from support.plans import ICMP, OPEN_ACL, S3_ADDRESS, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC = resource_id("vpc", 1)
TABLES = [resource_id("rtb", number) for number in range(1, 4)]
SUBNETS = [resource_id("subnet", number) for number in range(1, 4)]
GROUPS = [resource_id("sg", number) for number in range(1, 5)]
PREFIX_LISTS = [resource_id("pl", number) for number in range(1, 3)]
ENDPOINTS = [resource_id("vpce", number) for number in range(1, 4)]
ACLS = [OPEN_ACL, *(resource_id("acl", number) for number in range(1, 3))]
PEERS = [resource_id("vpc", number) for number in range(8, 10)]
PEERINGS = [resource_id("pcx", number) for number in range(1, 4)]
NETWORKS = ["52.216.0.0/15", "3.5.0.0/19", "54.231.0.0/16", "16.182.0.0/16"]


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


@dataclass
class Mutator:
    """Changes a VPC at random, in any way in which a plan can change."""

    vpc: VpcBuilder
    chance: random.Random
    made: int = 0

    def mutate(self) -> str:
        name = self.chance.choice([name for name in dir(self) if name.startswith("do_")])
        getattr(self, name)()
        return name

    def do_port(self) -> None:
        self.made += 1
        subnet = self.chance.choice(SUBNETS)
        place = SUBNETS.index(subnet) + 1
        self.vpc.port(
            resource_id("eni", self.made),
            f"10.0.{place}.{9 + self.made}",
            *([f"10.0.{place}.{120 + self.made}"] if self.chance.random() < 0.3 else []),
            subnet=subnet,
            instance=resource_id("i", self.made),
            groups=tuple(self.chance.sample(GROUPS, self.chance.randint(0, 3))),
            source_dest_check=self.chance.random() < 0.8,
        )

    def instance_ports(self) -> list[Port]:
        return [port for _, port in sorted(self.vpc.ports.items()) if port.is_filtered]

    def do_further_interface(self) -> None:
        """Of an instance that has one."""
        if ports := self.instance_ports():
            host = self.chance.choice(ports).host_id
            self.made += 1
            place = self.chance.randint(1, 3)
            self.vpc.port(
                resource_id("eni", self.made),
                f"10.0.{place}.{9 + self.made}",
                *([f"10.0.{place}.{120 + self.made}"] if self.chance.random() < 0.5 else []),
                subnet=SUBNETS[place - 1],
                instance=host,
                groups=(GROUPS[0],),
                device_index=1 + max(port.device_index for port in ports if port.host_id == host),
            )

    def do_secondary_address(self) -> None:
        """A port gets another address besides its first, or has the first alone again."""
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.made += 1
            first = str(port.addresses[0])
            more = [f"{first.rpartition('.')[0]}.{120 + self.made}"] if self.chance.random() < 0.7 else []
            self.vpc.port(
                port.network_interface_id,
                first,
                *more,
                subnet=port.subnet_id,
                instance=port.host_id,
                groups=port.security_group_ids,
                device_index=port.device_index,
                source_dest_check=port.source_dest_check,
            )

    def do_nat_gateway(self) -> None:
        self.made += 1
        place = self.chance.randint(1, 3)
        eni = resource_id("eni", self.made)
        self.vpc.nat_gateway(
            resource_id("nat", self.made),
            eni,
            f"10.0.{place}.{9 + self.made}",
            subnet=SUBNETS[place - 1],
            public=f"203.0.114.{self.made}" if self.chance.random() < 0.7 else None,
        )
        if self.chance.random() < 0.5:
            self.vpc.route(self.chance.choice(TABLES), "0.0.0.0/0", "port", eni)

    def do_remove_nat_gateway(self) -> None:
        if self.vpc.nat_gateways:
            gateway = self.vpc.nat_gateways.pop(self.chance.choice(sorted(self.vpc.nat_gateways)))
            self.remove_port(gateway.network_interface_id)

    def do_route_to_a_port(self) -> None:
        target = self.chance.choice([*sorted(self.vpc.ports), resource_id("eni", 999)])
        destination = self.chance.choice(["0.0.0.0/0", "10.0.0.0/16", "10.0.2.0/24", "10.0.3.0/24", "192.0.2.0/24"])
        self.vpc.route(self.chance.choice(TABLES), destination, "port", target)

    def do_local_route(self) -> None:
        self.vpc.route(self.chance.choice(TABLES), self.chance.choice(["10.0.0.0/16", "10.0.2.0/24"]), "local", "local")

    def do_gateway_table(self) -> None:
        self.vpc.gateway_table = self.chance.choice([None, *TABLES])

    def do_network(self) -> None:
        self.vpc.more_networks = self.chance.choice([(), ("10.7.0.0/16",), ("10.7.0.0/16", "10.8.0.0/16")])

    def do_acl_rule(self) -> None:
        self.vpc.acl_rule(
            self.chance.choice(ACLS[1:]),
            self.chance.choice(["in", "out"]),
            self.chance.randint(1, 5),
            allow=self.chance.random() < 0.7,
            protocol=self.chance.choice([TCP, -1, ICMP]),
            network=self.chance.choice(["0.0.0.0/0", "10.0.2.0/24"]),
        )

    def do_remove_acl_rule(self) -> None:
        if rules := [key for key, rule in self.vpc.acl_rules.items() if rule.network_acl_id != OPEN_ACL]:
            del self.vpc.acl_rules[self.chance.choice(sorted(rules))]

    def do_peering(self) -> None:
        peering = self.chance.choice(PEERINGS)
        networks = self.chance.sample(["10.20.0.0/16", "10.21.0.0/16", "10.30.0.0/24"], self.chance.randint(1, 3))
        # A peering is with one VPC for all its life.
        self.vpc.peer(peering, PEERS[PEERINGS.index(peering) % len(PEERS)], *networks)
        if self.chance.random() < 0.7:
            self.vpc.route(self.chance.choice(TABLES), networks[0], "peering", peering)

    def do_remove_peering(self) -> None:
        if self.vpc.peerings:
            del self.vpc.peerings[self.chance.choice(sorted(self.vpc.peerings))]

    def do_remove_port(self) -> None:
        if ports := self.instance_ports():
            self.remove_port(self.chance.choice(ports).network_interface_id)

    def remove_port(self, eni: str) -> None:
        del self.vpc.ports[eni]
        self.vpc.translations = {
            key: row for key, row in self.vpc.translations.items() if row.network_interface_id != eni
        }

    def do_regroup(self) -> None:
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.vpc.port(
                port.network_interface_id,
                *map(str, port.addresses),
                subnet=port.subnet_id,
                instance=port.host_id,
                groups=tuple(self.chance.sample(GROUPS, self.chance.randint(0, 3))),
                device_index=port.device_index,
                source_dest_check=self.chance.random() < 0.5,
            )

    def do_reassign_address(self) -> None:
        """An instance ends and another starts at its address, in one plan."""
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.remove_port(port.network_interface_id)
            self.made += 1
            self.vpc.port(
                resource_id("eni", self.made),
                *map(str, port.addresses),
                subnet=port.subnet_id,
                instance=resource_id("i", self.made),
                groups=port.security_group_ids,
            )

    def do_rule(self) -> None:
        peer = self.chance.choice(["network", "peer_group", "prefix_list"])
        value = {
            "network": self.chance.choice(["0.0.0.0/0", "10.0.0.0/16", "192.0.2.7/32"]),
            "peer_group": self.chance.choice(GROUPS),
            "prefix_list": self.chance.choice(PREFIX_LISTS),
        }[peer]
        protocol, ports = self.chance.choice(
            [(TCP, (443, 443)), (17, (1000, 2000)), (TCP, (0, 65535)), (ICMP, (8, -1)), (ICMP, (-1, -1)),
             (-1, (-1, -1)), (50, (-1, -1))]
        )  # fmt: skip
        self.vpc.allow(
            self.chance.choice(GROUPS),
            self.chance.choice(["in", "out"]),
            protocol=protocol,
            ports=ports,
            rule_id=resource_id("sgr", self.chance.randint(1, 30)),
            **{peer: value},
        )

    def do_remove_rule(self) -> None:
        if self.vpc.rules:
            del self.vpc.rules[self.chance.choice(sorted(self.vpc.rules))]

    def do_prefix_list(self) -> None:
        networks = self.chance.sample(
            [*NETWORKS, "52.216.0.0/16", "10.0.0.0/8", "0.0.0.0/1"], self.chance.randint(0, 5)
        )
        self.vpc.prefix_list(self.chance.choice(PREFIX_LISTS), *networks)

    def do_endpoint(self) -> None:
        endpoint = self.chance.choice(ENDPOINTS)
        if endpoint in self.vpc.endpoints:
            self.vpc.remove_endpoint(endpoint)
        tables = self.chance.sample(TABLES, self.chance.randint(0, 2))
        self.vpc.endpoint(endpoint, *tables, networks=tuple(self.chance.sample(NETWORKS, self.chance.randint(1, 3))))

    def do_remove_endpoint(self) -> None:
        if self.vpc.endpoints:
            self.vpc.remove_endpoint(self.chance.choice(sorted(self.vpc.endpoints)))

    def do_internet(self) -> None:
        self.vpc.has_internet = not self.vpc.has_internet

    def do_route(self) -> None:
        kind, target = self.chance.choice([("internet", resource_id("igw", 1)), ("blackhole", resource_id("igw", 2))])
        destination = self.chance.choice(["0.0.0.0/0", "198.51.100.0/24", "52.216.0.0/15"])
        self.vpc.route(self.chance.choice(TABLES), destination, kind, target)

    def do_remove_route(self) -> None:
        if self.vpc.routes:
            del self.vpc.routes[self.chance.choice(sorted(self.vpc.routes))]

    def do_associate(self) -> None:
        place = self.chance.randrange(len(SUBNETS))
        self.vpc.subnet(SUBNETS[place], f"10.0.{place + 1}.0/24", self.chance.choice(TABLES), self.chance.choice(ACLS))

    def do_public_address(self) -> None:
        """Of any of a port's addresses, in place of all that the port has had."""
        if self.vpc.ports:
            eni = self.chance.choice(sorted(self.vpc.ports))
            self.vpc.translations = {
                key: row for key, row in self.vpc.translations.items() if row.network_interface_id != eni
            }
            private = str(self.chance.choice(self.vpc.ports[eni].addresses))
            self.vpc.public_address(eni, f"203.0.113.{self.chance.randint(1, 250)}", private)

    def do_zone(self) -> None:
        legs = ["internet", *sorted(self.vpc.ports), *sorted(self.vpc.endpoints)]
        self.vpc.zone(self.chance.choice(legs), self.chance.randint(1, 9))
        self.vpc.zones = {leg: zone for leg, zone in self.vpc.zones.items() if leg in legs}


def small_vpc(chance: random.Random) -> Mutator:
    vpc = VpcBuilder(VPC)
    for place, subnet in enumerate(SUBNETS):
        vpc.subnet(subnet, f"10.0.{place + 1}.0/24", TABLES[place])
    mutator = Mutator(vpc, chance)
    for _ in range(3):
        mutator.do_port()
    return mutator


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


@pytest.mark.parametrize("device", ["p-000000000001", "internet", endpoint_device(ENDPOINTS[0])])
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
    assert [place.owner_id for place in region.driver.places(VPC)] == [VPC]
    with listening(region.path(VPC, SERVER), 82):
        assert call(region.path(VPC, CLIENT), "10.0.1.11", 82) == "here 10.0.1.10", "the rest is applied"
    region.apply(vpc.plan())
    assert dump_kernel(region.run_dir, VPC) == afresh(vpc.plan())
    assert [place.owner_id for place in region.driver.places(VPC)] == [VPC, ENDPOINTS[0]]


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
