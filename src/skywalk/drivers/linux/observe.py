"""Kernel → layout: what the namespaces of one owner hold, in the words of the wanted layout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from skywalk.drivers.linux import nfnetlink, rtnetlink
from skywalk.drivers.linux.kernel_routes import lacking_routes
from skywalk.drivers.linux.layout import (
    INTERNET,
    LOOPBACK,
    ROUTER,
    KernelRoute,
    KernelRule,
    LackingRule,
    Layout,
    Link,
    LinkAddress,
    Loopback,
    Neighbour,
    PeeringLink,
    Row,
    Setting,
    is_confined,
)
from skywalk.drivers.linux.netlink import NETFILTER_FAMILY, NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import LINK_MTU, namespace_settings, vpc_device
from skywalk.drivers.linux.port_pieces import INTERFACE_PRIORITY, device_settings
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, AddressState, LinkState, RouteKind, RouteOfAddress, RouteState
from skywalk.drivers.linux.ruleset import FAMILY, TABLE, Chain, Ruleset
from skywalk.drivers.linux.sets import SetDeclaration
from skywalk.drivers.linux.sysctl import read_setting
from skywalk.drivers.linux.zones import INTERNET_DEVICE

Indexes = dict[tuple[str, str], int]
"""Numbers of devices, by namespace and name."""

_UNKNOWN = "unknown"
_DEFAULT_RULES = frozenset({(0, 255), (32766, 254), (32767, 253)})
"""Priorities and tables of the rules that every namespace has by itself: local, main, default."""


@dataclass(frozen=True, slots=True)
class Observation:
    """`layout` says unknown owners; its chains are named but unread, so that all of them differ from wanted ones."""

    layout: Layout
    indexes: Indexes


@dataclass(frozen=True, slots=True)
class Reading:
    """What one namespace holds: its devices, and the rows that hang on each; on None those that hang on no device."""

    namespace: str
    ends: Mapping[str, LinkState] = field(default_factory=dict)
    rows: Mapping[str | None, tuple[Row, ...]] = field(default_factory=dict)


def observe_vpc(
    folder: NamespaceFolder,
    vpc_id: str,
    declarations: Mapping[str, Mapping[str, SetDeclaration]],
    internet: Reading | None = None,
) -> Observation:
    """A VPC's namespaces, and its own link in the internet namespace, of which there may be a reading already.
    `declarations` are the sets to read, by namespace."""
    found = _Observer()
    namespaces = sorted(folder.names(vpc_id))
    for namespace in namespaces:
        found.add(read_namespace(folder, vpc_id, namespace))
    found.add(internet or read_internet(folder), frozenset({vpc_device(vpc_id)}))
    return found.observation(namespaces, _read_filters(folder, vpc_id, namespaces, declarations))


def observe_internet(folder: NamespaceFolder, declarations: Mapping[str, Mapping[str, SetDeclaration]]) -> Observation:
    """The internet namespace without the links of VPCs."""
    found = _Observer()
    namespaces = sorted(folder.names(INTERNET))
    found.add(read_internet(folder), _REGIONS_OWN)
    return found.observation(namespaces, _read_filters(folder, INTERNET, namespaces, declarations))


def observe_again(
    folder: NamespaceFolder,
    owner: str,
    known: Observation,
    networks: Mapping[str, Reading | None],
    filters: Mapping[str, Mapping[str, SetDeclaration]],
) -> Observation:
    """`known` with what some namespaces hold now: their `networks` (None: the namespace has gone) and their `filters`,
    of which the sets to read are given."""
    found = _Observer()
    found.recall(known, networks.keys())
    for reading in networks.values():
        if reading is not None:
            found.add(reading, devices_of(owner, reading.namespace))
    gone = {namespace for namespace, reading in networks.items() if reading is None}
    namespaces = sorted(known.layout.namespaces.keys() - gone)
    read = _read_filters(folder, owner, namespaces, filters)
    rulesets = {name: each for name, each in known.layout.rulesets.items() if name not in gone | filters.keys()}
    return found.observation(namespaces, Filters({**rulesets, **read.rulesets}, read.foreign_tables))


def devices_of(owner: str, namespace: str) -> frozenset[str | None] | None:
    """Those of a namespace's devices that are an owner's: all (None), but in the internet namespace."""
    if namespace != INTERNET:
        return None
    return _REGIONS_OWN if owner == INTERNET else frozenset({vpc_device(owner)})


def read_internet(folder: NamespaceFolder) -> Reading:
    """Everybody's part of it; nothing if it is not there."""
    return read_namespace(folder, INTERNET, INTERNET) if INTERNET in folder.names(INTERNET) else Reading(INTERNET)


