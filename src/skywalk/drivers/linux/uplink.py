"""The uplink: a way out of the region, from its internet namespace into the network namespace of this process.

    internet  uplink ──────── sw-…  this process's namespace ──── the machine's network

A pair of links. What leaves by it has the region's own end as its source, and once more that of the machine: nothing in
the machine's routes, or beyond, knows of any address of the region. The filters here are a table of their own. From
outside only answers come in; the machine itself is not offered to the region; addresses that are nobody's on the
internet, the private ones first of all, are dropped on both sides.

Where the machine forwards nothing, it has to; what else it would forward then is dropped here, and its setting comes
back with the end of the uplink. That is noted in the run directory, for a daemon that follows a killed one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_network
from pathlib import Path
from typing import Final

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.libnftables import RulesetError, list_table, run_commands
from skywalk.drivers.linux.netlink import NETFILTER_FAMILY, Message, NetlinkError, NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.nfnetlink import list_tables
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, LinkState, RouteKind
from skywalk.drivers.linux.service_rulesets import NOT_PUBLIC, UPLINK_DEVICE
from skywalk.drivers.linux.sysctl import read_setting, write_setting

_PREFIX = "sw-"
_ALIAS = "skywalk uplink of"
_MTU = 1500
_HERE_MAC, _THERE_MAC = "06:00:00:00:01:01", "06:00:00:00:01:02"
_MAIN_TABLE = 254
_ANYWHERE: Final = ip_network("0.0.0.0/0")
_LINK_NETWORKS: Final = IPv4Network("169.254.192.0/19")
_LINK_PREFIX_LENGTH = 30
"""An uplink takes one such network of these that the machine does not have. Link-local: nobody routes to it."""
_OWN_PREFIX_LENGTH = 24
"""A network of the machine's that is as long counts as taken; shorter ones are only ways."""

_FORWARDING = "ipv4/ip_forward"
_ROUTE_GROUPS = (1, 5, 24)
"""RTNLGRP_LINK, _IPV4_IFADDR, _IPV4_NETCONF."""
_FILTER_GROUPS = (7,)
_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP = 270, 1
_READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class _Ends:
    here: LinkState | None
    there: LinkState | None


