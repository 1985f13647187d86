"""Private zones as the chain looks names up in them. Source: RFC 1034 §4.3.2, RFC 4592 (wildcards)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address

from skywalk.dns.message import AAAA, CNAME, NOERROR, NXDOMAIN, SOA, A, Answer, Record, soa_record
from skywalk.plan.name_views import PrivateZone, ZoneRecord
from skywalk.values.addresses import Address
from skywalk.values.dns_names import lies_in, parent_name
from skywalk.values.record_data import NAME_TYPES, RECORD_TYPES, read_name_value, record_data

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
    """One zone; `sets_of` follows the rules of wildcards. Values are read when they are first asked for: a zone may
    have thousands, and is made anew with each change."""

    __slots__ = ("_exists", "_negative", "_records", "_sets", "name")

    def __init__(self, zone: PrivateZone) -> None:
        self.name = zone.name
        self._records: dict[str, list[ZoneRecord]] = {}
        for record in zone.records:
            self._records.setdefault(record.name, []).append(record)
        self._sets: dict[str, Mapping[int, RecordSet]] = {}
        self._exists = frozenset(_branches(self._records, zone.name))
        self._negative = _negative(zone)

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
            numbered = ((RECORD_TYPES[record.type], record) for record in self._records[name])
            found = self._sets[name] = {number: _record_set(record, number) for number, record in numbered}
        return found

    def empty(self) -> Answer:
        """The name is there, records of the asked type are not."""
        return Answer(NOERROR, authority=(self._negative,))

    def no_such_name(self) -> Answer:
        return Answer(NXDOMAIN, authority=(self._negative,))


class Zones:
    """The zones that one resolver answers from."""

    __slots__ = ("_zones",)

    def __init__(self, zones: Iterable[PrivateZone]) -> None:
        self._zones = {zone.name: Zone(zone) for zone in zones}

    def find(self, name: str) -> Zone | None:
        """The most specific zone that a name lies in."""
        if not self._zones:
            return None
        while name not in self._zones and name:
            name = parent_name(name)
        return self._zones.get(name)


_NO_SETS: Mapping[int, RecordSet] = {}


def _record_set(record: ZoneRecord, number: int) -> RecordSet:
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


def _branches(names: Iterable[str], zone: str) -> Iterable[str]:
    """All names that exist: those with records, and what is between them and the zone's."""
    for with_records in names:
        name = with_records
        while name != zone and lies_in(name, zone):
            yield name
            name = parent_name(name)


def _negative(zone: PrivateZone) -> Record:
    """The SOA of empty answers: the zone's own, or that of Amazon's zones. Source: RFC 2308 §3."""
    for record in zone.records:
        if record.type == "SOA" and record.name == zone.name:
            data = record_data("SOA", record.values[0])
            minimum = int.from_bytes(data[-_MINIMUM_BYTES:], "big")
            return Record(zone.name, SOA, min(record.ttl_seconds, minimum), data)
    return soa_record(zone.name)


def chased(sets: Mapping[int, RecordSet], type_: int) -> RecordSet | None:
    """The record set that answers for a type: its own, or the name's CNAME."""
    return sets.get(type_) or sets.get(CNAME)


def renamed(records: Iterable[Record], name: str, type_: int) -> tuple[Record, ...]:
    """Records of a type as those of another name: what an alias answers with."""
    return tuple(replace(record, name=name) for record in records if record.type == type_)
