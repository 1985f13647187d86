"""Links, addresses, neighbours, routes and rules as rtnetlink messages, and lists of them as the kernel gives them.

IPv4 only, as is everything that carries traffic so far. Source: include/uapi/linux/rtnetlink.h, if_link.h,
neighbour.h, fib_rules.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Final, NamedTuple

from skywalk.drivers.linux.netlink import (
    NESTED,
    NLM_F_APPEND,
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    Message,
    NetlinkSocket,
    attribute,
    parse_attributes,
    pick_attributes,
)
from skywalk.values.addresses import Address, Network

ROUTE_FAMILY: Final = 0
OUR_GROUP = 1
"""The group of our links in a router: one message removes them all."""

OUR_ADDRESSES = 83
"""The protocol of addresses that we have made. Kernels before 5.18 know none; those of the kernel are below 4."""

_AF_INET = 2
_RTM_NEWLINK, _RTM_DELLINK, _RTM_GETLINK, _RTM_SETLINK = 16, 17, 18, 19
_RTM_NEWADDR, _RTM_DELADDR, _RTM_GETADDR = 20, 21, 22
_RTM_NEWROUTE, _RTM_DELROUTE, _RTM_GETROUTE = 24, 25, 26
_RTM_NEWNEIGH, _RTM_DELNEIGH, _RTM_GETNEIGH = 28, 29, 30
_RTM_NEWRULE, _RTM_DELRULE, _RTM_GETRULE = 32, 33, 34

_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_LINKINFO, _IFLA_IFALIAS = 1, 3, 4, 18, 20
_IFLA_STATS64, _IFLA_GROUP, _IFLA_NET_NS_FD, _IFLA_EXT_MASK = 23, 27, 28, 29
_IFLA_INFO_KIND, _IFLA_INFO_DATA, _VETH_INFO_PEER = 1, 2, 1
_IFLA_OPERSTATE, _IF_OPER_UP = 16, b"\x06"
_OF_A_LINK = frozenset({_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_IFALIAS})
_RTEXT_FILTER_SKIP_STATS = 1 << 3
_IFF_UP = 1
_IFA_ADDRESS, _IFA_LOCAL, _IFA_RT_PRIORITY, _IFA_PROTO = 1, 2, 9, 11
_NDA_DST, _NDA_LLADDR, _NUD_PERMANENT = 1, 2, 0x80
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_PREFSRC, _RTA_TABLE = 1, 4, 5, 6, 7, 15
_OF_A_ROUTE = frozenset({_RTA_DST, _RTA_OIF})
_RTPROT_UNSPEC, _RTPROT_KERNEL, _RTPROT_STATIC = 0, 2, 4
_RT_SCOPE_UNIVERSE, _RT_SCOPE_LINK, _RT_SCOPE_HOST, _RT_SCOPE_NOWHERE = 0, 253, 254, 255
_RTNH_F_ONLINK = 4
_RT_TABLE_UNSPEC, _RT_TABLE_MAIN, _RT_TABLE_LOCAL = 0, 254, 255
_FRA_SRC, _FRA_PRIORITY, _FRA_FWMARK, _FRA_TABLE, _FRA_FWMASK = 2, 6, 10, 15, 16
_FR_ACT_TO_TBL = 1
_ALL_BITS = 0xFFFFFFFF


class RouteKind(IntEnum):
    """Numbers of rtm_type."""

    UNICAST = 1
    LOCAL = 2
    BROADCAST = 3
    ANYCAST = 4
    MULTICAST = 5
    BLACKHOLE = 6
    UNREACHABLE = 7
    PROHIBIT = 8
    THROW = 9


@dataclass(frozen=True, slots=True)
class LinkState:
    index: int
    device: str
    mac: str
    mtu: int
    alias: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    received_packets: int
    sent_packets: int
    received_bytes: int
    sent_bytes: int


@dataclass(frozen=True, slots=True)
class AddressState:
    index: int
    address: IPv4Address
    prefix_length: int
    metric: int
    protocol: int = 0


@dataclass(frozen=True, slots=True)
class NeighbourState:
    index: int
    address: IPv4Address
    mac: str


@dataclass(frozen=True, slots=True)
class RouteState:
    table: int
    destination: IPv4Network
    kind: int
    index: int | None
    gateway: IPv4Address | None
    metric: int
    is_static: bool = True


class RouteOfAddress(NamedTuple):
    """A route that the kernel has made with an address. There are several in every namespace, so that they are kept as
    numbers."""

    device_number: int
    network: int
    prefix_length: int
    kind: int


@dataclass(frozen=True, slots=True)
class RuleState:
    priority: int
    mark: int
    table: int
    source: IPv4Address | None = None


def _pack_link(index: int, flags: int = 0, change: int = 0) -> bytes:
    return struct.pack("=BxHiII", 0, 0, index, flags, change)


def _pack_mac(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def add_veth(
    index: int,
    device: str,
    mac: str,
    peer_index: int,
    peer_device: str,
    peer_mac: str,
    peer_namespace: int,
    mtu: int,
    peer_group: int = 0,
) -> Message:
    """A pair of links, both down: one end here, the other in the namespace of the file descriptor
    `peer_namespace`. Index 0 lets the kernel choose."""
    size = attribute(_IFLA_MTU, struct.pack("=I", mtu))
    peer = (
        _pack_link(peer_index)
        + attribute(_IFLA_IFNAME, peer_device)
        + attribute(_IFLA_ADDRESS, _pack_mac(peer_mac))
        + attribute(_IFLA_NET_NS_FD, struct.pack("=i", peer_namespace))
        + attribute(_IFLA_GROUP, struct.pack("=I", peer_group))
        + size
    )
    data = attribute(_IFLA_INFO_DATA | NESTED, attribute(_VETH_INFO_PEER | NESTED, peer))
    body = (
        _pack_link(index)
        + attribute(_IFLA_IFNAME, device)
        + attribute(_IFLA_ADDRESS, _pack_mac(mac))
        + attribute(_IFLA_GROUP, struct.pack("=I", OUR_GROUP))
        + size
        + attribute(_IFLA_LINKINFO | NESTED, attribute(_IFLA_INFO_KIND, "veth") + data)
    )
    return Message(_RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body)


def set_link_up(index: int, alias: str | None = None, *, is_up: bool = True) -> Message:
    named = attribute(_IFLA_IFALIAS, alias.encode()) if alias is not None else b""
    return Message(_RTM_SETLINK, 0, _pack_link(index, _IFF_UP if is_up else 0, _IFF_UP) + named)


def delete_link(index: int) -> Message:
    return Message(_RTM_DELLINK, 0, _pack_link(index))


def delete_our_links() -> Message:
    """Every link of our group at once; the other ends of pairs go with them."""
    return Message(_RTM_DELLINK, 0, _pack_link(0) + attribute(_IFLA_GROUP, struct.pack("=I", OUR_GROUP)))


def _address(index: int, address: Address, prefix_length: int) -> bytes:
    head = struct.pack("=BBBBi", _AF_INET, prefix_length, 0, _RT_SCOPE_UNIVERSE, index)
    return head + attribute(_IFA_LOCAL, address.packed) + attribute(_IFA_ADDRESS, address.packed)


def add_address(index: int, address: Address, prefix_length: int, metric: int = 0) -> Message:
    """`metric` is that of the route to the address's network, which the kernel makes with it."""
    body = _address(index, address, prefix_length) + attribute(_IFA_PROTO, bytes([OUR_ADDRESSES]))
    if metric:
        body += attribute(_IFA_RT_PRIORITY, struct.pack("=I", metric))
    return Message(_RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, body)


