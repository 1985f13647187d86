"""What is heard, against what stands: what is suspect, and what is only our own doing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skywalk.drivers.linux.apply import Standing
from skywalk.drivers.linux.drift import Suspicion, agrees, find_suspects
from skywalk.drivers.linux.layout import (
    INTERNET,
    ROUTER,
    KernelRule,
    Layout,
    Link,
    LinkAddress,
    Loopback,
    PeeringLink,
    Row,
)
from skywalk.drivers.linux.network import LINK_MTU, vpc_device
from skywalk.drivers.linux.observe import Reading
from skywalk.drivers.linux.rtnetlink import LinkState
from skywalk.drivers.linux.ruleset import Ruleset
from skywalk.drivers.linux.watch import Change, Heard, Notice
from skywalk.values.addresses import parse_address

VPC, OTHER, INSTANCE, ENI, PEERING = "vpc-1", "vpc-2", "i-1", "eni-1", "pcx-1"
PORT = Link(ROUTER, "p-1", "06:00:00:00:00:01", INSTANCE, "eth0", "02:00:00:00:00:05", ENI)
OUTSIDE = Link(ROUTER, "int", "06:00:00:00:00:01", INTERNET, vpc_device(VPC), "06:00:00:00:00:02", VPC)
PAIR = PeeringLink(ROUTER, "x-1", "06:00:00:00:00:01", PEERING)
ADDRESS = LinkAddress(INSTANCE, "eth0", parse_address("10.0.1.5"), 24)
RULE = KernelRule(ROUTER, 10, 0, 10)
ROWS: tuple[Row, ...] = (PORT, OUTSIDE, PAIR, ADDRESS, RULE, Loopback(ROUTER), Loopback(INSTANCE))
INDEXES = {
    (ROUTER, "p-1"): 100,
    (ROUTER, "int"): 101,
    (ROUTER, "x-1"): 1 << 24,
    (INSTANCE, "eth0"): 100,
    (INTERNET, vpc_device(VPC)): 7,
}
STANDING = Standing(Layout({ROUTER: VPC, INSTANCE: INSTANCE}, dict.fromkeys(ROWS, VPC), {ROUTER: Ruleset()}), INDEXES)
REGION = Standing(Layout({INTERNET: INTERNET}, {Loopback(INTERNET): INTERNET}, {INTERNET: Ruleset()}), {})
STANDINGS = {VPC: STANDING, OTHER: Standing(Layout({ROUTER: OTHER}, {}, {})), INTERNET: REGION}
SOUND = LinkState(100, "p-1", PORT.mac, LINK_MTU, ENI, is_up=True)


def suspects(*notices: Notice) -> dict[str, Suspicion]:
    return find_suspects(Heard(frozenset(notices), True, True), STANDINGS)


def link(state: LinkState, namespace: str = ROUTER, owner: str = VPC) -> Notice:
    return Notice(owner, namespace, Change.LINK, state.index, state)


def networks(*namespaces: str) -> dict[str, Suspicion]:
    return {VPC: Suspicion(networks=set(namespaces))}


def test_what_others_change_is_suspect_where_something_of_ours_stands() -> None:
    assert suspects(Notice(VPC, INSTANCE, Change.NETWORK)) == networks(INSTANCE)
    assert suspects(Notice(VPC, "i-gone", Change.NETWORK)) == {}
    assert suspects(Notice("vpc-gone", ROUTER, Change.NETWORK)) == {}
    assert suspects(Notice(VPC, ROUTER, Change.FILTERS)) == {VPC: Suspicion(filters={ROUTER})}
    assert suspects(Notice(VPC, INSTANCE, Change.FILTERS)) == {}
    assert suspects(Notice(VPC, ROUTER, Change.REMOVAL)) == networks(ROUTER)


def test_a_link_as_we_left_it_is_our_own_doing() -> None:
    assert suspects(link(SOUND)) == {}


@pytest.mark.parametrize(
    "state",
    [
        replace(SOUND, is_up=False),
        replace(SOUND, mtu=1300),
        replace(SOUND, alias=""),
        replace(SOUND, mac="02:00:00:00:00:99"),
        replace(SOUND, device="other"),
        replace(SOUND, index=101),
    ],
    ids=["down", "size", "alias", "mac", "name", "number"],
)
def test_a_link_of_ours_in_another_state_is_suspect(state: LinkState) -> None:
    assert suspects(link(state)) == networks(ROUTER)


def test_an_instance_chooses_the_size_of_its_packets() -> None:
    own_end = LinkState(100, "eth0", PORT.peer_mac, 1400, ENI, is_up=True)
    assert suspects(link(own_end, INSTANCE)) == {}


def test_devices_that_we_have_not_made_are_nothing_to_us() -> None:
    assert suspects(link(LinkState(9, "tun0", "", 1400, "", is_up=False), INSTANCE)) == {}
    assert suspects(Notice(VPC, INSTANCE, Change.LINK, 9), Notice(VPC, INSTANCE, Change.ADDRESS, 9)) == {}


def test_links_and_addresses_that_vanish_are_suspect_if_they_were_ours() -> None:
    assert suspects(Notice(VPC, ROUTER, Change.LINK, 100)) == networks(ROUTER)
    assert suspects(Notice(VPC, INSTANCE, Change.ADDRESS, 100)) == networks(INSTANCE)
    assert suspects(Notice(VPC, ROUTER, Change.LINK, 105)) == {}


def test_a_link_that_went_down_has_lost_its_routes_even_if_it_is_up_again() -> None:
    assert suspects(link(SOUND), Notice(VPC, ROUTER, Change.DOWN, 100)) == networks(ROUTER)


def test_of_the_loopback_only_its_end_counts() -> None:
    assert suspects(Notice(VPC, ROUTER, Change.ADDRESS, 1), Notice(VPC, ROUTER, Change.LINK, 1)) == {}
    assert suspects(Notice(VPC, ROUTER, Change.DOWN, 1)) == networks(ROUTER)


def test_a_vpcs_link_in_the_internet_is_that_vpcs_matter() -> None:
    assert suspects(Notice(INTERNET, INTERNET, Change.LINK, 7)) == networks(INTERNET)
    assert suspects(Notice(INTERNET, INTERNET, Change.DOWN, 1)) == {INTERNET: Suspicion(networks={INTERNET})}
    assert suspects(Notice(INTERNET, INTERNET, Change.NETWORK)).keys() == {VPC, OTHER, INTERNET}
    assert suspects(Notice(INTERNET, INTERNET, Change.FILTERS)) == {INTERNET: Suspicion(filters={INTERNET})}


def test_what_the_kernel_could_not_tell_makes_all_suspect() -> None:
    found = find_suspects(Heard(frozenset(), False, True), STANDINGS)
    assert found[VPC] == Suspicion(networks={ROUTER, INSTANCE, INTERNET})
    assert find_suspects(Heard(frozenset(), True, False), STANDINGS)[VPC] == Suspicion(filters={ROUTER})


ENDS = {
    "lo": LinkState(1, "lo", "", 65536, "", is_up=True),
    "p-1": SOUND,
    "int": LinkState(101, "int", OUTSIDE.mac, LINK_MTU, VPC, is_up=True),
    "x-1": LinkState(1 << 24, "x-1", PAIR.mac, LINK_MTU, PEERING, is_up=True),
    "x-2": LinkState(1 << 25, "x-2", PAIR.mac, LINK_MTU, "", is_up=False),
}
READING = Reading(ROUTER, ENDS, {None: (RULE, Loopback(ROUTER))})


def test_a_namespace_that_holds_what_is_known_agrees() -> None:
    """The end of a peering that another router has made is not this one's yet."""
    assert agrees(STANDING, VPC, READING)


