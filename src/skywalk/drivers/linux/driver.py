"""LinuxDriver: plans into namespaces, one VPC at a time, and instances into them."""

from __future__ import annotations

import logging
import select
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from skywalk.drivers.driver import ApplyReport, Connections, Findings, GuestEntrance, LinkCounters
from skywalk.drivers.linux.apply import Applier, Standing, remove_owner
from skywalk.drivers.linux.counters import counted_links, read_connections, read_link_counters
from skywalk.drivers.linux.drift import Suspicion, agrees, find_suspects
from skywalk.drivers.linux.guest_runtime import GuestRuntime
from skywalk.drivers.linux.instances import Instances
from skywalk.drivers.linux.kernel_dump import NAMESPACES_FOLDER
from skywalk.drivers.linux.layout import ENDPOINTS, INTERNET, ROUTER, Layout
from skywalk.drivers.linux.netns import NamespaceFolder
from skywalk.drivers.linux.network import lay_out, lay_out_internet
from skywalk.drivers.linux.observe import (
    Observation,
    Reading,
    observe_again,
    observe_internet,
    observe_vpc,
    read_internet,
    read_namespace,
)
from skywalk.drivers.linux.port_pieces import PortBook
from skywalk.drivers.linux.routing import endpoint_device, endpoints_device
from skywalk.drivers.linux.uplink import Uplink
from skywalk.drivers.linux.watch import Watch
from skywalk.plan.places import INTERNET as INTERNET_OWNER
from skywalk.plan.places import UPLINK, Place
from skywalk.plan.plan import InternetPlan, Plan

log = logging.getLogger(__name__)

_NO_SERVICES = InternetPlan((), (), ())


def _open_watch() -> Watch | None:
    try:
        return Watch()
    except OSError as failure:
        log.warning("changes by others are noticed at the next start only: %s", failure)
        return None