def delete_address(index: int, address: Address, prefix_length: int) -> Message:
    return Message(_RTM_DELADDR, 0, _address(index, address, prefix_length))


def _neighbour(index: int, address: Address) -> bytes:
    return struct.pack("=BxHiHBB", _AF_INET, 0, index, _NUD_PERMANENT, 0, 0) + attribute(_NDA_DST, address.packed)


def add_neighbour(index: int, address: Address, mac: str) -> Message:
    body = _neighbour(index, address) + attribute(_NDA_LLADDR, _pack_mac(mac))
    return Message(_RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, body)


def delete_neighbour(index: int, address: Address) -> Message:
    return Message(_RTM_DELNEIGH, 0, _neighbour(index, address))


def _route(
    table: int,
    destination: Network,
    kind: int,
    index: int | None,
    gateway: Address | None,
    metric: int,
    scope: int,
    protocol: int,
) -> bytes:
    flags = _RTNH_F_ONLINK if gateway is not None else 0
    head = struct.pack(
        "=BBBBBBBBI",
        _AF_INET,
        destination.prefixlen,
        0,
        0,
        table if table < 256 else _RT_TABLE_UNSPEC,
        protocol,
        scope,
        kind,
        flags,
    )
    body = head + attribute(_RTA_TABLE, struct.pack("=I", table))
    if destination.prefixlen:
        body += attribute(_RTA_DST, destination.network_address.packed)
    if index is not None:
        body += attribute(_RTA_OIF, struct.pack("=i", index))
    if gateway is not None:
        body += attribute(_RTA_GATEWAY, gateway.packed)
    if metric:
        body += attribute(_RTA_PRIORITY, struct.pack("=I", metric))
    return body


