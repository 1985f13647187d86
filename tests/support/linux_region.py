"""A linux driver in a run folder of its own, with guests that are only remembered, taken away at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skywalk.drivers.driver import GuestEnd, GuestEntrance
from skywalk.drivers.linux.driver import LinuxDriver
from skywalk.plan.guests import Guest
from skywalk.plan.plan import Plan


class RememberedGuests:
    """A guest runtime without processes. `failing` instances cannot be started."""

    def __init__(self) -> None:
        self.running: dict[str, Guest] = {}
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self.watched = os.eventfd(0, os.EFD_CLOEXEC)

    def __del__(self) -> None:
        os.close(self.watched)

    def take_ended(self) -> dict[str, GuestEnd]:
        return {}

    def start(self, guest: Guest, namespace: Path) -> None:
        self.calls.append(f"start {guest.instance_id}")
        if guest.instance_id in self.failing:
            raise OSError(28, "no space left")
        assert namespace.name == guest.instance_id
        self.running[guest.instance_id] = guest

    def update(self, guest: Guest) -> None:
        self.calls.append(f"update {guest.instance_id}")
        self.running[guest.instance_id] = guest

    def stop(self, instance_id: str) -> None:
        self.calls.append(f"stop {instance_id}")
        self.running.pop(instance_id, None)

    def console_output(self, instance_id: str) -> bytes:
        return f"console of {instance_id}".encode()

    def forget(self, instance_id: str) -> None:
        self.calls.append(f"forget {instance_id}")

    def observe(self) -> frozenset[str]:
        return frozenset(self.running)

    def entrance(self, instance_id: str) -> GuestEntrance | None:
        """No process has the number 0, so that nobody can find a namespace by it."""
        return GuestEntrance(instance_id, 0, "/", "") if instance_id in self.running else None

    def remove_all(self) -> None:
        self.running.clear()


class LinuxRegion:
    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.guests = RememberedGuests()
        self.driver = LinuxDriver(run_dir, self.guests)

    def apply(self, plan: Plan) -> None:
        assert self.driver.apply(plan).failures == {}
        assert self.driver.run_guests(plan).failures == {}

    def restart(self) -> frozenset[str]:
        """A new daemon on the same machine."""
        self.driver.close()
        self.driver = LinuxDriver(self.run_dir, self.guests)
        return self.driver.observe()

    def path(self, vpc_id: str, name: str) -> Path:
        return self.run_dir / "netns" / vpc_id / name

    @property
    def internet(self) -> Path:
        return Path(self.driver.internet_place().namespace)


@contextmanager
def linux_region() -> Iterator[LinuxRegion]:
    run_dir = Path(tempfile.mkdtemp(prefix="skywalk-test-"))
    region = LinuxRegion(run_dir)
    try:
        yield region
    finally:
        region.driver.remove_all()
        shutil.rmtree(run_dir)
