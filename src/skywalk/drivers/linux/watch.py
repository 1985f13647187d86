"""Watch: who has changed the kernel objects of our namespaces, besides this process.

Two sockets hear of every namespace that is followed, however many there are: the kernel tells them by the number that
their own namespace has for the other one. That own namespace has nothing else in it and ends with this process, and
the numbers with it. What this process has asked for bears its port number and is left out by a filter in the kernel;
so are the routes that the kernel makes and takes with addresses. All else is a `Notice`.

Source: include/uapi/linux/netlink.h (NETLINK_LISTEN_ALL_NSID), net_namespace.h, rtnetlink.h, filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.mounts import Mounts
from skywalk.drivers.linux.netlink import (
    NETFILTER_FAMILY,
    Message,
    NetlinkSocket,
    attribute,
    parse_attributes,
    split_messages,
)
from skywalk.drivers.linux.netns import in_new_namespace
from skywalk.drivers.linux.operations import LOOPBACK_INDEX
from skywalk.drivers.linux.removals import Removals
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, LinkState

_SOL_NETLINK = 270
_NETLINK_ADD_MEMBERSHIP, _NETLINK_LISTEN_ALL_NSID = 1, 8
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_ROUTE_GROUPS = (1, 5, 7, 8)
"""Links, IPv4 addresses, IPv4 routes, IPv4 rules: RTNLGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV4_RULE."""
_FILTER_GROUPS = (7,)
"""NFNLGRP_NFTABLES."""
_RTM_NEWLINK, _RTM_DELLINK, _RTM_NEWADDR, _RTM_DELADDR, _RTM_NEWROUTE, _RTM_DELROUTE = 16, 17, 20, 21, 24, 25
_RTM_NEWNSID, _RTM_GETNSID = 88, 90
_NETNSA_NSID, _NETNSA_FD = 1, 3
_RTPROT_KERNEL = 2
_BUFFER_BYTES = 8 << 20
_READ_BYTES = 1 << 16
_READS_AT_ONCE = 5000
_OWN = "/proc/self/ns/net"


class Change(Enum):
    """What was changed. `NETWORK` and `FILTERS` are by others. For `LINK`, `DOWN` and `ADDRESS` the kernel names
    nobody: they may follow from what this process did."""

    NETWORK = "network"
    FILTERS = "filters"
    LINK = "link"
    DOWN = "down"
    ADDRESS = "address"
    REMOVAL = "removal"


@dataclass(frozen=True, slots=True)
class Notice:
    """A change in one namespace. `LINK`, `DOWN` and `ADDRESS` say the device's number; a `LINK` that is there says its
    state as it was last."""

    owner: str
    namespace: str
    change: Change
    index: int = 0
    link: LinkState | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The kernel may have had more to tell than it could keep: then all networks, or all filters, are suspect."""

    notices: frozenset[Notice]
    has_all_of_networks: bool
    has_all_of_filters: bool


_Notices = dict[tuple[str, str, Change, int], bytes]
"""Of a link the last message: it is the one that counts."""

_Told = tuple[Change, int, bytes]
_Read = Callable[[bytes], Iterator[_Told]]