def add_route(
    table: int,
    destination: Network,
    kind: int,
    index: int | None,
    gateway: Address | None,
    metric: int,
    *,
    replacing: bool,
) -> Message:
    """`replacing` takes the place of the route to the same destination at once; otherwise routes to one destination
    by different devices stand side by side."""
    scope = _RT_SCOPE_UNIVERSE
    if kind == RouteKind.LOCAL:
        scope = _RT_SCOPE_HOST
    elif kind == RouteKind.UNICAST and gateway is None:
        scope = _RT_SCOPE_LINK
    flags = NLM_F_CREATE | (NLM_F_REPLACE if replacing else NLM_F_APPEND)
    return Message(
        _RTM_NEWROUTE, flags, _route(table, destination, kind, index, gateway, metric, scope, _RTPROT_STATIC)
    )


def table_of_kind(kind: RouteKind) -> int:
    """Where the kernel has the routes that it makes with addresses."""
    return _RT_TABLE_LOCAL if kind is RouteKind.LOCAL else _RT_TABLE_MAIN


def add_route_of_address(destination: Network, kind: RouteKind, index: int, source: Address, metric: int) -> Message:
    """A route as the kernel makes it with an address, so that it goes with the address too."""
    scope = _RT_SCOPE_HOST if kind is RouteKind.LOCAL else _RT_SCOPE_LINK
    body = _route(table_of_kind(kind), destination, kind, index, None, metric, scope, _RTPROT_KERNEL)
    return Message(_RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, body + attribute(_RTA_PREFSRC, source.packed))


def delete_route(
    table: int, destination: Network, kind: int, index: int | None, gateway: Address | None, metric: int
) -> Message:
    """Whoever has made it."""
    scope, protocol = _RT_SCOPE_NOWHERE, _RTPROT_UNSPEC
    return Message(_RTM_DELROUTE, 0, _route(table, destination, kind, index, gateway, metric, scope, protocol))


