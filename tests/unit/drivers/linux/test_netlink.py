from __future__ import annotations

from skywalk.drivers.linux.netlink import attribute, frame, parse_attributes, pick_attributes, split_messages


def test_attributes_are_padded_to_four_bytes() -> None:
    assert attribute(3, "eth0") == bytes.fromhex("0900 0300 6574683000 000000")
    assert attribute(1, b"\x01\x02\x03\x04") == bytes.fromhex("0800 0100 01020304")


def test_what_is_put_together_is_taken_apart() -> None:
    data = attribute(3, "eth0") + attribute(0x8000 | 18, attribute(1, "veth"))
    outer = dict(parse_attributes(data))
    assert outer[3] == b"eth0\0"
    assert dict(parse_attributes(outer[18])) == {1: b"veth\0"}


def test_broken_attributes_end_the_list() -> None:
    assert list(parse_attributes(b"\0\0\0\0")) == []
    assert list(parse_attributes(b"\x08")) == []


def test_a_frame_has_its_length_first() -> None:
    assert frame(16, 5, 9, b"body")[:8] == bytes.fromhex("14000000 1000 0500")


def test_wanted_attributes_are_picked_until_all_are_there() -> None:
    data = attribute(3, "eth0") + attribute(9, b"....") + attribute(1, b"\x01\x02")
    assert pick_attributes(data, frozenset({1, 3})) == {3: b"eth0\0", 1: b"\x01\x02"}
    assert pick_attributes(data, frozenset({7})) == {}
    assert pick_attributes(data[:5], frozenset({3})) == {3: data[4:5]}


def test_messages_of_one_read_are_split() -> None:
    data = frame(16, 0, 1, b"one.") + frame(24, 0, 2, b"three")
    assert list(split_messages(data)) == [(16, 0, b"one."), (24, 0, b"three")]
