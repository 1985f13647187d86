"""Several addresses and several interfaces of an instance on real packets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.netns import inside
from support.linux_region import LinuxRegion, linux_region
from support.packets import SILENT_FOR, call, connected, echoes, listening, ping, silent
from support.plans import TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC = resource_id("vpc", 1)
SUBNET, OTHER_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
TABLE, OTHER_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
CLIENT, HOST = resource_id("i", 1), resource_id("i", 2)
CLIENT_ENI, FIRST_ENI, SECOND_ENI, THIRD_ENI = (resource_id("eni", number) for number in (1, 2, 3, 4))
CLIENT_ADDRESS, FIRST, FIRST_MORE, SECOND, SECOND_MORE = (
    "10.0.1.10", "10.0.1.20", "10.0.1.21", "10.0.2.20", "10.0.2.21",
)  # fmt: skip
OPEN, CLOSED = resource_id("sg", 1), resource_id("sg", 2)
STS_ADDRESS = "198.51.100.20"


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        assert made.driver.apply_internet(internet_plan(("sts", "198.51.100.0/24", (443,)))).failures == {}
        yield made


def host_with_interfaces() -> VpcBuilder:
    """A client, and a host with an interface of two addresses in the client's subnet and another such in another
    subnet."""
    vpc = VpcBuilder(VPC, has_internet=True)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", OTHER_TABLE)
    vpc.port(CLIENT_ENI, CLIENT_ADDRESS, subnet=SUBNET, instance=CLIENT, groups=(OPEN,))
    vpc.port(FIRST_ENI, FIRST, FIRST_MORE, subnet=SUBNET, instance=HOST, groups=(OPEN,))
    second_interface(vpc)
    for table in (TABLE, OTHER_TABLE):
        vpc.route(table, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.allow_all(OPEN)
    return vpc


def second_interface(vpc: VpcBuilder) -> None:
    vpc.port(SECOND_ENI, SECOND, SECOND_MORE, subnet=OTHER_SUBNET, instance=HOST, groups=(OPEN,), device_index=1)


def test_every_address_answers_by_its_interface(region: LinuxRegion) -> None:
    region.apply(host_with_interfaces().plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(host, 80):
        for address in (FIRST, FIRST_MORE, SECOND, SECOND_MORE):
            assert call(client, address, 80) == f"here {CLIENT_ADDRESS}", address
            assert ping(client, address) == "reply"
    assert _packets(host, "eth0") > 4
    assert _packets(host, "eth1") > 4


def _packets(namespace: Path, device: str) -> int:
    """Those that a device has sent."""
    with inside(namespace), open("/proc/thread-self/net/dev") as table:
        counts = next(line.partition(":")[2].split() for line in table if line.strip().startswith(f"{device}:"))
    return int(counts[9])


def test_an_address_of_either_interface_can_be_the_source(region: LinuxRegion) -> None:
    region.apply(host_with_interfaces().plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(client, 80):
        assert call(host, CLIENT_ADDRESS, 80) == f"here {FIRST}"
        for source in (FIRST, FIRST_MORE, SECOND, SECOND_MORE):
            assert call(host, CLIENT_ADDRESS, 80, source=source) == f"here {source}"


def test_two_interfaces_in_one_subnet(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    vpc.port(THIRD_ENI, "10.0.1.30", subnet=SUBNET, instance=HOST, groups=(OPEN,), device_index=2)
    region.apply(vpc.plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(host, 80), listening(client, 80):
        assert call(client, "10.0.1.30", 80) == f"here {CLIENT_ADDRESS}"
        assert call(client, FIRST, 80) == f"here {CLIENT_ADDRESS}"
        assert call(host, CLIENT_ADDRESS, 80, source="10.0.1.30") == "here 10.0.1.30"
        assert call(host, CLIENT_ADDRESS, 80) == f"here {FIRST}"
    assert _packets(host, "eth2") > 4


def test_each_interface_has_groups_of_its_own(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    vpc.port(SECOND_ENI, SECOND, subnet=OTHER_SUBNET, instance=HOST, groups=(CLOSED,), device_index=1)
    vpc.allow(CLOSED, "in", protocol=TCP, ports=(81, 81), network="10.0.1.0/24")
    region.apply(vpc.plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(host, 80), listening(host, 81), listening(client, 80):
        assert silent(client, SECOND, 80)
        assert call(client, SECOND, 81) == f"here {CLIENT_ADDRESS}"
        assert call(client, FIRST, 80) == f"here {CLIENT_ADDRESS}"
        assert call(host, CLIENT_ADDRESS, 80, source=SECOND, wait=SILENT_FOR) == "silence"


def test_each_private_address_has_its_public_one(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    publics = {FIRST: "203.0.113.1", FIRST_MORE: "203.0.113.2", SECOND_MORE: "203.0.113.3"}
    for private, public in publics.items():
        vpc.public_address(SECOND_ENI if private == SECOND_MORE else FIRST_ENI, public, private)
    vpc.public_address(CLIENT_ENI, "203.0.113.9")
    region.apply(vpc.plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(region.internet, 443), listening(host, 80):
        for private, public in publics.items():
            assert call(host, STS_ADDRESS, 443, source=private) == f"here {public}"
            assert call(client, public, 80) == "here 203.0.113.9"
        assert call(host, STS_ADDRESS, 443, source=SECOND, wait=SILENT_FOR) == "silence"


def test_interfaces_come_and_go_while_the_instance_runs(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    del vpc.ports[SECOND_ENI]
    vpc.guest(HOST)
    region.apply(vpc.plan())
    before = dump_kernel(region.run_dir, VPC)
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(host, 80), connected(client, FIRST, 80) as connection:
        for _ in range(2):
            assert silent(client, SECOND, 80)
            second_interface(vpc)
            region.apply(vpc.plan())
            assert call(client, SECOND, 80) == f"here {CLIENT_ADDRESS}"
            assert call(client, SECOND_MORE, 80) == f"here {CLIENT_ADDRESS}"
            del vpc.ports[SECOND_ENI]
            region.apply(vpc.plan())
            assert dump_kernel(region.run_dir, VPC) == before
        assert echoes(connection)
    assert region.guests.calls == [f"start {HOST}"]
    with inside(host):
        assert sorted(name for _, name in socket.if_nameindex()) == ["eth0", "lo"]


def test_addresses_come_and_go_while_the_instance_runs(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    region.apply(vpc.plan())
    client, host = region.path(VPC, CLIENT), region.path(VPC, HOST)
    with listening(host, 80), connected(client, FIRST, 80) as connection:
        vpc.port(FIRST_ENI, FIRST, subnet=SUBNET, instance=HOST, groups=(OPEN,))
        vpc.port(SECOND_ENI, SECOND, "10.0.2.22", subnet=OTHER_SUBNET, instance=HOST, groups=(OPEN,), device_index=1)
        region.apply(vpc.plan())
        assert silent(client, FIRST_MORE, 80)
        assert silent(client, SECOND_MORE, 80)
        assert call(client, "10.0.2.22", 80) == f"here {CLIENT_ADDRESS}"
        assert echoes(connection)
        vpc.port(CLIENT_ENI, CLIENT_ADDRESS, FIRST_MORE, subnet=SUBNET, instance=CLIENT, groups=(OPEN,))
        region.apply(vpc.plan())
        with listening(client, 81):
            assert call(host, FIRST_MORE, 81) == f"here {FIRST}", "an address moves to another instance"


def test_an_interface_moves_to_another_instance(region: LinuxRegion) -> None:
    vpc = host_with_interfaces()
    region.apply(vpc.plan())
    vpc.port(SECOND_ENI, SECOND, SECOND_MORE, subnet=OTHER_SUBNET, instance=CLIENT, groups=(OPEN,), device_index=1)
    region.apply(vpc.plan())
    with listening(region.path(VPC, CLIENT), 80):
        assert call(region.path(VPC, HOST), SECOND, 80) == f"here {FIRST}"
    with inside(region.path(VPC, HOST)):
        assert sorted(name for _, name in socket.if_nameindex()) == ["eth0", "lo"]