def _rule(priority: int, mark: int, table: int, source: Address | None) -> bytes:
    length = source.max_prefixlen if source is not None else 0
    head = struct.pack(
        "=BBBBBBBBI", _AF_INET, 0, length, 0, table if table < 256 else _RT_TABLE_UNSPEC, 0, 0, _FR_ACT_TO_TBL, 0
    )
    body = (
        head + attribute(_FRA_PRIORITY, struct.pack("=I", priority)) + attribute(_FRA_TABLE, struct.pack("=I", table))
    )
    if mark:
        body += attribute(_FRA_FWMARK, struct.pack("=I", mark)) + attribute(_FRA_FWMASK, struct.pack("=I", _ALL_BITS))
    if source is not None:
        body += attribute(_FRA_SRC, source.packed)
    return body


def add_rule(priority: int, mark: int, table: int, source: Address | None = None) -> Message:
    """Packets with this mark (0: all packets) and this source (None: any) look into this table."""
    return Message(_RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, _rule(priority, mark, table, source))


def delete_rule(priority: int, mark: int, table: int, source: Address | None = None) -> Message:
    return Message(_RTM_DELRULE, 0, _rule(priority, mark, table, source))


def list_links(socket: NetlinkSocket) -> Iterator[LinkState]:
    mask = attribute(_IFLA_EXT_MASK, struct.pack("=I", _RTEXT_FILTER_SKIP_STATS))
    for kind, body in socket.dump(_RTM_GETLINK, _pack_link(0) + mask):
        if kind == _RTM_NEWLINK:
            yield parse_link(body)


def find_link(socket: NetlinkSocket, device: str) -> int:
    """The index of a device. Raises NetlinkError (ENODEV)."""
    return read_link(socket, device).index


def read_link(socket: NetlinkSocket, device: str) -> LinkState:
    """Raises NetlinkError (ENODEV)."""
    ((_, body),) = socket.dump(_RTM_GETLINK, _pack_link(0) + attribute(_IFLA_IFNAME, device), flags=0)
    return parse_link(body)


def is_settled(socket: NetlinkSocket, device: str) -> bool:
    """Whether a link is down, or the kernel has seen that its other end is up too: before it has, it sends nothing.
    Raises NetlinkError (ENODEV)."""
    ((_, body),) = socket.dump(_RTM_GETLINK, _pack_link(0) + attribute(_IFLA_IFNAME, device), flags=0)
    is_operational = dict(parse_attributes(body[16:]))[_IFLA_OPERSTATE] == _IF_OPER_UP
    return is_operational or not parse_link(body).is_up


def read_statistics(socket: NetlinkSocket, device: str) -> LinkStatistics:
    """What has passed a device. Raises NetlinkError (ENODEV)."""
    ((_, body),) = socket.dump(_RTM_GETLINK, _pack_link(0) + attribute(_IFLA_IFNAME, device), flags=0)
    counts = dict(parse_attributes(body[16:]))[_IFLA_STATS64]
    return LinkStatistics(*struct.unpack_from("=4Q", counts))


def parse_link(body: bytes) -> LinkState:
    _, _, index, flags, _ = struct.unpack_from("=BxHiII", body)
    found = pick_attributes(body[16:], _OF_A_LINK)
    return LinkState(
        index=index,
        device=_text(found[_IFLA_IFNAME]),
        mac=found.get(_IFLA_ADDRESS, b"").hex(":"),
        mtu=_number(found[_IFLA_MTU]),
        alias=_text(found.get(_IFLA_IFALIAS, b"")),
        is_up=bool(flags & _IFF_UP),
    )


def link_number(body: bytes) -> int:
    """The number of the device that a message about a link is about."""
    return int(struct.unpack_from("=BxHiII", body)[2])


def has_gone_down(body: bytes) -> bool:
    """Whether a message about a link says that it was up until now."""
    _, _, _, flags, change = struct.unpack_from("=BxHiII", body)
    return not flags & _IFF_UP and bool(change & _IFF_UP) and change != _ALL_BITS


def device_of_address(body: bytes) -> int:
    """The number of the device that a message about an address is about."""
    return int(struct.unpack_from("=BBBBi", body)[4])


