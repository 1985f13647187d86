"""A kernel whose tables are full, at any moment of a change: the reason is told, nothing is open that should be closed,
and the next try makes what is wanted."""

from __future__ import annotations

import asyncio
import errno
import itertools
import json
import os
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from socket import SOL_SOCKET

import pytest

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.kernel_dump import dump_kernel
from skywalk.drivers.linux.libnftables import list_table, run_commands
from skywalk.drivers.linux.netlink import NETFILTER_FAMILY, NetlinkSocket
from skywalk.drivers.linux.netns import in_new_namespace, inside
from skywalk.drivers.linux.nfnetlink import change_elements, list_elements
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY
from skywalk.drivers.linux.sets import DataType, Element, ElementChange, SetDeclaration
from skywalk.feed.publisher import Publisher
from skywalk.plan.plan import Plan
from skywalk.reconcile import loop
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.instance import Instance, InstanceState
from support.few_namespaces import two_offices
from support.linux_region import LinuxRegion, linux_region
from support.packets import connected, listening, silent
from support.plans import TCP, VpcBuilder, resource_id
from support.refusing_kernel import RefusingKernel
from support.waiting import until

pytestmark = pytest.mark.live

VPC, OTHER = resource_id("vpc", 1), resource_id("vpc", 2)
SUBNET, TABLE = resource_id("subnet", 1), resource_id("rtb", 1)
CLIENT, SERVER, LATER = (resource_id("i", number) for number in (1, 2, 3))
CLIENTS, SERVERS = resource_id("sg", 1), resource_id("sg", 2)
SERVER_ADDRESS = "10.0.1.11"
CLOSED = {"to_services", "from_services", "out_of_groups", "into_groups", "acl_in", "acl_out"}
"""The chains of a router that drop what no rule lets through."""


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> RefusingKernel:
    return RefusingKernel(monkeypatch)


def shop(vpc_id: str = VPC) -> VpcBuilder:
    """A client that may send, and a server whose group lets nobody in."""
    vpc = VpcBuilder(vpc_id, has_internet=True)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNET, instance=CLIENT, groups=(CLIENTS,))
    vpc.port(resource_id("eni", 2), SERVER_ADDRESS, subnet=SUBNET, instance=SERVER, groups=(SERVERS,))
    vpc.route(TABLE, "10.0.0.0/16", "local", "local")
    vpc.allow(CLIENTS, "out", network="0.0.0.0/0")
    return vpc


def changed_shop() -> VpcBuilder:
    """The server lets clients in by one port, and there is one instance more, in a subnet of its own."""
    vpc = shop()
    vpc.allow(SERVERS, "in", protocol=TCP, ports=(80, 80), peer_group=CLIENTS)
    vpc.subnet(resource_id("subnet", 2), "10.0.2.0/24", resource_id("rtb", 2))
    vpc.port(
        resource_id("eni", 3), "10.0.2.10", subnet=resource_id("subnet", 2), instance=LATER, groups=(CLIENTS, SERVERS)
    )
    return vpc


def ports_up(router: Path) -> list[str]:
    with inside(router), NetlinkSocket(ROUTE_FAMILY) as socket:
        return [each.device for each in rtnetlink.list_links(socket) if each.device.startswith("p-") and each.is_up]


def dropping_chains(router: Path) -> set[str]:
    with inside(router):
        listed = json.loads(list_table("ip", "skywalk"))["nftables"]
    return {each["chain"]["name"] for each in listed if "chain" in each and each["chain"].get("policy") == "drop"}


def is_closed(region: LinuxRegion, vpc_id: str = VPC) -> bool:
    """Whether nothing can pass the router but by its rules."""
    router = region.path(vpc_id, "router")
    return not router.exists() or not ports_up(router) or dropping_chains(router) >= CLOSED


def is_in(region: LinuxRegion, vpc_id: str) -> bool:
    """Whether the calling thread is in one of the VPC's namespaces."""
    here = os.stat("/proc/thread-self/ns/net").st_ino
    return any(each.stat().st_ino == here for each in region.path(vpc_id, "router").parent.iterdir())


def fresh(plan: Plan) -> str:
    with linux_region() as region:
        region.apply(plan)
        return dump_kernel(region.run_dir, VPC)


def test_whatever_is_refused_of_a_new_vpc_nothing_is_open_and_the_next_try_heals(
    region: LinuxRegion, kernel: RefusingKernel
) -> None:
    plan = shop().plan()
    wanted = fresh(plan)
    region.apply(plan)  # the internet's namespace is there from now on
    for nth in itertools.count(1):
        region.driver.remove(VPC)
        kernel.refuse(nth, errno.ENOMEM)
        failures = region.driver.apply(plan).failures
        if kernel.asked < nth:
            assert failures == {}
            break
        assert "Cannot allocate memory" in " ".join(failures.values()), nth
        assert is_closed(region), nth
        kernel.heal()
        region.apply(plan)
        assert dump_kernel(region.run_dir, VPC) == wanted, nth
    assert nth > 20


