"""Views: what functions make of resources, kept for as long as everything that they have looked at is as it was.

A function of a view sees the store through a Sight, which notes what it is given; the view is shown again while the
very same objects are there. So a view cannot depend on something that was forgotten to be named: what it does not see
through its Sight and its resource it must not use (who asks, the request). A view for which the clock was asked holds
for that moment alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_
from typing import Any, Protocol, TypeVar

from skywalk.resources.resource import Resource
from skywalk.resources.tables import Tables
from skywalk.values.clock import Clock
from skywalk.values.constant import constant
from skywalk.values.template import Filled

R = TypeVar("R", bound=Resource)
V = TypeVar("V")

MAX_KEPT = 16_384
"""At some 5 KB each. When there are as many, all are forgotten."""


class Reads(Protocol):
    """What may be looked up for a view, as `Tables` has it."""

    def get(self, kind: type[R], resource_id: str) -> R | None: ...

    def of_vpc(self, kind: type[R], vpc_id: str) -> list[R]: ...

    def referring(self, kind: type[R], reference: str) -> list[R]: ...


class Sight(Protocol):
    """What a view is made of besides its resource. Every open call is one, too."""

    @property
    def tx(self) -> Reads: ...

    @property
    def clock(self) -> Clock: ...


Show = Callable[[Sight, R], V]
"""Makes a view: a function of a module, not one of a request."""


class Views:
    """The views of one store's resources. Nobody may change one: it is shown again."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._kept: dict[Show[Any, Any], dict[str, _View]] = {}
        self._count = 0

    def show(self, make: Show[R, V], resources: Iterable[R], clock: Clock) -> list[V]:
        """Each of them as `make` shows it now, a dict as a Constant."""
        shown: list[V] = []
        kept = self._kept.setdefault(make, {})
        sight = _NotedSight(self._tables, clock)
        for resource in resources:
            view = kept.get(resource.id)
            if view is None or view.resource is not resource or not self._holds(view):
                view = self._look(kept, sight, make, resource)
            shown.append(view.shown)
        return shown

    def _holds(self, view: _View) -> bool:
        if view.held_at == self._tables.changes:
            return True
        get = self._tables.get
        for kind, resource_id, found in view.got:
            if get(kind, resource_id) is not found:
                return False
        for read, kind, name, listed in view.listed:
            now = read(kind, name)
            if len(now) != len(listed) or not all(map(is_, now, listed)):
                return False
        view.held_at = self._tables.changes
        return True

    def _look(self, kept: dict[str, _View], sight: _NotedSight, make: Show[R, V], resource: R) -> _View:
        reads = sight.tx
        got: list[_Got] = []
        listed: list[_Listed] = []
        reads.got, reads.listed, sight.lasts = got, listed, True
        shown: Any = make(sight, resource)
        if type(shown) is dict:
            shown = constant(shown)
        elif type(shown) is Filled:
            shown.written = {}
        view = _View(resource, shown, got, listed, self._tables.changes)
        if not sight.lasts:
            kept.pop(resource.id, None)
            return view
        if self._count >= MAX_KEPT:
            for others in self._kept.values():
                others.clear()
            self._count = 0
        self._count += resource.id not in kept
        kept[resource.id] = view
        return view


_Got = tuple[type[Resource], str, Resource | None]
_Listed = tuple[Callable[[type[Any], str], list[Any]], type[Resource], str, list[Any]]


class _View:
    """Something shown, with what it was made of, and the tables' number of changes at which that was so."""

    __slots__ = ("got", "held_at", "listed", "resource", "shown")

    def __init__(self, resource: Resource, shown: Any, got: list[_Got], listed: list[_Listed], held_at: int) -> None:
        self.resource = resource
        self.shown = shown
        self.got = got
        self.listed = listed
        self.held_at = held_at


class _NotedReads:
    """Notes what it hands out, for one view after the other."""

    __slots__ = ("_tables", "got", "listed")

    def __init__(self, tables: Reads) -> None:
        self._tables = tables
        self.got: list[_Got] = []
        self.listed: list[_Listed] = []

    def get(self, kind: type[R], resource_id: str) -> R | None:
        found = self._tables.get(kind, resource_id)
        self.got.append((kind, resource_id, found))
        return found

    def of_vpc(self, kind: type[R], vpc_id: str) -> list[R]:
        found = self._tables.of_vpc(kind, vpc_id)
        self.listed.append((self._tables.of_vpc, kind, vpc_id, found))
        return found

    def referring(self, kind: type[R], reference: str) -> list[R]:
        found = self._tables.referring(kind, reference)
        self.listed.append((self._tables.referring, kind, reference, found))
        return found


class _NotedSight:
    """A sight for one view after the other: it notes what they look at."""

    __slots__ = ("_clock", "lasts", "tx")

    def __init__(self, tables: Reads, clock: Clock) -> None:
        self._clock = clock
        self.tx = _NotedReads(tables)
        self.lasts = True

    @property
    def clock(self) -> Clock:
        self.lasts = False
        return self._clock
