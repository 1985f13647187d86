"""The uplink on real packets: what reaches the machine's network, what does not, and what is left of it."""

from __future__ import annotations

import select
from collections.abc import Iterator
from dataclasses import replace

import pytest

from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.sysctl import read_setting, write_setting
from skywalk.drivers.linux.uplink import Uplink
from support.linux_region import LinuxRegion, linux_region
from support.machine_network import (
    GATEWAY_ADDRESS,
    MACHINE_ADDRESS,
    NEIGHBOUR_ADDRESS,
    PUBLIC_HOST,
    MachineNetwork,
    machine_network,
)
from support.packets import call, connected, echoes, listening, ping, silent
from support.plans import S3_ADDRESS, S3_NETWORK, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC = resource_id("vpc", 1)
SUBNET, PRIVATE_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
TABLE, PRIVATE_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
PUBLIC, NAMELESS, PRIVATE = (resource_id("i", number) for number in (1, 2, 3))
GROUP = resource_id("sg", 1)
PUBLIC_ADDRESS = "198.18.5.6"

WITHOUT = internet_plan(("s3", S3_NETWORK, (443,)))
WITH = replace(WITHOUT, has_uplink=True)


@pytest.fixture
def net() -> Iterator[MachineNetwork]:
    with machine_network() as made:
        yield made


@pytest.fixture
def region(net: MachineNetwork) -> Iterator[LinuxRegion]:
    """Whose daemon runs on the machine of the test's own."""
    with inside(net.machine), linux_region() as made:
        made.driver.observe()
        yield made


