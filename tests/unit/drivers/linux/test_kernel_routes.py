from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from skywalk.drivers.linux.kernel_routes import lacking_routes
from skywalk.drivers.linux.layout import LackingRoute, render_row
from skywalk.drivers.linux.rtnetlink import AddressState, RouteKind, RouteOfAddress

DEVICES = {1: "lo", 100: "eth0"}
LOOPBACK = AddressState(1, IPv4Address("127.0.0.1"), 8, 0)
FIRST = AddressState(100, IPv4Address("10.0.1.5"), 24, 3)
SECOND = AddressState(100, IPv4Address("10.0.1.6"), 24, 3)


def route(destination: str, kind: RouteKind, index: int) -> RouteOfAddress:
    network = IPv4Network(destination)
    return RouteOfAddress(index, int(network.network_address), network.prefixlen, kind)


ROUTES = [
    route("127.0.0.1/32", RouteKind.LOCAL, 1),
    route("127.0.0.0/8", RouteKind.LOCAL, 1),
    route("10.0.1.5/32", RouteKind.LOCAL, 100),
    route("10.0.1.6/32", RouteKind.LOCAL, 100),
    route("10.0.1.0/24", RouteKind.UNICAST, 100),
]


def lacking(*routes: RouteOfAddress, devices: dict[int, str] = DEVICES) -> list[str]:
    return [render_row(row) for row in lacking_routes("nat-1", devices, [LOOPBACK, FIRST, SECOND], routes)]


def test_nothing_is_lacking_where_each_address_has_its_routes() -> None:
    assert lacking(*ROUTES) == []


def test_each_addresss_routes_come_back_local_ones_first() -> None:
    assert lacking() == [
        "nat-1 lacks route local 127.0.0.1/32 dev lo from 127.0.0.1",
        "nat-1 lacks route local 10.0.1.5/32 dev eth0 from 10.0.1.5",
        "nat-1 lacks route local 10.0.1.6/32 dev eth0 from 10.0.1.6",
        "nat-1 lacks route local 127.0.0.0/8 dev lo from 127.0.0.1",
        "nat-1 lacks route 10.0.1.0/24 dev eth0 from 10.0.1.5",
    ]


def test_the_route_to_a_network_has_the_addresss_metric_and_a_local_one_none() -> None:
    rows = list(lacking_routes("i-1", DEVICES, [FIRST], []))
    assert rows == [
        LackingRoute("i-1", "eth0", IPv4Network("10.0.1.5/32"), RouteKind.LOCAL, IPv4Address("10.0.1.5")),
        LackingRoute("i-1", "eth0", IPv4Network("10.0.1.0/24"), RouteKind.UNICAST, IPv4Address("10.0.1.5"), 3),
    ]


def test_what_others_have_put_in_its_place_is_not_the_route() -> None:
    theirs = (
        route("10.0.1.5/32", RouteKind.LOCAL, 1),
        route("10.0.1.5/32", RouteKind.UNICAST, 100),
    )
    assert lacking(*ROUTES[:2], *ROUTES[3:], *theirs) == ["nat-1 lacks route local 10.0.1.5/32 dev eth0 from 10.0.1.5"]


def test_a_device_that_is_down_lacks_nothing() -> None:
    assert lacking(*ROUTES[:2], devices={1: "lo"}) == []
