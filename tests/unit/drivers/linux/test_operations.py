from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.layout import (
    KernelRoute,
    KernelRule,
    LackingRoute,
    LackingRule,
    Link,
    LinkAddress,
    Loopback,
    Neighbour,
    PeeringLink,
    Setting,
)
from skywalk.drivers.linux.operations import adding, deleting, describe, device_of, route_place
from skywalk.drivers.linux.rtnetlink import RouteKind

NETWORK = ip_network("52.216.0.0/15")
LINK = Link("router", "p-1", "", "i-1", "eth0", "", "eni-1")


def index_of(namespace: str, device: str) -> int:
    return {("router", "p-1"): 100, ("endpoints", "e-1"): 101}[namespace, device]


def test_rows_become_messages() -> None:
    address = LinkAddress("router", "p-1", ip_address("10.0.1.10"), 24)
    assert adding(address, index_of) == rtnetlink.add_address(100, ip_address("10.0.1.10"), 24)
    assert deleting(address, index_of) == rtnetlink.delete_address(100, ip_address("10.0.1.10"), 24)
    neighbour = Neighbour("router", "p-1", ip_address("10.0.1.10"), "02:00:00:00:00:01")
    assert deleting(neighbour, index_of) == rtnetlink.delete_neighbour(100, ip_address("10.0.1.10"))
    assert adding(KernelRule("router", 10, 0, 10), index_of) == rtnetlink.add_rule(10, 0, 10)
    source = ip_address("10.0.1.30")
    assert deleting(KernelRule("i-1", 9, 0, 10001, source), index_of) == rtnetlink.delete_rule(9, 0, 10001, source)
    assert adding(Loopback("router"), index_of) == rtnetlink.set_link_up(1)


def test_what_is_lacking_goes_by_being_put_back() -> None:
    rule = LackingRule("router", 0, 255)
    assert deleting(rule, index_of) == rtnetlink.add_rule(0, 0, 255)
    assert adding(rule, index_of) == rtnetlink.delete_rule(0, 0, 255)
    source, network = ip_address("10.0.1.10"), ip_network("10.0.1.0/24")
    route = LackingRoute("router", "p-1", network, RouteKind.UNICAST, source, 3)
    assert deleting(route, index_of) == rtnetlink.add_route_of_address(network, RouteKind.UNICAST, 100, source, 3)
    assert adding(route, index_of) == rtnetlink.delete_route(254, network, RouteKind.UNICAST, 100, None, 3)
    assert (describe(route), device_of(route)) == ("lack of the route to 10.0.1.0/24", ("router", "p-1"))


def test_routes_replace_in_a_router_only() -> None:
    def message(namespace: str, device: str) -> int:
        return adding(KernelRoute(namespace, 254, NETWORK, RouteKind.UNICAST, device), index_of).flags

    assert message("router", "p-1") == 0x500
    assert message("endpoints", "e-1") == 0xC00
    assert route_place(KernelRoute("router", 10, NETWORK, RouteKind.BLACKHOLE)) == ("router", 10, str(NETWORK), 0)
    assert route_place(KernelRoute("endpoints", 10, NETWORK, RouteKind.BLACKHOLE)) is None
    assert route_place(KernelRule("router", 10, 0, 10)) is None


def test_a_row_on_a_missing_device_is_no_message() -> None:
    with pytest.raises(KeyError):
        adding(LinkAddress("router", "p-9", ip_address("10.0.1.10"), 24), index_of)


def test_what_goes_with_a_device() -> None:
    assert device_of(LinkAddress("i-1", "eth0", ip_address("10.0.1.10"), 24)) == ("i-1", "eth0")
    assert device_of(KernelRoute("router", 10, NETWORK, RouteKind.UNICAST, "p-1")) == ("router", "p-1")
    assert device_of(KernelRoute("router", 10, NETWORK, RouteKind.BLACKHOLE)) is None
    assert device_of(Setting("router", "ipv4/ip_forward", "1")) is None
    assert device_of(Setting("router", "ipv4/conf/p-1/proxy_arp", "1", "p-1")) == ("router", "p-1")
    assert device_of(LINK) is None


def test_steps_in_words() -> None:
    assert describe(LINK) == "link p-1 to eth0"
    peering = PeeringLink("router", "x-1", "", "pcx-1", "vpc-2")
    assert (describe(peering), device_of(peering)) == ("link x-1 to the router of vpc-2", None)
    assert describe(KernelRoute("router", 10, NETWORK, RouteKind.BLACKHOLE)) == "route to 52.216.0.0/15"