class Uplink:
    """One region's, known by its run directory; `internet` is the path of the namespace it leads out of."""

    def __init__(self, run_dir: Path, internet: Path) -> None:
        digest = hashlib.sha256(str(run_dir).encode()).hexdigest()
        self.device = f"{_PREFIX}{digest[:10]}"
        self.table = f"skywalk-{digest[:10]}"
        self._alias = f"{_ALIAS} {run_dir}"
        self._first_choice = int(digest[:8], 16)
        self._internet = internet
        self._note = run_dir / "uplink-forwarding"
        self._listening: tuple[socket.socket, ...] = ()
        self._listed: str | None = None
        """The table as it was after it was made."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Readable when something has changed in this namespace; there once `make` was called."""
        return tuple(each.fileno() for each in self._listening)

    def make(self) -> None:
        """It is there, and as it should be, when this returns; nothing where it was. Raises OSError."""
        if not self._listening:
            self._listening = (_listen(ROUTE_FAMILY, _ROUTE_GROUPS), _listen(NETFILTER_FAMILY, _FILTER_GROUPS))
        if self.stands():
            return
        network = self._join()
        self._set_up_here(network)
        self._filter(network)
        self._set_up_there(network)

    def remove(self) -> None:
        """Nothing of it is left; nothing where it was not. Raises OSError."""
        with NetlinkSocket(ROUTE_FAMILY) as route:
            link = _find(route, self.device)
            if link is not None and link.alias == self._alias:
                _request(route, [rtnetlink.delete_link(link.index)])
        with NetlinkSocket(NETFILTER_FAMILY) as filters:
            if ("ip", self.table) in list_tables(filters):
                run_commands(f"delete table ip {self.table}")
        if self._note.exists():
            write_setting(_FORWARDING, "0")
            self._note.unlink()
        self._listed = None

    def has_heard(self) -> bool:
        """Whether something in this namespace has changed since the last call, by whomever."""
        heard = False
        for each in self._listening:
            try:
                while each.recv(_READ_BYTES):
                    heard = True
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                heard = True
        return heard

    def stands(self) -> bool:
        """Whether everything is as `make` has left it."""
        ends = self._ends()
        if not self._are_sound(ends) or ends.here is None or ends.there is None:
            return False
        with NetlinkSocket(ROUTE_FAMILY) as route:
            network = _network_of(route, ends.here.index)
        if network is None or read_setting(_FORWARDING) != "1":
            return False
        with inside(self._internet), NetlinkSocket(ROUTE_FAMILY) as route:
            if (there := _network_of(route, ends.there.index)) != network or there is None:
                return False
            leads_out = any(each.index == ends.there.index and each.destination == _ANYWHERE for each in _routes(route))
        return leads_out and self._listed is not None and self._listed == self._list()

    def close(self) -> None:
        for each in self._listening:
            each.close()
        self._listening = ()

    def _ends(self) -> _Ends:
        with NetlinkSocket(ROUTE_FAMILY) as route:
            here = _find(route, self.device)
        if not self._internet.exists():
            return _Ends(here, None)
        with inside(self._internet), NetlinkSocket(ROUTE_FAMILY) as route:
            return _Ends(here, _find(route, UPLINK_DEVICE))

    def _are_sound(self, ends: _Ends) -> bool:
        return all(each is not None and each.is_up and each.alias == self._alias for each in (ends.here, ends.there))

    def _join(self) -> IPv4Network:
        """A sound pair of links, the former one or a new one; answers its network."""
        ends = self._ends()
        if ends.here is not None and not ends.here.alias.startswith(_ALIAS):
            raise OSError(errno.EEXIST, f"the machine has a link {self.device} of somebody else's")
        with NetlinkSocket(ROUTE_FAMILY) as route:
            former = _network_of(route, ends.here.index) if ends.here is not None else None
            if self._are_sound(ends) and former is not None:
                return former
            if ends.here is not None:
                _request(route, [rtnetlink.delete_link(ends.here.index)])
            elif ends.there is not None:
                with inside(self._internet), NetlinkSocket(ROUTE_FAMILY) as other:
                    _request(other, [rtnetlink.delete_link(ends.there.index)])
            network = former or self._choose_network(route)
            there = os.open(self._internet, os.O_RDONLY | os.O_CLOEXEC)
            try:
                _request(
                    route,
                    [rtnetlink.add_veth(0, self.device, _HERE_MAC, 0, UPLINK_DEVICE, _THERE_MAC, there, _MTU)],
                )
            finally:
                os.close(there)
        return network

    def _choose_network(self, route: NetlinkSocket) -> IPv4Network:
        taken = [each.destination for each in _routes(route) if each.destination.prefixlen >= _OWN_PREFIX_LENGTH]
        taken += [IPv4Network(each.address) for each in rtnetlink.list_addresses(route)]
        first, size = int(_LINK_NETWORKS[0]), 1 << (32 - _LINK_PREFIX_LENGTH)
        count = _LINK_NETWORKS.num_addresses // size
        for place in range(count):
            offset = (self._first_choice + place) % count * size
            network = IPv4Network((first + offset, _LINK_PREFIX_LENGTH))
            if not any(network.overlaps(each) for each in taken):
                return network
        raise OSError(errno.EADDRNOTAVAIL, f"no network of {_LINK_NETWORKS} is free")

    def _set_up_here(self, network: IPv4Network) -> None:
        # Before the link is up: no address of another kind may appear on it by itself.
        write_setting(f"ipv6/conf/{self.device}/disable_ipv6", "1")
        with NetlinkSocket(ROUTE_FAMILY) as route:
            index = rtnetlink.find_link(route, self.device)
            _request(route, [rtnetlink.add_address(index, network[1], network.prefixlen)], tolerated=errno.EEXIST)
            _request(route, [rtnetlink.set_link_up(index, self._alias)])
        if read_setting(_FORWARDING) != "1":
            self._note.write_text("0")
            write_setting(_FORWARDING, "1")
        write_setting(f"ipv4/conf/{self.device}/forwarding", "1")

    def _set_up_there(self, network: IPv4Network) -> None:
        with inside(self._internet), NetlinkSocket(ROUTE_FAMILY) as route:
            index = rtnetlink.find_link(route, UPLINK_DEVICE)
            _request(route, [rtnetlink.add_address(index, network[2], network.prefixlen)], tolerated=errno.EEXIST)
            _request(
                route,
                [
                    rtnetlink.set_link_up(index, self._alias),
                    rtnetlink.add_route(
                        _MAIN_TABLE, _ANYWHERE, RouteKind.UNICAST, index, network[1], 0, replacing=True
                    ),
                ],
            )

    def _filter(self, network: IPv4Network) -> None:
        """Anew in one transaction, whatever was there. Connections that are translated stay so."""
        text = render_table(self.table, self.device, network[2], keeps_closed=self._note.exists())
        run_commands(f"add table ip {self.table}\ndelete table ip {self.table}\n{text}")
        self._listed = self._list()

    def _list(self) -> str | None:
        try:
            return list_table("ip", self.table)
        except RulesetError:
            return None