class Watch:
    """Follows namespaces. Its descriptor is readable when there is something to hear. Raises OSError where the
    kernel does not let it listen."""

    def __init__(self) -> None:
        self._removals = Removals()
        self._mounts = Mounts()
        with in_new_namespace():
            self._asking = NetlinkSocket(ROUTE_FAMILY)
            self._routes = _listen(ROUTE_FAMILY, _ROUTE_GROUPS, _route_filter())
            self._filters = _listen(NETFILTER_FAMILY, _FILTER_GROUPS, _own_filter())
        self._epoll = select.epoll()
        for descriptor in (self._removals.descriptor, self._routes.fileno(), self._filters.fileno()):
            self._epoll.register(descriptor, select.EPOLLIN)
        self._epoll.register(self._mounts.descriptor, select.EPOLLPRI)
        self._next_number = 0
        self._followed: dict[int, tuple[str, str]] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._paths: dict[tuple[str, str], Path] = {}

    @property
    def descriptor(self) -> int:
        return self._epoll.fileno()

    def follow(self, owner: str, namespace: str, path: Path, *, is_new: bool) -> None:
        """From now on changes in the namespace are heard; nothing if it is followed and not new. Raises OSError."""
        if (owner, namespace) in self._numbers and not is_new:
            return
        self._unfollow((owner, namespace))
        self._removals.add(path.parent)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            number = self._give_number(descriptor)
        finally:
            os.close(descriptor)
        self._followed[number] = owner, namespace
        self._numbers[owner, namespace] = number
        self._paths[owner, namespace] = path

    def _give_number(self, descriptor: int) -> int:
        """The number of a namespace: a new one, or the one that it had under another name."""
        asked = struct.pack("=Bxxx", socket.AF_UNSPEC) + attribute(_NETNSA_FD, struct.pack("=i", descriptor))
        number = self._next_number
        body = asked + attribute(_NETNSA_NSID, struct.pack("=i", number))
        (refusal,) = self._asking.request([Message(_RTM_NEWNSID, 0, body)])
        if refusal is None:
            self._next_number += 1
            return number
        if refusal.errno != errno.EEXIST:
            raise refusal
        ((_, answer),) = self._asking.dump(_RTM_GETNSID, asked, flags=0)
        return int(struct.unpack("=i", dict(parse_attributes(answer[4:]))[_NETNSA_NSID])[0])

    def forget(self, owner: str, folder: Path) -> None:
        """An owner that is gone, with the folder of its namespaces."""
        self._removals.remove(folder)
        for key in [key for key in self._numbers if key[0] == owner]:
            self._unfollow(key)

    def take(self) -> Heard:
        """What was heard since the last call."""
        notices: _Notices = {}
        has_routes = self._hear(self._routes, _route_changes, notices)
        has_filters = self._hear(self._filters, _filter_changes, notices)
        removed = self._removals.take()
        for key in [*((path.parent.name, path.name) for path in removed or ()), *self._unmounted()]:
            if key in self._numbers:
                self._unfollow(key)
                notices[*key, Change.REMOVAL, 0] = b""
        return Heard(
            frozenset(_notice(*each) for each in notices.items()), has_routes and removed is not None, has_filters
        )

    def _unmounted(self) -> list[tuple[str, str]]:
        """Names of namespaces whose files are there and name nothing any more."""
        if not self._mounts.have_changed():
            return []
        of_namespaces = os.stat(_OWN).st_dev
        return [key for key, path in self._paths.items() if _device(path) != of_namespaces]

    def close(self) -> None:
        self._epoll.close()
        self._removals.close()
        self._mounts.close()
        self._asking.close()
        self._routes.close()
        self._filters.close()

    def _unfollow(self, key: tuple[str, str]) -> None:
        number = self._numbers.pop(key, None)
        if number is not None:
            del self._followed[number]
            del self._paths[key]

    def _hear(self, listening: socket.socket, read: _Read, notices: _Notices) -> bool:
        is_complete = True
        for _ in range(_READS_AT_ONCE):
            try:
                data, told, _, _ = listening.recvmsg(_READ_BYTES, socket.CMSG_SPACE(4))
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                is_complete = False
                continue
            followed = self._followed.get(_number_of(told))
            if followed is not None:
                for change, index, link in read(data):
                    notices[*followed, change, index] = link
        return is_complete


def _device(path: Path) -> int | None:
    try:
        return os.stat(path).st_dev
    except OSError:
        return None


def _notice(key: tuple[str, str, Change, int], link: bytes) -> Notice:
    return Notice(*key, rtnetlink.parse_link(link) if link else None)


def _route_changes(data: bytes) -> Iterator[_Told]:
    for kind, port, body in split_messages(data):
        if port:
            yield Change.NETWORK, 0, b""
        elif kind in (_RTM_NEWLINK, _RTM_DELLINK):
            index = rtnetlink.link_number(body)
            yield Change.LINK, index, body if kind == _RTM_NEWLINK else b""
            if kind == _RTM_NEWLINK and rtnetlink.has_gone_down(body):
                yield Change.DOWN, index, b""
        elif kind in (_RTM_NEWADDR, _RTM_DELADDR):
            yield Change.ADDRESS, rtnetlink.device_of_address(body), b""
        else:  # a route or rule: the kernel has none of its own but those that the filter leaves out
            yield Change.NETWORK, 0, b""


def _filter_changes(data: bytes) -> Iterator[_Told]:
    """All messages of one transaction are of one process."""
    yield Change.FILTERS, 0, b""