@pytest.mark.parametrize(
    "other",
    [
        replace(READING, rows={None: (RULE,)}),
        replace(READING, rows={None: (*READING.rows[None], KernelRule(ROUTER, 3, 0, 7))}),
        replace(READING, ends={name: end for name, end in ENDS.items() if name != "p-1"}),
        replace(READING, ends={**ENDS, "p-1": replace(SOUND, is_up=False)}),
        replace(READING, ends={**ENDS, "p-2": replace(SOUND, device="p-2", index=102)}),
    ],
    ids=["row gone", "row added", "link gone", "link down", "link added"],
)
def test_a_namespace_that_holds_anything_else_does_not(other: Reading) -> None:
    assert not agrees(STANDING, VPC, other)


def test_of_the_internet_an_owners_part_is_compared() -> None:
    end = LinkState(7, vpc_device(VPC), OUTSIDE.peer_mac, LINK_MTU, VPC, is_up=True)
    others = {"v-other": replace(end, device="v-other")}
    everything = Reading(INTERNET, {vpc_device(VPC): end, **others}, {None: (Loopback(INTERNET),)})
    assert agrees(STANDING, VPC, everything)
    assert agrees(REGION, INTERNET, everything)
    assert not agrees(STANDING, VPC, Reading(INTERNET, others))