def vpc() -> VpcBuilder:
    """Instances with a public address, without one, and behind a NAT gateway."""
    built = VpcBuilder(VPC, has_internet=True)
    built.subnet(SUBNET, "10.0.1.0/24", TABLE)
    built.subnet(PRIVATE_SUBNET, "10.0.2.0/24", PRIVATE_TABLE)
    for number, (instance, subnet) in enumerate([(PUBLIC, SUBNET), (NAMELESS, SUBNET), (PRIVATE, PRIVATE_SUBNET)], 1):
        address = f"10.0.{1 if subnet == SUBNET else 2}.{9 + number}"
        built.port(resource_id("eni", number), address, subnet=subnet, instance=instance, groups=(GROUP,))
    built.allow_all(GROUP)
    built.public_address(resource_id("eni", 1), PUBLIC_ADDRESS)
    built.nat_gateway(resource_id("nat", 1), resource_id("eni", 9), "10.0.1.50", subnet=SUBNET, public="198.18.5.7")
    built.route(TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    built.route(PRIVATE_TABLE, "0.0.0.0/0", "port", resource_id("eni", 9))
    return built


def start(region: LinuxRegion) -> None:
    assert region.driver.apply_internet(WITH).failures == {}
    region.apply(vpc().plan())


def test_instances_reach_the_machines_network_as_the_machine(region: LinuxRegion, net: MachineNetwork) -> None:
    start(region)
    with listening(net.beyond, 80):
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"
        assert call(region.path(VPC, PRIVATE), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}", "by the NAT gateway"
        assert silent(region.path(VPC, NAMELESS), PUBLIC_HOST, 80), "it has no public address"
    assert ping(region.path(VPC, PUBLIC), PUBLIC_HOST) == "reply"


def test_without_an_uplink_there_is_no_way_out(region: LinuxRegion, net: MachineNetwork) -> None:
    before = net.of_the_machine()
    assert region.driver.apply_internet(WITHOUT).failures == {}
    region.apply(vpc().plan())
    with listening(net.beyond, 80):
        assert silent(region.path(VPC, PUBLIC), PUBLIC_HOST, 80)
    assert net.of_the_machine() == before


def test_what_the_region_serves_itself_stays_in_it(region: LinuxRegion, net: MachineNetwork) -> None:
    start(region)
    net.run(net.beyond, f"ip address add {S3_ADDRESS}/32 dev lo")
    with listening(net.beyond, 443) as outside, listening(region.internet, 443, "region"):
        assert call(region.path(VPC, PUBLIC), S3_ADDRESS, 443) == f"region {PUBLIC_ADDRESS}"
        assert outside.callers == []


@pytest.mark.parametrize(
    "address", [GATEWAY_ADDRESS, NEIGHBOUR_ADDRESS, "192.168.7.7", "198.18.200.1", "100.64.0.1", "203.0.113.5"]
)
def test_addresses_that_are_nobodys_on_the_internet_are_not_led_out(
    region: LinuxRegion, net: MachineNetwork, address: str
) -> None:
    start(region)
    at = net.neighbour if address == NEIGHBOUR_ADDRESS else net.beyond
    if address not in (GATEWAY_ADDRESS, NEIGHBOUR_ADDRESS):
        net.run(net.beyond, f"ip address add {address}/32 dev lo")
    with listening(at, 80) as called:
        assert silent(region.path(VPC, PUBLIC), address, 80)
        assert called.callers == []


def test_the_machine_itself_is_not_offered(region: LinuxRegion, net: MachineNetwork) -> None:
    start(region)
    net.run(net.machine, "ip address add 9.9.9.77/32 dev lo")
    with listening(net.machine, 80) as called:
        for address in (MACHINE_ADDRESS, "9.9.9.77"):
            assert silent(region.path(VPC, PUBLIC), address, 80)
        assert called.callers == []
    assert ping(region.path(VPC, PUBLIC), "9.9.9.77", 0.4) == "silence"


def test_nothing_comes_in_from_outside(region: LinuxRegion, net: MachineNetwork) -> None:
    start(region)
    device = Uplink(region.run_dir, region.internet).device
    # As if somebody led the region's addresses there.
    net.run(net.machine, f"ip route add {PUBLIC_ADDRESS}/32 dev {device}", f"ip route add {S3_NETWORK} dev {device}")
    with (
        listening(region.path(VPC, PUBLIC), 80) as instance,
        listening(region.internet, 443) as service,
        listening(region.path(VPC, PRIVATE), 80) as private,
    ):
        for caller in (net.beyond, net.neighbour, net.machine):
            assert silent(caller, PUBLIC_ADDRESS, 80)
            assert silent(caller, S3_ADDRESS, 443)
            assert silent(caller, "10.0.2.12", 80)
        assert (instance.callers, service.callers, private.callers) == ([], [], [])


def test_the_machine_forwards_for_nobody_else_than_before(region: LinuxRegion, net: MachineNetwork) -> None:
    with listening(net.beyond, 80):
        assert silent(net.neighbour, PUBLIC_HOST, 80)
        start(region)
        assert silent(net.neighbour, PUBLIC_HOST, 80)
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"


def test_a_machine_that_forwards_goes_on_with_it(region: LinuxRegion, net: MachineNetwork) -> None:
    with inside(net.machine):
        write_setting("ipv4/ip_forward", "1")
    before = net.of_the_machine()
    start(region)
    with listening(net.beyond, 80):
        assert call(net.neighbour, PUBLIC_HOST, 80) == f"here {NEIGHBOUR_ADDRESS}"
    assert region.driver.apply_internet(WITHOUT).failures == {}
    assert net.of_the_machine() == before


def test_nothing_is_left_of_it(region: LinuxRegion, net: MachineNetwork) -> None:
    before = net.of_the_machine()
    start(region)
    assert net.of_the_machine() != before
    assert region.driver.apply_internet(WITHOUT).failures == {}
    assert net.of_the_machine() == before
    start(region)
    region.driver.remove_all()
    assert net.of_the_machine() == before


def test_a_new_daemon_without_it_takes_a_killed_ones_away(region: LinuxRegion, net: MachineNetwork) -> None:
    before = net.of_the_machine()
    start(region)
    region.restart()
    assert region.driver.apply_internet(WITHOUT).failures == {}
    assert net.of_the_machine() == before
    with listening(net.beyond, 80):
        region.apply(vpc().plan())
        assert silent(region.path(VPC, PUBLIC), PUBLIC_HOST, 80)


def test_a_new_daemon_with_it_breaks_no_connection(region: LinuxRegion, net: MachineNetwork) -> None:
    before = net.of_the_machine()
    start(region)
    with listening(net.beyond, 80), connected(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) as open_one:
        region.restart()
        start(region)
        assert echoes(open_one)
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"
    region.driver.remove_all()
    assert net.of_the_machine() == before


DAMAGES = {
    "link deleted": "ip link del {device}",
    "link down": "ip link set {device} down",
    "address gone": "ip address flush dev {device}",
    "table deleted": "nft delete table ip {table}",
    "rule added": "nft insert rule ip {table} through drop",
    "rules gone": "nft flush chain ip {table} to_network",
    "forwarding off": "sysctl -q -w net.ipv4.ip_forward=0",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_change_by_hand_is_noticed_and_mended(region: LinuxRegion, net: MachineNetwork, damage: str) -> None:
    start(region)
    assert region.driver.look().drifted == frozenset()
    uplink = Uplink(region.run_dir, region.internet)
    net.run(net.machine, DAMAGES[damage].format(device=uplink.device, table=uplink.table))
    notice_and_mend(region)
    with listening(net.beyond, 80):
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"


@pytest.mark.parametrize(
    "command", ["ip link del uplink", "ip route del default dev uplink", "ip address flush dev uplink"]
)
def test_a_change_at_the_regions_end_is_noticed_and_mended(
    region: LinuxRegion, net: MachineNetwork, command: str
) -> None:
    start(region)
    region.driver.look()
    net.run(region.internet, command)
    notice_and_mend(region)
    with listening(net.beyond, 80):
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"


def notice_and_mend(region: LinuxRegion) -> None:
    found: frozenset[str] = frozenset()
    while not found and select.select([region.driver.watched], [], [], 60)[0]:
        found = region.driver.look().drifted
    assert "internet" in found
    assert region.driver.apply_internet(WITH).failures == {}
    region.driver.look()
    assert region.driver.look().drifted == frozenset()


def test_the_regions_own_doing_is_no_change(region: LinuxRegion) -> None:
    start(region)
    region.driver.look()
    assert region.driver.apply_internet(WITH).failures == {}
    assert region.driver.look().drifted == frozenset()


def test_two_regions_have_one_each(region: LinuxRegion, net: MachineNetwork) -> None:
    before = net.of_the_machine()
    start(region)
    with linux_region() as other, listening(net.beyond, 80):
        other.driver.observe()
        start(other)
        for each in (region, other):
            assert call(each.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"
    with listening(net.beyond, 80):
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"
    region.driver.remove_all()
    assert net.of_the_machine() == before
    with inside(net.machine):
        assert read_setting("ipv4/ip_forward") == "0"


def test_a_network_that_the_machine_has_is_left_alone(region: LinuxRegion, net: MachineNetwork) -> None:
    uplink = Uplink(region.run_dir, region.internet)
    start(region)
    taken = net.run(net.machine, f"ip -o -4 address show dev {uplink.device}").split()[3]
    assert region.driver.apply_internet(WITHOUT).failures == {}
    net.run(net.machine, f"ip address add {taken} dev side")
    start(region)
    other = net.run(net.machine, f"ip -o -4 address show dev {uplink.device}").split()[3]
    assert other.rpartition(".")[0] == taken.rpartition(".")[0]
    assert other != taken
    with listening(net.beyond, 80):
        assert call(region.path(VPC, PUBLIC), PUBLIC_HOST, 80) == f"here {MACHINE_ADDRESS}"


def test_a_link_of_somebody_elses_is_said_to_be_in_the_way(region: LinuxRegion, net: MachineNetwork) -> None:
    device = Uplink(region.run_dir, region.internet).device
    net.run(net.machine, f"ip link add {device} type veth peer name other")
    failures = region.driver.apply_internet(WITH).failures
    assert failures.keys() == {"uplink"}
    assert device in failures["uplink"]
