"""Tables: resources in memory, with every index that reading them needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from skywalk.resources.resource import Resource
from skywalk.values.scope import Scope

R = TypeVar("R", bound=Resource)

_Entry = dict[str, Resource]
_Key = tuple[object, ...]


class Tables:
    """An index entry is a dict by id, kept in the order of creation: answers and their pages have that order, before
    and after a restart. Its key says what its resources have in common: type, owner, VPC, what they refer to."""

    def __init__(self) -> None:
        self._by_id: dict[str, Resource] = {}
        self._places: dict[str, int] = {}
        """Each resource's place in the order of creation: a number that grows."""
        self._next_place = 0
        self.changes = 0
        """A number that grows with every change, and with what undoes it."""
        self._entries: dict[_Key, _Entry] = {}

    def get(self, kind: type[R], resource_id: str) -> R | None:
        """The resource of this id, whoever owns it; None if there is none of this type."""
        found = self._by_id.get(resource_id)
        return found if isinstance(found, kind) else None

    def owned(self, kind: type[R], scope: Scope, resource_id: str) -> R | None:
        """The resource of this id if `scope` owns it."""
        found = self.get(kind, resource_id)
        return found if found is not None and found.scope == scope else None

    def of_owner(self, kind: type[R], scope: Scope) -> list[R]:
        """All of one owner's, oldest first."""
        return self._found(kind, (kind, scope))

    def of_vpc(self, kind: type[R], vpc_id: str) -> list[R]:
        """All of one VPC's shard, oldest first."""
        return self._found(kind, (kind, "vpc", vpc_id))

    def of_type(self, kind: type[R]) -> list[R]:
        return self._found(kind, (kind,))

    def referring(self, kind: type[R], reference: str) -> list[R]:
        """All whose `references` name this, oldest first."""
        return self._found(kind, (kind, "reference", reference))

    def oldest_first(self, resources: Iterable[R]) -> list[R]:
        """Resources that are there, each once, in the order of creation."""
        distinct = {resource.id: resource for resource in resources}
        return sorted(distinct.values(), key=lambda resource: self._places[resource.id])

    def holds(self, resource_id: str) -> bool:
        return resource_id in self._by_id

    def _found(self, kind: type[R], key: _Key) -> list[R]:
        del kind  # the entries of a type's keys hold that type alone
        found: Any = self._entries.get(key)
        return list(found.values()) if found else []

    def _insert(self, resource: Resource, place: int | None = None) -> None:
        """Puts a resource in place. A replaced one keeps its place in the order; `place` is for one that comes back."""
        self.changes += 1
        former = self._by_id.get(resource.id)
        keys = _keys(resource)
        if former is not None:
            self._unindex(former, _keys(former) - keys)
        elif place is None:
            place = self._next_place
        if place is not None:
            self._places[resource.id] = place
            self._next_place = max(self._next_place, place + 1)
        self._by_id[resource.id] = resource
        for key in keys:
            self._index(self._entries.setdefault(key, {}), resource)

    def _index(self, entry: _Entry, resource: Resource) -> None:
        comes_last = resource.id in entry or not entry or self._is_younger(resource.id, next(reversed(entry)))
        entry[resource.id] = resource
        if not comes_last:
            in_order = sorted(entry.items(), key=lambda item: self._places[item[0]])
            entry.clear()
            entry.update(in_order)

    def _is_younger(self, resource_id: str, other_id: str) -> bool:
        return self._places[resource_id] > self._places[other_id]

    def _delete(self, resource_id: str) -> None:
        resource = self._by_id.pop(resource_id, None)
        if resource is not None:
            self.changes += 1
            del self._places[resource_id]
            self._unindex(resource, _keys(resource))

    def _unindex(self, resource: Resource, keys: set[_Key]) -> None:
        for key in keys:
            entry = self._entries[key]
            del entry[resource.id]
            if not entry:
                del self._entries[key]


def _keys(resource: Resource) -> set[_Key]:
    kind = type(resource)
    keys: set[_Key] = {(kind,), (kind, resource.scope)}
    if resource.shard is not None:
        keys.add((kind, "vpc", resource.shard))
    keys.update((kind, "reference", reference) for reference in resource.references)
    return keys
