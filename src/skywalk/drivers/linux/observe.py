"""Kernel → layout: what the namespaces of one owner hold, in the words of the wanted layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from skywalk.drivers.linux import nfnetlink, rtnetlink
from skywalk.drivers.linux.layout import (
    INTERNET,
    LOOPBACK,
    ROUTER,
    KernelRoute,
    KernelRule,
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
from skywalk.drivers.linux.netlink import NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import (
    INTERFACE_PRIORITY,
    LINK_MTU,
    device_settings,
    namespace_settings,
    vpc_device,
)
from skywalk.drivers.linux.nfnetlink import NETFILTER_FAMILY
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY, LinkState, RouteKind
from skywalk.drivers.linux.ruleset import TABLE, Chain, Ruleset
from skywalk.drivers.linux.sets import SetDeclaration
from skywalk.drivers.linux.sysctl import read_setting

Indexes = dict[tuple[str, str], int]
"""Numbers of devices, by namespace and name."""

_UNKNOWN = "unknown"
_DEFAULT_RULES = (0, 32766, 32767)
"""Priorities of the rules that every namespace has by itself."""


@dataclass(frozen=True, slots=True)
class Observation:
    """`layout` says unknown owners; its chains are named but unread, so that all of them differ from wanted ones."""

    layout: Layout
    indexes: Indexes


def observe_vpc(
    folder: NamespaceFolder, vpc_id: str, declarations: Mapping[str, Mapping[str, SetDeclaration]]
) -> Observation:
    """A VPC's namespaces, and its own link in the internet namespace. `declarations` are the sets to read, by
    namespace."""
    found = _Observer(folder)
    namespaces = sorted(folder.names(vpc_id))
    for namespace in namespaces:
        found.read(vpc_id, namespace, None)
    if INTERNET in folder.names(INTERNET):
        found.read(INTERNET, INTERNET, frozenset({vpc_device(vpc_id)}))
    return found.observation(vpc_id, namespaces, declarations)


def observe_internet(folder: NamespaceFolder, declarations: Mapping[str, Mapping[str, SetDeclaration]]) -> Observation:
    """The internet namespace without the links of VPCs."""
    found = _Observer(folder)
    namespaces = sorted(folder.names(INTERNET))
    for namespace in namespaces:
        found.read(INTERNET, namespace, frozenset())
    return found.observation(INTERNET, namespaces, declarations)


class _Observer:
    def __init__(self, folder: NamespaceFolder) -> None:
        self._folder = folder
        self._rows: dict[Row, str] = {}
        self._ends: dict[tuple[str, str], LinkState] = {}

    def read(self, owner: str, namespace: str, only: frozenset[str] | None) -> None:
        """Reads one namespace; with `only`, what hangs on those devices (none: on no device)."""
        with inside(self._folder.path(owner, namespace)), NetlinkSocket(ROUTE_FAMILY) as socket:
            links = {link.index: link for link in rtnetlink.list_links(socket)}
            mine = {index: link for index, link in links.items() if _is_ours(link, only)}
            self._ends.update(((namespace, link.device), link) for link in mine.values())
            devices = {index: link.device for index, link in mine.items()}
            self._add(_addresses(socket, namespace, devices))
            self._add(_routes(socket, namespace, devices, is_whole=not only))
            if not only:
                self._add(Loopback(namespace) for link in links.values() if link.device == LOOPBACK and link.is_up)
                self._add(_rules(socket, namespace))
                self._add(_settings(namespace, devices.values()))

    def observation(
        self, owner: str, namespaces: Iterable[str], declarations: Mapping[str, Mapping[str, SetDeclaration]]
    ) -> Observation:
        self._add(_links(self._ends))
        self._add(_peering_links(self._ends))
        rulesets = {}
        for namespace, declared in declarations.items():
            if namespace in namespaces:
                with inside(self._folder.path(owner, namespace)):
                    ruleset = _observe_ruleset(declared)
                if ruleset is not None:
                    rulesets[namespace] = ruleset
        layout = Layout(dict.fromkeys(namespaces, _UNKNOWN), self._rows, rulesets)
        return Observation(layout, {end: link.index for end, link in self._ends.items()})

    def _add(self, rows: Iterable[Row]) -> None:
        self._rows.update((row, _UNKNOWN) for row in rows)


def _is_ours(link: LinkState, only: frozenset[str] | None) -> bool:
    """The kernel may have put devices of its own into a namespace (`sit0`, `tunl0`): they are left alone."""
    if link.device == LOOPBACK:
        return not only
    if only is not None:
        return link.device in only
    return link.device == INTERNET or link.device.startswith(("p-", "e-", "v-", "x-", "eth"))


def _addresses(socket: NetlinkSocket, namespace: str, devices: Mapping[int, str]) -> Iterator[Row]:
    for address in rtnetlink.list_addresses(socket):
        device = devices.get(address.index)
        is_the_kernels = device == LOOPBACK and address.address.is_loopback
        if device is not None and not is_the_kernels:
            yield LinkAddress(namespace, device, address.address, address.prefix_length, address.metric)
    for neighbour in rtnetlink.list_neighbours(socket):
        if neighbour.index in devices:
            yield Neighbour(namespace, devices[neighbour.index], neighbour.address, neighbour.mac)


def _routes(socket: NetlinkSocket, namespace: str, devices: Mapping[int, str], *, is_whole: bool) -> Iterator[Row]:
    for route in rtnetlink.list_routes(socket):
        if route.index is None and not is_whole:
            continue
        if route.index is not None and route.index not in devices:
            continue
        yield KernelRoute(
            namespace,
            route.table,
            route.destination,
            RouteKind(route.kind),
            devices[route.index] if route.index is not None else None,
            route.gateway,
            route.metric,
        )


def _rules(socket: NetlinkSocket, namespace: str) -> Iterator[Row]:
    """In an instance only those of its interfaces: its users may have rules of their own."""
    for rule in rtnetlink.list_rules(socket):
        if rule.priority in _DEFAULT_RULES or (is_confined(namespace) and rule.priority != INTERFACE_PRIORITY):
            continue
        yield KernelRule(namespace, rule.priority, rule.mark, rule.table, rule.source)


def _settings(namespace: str, devices: Iterable[str]) -> Iterator[Row]:
    for path, _ in namespace_settings(namespace):
        value = read_setting(path)
        if value is not None:
            yield Setting(namespace, path, value)
    if namespace != ROUTER:
        return
    for device in devices:
        for path, _ in device_settings(device):
            value = read_setting(path)
            if value is not None:
                yield Setting(namespace, path, value, device)


def _links(ends: Mapping[tuple[str, str], LinkState]) -> Iterator[Link]:
    """Pairs, found by their common alias. An end that is not as we leave it (no alias or none with the same, down,
    another size) becomes a link that no plan wants."""
    routers = {link.alias: end for end, link in ends.items() if end[0] == ROUTER and _is_sound(link)}
    paired: set[tuple[str, str]] = set()
    for end, link in ends.items():
        if _is_peering(end):
            continue
        near = routers.get(link.alias)
        if end[0] == ROUTER or near is None or near in paired or not _is_sound(link):
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
            yield PeeringLink(*end, link.mac if _is_sound(link) else "", link.alias)


def _is_peering(end: tuple[str, str]) -> bool:
    namespace, device = end
    return namespace == ROUTER and device.startswith("x-")


def _is_sound(link: LinkState) -> bool:
    return bool(link.alias) and link.is_up and link.mtu == LINK_MTU


def _observe_ruleset(declared: Mapping[str, SetDeclaration]) -> Ruleset | None:
    with NetlinkSocket(NETFILTER_FAMILY) as socket:
        chains = nfnetlink.list_chains(socket, TABLE)
        if not chains:
            return None
        sets = nfnetlink.list_sets(socket, TABLE)
        return Ruleset(
            sets={name: declared.get(name, SetDeclaration(name, ())) for name in sets},
            chains={name: Chain(name, ("unread",)) for name in chains},
            elements={
                name: elements
                for name in sorted(sets & declared.keys())
                if (elements := nfnetlink.list_elements(socket, TABLE, declared[name]))
            },
        )
