"""What the kernel leaves out, told by a reader of the filters' instructions; the rest needs the kernel
(`tests/live/test_linux_drift.py`)."""

from __future__ import annotations

import os
import struct

import pytest

from skywalk.drivers.linux import watch

NEWLINK, DELLINK, NEWADDR, DELADDR, NEWROUTE, DELROUTE, NEWRULE, DELRULE = 16, 17, 20, 21, 24, 25, 32, 33
UP, CREATED = 1, 0xFFFFFFFF
KERNEL, BOOT = 2, 3


def is_taken(program: bytes, message: bytes) -> bool:
    """Classic BPF, as far as the filters use it. Source: Linux, Documentation/networking/filter.rst."""
    instructions = list(struct.iter_unpack("=HBBI", program))
    place = loaded = 0
    while True:
        code, if_so, if_not, number = instructions[place]
        place += 1
        match code:
            case 0x20:
                (loaded,) = struct.unpack_from(">I", message, number)
            case 0x28:
                (loaded,) = struct.unpack_from(">H", message, number)
            case 0x30:
                loaded = message[number]
            case 0x15:
                place += if_so if loaded == number else if_not
            case 0x45:
                place += if_so if loaded & number else if_not
            case 0x06:
                return bool(number)
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


def message(kind: int, body: bytes, port: int = 0) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, port) + body


def link(kind: int, flags: int, change: int, index: int = 100) -> bytes:
    return message(kind, struct.pack("=BxHiII", 0, 1, index, flags, change))


def address(kind: int, index: int) -> bytes:
    return message(kind, struct.pack("=BBBBi", 2, 24, 0, 0, index))


def route(kind: int, protocol: int, port: int = 0) -> bytes:
    return message(kind, struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, protocol, 0, 1, 0), port)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (route(DELROUTE, BOOT, os.getpid()), False),
        (route(DELROUTE, BOOT, os.getpid() + 1), True),
        (route(NEWROUTE, KERNEL, os.getpid() + 1), True),
        (route(NEWROUTE, KERNEL), False),
        (route(DELROUTE, KERNEL), False),
        (route(NEWROUTE, BOOT), True),
        (link(NEWLINK, 0, CREATED), False),
        (link(NEWLINK, UP, UP), False),
        (link(NEWLINK, 0, UP), True),
        (link(NEWLINK, UP, 0), True),
        (link(NEWLINK, 0, 0), True),
        (link(DELLINK, 0, CREATED), True),
        (address(NEWADDR, 1), False),
        (address(NEWADDR, 100), True),
        (address(DELADDR, 1), True),
        (message(NEWRULE, bytes(12)), True),
        (message(DELRULE, bytes(12)), True),
    ],
)
def test_of_the_network_all_is_heard_but_what_follows_from_our_own_doing(heard: bytes, expected: bool) -> None:
    assert is_taken(watch._route_filter(), heard) is expected


def test_of_filters_all_is_heard_but_our_own() -> None:
    assert not is_taken(watch._own_filter(), message(2560, b"", os.getpid()))
    assert is_taken(watch._own_filter(), message(2560, b"", os.getpid() + 1))
    assert is_taken(watch._own_filter(), message(2560, b""))
