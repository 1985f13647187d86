from __future__ import annotations

from ipaddress import ip_address, ip_network

from skywalk.drivers.linux.layout import KernelRoute, KernelRule, Link, PeeringLink, Setting, is_confined, render_row
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
