"""Makes the kernel go from one layout to another, changing only what differs.

Order: namespaces, filters, links, routes; then the marks that send packets to them; then removals, routes before
links and links before filters. A row that the kernel refuses is noted under the resource that caused it and the
others go on; filters that it refuses end the additions, as no link may come up without them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.layout import (
    INTERNET,
    LOOPBACK,
    ROUTER,
    KernelRoute,
    KernelRule,
    LackingRoute,
    LackingRule,
    Layout,
    Link,
    LinkAddress,
    Loopback,
    Neighbour,
    PeeringLink,
    Row,
    Setting,
    difference,
    is_confined,
)
from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.netlink import Message, NetlinkError, NetlinkSocket
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from skywalk.drivers.linux.network import LINK_MTU
from skywalk.drivers.linux.nfnetlink import change_elements
from skywalk.drivers.linux.observe import Indexes
from skywalk.drivers.linux.operations import LOOPBACK_INDEX, adding, deleting, describe, device_of, route_place
from skywalk.drivers.linux.port_pieces import ROUTE_TABLE_MAP
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY
from skywalk.drivers.linux.ruleset import TABLE, Ruleset, added_structure, element_changes, removed_structure
from skywalk.drivers.linux.sets import ElementChange
from skywalk.drivers.linux.sysctl import write_setting

_FIRST_INDEX: Final = 100
"""Numbers below are left to devices that the kernel puts into a namespace by itself."""

_FIRST_PEERING_INDEX: Final = 1 << 24
"""Numbers of peerings' devices are made from their ids, so that either router can choose for both."""

_LINKS_AT_ONCE = 128
"""Each link being made holds a file descriptor of its peer's namespace."""

_LOOKS_AT_A_LINK, _BETWEEN_LOOKS_SECONDS = 1000, 0.002

_GONE = frozenset({errno.ENODEV, errno.ENOENT, errno.ESRCH, errno.EADDRNOTAVAIL, errno.EINVAL, errno.EEXIST})
"""Refusals that mean that what should go is not there. (The kernel has EINVAL for a device that is gone, and for a
route from an address that is; EEXIST for what is not lacking any more.)"""

_ADDING_ORDER = (Loopback, LinkAddress, LackingRoute, Neighbour, KernelRoute, KernelRule, LackingRule)
"""Removals go the other way: what others have put in the place of a lacking route is gone before it comes back."""


@dataclass(slots=True)
class Standing:
    """What the kernel holds of one owner, and the numbers of its devices."""

    layout: Layout = field(default_factory=Layout)
    indexes: Indexes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    message: Message
    owner: str
    words: str