class LinuxDriver:
    """Implements `Driver`. What it knows of a VPC is what it last applied without a failure; of any other VPC it
    reads the kernel first."""

    def __init__(self, run_dir: Path, guests: GuestRuntime) -> None:
        self._folder = NamespaceFolder(run_dir / NAMESPACES_FOLDER)
        self._instances = Instances(guests)
        self._standings: dict[str, Standing] = {}
        self._plans: dict[str, Plan] = {}
        self._books: dict[str, PortBook] = {}
        """What laying out remembers of each VPC whose last layout was made; nothing of it is the kernel's."""
        self._places: dict[str, tuple[Place, ...]] = {}
        self._network_failures: dict[str, frozenset[str]] = {}
        self._found: set[str] = set()
        self._watch: Watch | None = None
        self._watched = select.epoll()
        self._watched.register(guests.watched, select.EPOLLIN)
        self._drifted: set[str] = set()
        """Owners whose standing is what was read after somebody else's changes, and not their plan's."""
        self._unread: set[str] = set()
        """Of those that were found, the ones that were not read yet; the internet namespace was, for all of them."""
        self._internet_found: Reading | None = None
        self._uplink = Uplink(run_dir, self._folder.path(INTERNET, INTERNET))
        self._has_uplink: bool | None = None
        """None: nothing is known of what an earlier daemon has left."""

    def observe(self) -> frozenset[str]:
        """The kernel is read when a VPC is first applied; here only who is there."""
        self._standings.clear()
        self._plans.clear()
        self._places.clear()
        names = self._find_instances()
        self._found = set(names)
        self._drifted.clear()
        if self._watch is None:
            self._watch = _open_watch()
            if self._watch is not None:
                self._watched.register(self._watch.descriptor, select.EPOLLIN)
        for owner in (INTERNET, *self._found):
            self._follow_all(owner)
        self._unread, self._internet_found = set(self._found), read_internet(self._folder)
        return frozenset(vpc_id for vpc_id in self._found if ROUTER in names[vpc_id])

    @property
    def watched(self) -> int:
        return self._watched.fileno()

    def look(self) -> Findings:
        return Findings(self._look_for_drift(), self._instances.take_ended())

    def _look_for_drift(self) -> frozenset[str]:
        """Reads the namespaces in which something may have happened, and no others; the next apply mends."""
        if self._watch is None:
            return self._look_for_uplink(is_suspect=False)
        heard = self._watch.take()
        suspects = find_suspects(heard, self._standings)
        internet = cache(lambda: read_internet(self._folder))
        for owner, suspicion in suspects.items():
            try:
                self._examine(owner, suspicion, internet)
            except OSError:  # what is read goes away underneath: all of it is read before it is changed
                self._standings.pop(owner, None)
                self._drifted.add(owner)
        has_all = heard.has_all_of_networks and heard.has_all_of_filters
        is_suspect = not has_all or any(notice.owner == INTERNET for notice in heard.notices)
        return frozenset(self._drifted & suspects.keys()) | self._look_for_uplink(is_suspect=is_suspect)

    def _look_for_uplink(self, *, is_suspect: bool) -> frozenset[str]:
        """The uplink has an end in the internet namespace, which may be suspect, and one outside of the region."""
        if not self._has_uplink or not (self._uplink.has_heard() or is_suspect) or self._uplink.stands():
            return frozenset()
        return frozenset({INTERNET})

    def _examine(self, owner: str, suspicion: Suspicion, internet: Callable[[], Reading]) -> None:
        standing = self._standings[owner]
        self._restore_names(owner, suspicion.networks)
        names = self._folder.names(owner)
        networks: dict[str, Reading | None] = {}
        for namespace in suspicion.networks:
            if namespace == INTERNET and (owner != INTERNET or INTERNET in names):
                networks[namespace] = internet()
            else:
                is_there = namespace in names
                networks[namespace] = read_namespace(self._folder, owner, namespace) if is_there else None
        is_as_known = all(each is not None and agrees(standing, owner, each) for each in networks.values())
        if is_as_known and not suspicion.filters:
            return
        filters = {namespace: standing.layout.rulesets[namespace].sets for namespace in suspicion.filters}
        known = Observation(standing.layout, standing.indexes)
        found = observe_again(self._folder, owner, known, networks, filters)
        self._standings[owner] = Standing(found.layout, found.indexes)
        self._drifted.add(owner)

    def _find_instances(self) -> dict[str, frozenset[str]]:
        """The names of all VPCs' namespaces, those of running instances that had lost theirs among them."""
        names = self._names_by_vpc()
        self._instances.observe(names)
        for entrance in filter(None, map(self._instances.entrance, self._instances.strays)):
            vpc_id = Path(entrance.namespace).parent.name
            with suppress(OSError):
                self._folder.restore(vpc_id, entrance.instance_id, f"/proc/{entrance.init_pid}/ns/net")
        if self._instances.strays:
            names = self._names_by_vpc()
            self._instances.observe(names)
        return names

    def _names_by_vpc(self) -> dict[str, frozenset[str]]:
        return {vpc_id: self._folder.names(vpc_id) for vpc_id in self._folder.owners() - {INTERNET}}

    def _restore_names(self, owner: str, namespaces: Iterable[str]) -> None:
        """An instance's namespace that somebody has taken the name from lives on with the instance in it."""
        missing = set(namespaces) - self._folder.names(owner)
        for entrance in filter(None, map(self._instances.entrance, sorted(missing))):
            with suppress(OSError):  # of one that has just ended: it gets another
                self._folder.restore(owner, entrance.instance_id, f"/proc/{entrance.init_pid}/ns/net")
                self._follow(owner, entrance.instance_id, is_new=True)

    def running_guests(self, vpc_id: str) -> frozenset[str]:
        return self._instances.running(vpc_id)

    def apply_internet(self, plan: InternetPlan) -> ApplyReport:
        failures = dict(self._apply_layout(INTERNET, lay_out_internet(plan)).failures)
        try:
            self._apply_uplink(plan.has_uplink)
        except OSError as failure:
            failures[UPLINK] = failure.strerror or str(failure)
        return ApplyReport(failures)

    def _apply_uplink(self, is_wanted: bool) -> None:
        if is_wanted:
            self._has_uplink = True
            self._uplink.make()
            for descriptor in self._uplink.descriptors:
                with suppress(FileExistsError):
                    self._watched.register(descriptor, select.EPOLLIN)
        elif self._has_uplink is not False:
            self._uplink.remove()
            self._has_uplink = False

    def apply(self, plan: Plan) -> ApplyReport:
        self._found.discard(plan.vpc_id)
        failures = self._instances.stop_unwanted(plan.vpc_id, plan.guests)
        waits_for = unsettles = frozenset[str]()
        if INTERNET not in self._standings and INTERNET not in self._folder.names(INTERNET):
            failures.update(self._apply_layout(INTERNET, lay_out_internet(_NO_SERVICES)).failures)
        if plan.vpc_id not in self._standings or plan.vpc_id in self._drifted or plan != self._plans[plan.vpc_id]:
            applied = self._apply_layout(plan.vpc_id, self._lay_out(plan))
            failures.update(applied.failures)
            waits_for, unsettles = frozenset(applied.waits_for), self._unsettle(applied.made_peerings)
            failures.update(self._instances.stop_cut_off(plan.vpc_id, applied.created))
            self._plans[plan.vpc_id] = plan
            self._places[plan.vpc_id] = self._find_places(plan, applied)
            self._network_failures[plan.vpc_id] = frozenset(applied.failures)
        return ApplyReport(failures, waits_for, unsettles)

    def run_guests(self, plan: Plan) -> ApplyReport:
        return ApplyReport(
            self._instances.run(plan, self._folder, self._network_failures.get(plan.vpc_id, frozenset()))
        )

    def forget_guest(self, instance_id: str) -> None:
        self._instances.forget(instance_id)

    def restart_guest(self, instance_id: str) -> None:
        for vpc_id, plan in self._plans.items():
            for guest in plan.guests:
                if guest.instance_id == instance_id:
                    self._instances.restart(guest, vpc_id, self._folder)

    def console_output(self, instance_id: str) -> bytes:
        return self._instances.console_output(instance_id)

    def remove(self, vpc_id: str) -> None:
        self._instances.stop_all(vpc_id)
        self._forget(vpc_id)
        self._found.discard(vpc_id)
        remove_owner(self._folder, vpc_id)

    def remove_unwanted(self) -> None:
        for vpc_id in sorted(self._found):
            self.remove(vpc_id)
        self._instances.stop_strays()
        self._unread.clear()
        self._internet_found = None

    def places(self, vpc_id: str) -> tuple[Place, ...]:
        return self._places.get(vpc_id, ())

    def internet_place(self) -> Place:
        return self._place(INTERNET_OWNER, self._folder.path(INTERNET, INTERNET))

    def entrance(self, instance_id: str) -> GuestEntrance | None:
        return self._instances.entrance(instance_id)

    def read_counters(self) -> Mapping[str, LinkCounters]:
        found: dict[str, LinkCounters] = {}
        for vpc_id, plan in self._plans.items():
            owners = counted_links(plan)
            if owners:
                found.update(read_link_counters(self._folder.path(vpc_id, ROUTER), owners))
        return found

    def read_connections(self) -> Mapping[str, Connections]:
        read = {vpc_id: read_connections(self._folder.path(vpc_id, ROUTER)) for vpc_id in self._plans}
        return {vpc_id: found for vpc_id, found in read.items() if found is not None}

    def close(self) -> None:
        """Looks after nothing any more; what is there stays."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._uplink.close()
        self._watched.close()

    def remove_all(self) -> None:
        self.close()
        self._instances.remove_all()
        try:
            self._uplink.remove()
        finally:
            # Nobody is left in them, so that all in them goes with their names.
            self._folder.remove_all()
        self._standings.clear()
        self._plans.clear()
        self._places.clear()
        self._found.clear()

    def _lay_out(self, plan: Plan) -> Layout:
        book = self._books.pop(plan.vpc_id, None) or PortBook()
        layout = lay_out(plan, book)
        self._books[plan.vpc_id] = book
        return layout

    def _apply_layout(self, owner: str, want: Layout) -> Applier:
        """A standing that is not exactly what the kernel holds is not kept: the next apply reads the kernel. That is
        at once where somebody has removed a namespace in the middle of this one: no resource is to blame for it."""
        applier = self._apply_once(owner, want)
        if applier.failures and not want.namespaces.keys() <= self._folder.names(owner):
            applier = self._apply_once(owner, want)
        return applier

    def _apply_once(self, owner: str, want: Layout) -> Applier:
        self._drifted.discard(owner)
        have = self._standings.pop(owner, None)
        if have is None:
            self._restore_names(owner, want.namespaces)
            self._follow_all(owner)
            have = self._observe(owner, want)
        applier = Applier(self._folder, owner, have, want, lambda made: self._follow(owner, made, is_new=True))
        standing = applier.run()
        if not applier.failures:
            self._standings[owner] = standing
        return applier

    def _unsettle(self, made: Mapping[str, str]) -> frozenset[str]:
        """Of the VPCs, by device, to which pairs of links have just been made, those that had their end before."""
        found = {
            vpc_id
            for device, vpc_id in made.items()
            if vpc_id in self._standings and (ROUTER, device) in self._standings[vpc_id].indexes
        }
        for vpc_id in found:
            del self._standings[vpc_id]
        return frozenset(found)

    def _observe(self, owner: str, want: Layout) -> Standing:
        declarations = {namespace: ruleset.sets for namespace, ruleset in want.rulesets.items()}
        observation: Observation
        if owner == INTERNET:
            observation = observe_internet(self._folder, declarations)
        else:
            internet = self._internet_found if owner in self._unread else None
            self._unread.discard(owner)
            if internet is None and not self._folder.names(owner):
                internet = Reading(INTERNET)  # of a VPC without a router nothing can be there
            observation = observe_vpc(self._folder, owner, declarations, internet)
        return Standing(observation.layout, observation.indexes)

    def _follow_all(self, owner: str) -> None:
        for namespace in self._folder.names(owner):
            self._follow(owner, namespace, is_new=False)

    def _follow(self, owner: str, namespace: str, *, is_new: bool) -> None:
        if self._watch is None:
            return
        try:
            self._watch.follow(owner, namespace, self._folder.path(owner, namespace), is_new=is_new)
        except OSError as failure:
            log.warning("changes by others in %s of %s will not be noticed: %s", namespace, owner, failure)

    def _find_places(self, plan: Plan, applied: Applier) -> tuple[Place, ...]:
        """The VPC's own, and those of the endpoints that could be made; each the former one where nothing of it has
        changed."""
        shared, indexes = endpoints_device(plan.vpc_id), applied.indexes
        former = {place.owner_id: place for place in self._places.get(plan.vpc_id, ())}
        router = self._place(plan.vpc_id, self._folder.path(plan.vpc_id, ROUTER))
        endpoints = self._place("", self._folder.path(plan.vpc_id, ENDPOINTS))
        devices = {each.vpc_endpoint_id: endpoint_device(each.vpc_endpoint_id) for each in plan.gateway_endpoints}
        devices.update((port.owner_id, shared) for port in plan.endpoint_ports)
        found = [router]
        for owner, device in devices.items():
            if owner not in applied.failures:
                index = indexes.get((ENDPOINTS, device), 0)
                place, known = Place(owner, endpoints.namespace, device, endpoints.inode, index), former.get(owner)
                found.append(place if known is None or known != place else known)
        return tuple(found)

    @staticmethod
    def _place(owner: str, namespace: Path, device: str | None = None, device_index: int = 0) -> Place:
        inode = namespace.stat().st_ino if namespace.exists() else 0
        return Place(owner, str(namespace), device, inode, device_index)

    def _forget(self, vpc_id: str) -> None:
        self._standings.pop(vpc_id, None)
        self._plans.pop(vpc_id, None)
        self._books.pop(vpc_id, None)
        self._places.pop(vpc_id, None)
        self._drifted.discard(vpc_id)
        self._unread.discard(vpc_id)
        if self._watch is not None:
            self._watch.forget(vpc_id, self._folder.path(vpc_id, ROUTER).parent)
        self._network_failures.pop(vpc_id, None)