def _number_of(told: list[tuple[int, int, bytes]]) -> int:
    """The number of the namespace that a message is from; -1 for the watch's own."""
    for level, kind, data in told:
        if (level, kind) == (_SOL_NETLINK, _NETLINK_LISTEN_ALL_NSID):
            return int(struct.unpack_from("=i", data)[0])
    return -1


def _listen(family: int, groups: tuple[int, ...], instructions: bytes) -> socket.socket:
    listening = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, family)
    with suppress(PermissionError):  # within a user namespace the machine's limit holds
        listening.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    program = ctypes.create_string_buffer(instructions, len(instructions))
    length = len(instructions) // _INSTRUCTION.size
    listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", length, ctypes.addressof(program)))
    listening.setsockopt(_SOL_NETLINK, _NETLINK_LISTEN_ALL_NSID, 1)
    listening.bind((0, 0))
    for group in groups:
        listening.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, group)
    return listening


# -- what the kernel leaves out: classic BPF, source include/uapi/linux/filter.h ----------------------------------

_INSTRUCTION = struct.Struct("=HBBI")
_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x28, 0x30, 0x15, 0x45, 0x06
# Places in a message: of the netlink header, of struct rtmsg, ifaddrmsg, ifinfomsg.
_KIND_AT, _PORT_AT, _PROTOCOL_AT, _ADDRESS_INDEX_AT, _FLAGS_AT, _CHANGE_AT = 4, 12, 16 + 5, 16 + 4, 16 + 8, 16 + 12
_IFF_UP, _ALL = 1, 0xFFFFFFFF

_Instruction = tuple[str, int, str, str, int]
"""A label or nothing, a code, where to go on if so and if not so (nothing: with the next), and a number."""

_VERDICTS: tuple[_Instruction, ...] = (("take", _RETURN, "", "", _ALL), ("leave", _RETURN, "", "", 0))


def _swapped(number: int, size: str = "I") -> int:
    """As the filter loads what is in the machine's order: it takes all for the network's."""
    return int(struct.unpack(f">{size}", struct.pack(f"={size}", number))[0])


def _own_filter() -> bytes:
    """Leaves out this process's doing. The kernel gives the process's id to each netlink socket that is alone in its
    namespace; a second one at the same time would only be taken for somebody else's."""
    return _assemble(
        ("", _LOAD_WORD, "", "", _PORT_AT),
        ("", _IF_EQUAL, "leave", "take", _swapped(os.getpid())),
    )


def _route_filter() -> bytes:
    """Also what the kernel does by itself: routes of addresses, the loopback's address; and of links that they are
    made and that they come up, which is said again by their state."""
    return _assemble(
        ("", _LOAD_WORD, "", "", _PORT_AT),
        ("", _IF_EQUAL, "leave", "", _swapped(os.getpid())),
        ("", _IF_EQUAL, "", "take", 0),
        ("", _LOAD_HALF, "", "", _KIND_AT),
        ("", _IF_EQUAL, "route", "", _swapped(_RTM_NEWROUTE, "H")),
        ("", _IF_EQUAL, "route", "", _swapped(_RTM_DELROUTE, "H")),
        ("", _IF_EQUAL, "link", "", _swapped(_RTM_NEWLINK, "H")),
        ("", _IF_EQUAL, "address", "take", _swapped(_RTM_NEWADDR, "H")),
        ("route", _LOAD_BYTE, "", "", _PROTOCOL_AT),
        ("", _IF_EQUAL, "leave", "take", _RTPROT_KERNEL),
        ("address", _LOAD_WORD, "", "", _ADDRESS_INDEX_AT),
        ("", _IF_EQUAL, "leave", "take", _swapped(LOOPBACK_INDEX)),
        ("link", _LOAD_WORD, "", "", _CHANGE_AT),
        ("", _IF_EQUAL, "leave", "", _ALL),
        ("", _IF_ANY_BIT, "", "take", _swapped(_IFF_UP)),
        ("", _LOAD_WORD, "", "", _FLAGS_AT),
        ("", _IF_ANY_BIT, "leave", "take", _swapped(_IFF_UP)),
    )


def _assemble(*instructions: _Instruction) -> bytes:
    program = (*instructions, *_VERDICTS)
    places = {label: place for place, (label, *_) in enumerate(program) if label}
    return b"".join(
        _INSTRUCTION.pack(code, *(places[goal] - place - 1 if goal else 0 for goal in (if_so, if_not)), number)
        for place, (_, code, if_so, if_not, number) in enumerate(program)
    )
