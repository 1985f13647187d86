"""The Driver protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

# Small programs that enter and start guests know these words, and load no plan.
if TYPE_CHECKING:
    from skywalk.plan.places import Place
    from skywalk.plan.plan import InternetPlan, Plan


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What an apply could not do: the id of the resource and the step that failed, in words. Empty means that the
    kernel now equals the plan.

    `waits_for` are the VPCs whose routers are not there yet, so that peerings with them failed: once they are applied,
    this apply is worth another try. `unsettles` are VPCs applied before whose end of a peering has been made anew: they
    are to be applied again.
    """

    failures: Mapping[str, str] = field(default_factory=dict)
    waits_for: frozenset[str] = frozenset()
    unsettles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """Packets and bytes of one owner's link: `received` is what came out of the VPC into it."""

    received_packets: int
    received_bytes: int
    sent_packets: int
    sent_bytes: int


@dataclass(frozen=True, slots=True)
class Connections:
    """How many connections a VPC's router tracks, and how many it may: new ones are dropped beyond that."""

    tracked: int
    limit: int


@dataclass(frozen=True, slots=True)
class GuestEntrance:
    """How to get into a running instance: its init's process id and the folder of its root file system."""

    instance_id: str
    init_pid: int
    root: str
    namespace: str


class GuestEnd(Enum):
    """How a guest has ended that nobody here has ended: by its own wish, or against it."""

    SHUTDOWN = "shutdown"
    REBOOT = "reboot"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Findings:
    """What has happened on the machine that this process did not do. `drifted` are the ids of VPCs (or `internet`)
    that are to be applied again, which mends them; `ended` are instances by id."""

    drifted: frozenset[str] = frozenset()
    ended: Mapping[str, GuestEnd] = field(default_factory=dict)


class Driver(Protocol):
    """Calls come from one thread at a time; none awaits. Every call is idempotent."""

    def observe(self) -> frozenset[str]:
        """Take over what an earlier daemon left; answers the ids of the VPCs whose routers are there. What no later
        `apply` wants is removed by `remove_unwanted`."""
        ...

    def running_guests(self, vpc_id: str) -> frozenset[str]:
        """The instances of a VPC that run, as far as was last looked."""
        ...

    @property
    def watched(self) -> int | None:
        """A file descriptor that is readable when there may be something to find, once `observe` was called; None
        where nothing is noticed. To be asked from any thread."""
        ...

    def look(self) -> Findings:
        """What has happened since the last call. Afterwards `watched` is readable for what is new alone."""
        ...

    def apply_internet(self, plan: InternetPlan) -> ApplyReport: ...

    def apply(self, plan: Plan) -> ApplyReport:
        """Makes the network of a VPC match its plan, and ends the guests that it has no more."""
        ...

    def run_guests(self, plan: Plan) -> ApplyReport:
        """Starts the plan's guests that do not run yet, in the network that `apply` made. Apart from it, so that
        resolver and metadata can answer by then."""
        ...

    def forget_guest(self, instance_id: str) -> None:
        """Deletes the files of a guest that never comes back."""
        ...

    def restart_guest(self, instance_id: str) -> None:
        """Ends all processes of a running guest and starts its init again, in the same network, with the files as they
        are; nothing if it does not run. Raises OSError; a guest that could not be started is by `run_guests`."""
        ...

    def console_output(self, instance_id: str) -> bytes:
        """The last 64 KiB of what a guest's init and user data have said, over all its starts; empty for one that has
        said nothing or was never started. It stays until the guest is forgotten."""
        ...

    def remove(self, vpc_id: str) -> None:
        """Takes a VPC and everything in it off the machine."""
        ...

    def remove_unwanted(self) -> None:
        """Removes what was observed and never applied since."""
        ...

    def places(self, vpc_id: str) -> tuple[Place, ...]:
        """The VPC's own place and one for each of its endpoints, after an apply."""
        ...

    def internet_place(self) -> Place: ...

    def entrance(self, instance_id: str) -> GuestEntrance | None: ...

    def read_counters(self) -> Mapping[str, LinkCounters]:
        """By owner: endpoint ids, and internet gateways' VPC ids."""
        ...

    def read_connections(self) -> Mapping[str, Connections]:
        """By VPC id, of those that have been applied."""
        ...

    def remove_all(self) -> None: ...