def read_namespace(folder: NamespaceFolder, owner: str, namespace: str) -> Reading:
    with inside(folder.path(owner, namespace)), NetlinkSocket(ROUTE_FAMILY) as socket:
        links = [link for link in rtnetlink.list_links(socket) if _is_ours(link)]
        devices = {link.index: link.device for link in links}
        rows: dict[str | None, list[Row]] = defaultdict(list)
        rows[None].extend(Loopback(namespace) for link in links if link.device == LOOPBACK and link.is_up)
        rows[None].extend(_rules(socket, namespace))
        addresses = _ours(namespace, devices, rtnetlink.list_addresses(socket))
        routes = list(rtnetlink.list_routes(socket))
        found = (
            _addresses(namespace, devices, addresses),
            _neighbours(socket, namespace, devices),
            _routes(namespace, devices, [route for route in routes if isinstance(route, RouteState)]),
            _settings(namespace, devices.values()),
        )
        for device, row in chain(*found):
            rows[device].append(row)
        running = {link.index: link.device for link in links if link.is_up}
        with_addresses = [route for route in routes if isinstance(route, RouteOfAddress)]
        for lacking in lacking_routes(namespace, running, addresses, with_addresses):
            rows[lacking.device].append(lacking)
    ends = {link.device: link for link in links}
    return Reading(namespace, ends, {device: tuple(each) for device, each in rows.items()})


_REGIONS_OWN: frozenset[str | None] = frozenset({None, LOOPBACK})


@dataclass(frozen=True, slots=True)
class Filters:
    """What some namespaces have of nftables."""

    rulesets: Mapping[str, Ruleset]
    foreign_tables: Mapping[str, frozenset[tuple[str, str]]]


class _Observer:
    """Puts readings together: pairs of links are seen at both ends."""

    def __init__(self) -> None:
        self._rows: dict[Row, str] = {}
        self._ends: dict[tuple[str, str], LinkState] = {}

    def add(self, reading: Reading, devices: frozenset[str | None] | None = None) -> None:
        """What a reading has of some devices, or of all."""
        for device, link in reading.ends.items():
            if devices is None or device in devices:
                self._ends[reading.namespace, device] = link
        for at, rows in reading.rows.items():
            if devices is None or at in devices:
                self._add(rows)

    def recall(self, known: Observation, but: Collection[str]) -> None:
        """What is known of all namespaces `but` some."""
        for row, owner in known.layout.rows.items():
            if isinstance(row, Link | PeeringLink):
                self._recall_ends(known.indexes, row, but)
            elif row.namespace not in but:
                self._rows[row] = owner

    def _recall_ends(self, indexes: Indexes, link: Link | PeeringLink, but: Collection[str]) -> None:
        macs = (link.mac, link.peer_mac)
        for end, mac in zip(link.ends, macs, strict=False):
            namespace, device = end
            if namespace not in but and end in indexes:
                self._ends[end] = LinkState(indexes[end], device, mac, LINK_MTU, link.alias, is_up=True)

    def observation(self, namespaces: Iterable[str], filters: Filters) -> Observation:
        self._add(_links(self._ends))
        self._add(_peering_links(self._ends))
        layout = Layout(dict.fromkeys(namespaces, _UNKNOWN), self._rows, filters.rulesets, filters.foreign_tables)
        return Observation(layout, {end: link.index for end, link in self._ends.items()})

    def _add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._rows.setdefault(row, _UNKNOWN)


def _read_filters(
    folder: NamespaceFolder,
    owner: str,
    namespaces: Collection[str],
    declarations: Mapping[str, Mapping[str, SetDeclaration]],
) -> Filters:
    rulesets, foreign = {}, {}
    for namespace, declared in declarations.items():
        if namespace not in namespaces:
            continue
        with inside(folder.path(owner, namespace)), NetlinkSocket(NETFILTER_FAMILY) as socket:
            tables = nfnetlink.list_tables(socket)
            if (FAMILY, TABLE) in tables:
                rulesets[namespace] = _read_ruleset(socket, declared)
            foreign[namespace] = tables - {(FAMILY, TABLE)}
    return Filters(rulesets, foreign)


def _is_ours(link: LinkState) -> bool:
    """The kernel may have put devices of its own into a namespace (`sit0`, `tunl0`): they are left alone."""
    return link.device in (LOOPBACK, INTERNET) or link.device.startswith(("p-", "e-", "n-", "v-", "x-", "eth"))


def _ours(namespace: str, devices: Mapping[int, str], addresses: Iterable[AddressState]) -> list[AddressState]:
    """Addresses on our devices; in an instance only those that were given to it: its users may add others."""
    found = list(addresses)
    # A kernel that knows who made an address (5.18) says it of that of `lo` at least.
    says_whose = is_confined(namespace) and any(address.protocol for address in found)
    return [
        address
        for address in found
        if address.index in devices and (not says_whose or address.protocol == rtnetlink.OUR_ADDRESSES)
    ]


