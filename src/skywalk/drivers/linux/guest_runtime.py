"""What the network driver asks of whatever runs instances: root file systems and processes are not its matter."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from skywalk.drivers.driver import GuestEnd, GuestEntrance
from skywalk.plan.guests import Guest


class GuestRuntime(Protocol):
    """Runs instances inside network namespaces that the driver has made. A call that cannot do its work raises
    OSError; the driver reports it under the instance's id and calls again at the next apply."""

    def start(self, guest: Guest, namespace: Path) -> None:
        """Starts an instance inside the network namespace at `namespace`, whose links are up."""
        ...

    def update(self, guest: Guest) -> None:
        """Tells a running instance's row, new or changed (after a restart of the daemon: all of them)."""
        ...

    def stop(self, instance_id: str) -> None:
        """Ends an instance and everything it started; nothing if it does not run."""
        ...

    def forget(self, instance_id: str) -> None:
        """Deletes the files of an instance that never comes back."""
        ...

    def console_output(self, instance_id: str) -> bytes:
        """The end of what an instance's init and user data have said, over all its starts."""
        ...

    def observe(self) -> frozenset[str]:
        """The ids of the instances that run, those of an earlier daemon among them."""
        ...

    @property
    def watched(self) -> int:
        """A descriptor that is readable when an instance has ended that was not asked to."""
        ...

    def take_ended(self) -> dict[str, GuestEnd]:
        """Those that have since the last call, the ones that `observe` found so among them, by id."""
        ...

    def entrance(self, instance_id: str) -> GuestEntrance | None: ...

    def remove_all(self) -> None: ...
