"""Whether the region is ready: the machine obeys the store, which can write, and every process answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.troubles import listed
from skywalk.supervision.child import Child
from skywalk.supervision.pulse import Pulse

_NAMED_AT_MOST = 20


class Readiness:
    """`is_ending` says that the region is being taken down; `backends` are the pulses of those processes, and
    `troubles` tells of the daemon's own, by subject."""

    def __init__(
        self,
        reconciler: Reconciler,
        children: Sequence[Child],
        is_ending: Callable[[], bool],
        backends: Sequence[Pulse] = (),
        troubles: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._reconciler = reconciler
        self._children = children
        self._is_ending = is_ending
        self.troubles = troubles
        self.pulses = (*(child.pulse for child in children), *backends)

    @property
    def silent(self) -> list[str]:
        """The processes that run and do not answer."""
        gone = {child.name for child in self._children if not child.connected}
        return [pulse.name for pulse in self.pulses if not pulse.answers and pulse.name not in gone]

    def reasons(self) -> list[str]:
        """Why it is not ready, in words; empty where it is."""
        found = ["the region is being taken down"] if self._is_ending() else []
        found += [f"{child.name} is not connected" for child in self._children if not child.connected]
        found += [f"{name} does not answer" for name in self.silent]
        found += self.troubles().values()
        failing = self._reconciler.failing
        for subject, reasons in sorted(failing.items()):
            found += [f"{subject} is not as it should be: {reason}" for reason in listed(reasons)]
        behind = sorted(self._reconciler.behind - failing.keys())
        found += [f"{subject} is behind its newest change" for subject in behind[:_NAMED_AT_MOST]]
        if len(behind) > _NAMED_AT_MOST:
            found.append(f"and {len(behind) - _NAMED_AT_MOST} more are behind")
        return found