def render_table(table: str, device: str, region: IPv4Address, *, keeps_closed: bool) -> str:
    """The table of this process's namespace; `region` is the region's end of the link. With `keeps_closed` the
    machine forwards for uplinks alone."""
    lines = [
        f"table ip {table} {{",
        "  set not_public {",
        "    type ipv4_addr; flags interval;",
        f"    elements = {{ {', '.join(map(str, NOT_PUBLIC))} }}",
        "  }",
        "  chain through {",
        "    type filter hook forward priority -1; policy accept;",
        f'    iifname "{device}" ip saddr != {region} drop',
        f'    iifname "{device}" ip daddr @not_public drop',
        f'    oifname "{device}" ct state established,related accept',
        f'    oifname "{device}" drop',
    ]
    if keeps_closed:
        lines.append(f'    iifname != "{_PREFIX}*" oifname != "{_PREFIX}*" drop')
    lines += [
        "  }",
        "  chain to_machine {",
        "    type filter hook input priority -1; policy accept;",
        f'    iifname "{device}" drop',
        "  }",
        "  chain to_network {",
        "    type nat hook postrouting priority 100; policy accept;",
        f'    ip saddr {region} oifname != "{device}" masquerade',
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def find_closed_tables(listed: str) -> tuple[str, ...]:
    """Of all chains, as `list_chains` lists them, the tables that drop what the machine forwards, but for their own
    exceptions: an uplink's packets must be among those."""
    chains = (each["chain"] for each in json.loads(listed)["nftables"] if "chain" in each)
    closed = {
        f"{chain['family']} {chain['table']}"
        for chain in chains
        if chain.get("hook") == "forward" and chain.get("policy") == "drop"
    }
    return tuple(sorted(closed))


def _listen(family: int, groups: Iterable[int]) -> socket.socket:
    listening = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, family)
    listening.bind((0, 0))
    for group in groups:
        listening.setsockopt(_SOL_NETLINK, _NETLINK_ADD_MEMBERSHIP, struct.pack("=i", group))
    return listening


def _find(route: NetlinkSocket, device: str) -> LinkState | None:
    with suppress(NetlinkError):
        return rtnetlink.read_link(route, device)
    return None


def _network_of(route: NetlinkSocket, index: int) -> IPv4Network | None:
    """The network of a device's address, if it is one that uplinks have."""
    for each in rtnetlink.list_addresses(route):
        if each.index == index and each.prefix_length == _LINK_PREFIX_LENGTH and each.address in _LINK_NETWORKS:
            return IPv4Network((each.address, _LINK_PREFIX_LENGTH), strict=False)
    return None


def _routes(route: NetlinkSocket) -> Iterator[rtnetlink.RouteState]:
    return (each for each in rtnetlink.list_routes(route) if isinstance(each, rtnetlink.RouteState))


def _request(route: NetlinkSocket, messages: list[Message], tolerated: int = 0) -> None:
    for refusal in route.request(messages):
        if refusal is not None and refusal.errno != tolerated:
            raise refusal
