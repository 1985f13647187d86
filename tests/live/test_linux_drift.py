"""What others change in our namespaces is noticed, whatever it is, and mended by the next apply; our own changes and
those of an instance's users to their own things are not noticed."""

from __future__ import annotations

import random
import select
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import vpc_device
from skywalk.drivers.linux.observe import Reading, read_namespace
from skywalk.drivers.linux.routing import endpoint_device, endpoints_device
from support.linux_region import LinuxRegion, linux_region
from support.network_mutations import PEERS, VPC, small_vpc
from support.packets import connected, listening, open_socket
from support.plans import VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

SUBNET, TABLE, GROUP, ENDPOINT = (resource_id(kind, 1) for kind in ("subnet", "rtb", "sg", "vpce"))
FIRST, SECOND = resource_id("i", 1), resource_id("i", 2)
FIRST_ENI, SECOND_ENI = resource_id("eni", 1), resource_id("eni", 2)
PEER = resource_id("vpc", 9)
PORT = interface_name(DeviceKind.PORT, FIRST_ENI)


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        made.driver.observe()
        yield made


def build() -> VpcBuilder:
    """A VPC with one of everything."""
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(FIRST_ENI, "10.0.1.5", subnet=SUBNET, groups=(GROUP,), instance=FIRST)
    vpc.port(SECOND_ENI, "10.0.1.6", subnet=SUBNET, groups=(GROUP,), instance=SECOND)
    vpc.guest(FIRST)
    vpc.guest(SECOND)
    vpc.allow_all(GROUP)
    vpc.has_internet = True
    vpc.public_address(FIRST_ENI, "198.18.0.5")
    vpc.endpoint(ENDPOINT, TABLE)
    vpc.endpoint_port(resource_id("eni", 9), "10.0.1.9", subnet=SUBNET, owner=resource_id("vpce", 9), groups=(GROUP,))
    return vpc


def run_inside(region: LinuxRegion, owner: str, namespace: str, commands: str) -> None:
    with inside(region.path(owner, namespace)):
        for line in commands.split(";"):
            subprocess.run(shlex.split(line), check=True, capture_output=True)


def noticed(region: LinuxRegion, seconds: float = 60) -> frozenset[str]:
    """What the driver finds, once it has something to look at; fails where it notices nothing."""
    while select.select([region.driver.watched], [], [], seconds)[0]:
        found = region.driver.look().drifted
        if found:
            return found
    raise AssertionError("nothing was noticed")