class Applier:
    """One change of one owner. After `run`, `failures` is empty if and only if the kernel holds what is wanted.

    `on_created` hears of each namespace that is made, before anything is in it.
    `waits_for` are VPCs without which peerings cannot be made yet; `made_peerings` are those to which this change
    has made a pair of links, by device: the other router has yet to take its end.
    """

    def __init__(
        self,
        folder: NamespaceFolder,
        owner: str,
        have: Standing,
        want: Layout,
        on_created: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._on_created = on_created
        self._owner = owner
        self._have = have.layout
        self._want = want
        self._indexes: Indexes = dict(have.indexes)
        self.failures: dict[str, str] = {}
        self._far_ends: list[tuple[Path, str]] = []
        self.waits_for: set[str] = set()
        self.made_peerings: dict[str, str] = {}
        old, new = difference(self._have, want)
        self._removed_links = [row for row in old if isinstance(row, Link | PeeringLink)]
        gone = {end for link in self._removed_links for end in link.ends}
        if gone:
            is_new = set(map(id, new))
            new = [row for row in want.rows if id(row) in is_new or device_of(row) in gone]
        self._added = new
        self._removed = [row for row in old if not _lacks_on(gone, row)]
        self.created = tuple(sorted(want.namespaces.keys() - self._have.namespaces.keys()))

    @property
    def indexes(self) -> Indexes:
        """The numbers of the devices that are there; of one that could not be made it may be wrong."""
        return self._indexes

    def run(self) -> Standing:
        """Works through the change; the standing it answers is true only without failures."""
        try:
            self._create_namespaces()
            self._add_structure()
            self._change_elements(lambda name: name != ROUTE_TABLE_MAP)
            self._replace_links()
            self._add_links()
            self._add_peering_links()
            self._add_rows()
            self._change_elements(lambda name: name == ROUTE_TABLE_MAP)
            self._await_links()
        except OSError as failure:
            self._blame_all(f"{failure}")
        try:
            self._remove_foreign_tables()
            self._remove_rows()
            self._remove_structure()
        except OSError as failure:
            self._blame(self._owner, "removals", failure)
        self._remove_namespaces()
        return Standing(self._want, self._indexes)

    # -- namespaces -----------------------------------------------------------------------------------------------

    def _path(self, namespace: str) -> Path:
        return self._folder.path(INTERNET if namespace == INTERNET else self._owner, namespace)

    def _create_namespaces(self) -> None:
        for namespace in self.created:
            self._folder.create(self._owner, namespace, confined=is_confined(namespace))
            self._on_created(namespace)
        self._write_settings(lambda setting: setting.device is None)

    def _write_settings(self, applies: Callable[[Setting], bool]) -> None:
        by_namespace: dict[str, list[Setting]] = defaultdict(list)
        for row in self._added:
            if isinstance(row, Setting) and applies(row):
                by_namespace[row.namespace].append(row)
        for namespace, settings in by_namespace.items():
            with inside(self._path(namespace)):
                for setting in settings:
                    try:
                        write_setting(setting.path, setting.value)
                    except OSError as failure:
                        self._blame(self._want.rows[setting], describe(setting), failure)

    def _remove_namespaces(self) -> None:
        for namespace in sorted(self._have.namespaces.keys() - self._want.namespaces.keys()):
            try:
                self._folder.remove(self._owner, namespace)
            except OSError as failure:
                self._blame(self._owner, f"removal of namespace {namespace}", failure)

    # -- filters --------------------------------------------------------------------------------------------------

    def _base(self, namespace: str) -> Ruleset | None:
        """What the namespace's table holds as far as it can be changed into the wanted one."""
        have = self._have.rulesets.get(namespace)
        if have is None or not _versions(self._want.rulesets[namespace]) & have.chains.keys():
            return None
        return have

    def _add_structure(self) -> None:
        for namespace, want in self._want.rulesets.items():
            commands = added_structure(self._base(namespace), want)
            if commands:
                with inside(self._path(namespace)):
                    run_commands(commands)

    def _change_elements(self, chosen: Callable[[str], bool]) -> None:
        for namespace, want in self._want.rulesets.items():
            changes: list[ElementChange] = [
                change for change in element_changes(self._base(namespace), want) if chosen(change.declaration.name)
            ]
            if changes:
                with inside(self._path(namespace)):
                    change_elements(TABLE, changes)

    def _remove_foreign_tables(self) -> None:
        """What others have added to our namespaces' filters."""
        for namespace, tables in self._have.foreign_tables.items():
            commands = "".join(f"delete table {family} {name}\n" for family, name in sorted(tables))
            if not commands or not self._stays(namespace):
                continue
            try:
                with inside(self._path(namespace)):
                    run_commands(commands)
            except OSError as failure:
                self._blame(self._owner, "removal of tables", failure)

    def _remove_structure(self) -> None:
        for namespace, want in self._want.rulesets.items():
            commands = removed_structure(self._base(namespace), want)
            if not commands or self.failures:
                continue
            try:
                with inside(self._path(namespace)):
                    run_commands(commands)
            except OSError as failure:
                self._blame(self._owner, "filters", failure)

    # -- links ----------------------------------------------------------------------------------------------------

    def _replace_links(self) -> None:
        """Removed links whose device another one is to have."""
        wanted = {end for row in self._added if isinstance(row, Link | PeeringLink) for end in row.ends}
        replaced = [link for link in self._removed_links if wanted & set(link.ends)]
        self._delete_links(replaced)
        self._removed_links = [link for link in self._removed_links if link not in replaced]

    def _add_links(self) -> None:
        links = [row for row in self._added if isinstance(row, Link)]
        made: list[Link] = []
        for start in range(0, len(links), _LINKS_AT_ONCE):
            made.extend(self._create_pairs(links[start : start + _LINKS_AT_ONCE]))
        self._write_settings(lambda setting: setting.device is not None)
        # The router's end comes up last: by then the other one is there, and so are the filters.
        ups: dict[str, list[_Step]] = defaultdict(list)
        for link in made:
            for namespace, device in reversed(link.ends):
                message = rtnetlink.set_link_up(self._index(namespace, device), link.alias)
                ups[namespace].append(_Step(message, self._want.rows[link], f"{describe(link)} up"))
        for namespace in _router_last(ups):
            self._send(namespace, ups[namespace])
        self._far_ends.extend((self._path(link.peer_namespace), link.peer_device) for link in made)

    def _await_links(self) -> None:
        """Until the far ends of new links send, too. That they can is seen by a worker of the kernel's, which has to
        wait on a busy machine; what is applied is to carry packets."""
        for namespace, device in self._far_ends:
            with inside(namespace), NetlinkSocket(ROUTE_FAMILY) as socket:
                for _ in range(_LOOKS_AT_A_LINK):
                    if rtnetlink.is_settled(socket, device):
                        break
                    time.sleep(_BETWEEN_LOOKS_SECONDS)

    def _create_pairs(self, links: list[Link]) -> list[Link]:
        """Makes pairs from the router's side and answers those that were made."""
        steps: list[_Step] = []
        with ExitStack() as stack:
            for link in links:
                peer = os.open(self._path(link.peer_namespace), os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, peer)
                index = self._number(link.namespace, link.device)
                is_shared = link.peer_namespace == INTERNET
                peer_index = 0 if is_shared else self._number(link.peer_namespace, link.peer_device)
                message = rtnetlink.add_veth(
                    index, link.device, link.mac, peer_index, link.peer_device, link.peer_mac, peer, LINK_MTU
                )
                steps.append(_Step(message, self._want.rows[link], describe(link)))
            refused = self._send(ROUTER, steps) if steps else []
        made = [link for link, refusal in zip(links, refused, strict=True) if refusal is None]
        for link, refusal in zip(links, refused, strict=True):
            if refusal is not None:
                self._blame_neighbours(link, refusal)
        for link in made:
            if link.peer_namespace == INTERNET:
                with inside(self._path(INTERNET)), NetlinkSocket(ROUTE_FAMILY) as socket:
                    self._indexes[INTERNET, link.peer_device] = rtnetlink.find_link(socket, link.peer_device)
        return made

    def _number(self, namespace: str, device: str) -> int:
        """A free number for a new device of one of this owner's namespaces."""
        taken = (index for (there, _), index in self._indexes.items() if there == namespace)
        low = (index for index in taken if index < _FIRST_PEERING_INDEX)
        self._indexes[namespace, device] = number = max((*low, _FIRST_INDEX - 1)) + 1
        return number

    def _add_peering_links(self) -> None:
        ups: list[_Step] = []
        for row in self._added:
            if not isinstance(row, PeeringLink):
                continue
            try:
                self._indexes[row.namespace, row.device] = index = self._join(row)
            except OSError as failure:
                self._blame(self._want.rows[row], describe(row), failure)
            else:
                ups.append(_Step(rtnetlink.set_link_up(index, row.alias), self._want.rows[row], f"{describe(row)} up"))
                self._far_ends.append((self._folder.path(row.peer_vpc_id, ROUTER), row.device))
        if ups:
            self._send(ROUTER, ups)

    def _join(self, row: PeeringLink) -> int:
        """The number of this router's end of a pair: that which the other router has made, or a new one."""
        if ROUTER not in self._folder.names(row.peer_vpc_id):
            self.waits_for.add(row.peer_vpc_id)
            raise OSError(errno.ENOENT, f"router of {row.peer_vpc_id} is not there yet")
        peer = self._folder.path(row.peer_vpc_id, ROUTER)
        here, there = _find_device(self._path(ROUTER), row.device), _find_device(peer, row.device)
        if here is not None and there is not None:
            return here
        if here is not None:
            self._request(ROUTER, rtnetlink.delete_link(here))
        index = _peering_index(row.alias)
        descriptor = os.open(peer, os.O_RDONLY | os.O_CLOEXEC)
        try:
            message = rtnetlink.add_veth(
                index,
                row.device,
                row.mac,
                index + 1,
                row.device,
                row.peer_mac,
                descriptor,
                LINK_MTU,
                rtnetlink.OUR_GROUP,
            )
            self._request(ROUTER, message)
        finally:
            os.close(descriptor)
        self.made_peerings[row.device] = row.peer_vpc_id
        return index

    def _request(self, namespace: str, message: Message) -> None:
        with inside(self._path(namespace)), NetlinkSocket(ROUTE_FAMILY) as socket:
            (refusal,) = socket.request([message])
        if refusal is not None:
            raise refusal

    def _index(self, namespace: str, device: str) -> int:
        return LOOPBACK_INDEX if device == LOOPBACK else self._indexes[namespace, device]

    def _delete_links(self, links: Iterable[Link | PeeringLink]) -> None:
        by_namespace: dict[str, list[_Step]] = defaultdict(list)
        for link in links:
            index, *_ = [self._indexes.pop(end, None) for end in link.ends]
            if index is not None:
                step = _Step(rtnetlink.delete_link(index), self._owner_of(link), f"removal of {describe(link)}")
                by_namespace[link.namespace].append(step)
        for namespace, steps in by_namespace.items():
            self._send(namespace, steps, tolerated=_GONE)

    # -- addresses, neighbours, routes, rules ---------------------------------------------------------------------

    def _add_rows(self) -> None:
        steps: dict[str, list[_Step]] = defaultdict(list)
        for kind in _ADDING_ORDER:
            for row in self._added:
                if isinstance(row, kind) and isinstance(row, _ADDING_ORDER):
                    step = self._step(adding, row, self._want.rows[row])
                    if step is not None:
                        steps[row.namespace].append(step)
        for namespace in _router_last(steps):
            self._send(namespace, steps[namespace])

    def _remove_rows(self) -> None:
        """Routes first, then links. What is in a namespace that goes, or has been taken over, is left to that."""
        taken_over = {route_place(row) for row in self._added} - {None}
        steps: dict[str, list[_Step]] = defaultdict(list)
        for kind in reversed(_ADDING_ORDER):
            for row in self._removed:
                if not isinstance(row, kind) or not isinstance(row, _ADDING_ORDER):
                    continue
                if not self._stays(row.namespace) or route_place(row) in taken_over:
                    continue
                step = self._step(deleting, row, self._owner_of(row))
                if step is not None:
                    steps[row.namespace].append(step)
        for namespace in reversed(_router_last(steps)):
            self._send(namespace, steps[namespace], tolerated=_GONE)
        self._delete_links(self._removed_links)

    def _step(self, make: Callable[..., Message], row: Row, owner: str) -> _Step | None:
        """None where the row's device is missing: that it could not be made is noted already, or it is gone."""
        try:
            return _Step(make(row, self._index), owner, describe(row))
        except KeyError:
            return None

    def _stays(self, namespace: str) -> bool:
        return namespace == INTERNET or namespace in self._want.namespaces

    # -- the kernel's answers -------------------------------------------------------------------------------------

    def _send(
        self, namespace: str, steps: list[_Step], tolerated: frozenset[int] = frozenset()
    ) -> list[NetlinkError | None]:
        with inside(self._path(namespace)), NetlinkSocket(ROUTE_FAMILY) as socket:
            answers = socket.request([step.message for step in steps])
        for step, refusal in zip(steps, answers, strict=True):
            if refusal is not None and refusal.errno not in tolerated:
                self._blame(step.owner, step.words, refusal)
        return answers

    def _owner_of(self, row: Row) -> str:
        """The resource that an old row was for; after a restart only the VPC is known."""
        owner = self._have.rows.get(row, self._owner)
        return self._owner if owner == "unknown" else owner

    def _blame(self, owner: str, words: str, failure: OSError) -> None:
        self.failures.setdefault(owner, f"{words}: {failure.strerror or failure}")

    def _blame_neighbours(self, link: Link, failure: OSError) -> None:
        """All who are to be reached by a link from the router: interface endpoints share one."""
        for row in self._added:
            if isinstance(row, Neighbour) and (row.namespace, row.device) == link.ends[0]:
                self._blame(self._want.rows[row], describe(link), failure)

    def _blame_all(self, words: str) -> None:
        """A step failed on which everything that was to be added depends."""
        for owner in (self._owner, *(self._want.rows[row] for row in self._added)):
            self.failures.setdefault(owner, words)


def _lacks_on(gone: set[tuple[str, str]], row: Row) -> bool:
    """What a link that goes lacks is not put back: one that takes its place has the routes of its own addresses."""
    return isinstance(row, LackingRoute) and device_of(row) in gone


def _find_device(namespace: Path, device: str) -> int | None:
    with inside(namespace), NetlinkSocket(ROUTE_FAMILY) as socket:
        try:
            return rtnetlink.find_link(socket, device)
        except NetlinkError:
            return None


def _peering_index(vpc_peering_connection_id: str) -> int:
    hashed = int.from_bytes(hashlib.sha256(vpc_peering_connection_id.encode()).digest()[:8], "big")
    return _FIRST_PEERING_INDEX + 2 * (hashed % (1 << 28))


def _versions(ruleset: Ruleset) -> frozenset[str]:
    return frozenset(name for name in ruleset.chains if name.startswith("version-"))


def _router_last(by_namespace: Mapping[str, object]) -> list[str]:
    """What routers lead to is ready before they lead there."""
    return sorted(by_namespace, key=lambda namespace: (namespace == ROUTER, namespace))


def remove_owner(folder: NamespaceFolder, owner: str) -> None:
    """Takes all of an owner's namespaces away, its links first: a process inside one may keep it for a while."""
    names = folder.names(owner)
    if ROUTER in names:
        with inside(folder.path(owner, ROUTER)), NetlinkSocket(ROUTE_FAMILY) as socket:
            socket.request([rtnetlink.delete_our_links()])
    for name in sorted(names):
        folder.remove(owner, name)