def _addresses(
    namespace: str, devices: Mapping[int, str], addresses: Iterable[AddressState]
) -> Iterator[tuple[str | None, Row]]:
    """Without those that the kernel gives to `lo`."""
    for address in addresses:
        device = devices[address.index]
        if device != LOOPBACK or not address.address.is_loopback:
            yield device, LinkAddress(namespace, device, address.address, address.prefix_length, address.metric)


def _neighbours(socket: NetlinkSocket, namespace: str, devices: Mapping[int, str]) -> Iterator[tuple[str | None, Row]]:
    for neighbour in rtnetlink.list_neighbours(socket):
        if neighbour.index in devices:
            device = devices[neighbour.index]
            yield device, Neighbour(namespace, device, neighbour.address, neighbour.mac)


def _routes(
    namespace: str, devices: Mapping[int, str], routes: Iterable[RouteState]
) -> Iterator[tuple[str | None, Row]]:
    """In an instance only those that were given to it, as far as their origin tells: its users may add others."""
    for route in routes:
        if route.index is not None and route.index not in devices:
            continue
        if is_confined(namespace) and not route.is_static:
            continue
        device = devices[route.index] if route.index is not None else None
        kind = RouteKind(route.kind)
        yield (
            device,
            KernelRoute(namespace, route.table, route.destination, kind, device, route.gateway, route.metric),
        )


def _rules(socket: NetlinkSocket, namespace: str) -> Iterator[Row]:
    """In an instance only those of its interfaces: its users may have rules of their own."""
    lacking = set(_DEFAULT_RULES)
    for rule in rtnetlink.list_rules(socket):
        if (rule.priority, rule.table) in _DEFAULT_RULES and not rule.mark and rule.source is None:
            lacking.discard((rule.priority, rule.table))
        elif not is_confined(namespace) or rule.priority == INTERFACE_PRIORITY:
            yield KernelRule(namespace, rule.priority, rule.mark, rule.table, rule.source)
    if not is_confined(namespace):
        yield from (LackingRule(namespace, priority, table) for priority, table in sorted(lacking))


def _settings(namespace: str, devices: Iterable[str]) -> Iterator[tuple[str | None, Row]]:
    for path, _ in namespace_settings(namespace):
        value = read_setting(path)
        if value is not None:
            yield None, Setting(namespace, path, value)
    if namespace != ROUTER:
        return
    for device in devices:
        for path, _ in device_settings(device):
            value = read_setting(path)
            if value is not None:
                yield device, Setting(namespace, path, value, device)


def _links(ends: Mapping[tuple[str, str], LinkState]) -> Iterator[Link]:
    """Pairs, found by their common alias; of two links that have a VPC's id one leads to the internet. An end that is
    not as we leave it (no alias or none with the same, down, another size) becomes a link that no plan wants."""
    routers = {
        (link.alias, end[1] == INTERNET_DEVICE): end
        for end, link in ends.items()
        if end[0] == ROUTER and is_sound(ROUTER, link)
    }
    paired: set[tuple[str, str]] = set()
    for end, link in ends.items():
        if _is_peering(end):
            continue
        near = routers.get((link.alias, end[0] == INTERNET))
        if end[0] == ROUTER or near is None or near in paired or not is_sound(end[0], link):
            continue
        paired.update((end, near))
        yield Link(*near, ends[near].mac, *end, link.mac, link.alias)
    for end, link in ends.items():
        if end not in paired and link.device != LOOPBACK and not _is_peering(end):
            yield Link(*end, link.mac, end[0], "", "", "")


def _peering_links(ends: Mapping[tuple[str, str], LinkState]) -> Iterator[PeeringLink]:
    """This router's ends. One without an alias was made by the other router and is not this one's yet: it is no row,
    so that it is neither wanted nor taken away."""
    for end, link in ends.items():
        if _is_peering(end) and link.alias:
            yield PeeringLink(*end, link.mac if is_sound(ROUTER, link) else "", link.alias)


def _is_peering(end: tuple[str, str]) -> bool:
    namespace, device = end
    return namespace == ROUTER and device.startswith("x-")


def is_sound(namespace: str, link: LinkState) -> bool:
    """Whether a link is as it is left after an apply; an instance may choose the size of its packets."""
    return bool(link.alias) and link.is_up and (link.mtu == LINK_MTU or is_confined(namespace))


def _read_ruleset(socket: NetlinkSocket, declared: Mapping[str, SetDeclaration]) -> Ruleset:
    sets = nfnetlink.list_sets(socket, TABLE)
    return Ruleset(
        sets={name: declared.get(name, SetDeclaration(name, ())) for name in sets},
        chains={name: Chain(name, ("unread",)) for name in nfnetlink.list_chains(socket, TABLE)},
        elements={
            name: elements
            for name in sorted(sets & declared.keys())
            if (elements := nfnetlink.list_elements(socket, TABLE, declared[name]))
        },
    )