DAMAGES = {
    "router link deleted": ("router", f"ip link del {PORT}"),
    "router link down": ("router", f"ip link set {PORT} down"),
    "router link down and up": ("router", f"ip link set {PORT} down; ip link set {PORT} up"),
    "router link renamed": ("router", f"ip link set {PORT} down; ip link set {PORT} name other; ip link set other up"),
    "router link of another size": ("router", f"ip link set {PORT} mtu 1300"),
    "router link with another MAC": ("router", f"ip link set {PORT} address 02:00:00:00:00:77"),
    "loopback down": ("router", "ip link set lo down"),
    "router address gone": ("router", "ip addr del 169.254.169.254/32 dev lo"),
    "router address added": ("router", "ip addr add 10.0.1.77/32 dev lo"),
    "route gone": ("router", "ip route del 10.0.1.5/32 table 10"),
    "route added": ("router", f"ip route add 10.0.1.99/32 dev {PORT} table 10"),
    "all routes gone": ("router", "ip route flush table 10"),
    "rule gone": ("router", "ip rule del priority 10"),
    "rule added": ("router", "ip rule add priority 3 lookup 7"),
    "rules of the kernel's own gone": ("router", "ip rule del priority 0; ip rule del priority 32766"),
    "all rules gone": ("endpoints", "ip rule flush; ip rule del priority 0"),
    "rule added beside the kernel's own": ("router", "ip rule add priority 32766 from 10.0.1.5 lookup 7"),
    "local table flushed": ("endpoints", "ip route flush table local"),
    "all tables flushed": ("router", "ip route flush table all"),
    "local route of an address gone": ("router", "ip route del local 169.254.169.254 table local"),
    "local route of an address replaced": (
        "router",
        f"ip route del local 169.254.169.254 table local; ip route add local 169.254.169.254 dev {PORT} table local",
    ),
    "address without its local route added": (
        "router",
        "ip addr add 10.0.1.77/32 dev lo; ip route del local 10.0.1.77 table local",
    ),
    "all tables flushed and the loopback down": ("endpoints", "ip route flush table all; ip link set lo down"),
    "table deleted": ("router", "nft delete table ip skywalk"),
    "chain added": ("router", "nft add chain ip skywalk other; nft add rule ip skywalk other drop"),
    "rule of a chain deleted": ("router", "nft flush chain ip skywalk out_of_groups"),
    "rule in a chain added": ("router", "nft insert rule ip skywalk out_of_groups drop"),
    "element deleted": ("router", "nft flush map ip skywalk route_table"),
    "foreign table": ("router", "nft add table inet other"),
    "instance address gone": (FIRST, "ip addr del 10.0.1.5/24 dev eth0"),
    "instance route gone": (FIRST, "ip route del default"),
    "instance link down": (FIRST, "ip link set eth0 down"),
    "instance link deleted": (FIRST, "ip link del eth0"),
    "all tables of an instance flushed": (FIRST, "ip route flush table all"),
    "all tables of an instance flushed and its link replaced": (
        FIRST,
        "ip route flush table all; ip link set eth0 address 02:00:00:00:00:77",
    ),
    "local route of an instance's address gone": (FIRST, "ip route del local 10.0.1.5 table local"),
    "route to an instance's subnet gone": (FIRST, "ip route del 10.0.1.0/24 dev eth0"),
    "endpoint link deleted": ("endpoints", f"ip link del {endpoint_device(ENDPOINT)}"),
    "endpoint route gone": ("endpoints", "ip route flush table local type local root 52.216.0.0/15"),
    "endpoint filters gone": ("endpoints", "nft flush ruleset"),
    "interface endpoints' link deleted": ("router", f"ip link del {endpoints_device(VPC)}"),
    "interface endpoints' link down": ("endpoints", f"ip link set {endpoints_device(VPC)} down"),
    "interface endpoint's address gone": ("endpoints", "ip addr del 10.0.1.9/32 dev lo"),
    "interface endpoint's route gone": ("router", "ip route del 10.0.1.9/32 table 10"),
    "interface endpoint's groups gone": ("router", "nft flush map ip skywalk endpoint_group_in"),
    "interface endpoint's ports gone": ("endpoints", "nft flush set ip skywalk interface_service"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_change_by_hand_is_noticed_and_mended(region: LinuxRegion, name: str) -> None:
    region.apply(build().plan())
    assert region.driver.look().drifted == frozenset()
    before = dump_kernel(region.run_dir, VPC)
    assert "lacks" not in before
    namespace, commands = DAMAGES[name]
    routes = routes_of_the_kernel(region, namespace)
    run_inside(region, VPC, namespace, commands)
    assert noticed(region) == {VPC}
    region.apply(build().plan())
    assert dump_kernel(region.run_dir, VPC) == before
    assert routes_of_the_kernel(region, namespace) == routes
    assert tables(region, namespace) <= {"table ip skywalk"}
    assert region.driver.look().drifted == frozenset()


def routes_of_the_kernel(region: LinuxRegion, namespace: str) -> set[str]:
    """But broadcasts, and those of a user's own loopback."""
    with inside(region.path(VPC, namespace)):
        command = ("ip", "-4", "-details", "route", "show", "table", "all", "proto", "kernel")
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    is_confined = namespace == FIRST
    return {line for line in listed if "broadcast" not in line and not (is_confined and " dev lo " in line)}


def tables(region: LinuxRegion, namespace: str) -> set[str]:
    with inside(region.path(VPC, namespace)):
        listed = subprocess.run(("nft", "list", "tables"), check=True, capture_output=True, text=True)
    return set(listed.stdout.splitlines())


@pytest.mark.parametrize("keeps_link", [False, True])
def test_routes_of_an_address_that_goes_meanwhile_are_not_put_back(region: LinuxRegion, keeps_link: bool) -> None:
    region.apply(build().plan())
    region.driver.look()
    run_inside(region, VPC, FIRST, "ip route flush table all")
    assert noticed(region) == {VPC}
    changed = build()
    mac = changed.ports[FIRST_ENI].mac
    changed.port(FIRST_ENI, "10.0.1.7", subnet=SUBNET, groups=(GROUP,), instance=FIRST)
    changed.translations.clear()
    if keeps_link:
        changed.ports[FIRST_ENI] = replace(changed.ports[FIRST_ENI], mac=mac)
    region.apply(changed.plan())
    routes = routes_of_the_kernel(region, FIRST)
    assert {line.strip() for line in routes} == {
        "local 10.0.1.7 dev eth0 table local scope host src 10.0.1.7",
        "unicast 10.0.1.0/24 dev eth0 table main scope link src 10.0.1.7",
    }
    assert "lacks" not in dump_kernel(region.run_dir, VPC)


@pytest.mark.parametrize("keeps_file", [False, True], ids=["removed", "unmounted"])
@pytest.mark.parametrize("namespace", ["router", "endpoints", FIRST])
def test_a_namespace_that_is_removed_comes_back(region: LinuxRegion, namespace: str, keeps_file: bool) -> None:
    region.apply(build().plan())
    region.driver.look()
    before = dump_kernel(region.run_dir, VPC)
    if keeps_file:
        subprocess.run(("umount", region.path(VPC, namespace)), check=True)
    else:
        NamespaceFolder(region.run_dir / "netns").remove(VPC, namespace)
    assert noticed(region) == {VPC}
    region.apply(build().plan())
    assert dump_kernel(region.run_dir, VPC) == before
    with listening(region.path(VPC, SECOND), 80):
        assert connected(region.path(VPC, FIRST), "10.0.1.6", 80)


def test_the_internet_namespace_comes_back(region: LinuxRegion) -> None:
    plan = internet_plan(("s3", "52.216.0.0/15", (80,)))
    assert region.driver.apply_internet(plan).failures == {}
    region.apply(build().plan())
    region.driver.look()
    before = dump_kernel(region.run_dir, VPC)
    place = region.driver.internet_place()
    with open_socket(region.internet):  # as the edge has, so that the old one goes on behind its name
        NamespaceFolder(region.run_dir / "netns").remove("internet", "internet")
        assert noticed(region) == {"internet", VPC}
        assert region.driver.apply_internet(plan).failures == {}
        region.apply(build().plan())
        assert region.driver.internet_place() != place
    assert dump_kernel(region.run_dir, VPC) == before


INTERNET_DAMAGES = [
    f"ip link del {vpc_device(VPC)}",
    f"ip link set {vpc_device(VPC)} down",
    "ip route del 198.18.0.5/32",
]


@pytest.mark.parametrize("commands", INTERNET_DAMAGES)
def test_one_vpcs_part_of_the_internet_is_mended_alone(region: LinuxRegion, commands: str) -> None:
    region.apply(build().plan())
    region.apply(VpcBuilder(PEER).plan())
    region.driver.look()
    before = dump_kernel(region.run_dir, VPC)
    run_inside(region, "internet", "internet", commands)
    assert noticed(region) == {VPC}
    region.apply(build().plan())
    assert dump_kernel(region.run_dir, VPC) == before


def test_the_regions_own_part_of_the_internet_is_mended(region: LinuxRegion) -> None:
    plan = internet_plan(("s3", "52.216.0.0/15", (80,)))
    assert region.driver.apply_internet(plan).failures == {}
    region.apply(build().plan())
    region.driver.look()
    run_inside(region, "internet", "internet", "ip route del blackhole default; nft delete table ip skywalk")
    assert noticed(region) == {"internet"}
    assert region.driver.apply_internet(plan).failures == {}
    with inside(region.internet):
        listed = subprocess.run(("nft", "list", "tables"), check=True, capture_output=True, text=True).stdout
        routes = subprocess.run(("ip", "route"), check=True, capture_output=True, text=True).stdout
    assert "table ip skywalk" in listed
    assert "blackhole default" in routes


def test_own_changes_are_not_noticed(region: LinuxRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor read: what an apply costs stays what it was."""
    for peer in PEERS:
        region.apply(VpcBuilder(peer).plan())
    mutator = small_vpc(random.Random(7))
    region.apply(mutator.vpc.plan())
    region.driver.look()
    read: list[str] = []

    def recording(folder: NamespaceFolder, owner: str, namespace: str) -> Reading:
        read.append(namespace)
        return read_namespace(folder, owner, namespace)

    monkeypatch.setattr("skywalk.drivers.linux.driver.read_namespace", recording)
    for _ in range(80):
        done = mutator.mutate()
        region.apply(mutator.vpc.plan())
        assert region.driver.look().drifted == frozenset(), done
    assert len(read) <= 8, read


def test_what_users_of_an_instance_add_is_theirs(region: LinuxRegion) -> None:
    region.apply(build().plan())
    region.driver.look()
    run_inside(
        region,
        VPC,
        FIRST,
        "ip addr add 172.17.0.1/24 dev eth0; ip link add docker0 type veth peer name other; ip link set docker0 up; "
        "ip route add 192.0.2.0/24 via 10.0.1.6; ip rule add priority 77 lookup 12; ip link set eth0 mtu 1400; "
        "nft add table ip own",
    )
    assert region.driver.look().drifted == frozenset()
    run_inside(region, VPC, FIRST, "ip route del default")
    assert noticed(region) == {VPC}
    region.apply(build().plan())
    with inside(region.path(VPC, FIRST)):
        routes = subprocess.run(("ip", "route"), check=True, capture_output=True, text=True).stdout
        addresses = subprocess.run(("ip", "addr"), check=True, capture_output=True, text=True).stdout
    assert "192.0.2.0/24 via 10.0.1.6" in routes
    assert "default via 10.0.1.1" in routes
    assert "172.17.0.1/24" in addresses
    assert "mtu 1400" in addresses


def test_more_changes_than_the_kernel_keeps_make_all_suspect(region: LinuxRegion) -> None:
    region.apply(build().plan())
    region.apply(VpcBuilder(PEER).plan())
    region.driver.look()
    batch = "".join(
        f"route add 192.0.{n // 250}.{n % 250}/32 dev lo\nroute del 192.0.{n // 250}.{n % 250}/32 dev lo\n"
        for n in range(15000)
    )
    with inside(region.path(VPC, FIRST)):
        subprocess.run(("ip", "-batch", "-"), input=batch, text=True, check=True, capture_output=True)
    run_inside(region, PEER, "router", "ip rule del priority 10")
    assert noticed(region) == {PEER}
