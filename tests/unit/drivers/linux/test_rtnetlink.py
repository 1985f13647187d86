from __future__ import annotations

import struct
from ipaddress import ip_address, ip_network

from skywalk.drivers.linux.netlink import NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE, parse_attributes
from skywalk.drivers.linux.rtnetlink import (
    OUR_ADDRESSES,
    RouteKind,
    add_address,
    add_neighbour,
    add_route,
    add_route_of_address,
    add_rule,
    add_veth,
    delete_our_links,
    delete_route,
    has_gone_down,
    link_number,
    set_link_up,
)

LINK_HEAD, ROUTE_HEAD = 16, 12


def test_a_pair_of_links_names_both_ends_and_the_others_namespace() -> None:
    message = add_veth(100, "p-1", "06:00:00:00:00:01", 101, "eth0", "02:00:0a:00:01:0a", 9, 1500)
    found = dict(parse_attributes(message.body[LINK_HEAD:]))
    assert found[3] == b"p-1\0"
    assert found[1].hex(":") == "06:00:00:00:00:01"
    info = dict(parse_attributes(found[18]))
    assert info[1] == b"veth\0"
    (peer,) = dict(parse_attributes(info[2])).values()
    assert struct.unpack_from("=BxHiII", peer)[2] == 101
    other = dict(parse_attributes(peer[LINK_HEAD:]))
    assert (other[3], other[28]) == (b"eth0\0", struct.pack("=i", 9))


def test_links_are_made_down_and_come_up_with_their_alias() -> None:
    made = add_veth(100, "p-1", "06:00:00:00:00:01", 0, "eth0", "02:00:0a:00:01:0a", 9, 1500)
    assert struct.unpack_from("=BxHiII", made.body)[3] == 0
    up = set_link_up(100, "eni-1")
    assert struct.unpack_from("=BxHiII", up.body)[2:] == (100, 1, 1)
    assert dict(parse_attributes(up.body[LINK_HEAD:])) == {20: b"eni-1"}


def test_a_route_takes_the_place_of_another_or_stands_beside_it() -> None:
    arguments = (70000, ip_network("52.216.0.0/15"), RouteKind.UNICAST, 100, ip_address("169.254.255.1"), 0)
    replacing, beside = add_route(*arguments, replacing=True), add_route(*arguments, replacing=False)
    assert (replacing.flags, beside.flags) == (NLM_F_CREATE | NLM_F_REPLACE, NLM_F_CREATE | NLM_F_APPEND)
    head = struct.unpack_from("=BBBBBBBBI", replacing.body)
    assert head == (2, 15, 0, 0, 0, 4, 0, 1, 4), "a table above 255 is named by its attribute; the gateway is on link"
    found = dict(parse_attributes(replacing.body[ROUTE_HEAD:]))
    assert struct.unpack("=I", found[15]) == (70000,)
    assert found[5] == ip_address("169.254.255.1").packed


def test_scopes_of_routes() -> None:
    def scope(kind: RouteKind, index: int | None) -> int:
        message = add_route(10, ip_network("10.0.0.1/32"), kind, index, None, 0, replacing=True)
        return int(struct.unpack_from("=BBBBBBBBI", message.body)[6])

    assert (scope(RouteKind.UNICAST, 5), scope(RouteKind.LOCAL, 1), scope(RouteKind.BLACKHOLE, None)) == (253, 254, 0)
    deleted = delete_route(10, ip_network("10.0.0.1/32"), RouteKind.UNICAST, 5, None, 0)
    assert struct.unpack_from("=BBBBBBBBI", deleted.body)[6] == 255


def test_a_rule_compares_all_bits_of_the_mark() -> None:
    found = dict(parse_attributes(add_rule(1000, 70000, 70000).body[ROUTE_HEAD:]))
    assert (found[10], found[16]) == (struct.pack("=I", 70000), b"\xff\xff\xff\xff")
    unmarked = dict(parse_attributes(add_rule(10, 0, 10).body[ROUTE_HEAD:]))
    assert unmarked.keys() == {6, 15}


def test_a_neighbour_is_permanent() -> None:
    message = add_neighbour(100, ip_address("10.0.1.10"), "02:00:0a:00:01:0a")
    assert struct.unpack_from("=BxHiHBB", message.body)[3] == 0x80


def test_our_links_go_by_their_group() -> None:
    assert dict(parse_attributes(delete_our_links().body[LINK_HEAD:])) == {27: struct.pack("=I", 1)}


def test_a_rule_by_source_compares_the_whole_address() -> None:
    body = add_rule(10000, 0, 10001, ip_address("10.0.1.30")).body
    assert struct.unpack_from("=BBBBBBBBI", body)[2] == 32
    assert dict(parse_attributes(body[ROUTE_HEAD:]))[2] == bytes([10, 0, 1, 30])


def test_a_route_of_ours_says_so_and_is_deleted_whoever_made_it() -> None:
    where = (10, ip_network("10.0.0.0/16"), RouteKind.BLACKHOLE, None, None, 0)
    assert add_route(*where, replacing=True).body[5] == 4
    assert delete_route(*where).body[5] == 0


def test_an_address_of_ours_says_so() -> None:
    assert dict(parse_attributes(add_address(2, ip_address("10.0.1.5"), 24).body[8:]))[11] == bytes([OUR_ADDRESSES])


def test_a_link_has_gone_down_if_it_was_up() -> None:
    def message(flags: int, change: int) -> bytes:
        return struct.pack("=BxHiII", 0, 1, 100, flags, change)

    assert link_number(message(1, 0)) == 100
    assert has_gone_down(message(0, 1))
    assert not has_gone_down(message(1, 1))
    assert not has_gone_down(message(0, 0))
    assert not has_gone_down(message(0, 0xFFFFFFFF)), "it was made just now"


def test_a_route_of_an_address_is_as_the_kernel_makes_it() -> None:
    source = ip_address("10.0.1.5")
    local = add_route_of_address(ip_network("10.0.1.5/32"), RouteKind.LOCAL, 100, source, 0)
    assert struct.unpack_from("=BBBBBBBBI", local.body) == (2, 32, 0, 0, 255, 2, 254, 2, 0)
    assert dict(parse_attributes(local.body[ROUTE_HEAD:]))[7] == source.packed
    network = add_route_of_address(ip_network("10.0.1.0/24"), RouteKind.UNICAST, 100, source, 1)
    assert struct.unpack_from("=BBBBBBBBI", network.body) == (2, 24, 0, 0, 254, 2, 253, 1, 0)
    assert dict(parse_attributes(network.body[ROUTE_HEAD:]))[6] == struct.pack("=I", 1)
