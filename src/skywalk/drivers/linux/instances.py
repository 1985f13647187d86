"""Which instances run, and which should: the driver's side of the guest runtime."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from skywalk.drivers.driver import GuestEnd, GuestEntrance
from skywalk.drivers.linux.guest_runtime import GuestRuntime
from skywalk.drivers.linux.netns import NamespaceFolder
from skywalk.plan.guests import Guest
from skywalk.plan.plan import Plan


class Instances:
    """Remembers each VPC's running instances with the row that the runtime was last told; None after a restart."""

    def __init__(self, guests: GuestRuntime) -> None:
        self._guests = guests
        self._running: dict[str, dict[str, Guest | None]] = {}
        self._strays: set[str] = set()

    def observe(self, namespaces: Mapping[str, Collection[str]]) -> None:
        """Takes over what runs; `namespaces` are the names found of each VPC, those of its instances among them."""
        running = self._guests.observe()
        self._running = {
            vpc_id: dict.fromkeys(sorted(running & frozenset(names))) for vpc_id, names in namespaces.items()
        }
        self._strays = set(running - {each for names in namespaces.values() for each in names})

    @property
    def strays(self) -> frozenset[str]:
        """Those that run in a namespace without a name."""
        return frozenset(self._strays)

    def running(self, vpc_id: str) -> frozenset[str]:
        """Those of a VPC that run, as far as is known."""
        return frozenset(self._running.get(vpc_id, {}))

    def stop_unwanted(self, vpc_id: str, guests: Iterable[Guest]) -> dict[str, str]:
        """Failures by instance id; an instance that could not be stopped is tried again at the next apply."""
        wanted = {guest.instance_id for guest in guests}
        return self._stop(vpc_id, [each for each in self._running.get(vpc_id, {}) if each not in wanted])

    def stop_all(self, vpc_id: str) -> None:
        """Raises OSError for the first instance that cannot be stopped."""
        for instance_id in list(self._running.get(vpc_id, {})):
            self._guests.stop(instance_id)
            del self._running[vpc_id][instance_id]
        self._running.pop(vpc_id, None)

    def stop_strays(self) -> None:
        """Those whose network namespace is gone."""
        for instance_id in sorted(self._strays):
            self._guests.stop(instance_id)
        self._strays.clear()

    def stop_cut_off(self, vpc_id: str, created: Collection[str]) -> dict[str, str]:
        """Namespaces of a VPC that were just made: an instance that ran in the former one of that name is without
        network and is started anew. Failures by instance id."""
        failures = self._stop(vpc_id, sorted(self._running.get(vpc_id, {}).keys() & set(created)))
        for instance_id in sorted(self._strays & set(created)):
            try:
                self._guests.stop(instance_id)
            except OSError as failure:
                failures[instance_id] = f"stop of guest: {failure}"
            else:
                self._strays.discard(instance_id)
        return failures

    def run(self, plan: Plan, folder: NamespaceFolder, failed: Collection[str]) -> dict[str, str]:
        """Starts and updates instances, but those without their network; failures by instance id."""
        cut_off = {port.host_id for port in plan.ports if port.network_interface_id in failed}
        running = self._running.setdefault(plan.vpc_id, {})
        failures: dict[str, str] = {}
        for guest in plan.guests:
            if plan.vpc_id in failed or guest.instance_id in failed or guest.instance_id in cut_off:
                continue
            try:
                if guest.instance_id not in running:
                    self._guests.start(guest, folder.path(plan.vpc_id, guest.instance_id))
                elif running[guest.instance_id] != guest:
                    self._guests.update(guest)
            except OSError as failure:
                # One whose namespace somebody has removed is not to blame: it is tried again when that is mended.
                is_there = folder.holds(plan.vpc_id, guest.instance_id)
                failures[guest.instance_id if is_there else plan.vpc_id] = f"guest: {failure}"
                continue
            running[guest.instance_id] = guest
        return failures

    def restart(self, guest: Guest, vpc_id: str, folder: NamespaceFolder) -> None:
        """Ends a running instance and starts it again where it was. Raises OSError; one that could not be started is
        started by the next `run`."""
        if guest.instance_id not in self._running.get(vpc_id, {}):
            return
        self._guests.stop(guest.instance_id)
        del self._running[vpc_id][guest.instance_id]
        self._guests.start(guest, folder.path(vpc_id, guest.instance_id))
        self._running[vpc_id][guest.instance_id] = guest

    @property
    def watched(self) -> int:
        return self._guests.watched

    def take_ended(self) -> dict[str, GuestEnd]:
        """Those that nobody here has ended; they run no more."""
        ended = self._guests.take_ended()
        for running in self._running.values():
            for instance_id in running.keys() & ended.keys():
                del running[instance_id]
        return ended

    def console_output(self, instance_id: str) -> bytes:
        return self._guests.console_output(instance_id)

    def forget(self, instance_id: str) -> None:
        self._guests.forget(instance_id)

    def entrance(self, instance_id: str) -> GuestEntrance | None:
        return self._guests.entrance(instance_id)

    def remove_all(self) -> None:
        self._guests.remove_all()
        self._running.clear()
        self._strays.clear()

    def _stop(self, vpc_id: str, instance_ids: Iterable[str]) -> dict[str, str]:
        failures: dict[str, str] = {}
        for instance_id in instance_ids:
            try:
                self._guests.stop(instance_id)
            except OSError as failure:
                failures[instance_id] = f"stop of guest: {failure}"
            else:
                del self._running[vpc_id][instance_id]
        return failures