def test_full_tables_stop_a_change_and_not_what_is_there(region: LinuxRegion, kernel: RefusingKernel) -> None:
    before, after = shop().plan(), changed_shop().plan()
    wanted = fresh(after)
    region.apply(shop(OTHER).plan())
    other = dump_kernel(region.run_dir, OTHER)
    for nth in itertools.count(1):
        region.apply(before)
        kernel.refuse(nth, errno.ENOSPC, for_good=True)
        failures = region.driver.apply(after).failures
        if kernel.asked < nth:
            assert failures == {}
            break
        assert "No space left on device" in " ".join(failures.values()), nth
        assert is_closed(region), nth
        kernel.heal()
        region.apply(after)
        assert dump_kernel(region.run_dir, VPC) == wanted, nth
    assert nth > 10
    assert dump_kernel(region.run_dir, OTHER) == other


def test_no_descriptors_at_any_moment_of_a_change_are_told_and_healed(
    region: LinuxRegion, kernel: RefusingKernel
) -> None:
    before, after = changed_shop().plan(), shop().plan()
    wanted = fresh(after)
    for nth in itertools.count(1):
        region.apply(before)
        kernel.refuse_entry(nth)
        failures = region.driver.apply(after).failures
        if kernel.entered < nth:
            assert failures == {}
            break
        assert "Too many open files" in failures[VPC], nth
        assert is_closed(region), nth
        kernel.heal()
        region.apply(after)
        assert dump_kernel(region.run_dir, VPC) == wanted, nth
    assert nth > 4


def test_a_server_stays_closed_while_nothing_is_taken(region: LinuxRegion, kernel: RefusingKernel) -> None:
    region.apply(shop().plan())
    kernel.refuse(1, errno.ENOBUFS, for_good=True)
    with listening(region.path(VPC, SERVER), 80):
        assert region.driver.apply(changed_shop().plan()).failures[VPC].endswith("No buffer space available")
        assert silent(region.path(VPC, CLIENT), SERVER_ADDRESS, 80)
        kernel.heal()
        region.apply(changed_shop().plan())
        with connected(region.path(VPC, CLIENT), SERVER_ADDRESS, 80):
            pass


def test_the_vpc_concerned_is_failed_with_the_reason_is_tried_again_and_heals_while_others_go_on(
    kernel: RefusingKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RETRY_SECONDS", 0.1)
    world = two_offices()
    first, second = (world.ids[f"{name} desk"] for name in ("first", "second"))
    store = world.region.store

    def state(instance_id: str) -> InstanceState:
        found = store.get(Instance, instance_id)
        assert found is not None
        return found.state

    async def told(region: LinuxRegion) -> None:
        publication = Publication(Publisher(), Publisher())
        reconciler = Reconciler(store, region.driver, publication, world.region.clock)
        await reconciler.start()
        await reconciler.all_settled()
        kernel.refuse_where(lambda: is_in(region, world.ids["second"]), errno.ENOMEM)
        for number, name in enumerate(("first", "second")):
            world.subnet(f"{name} attic", name, f"10.{number}.2.0/24")
            world.instance(f"{name} lamp", f"{name} attic")
        lamps = [world.ids[f"{name} lamp"] for name in ("first", "second")]
        await until(lambda: reconciler.failures and state(lamps[0]) is InstanceState.RUNNING)
        assert list(reconciler.failures) == [world.ids["second"]]
        assert "Cannot allocate memory" in reconciler.failures[world.ids["second"]]
        assert {state(first), state(second)} == {InstanceState.RUNNING}
        kernel.heal()
        await reconciler.all_settled()
        assert reconciler.failures == {}
        await reconciler.stop()

    with linux_region() as region:
        asyncio.run(asyncio.wait_for(told(region), 180))


def test_without_root_a_change_may_be_larger_than_a_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is what the machine allows everybody: 208 KiB where nobody has set it."""

    def widen(self: NetlinkSocket, _: int, within_the_limit: int) -> None:
        self._socket.setsockopt(SOL_SOCKET, within_the_limit, 208 << 10)

    monkeypatch.setattr(NetlinkSocket, "_widen", widen)
    declared = SetDeclaration("many", (DataType.DEVICE, DataType.ADDRESS))
    many = frozenset(Element((f"p-{number:012x}", IPv4Address(number))) for number in range(20_000))
    kept = frozenset(sorted(many, key=lambda element: element.key)[:10])
    with in_new_namespace():
        run_commands("add table ip skywalk\nadd set ip skywalk many { type ifname . ipv4_addr; }\n")
        change_elements("skywalk", [ElementChange(declared, frozenset(), many)])
        with NetlinkSocket(NETFILTER_FAMILY) as socket:
            assert list_elements(socket, "skywalk", declared) == many
            change_elements("skywalk", [ElementChange(declared, many - kept, frozenset())])
            assert list_elements(socket, "skywalk", declared) == kept
