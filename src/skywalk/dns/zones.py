"""Private zones as the chain looks names up in them. Source: RFC 1034 §4.3.2, RFC 4592 (wildcards)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from skywalk.dns.message import AAAA, CNAME, NOERROR, NXDOMAIN, SOA, A, Answer, Record, soa_record
from skywalk.plan.name_views import PrivateZone, ViewRecord, ZoneRecord
from skywalk.values.addresses import Address
from skywalk.values.dns_names import lies_in, parent_name
from skywalk.values.record_data import NAME_TYPES, RECORD_TYPES, read_name_value, record_data

AnyRecord = ZoneRecord | ViewRecord

_MINIMUM_BYTES = 4
"""The last field of a SOA record: for how long that something does not exist may be remembered."""


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The records of one name and type; with `alias` they are those of another name. `owner` is the name with `*.`
    where the set is a wildcard's."""

    owner: str
    type: int
    ttl_seconds: int
    data: tuple[Address | str | bytes, ...]
    alias: str | None

    def records(self, name: str) -> tuple[Record, ...]:
        return tuple(Record(name, self.type, self.ttl_seconds, one) for one in self.data)


class Zone:
    """One zone, whose records come and go; `sets_of` follows the rules of wildcards. Values are read when they are
    first asked for: a zone may have thousands."""

    __slots__ = ("_exists", "_negative", "_records", "_sets", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._records: dict[str, dict[str, AnyRecord]] = {}
        """By name and type."""
        self._sets: dict[str, Mapping[int, RecordSet]] = {}
        self._exists: dict[str, int] = {}
        """All names that exist, those with records and what is between them and the zone's; for how many of those."""
        self._negative: Record | None = None

    def put(self, record: AnyRecord) -> None:
        """In place of the one of that name and type, if there is one."""
        if record.name not in self._records:
            self._records[record.name] = {}
            for name in _branch(record.name, self.name):
                self._exists[name] = self._exists.get(name, 0) + 1
        self._records[record.name][record.type] = record
        self._forget(record.name)

    def remove(self, name: str, type_: str) -> None:
        records = self._records.get(name)
        if records is None or records.pop(type_, None) is None:
            return
        if not records:
            del self._records[name]
            for above in _branch(name, self.name):
                self._exists[above] -= 1
                if not self._exists[above]:
                    del self._exists[above]
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._sets.pop(name, None)
        if name == self.name:
            self._negative = None

    @property
    def is_empty(self) -> bool:
        return not self._records

    def has(self, name: str) -> bool:
        """Whether this very name exists, so that no wildcard covers it."""
        return name in self._exists or name == self.name

    def sets_of(self, name: str) -> Mapping[int, RecordSet] | None:
        """The record sets of a name, those of the wildcard that covers it where it has none; None for a name that
        does not exist, nothing for one that has only names below it."""
        if name in self._records:
            return self._own_sets(name)
        if name in self._exists or name == self.name:
            return _NO_SETS
        above = parent_name(name)
        while above not in self._exists and above != self.name:
            above = parent_name(above)
        wildcard = f"*.{above}"
        return self._own_sets(wildcard) if wildcard in self._records else None

    def _own_sets(self, name: str) -> Mapping[int, RecordSet]:
        found = self._sets.get(name)
        if found is None:
            numbered = ((RECORD_TYPES[type_], record) for type_, record in sorted(self._records[name].items()))
            found = self._sets[name] = {number: _record_set(record, number) for number, record in numbered}
        return found

    def empty(self) -> Answer:
        """The name is there, records of the asked type are not."""
        return Answer(NOERROR, authority=(self._soa(),))

    def no_such_name(self) -> Answer:
        return Answer(NXDOMAIN, authority=(self._soa(),))

    def _soa(self) -> Record:
        """That of empty answers: the zone's own, or that of Amazon's zones. Source: RFC 2308 §3."""
        if self._negative is None:
            own = self._records.get(self.name, {}).get("SOA")
            self._negative = soa_record(self.name) if own is None else _negative(self.name, own)
        return self._negative


class Zones:
    """The zones of a VPC, which come and go by themselves as their records do. Records may come before their zone."""

    def __init__(self, zones: Iterable[PrivateZone] = ()) -> None:
        self._zones: dict[str, Zone] = {}
        self._seen: dict[bool, dict[str, Zone]] = {False: {}, True: {}}
        """What instances see, and what is seen by way of inbound endpoints."""
        self.changes = 0
        """How often something has changed: answers made before are to be made anew."""
        for zone in zones:
            self.put(zone.name, for_instances=zone.for_instances)
            for record in zone.records:
                self.put_record(zone.name, record)

    def put(self, name: str, *, for_instances: bool) -> None:
        self.changes += 1
        zone = self._zone(name)
        self._seen[True][name] = zone
        if for_instances:
            self._seen[False][name] = zone
        else:
            self._seen[False].pop(name, None)

    def remove(self, name: str) -> None:
        self.changes += 1
        for seen in self._seen.values():
            seen.pop(name, None)
        self._drop_empty(name)

    def put_record(self, zone: str, record: AnyRecord) -> None:
        self.changes += 1
        self._zone(zone).put(record)

    def remove_record(self, zone: str, name: str, type_: str) -> None:
        self.changes += 1
        if zone in self._zones:
            self._zones[zone].remove(name, type_)
            self._drop_empty(zone)

    @property
    def is_empty(self) -> bool:
        return not self._zones

    def find(self, name: str, *, is_inbound: bool) -> Zone | None:
        """The most specific zone that a name lies in."""
        seen = self._seen[is_inbound]
        if not seen:
            return None
        while name not in seen and name:
            _, _, name = name.partition(".")
        return seen.get(name)

    def has(self, name: str) -> bool:
        """Whether there is a zone of this very name, seen or not."""
        return name in self._zones

    def _zone(self, name: str) -> Zone:
        found = self._zones.get(name)
        if found is None:
            found = self._zones[name] = Zone(name)
        return found

    def _drop_empty(self, name: str) -> None:
        zone = self._zones.get(name)
        if zone is not None and zone.is_empty and name not in self._seen[True]:
            del self._zones[name]


_NO_SETS: Mapping[int, RecordSet] = {}


def _record_set(record: AnyRecord, number: int) -> RecordSet:
    return RecordSet(
        owner=record.name,
        type=number,
        ttl_seconds=record.ttl_seconds,
        data=tuple(_datum(record.type, number, value) for value in record.values),
        alias=record.alias,
    )


def _datum(type_name: str, number: int, value: str) -> Address | str | bytes:
    if number in (A, AAAA):
        return ip_address(value)
    return read_name_value(value) if type_name in NAME_TYPES else record_data(type_name, value)


def _branch(name: str, zone: str) -> Iterator[str]:
    """A name of a zone and what is between it and the zone's."""
    while name != zone and lies_in(name, zone):
        yield name
        name = parent_name(name)


def _negative(zone: str, own: AnyRecord) -> Record:
    data = record_data("SOA", own.values[0])
    minimum = int.from_bytes(data[-_MINIMUM_BYTES:], "big")
    return Record(zone, SOA, min(own.ttl_seconds, minimum), data)


def chased(sets: Mapping[int, RecordSet], type_: int) -> RecordSet | None:
    """The record set that answers for a type: its own, or the name's CNAME."""
    return sets.get(type_) or sets.get(CNAME)


def renamed(records: Iterable[Record], name: str, type_: int) -> tuple[Record, ...]:
    """Records of a type as those of another name: what an alias answers with."""
    return tuple(replace(record, name=name) for record in records if record.type == type_)
