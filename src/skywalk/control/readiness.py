"""Whether the region is ready: the machine obeys the store, and every process is connected and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skywalk.reconcile.loop import Reconciler
from skywalk.supervision.child import Child

_NAMED_AT_MOST = 20


class Readiness:
    """`is_ending` says that the region is being taken down."""

    def __init__(self, reconciler: Reconciler, children: Sequence[Child], is_ending: Callable[[], bool]) -> None:
        self._reconciler = reconciler
        self._children = children
        self._is_ending = is_ending

    def reasons(self) -> list[str]:
        """Why it is not ready, in words; empty where it is."""
        found = ["the region is being taken down"] if self._is_ending() else []
        found += [f"{child.name} is not connected" for child in self._children if not child.connected]
        found += [f"{child.name} does not answer" for child in self._children if child.connected and not child.answers]
        failures = self._reconciler.failures
        found += [f"{subject} is not as it should be: {text}" for subject, text in sorted(failures.items())]
        behind = sorted(self._reconciler.behind - failures.keys())
        found += [f"{subject} is behind its newest change" for subject in behind[:_NAMED_AT_MOST]]
        if len(behind) > _NAMED_AT_MOST:
            found.append(f"and {len(behind) - _NAMED_AT_MOST} more are behind")
        return found