def list_addresses(socket: NetlinkSocket) -> Iterator[AddressState]:
    for kind, body in socket.dump(_RTM_GETADDR, struct.pack("=BBBBi", _AF_INET, 0, 0, 0, 0)):
        family, prefix_length, _, _, index = struct.unpack_from("=BBBBi", body)
        if kind == _RTM_NEWADDR and family == _AF_INET:
            found = dict(parse_attributes(body[8:]))
            metric = _number(found[_IFA_RT_PRIORITY]) if _IFA_RT_PRIORITY in found else 0
            made_by = found.get(_IFA_PROTO, b"\0")[0]
            yield AddressState(index, IPv4Address(found[_IFA_LOCAL]), prefix_length, metric, made_by)


def list_neighbours(socket: NetlinkSocket) -> Iterator[NeighbourState]:
    """The permanent ones: those that were learned come and go."""
    for kind, body in socket.dump(_RTM_GETNEIGH, struct.pack("=BxHiHBB", _AF_INET, 0, 0, 0, 0, 0)):
        family, _, index, state, _, _ = struct.unpack_from("=BxHiHBB", body)
        if kind == _RTM_NEWNEIGH and family == _AF_INET and state & _NUD_PERMANENT:
            found = dict(parse_attributes(body[12:]))
            yield NeighbourState(index, IPv4Address(found[_NDA_DST]), found[_NDA_LLADDR].hex(":"))


def list_routes(socket: NetlinkSocket) -> Iterator[RouteState | RouteOfAddress]:
    """All but those to broadcast addresses that the kernel makes by itself."""
    for kind, body in socket.dump(_RTM_GETROUTE, struct.pack("=BBBBBBBBI", _AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)):
        family, length, _, _, table, protocol, _, route_kind, _ = struct.unpack_from("=BBBBBBBBI", body)
        if kind != _RTM_NEWROUTE or family != _AF_INET:
            continue
        if protocol == _RTPROT_KERNEL:
            if route_kind != RouteKind.BROADCAST:
                yield _route_of_address(body, length, route_kind)
            continue
        found = dict(parse_attributes(body[12:]))
        yield RouteState(
            table=_number(found[_RTA_TABLE]) if _RTA_TABLE in found else table,
            destination=IPv4Network((found.get(_RTA_DST, b"\0\0\0\0"), length)),
            kind=route_kind,
            index=_number(found[_RTA_OIF]) if _RTA_OIF in found else None,
            gateway=IPv4Address(found[_RTA_GATEWAY]) if _RTA_GATEWAY in found else None,
            metric=_number(found[_RTA_PRIORITY]) if _RTA_PRIORITY in found else 0,
            is_static=protocol == _RTPROT_STATIC,
        )


def _route_of_address(body: bytes, length: int, kind: int) -> RouteOfAddress:
    found = pick_attributes(body[12:], _OF_A_ROUTE)
    index = _number(found[_RTA_OIF]) if _RTA_OIF in found else 0
    return RouteOfAddress(index, int.from_bytes(found.get(_RTA_DST, b"")), length, kind)


def list_rules(socket: NetlinkSocket) -> Iterator[RuleState]:
    for kind, body in socket.dump(_RTM_GETRULE, struct.pack("=BBBBBBBBI", _AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)):
        if kind == _RTM_NEWRULE:
            found = dict(parse_attributes(body[12:]))
            yield RuleState(
                priority=_number(found[_FRA_PRIORITY]) if _FRA_PRIORITY in found else 0,
                mark=_number(found[_FRA_FWMARK]) if _FRA_FWMARK in found else 0,
                table=_number(found[_FRA_TABLE]),
                source=IPv4Address(found[_FRA_SRC]) if _FRA_SRC in found else None,
            )


def _number(data: bytes) -> int:
    return int(struct.unpack_from("=I", data)[0])


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="replace")
