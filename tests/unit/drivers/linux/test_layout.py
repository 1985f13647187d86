from __future__ import annotations

import random
from ipaddress import ip_address, ip_network

from skywalk.drivers.linux.layout import (
    KernelRoute,
    KernelRule,
    Layout,
    Link,
    Loopback,
    PeeringLink,
    Row,
    Setting,
    difference,
    is_confined,
    render_row,
)
from skywalk.drivers.linux.rtnetlink import RouteKind


def test_a_links_two_ends() -> None:
    link = Link("router", "p-1", "06:00:00:00:00:01", "i-1", "eth0", "02:00:00:00:00:01", "eni-1")
    assert link.ends == (("router", "p-1"), ("i-1", "eth0"))


def test_rows_as_text() -> None:
    route = KernelRoute(
        "i-1", 254, ip_network("0.0.0.0/0"), RouteKind.UNICAST, "eth1", ip_address("10.0.1.1"), metric=1
    )
    assert render_row(route) == "i-1 route 0.0.0.0/0 via 10.0.1.1 dev eth1 metric 1 table 254"
    assert render_row(KernelRule("router", 10, 0, 10)) == "router rule 10 table 10"
    assert render_row(Setting("router", "ipv4/ip_forward", "1")) == "router setting ipv4/ip_forward = 1"


def test_of_a_peering_only_this_end_is_compared() -> None:
    link = PeeringLink("router", "x-1", "06:00:00:00:00:01", "pcx-1", "vpc-2", "06:00:00:00:00:02")
    assert link == PeeringLink("router", "x-1", "06:00:00:00:00:01", "pcx-1")
    assert link.ends == (("router", "x-1"),)
    assert render_row(link) == "router peering x-1 06:00:00:00:00:01 alias pcx-1"


def test_whom_namespaces_belong_to() -> None:
    assert is_confined("i-00000000000000001")
    assert [each for each in ("router", "endpoints", "internet", "nat-00000000000000001") if is_confined(each)] == []


def test_the_difference_is_what_one_layout_alone_has_in_its_order() -> None:
    """Whether equal rows are the same objects or not, and in which order they are."""
    chance = random.Random(1)
    rows: list[Row] = [Loopback(name) for name in "abcdefgh"]
    for _ in range(300):
        picked = [chance.sample(rows, chance.randint(0, 8)) for _ in range(2)]
        have, want = ([Loopback(row.namespace) if chance.random() < 0.3 else row for row in each] for each in picked)
        old, new = difference(Layout(rows=dict.fromkeys(have, "x")), Layout(rows=dict.fromkeys(want, "x")))
        assert old == [row for row in have if row not in want]
        assert new == [row for row in want if row not in have]
