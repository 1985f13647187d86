"""Pass: the private zones that the VPC sees. Route 53 needs both DNS attributes of the VPC for them.

Source: Route 53 Developer Guide, "Considerations when working with a private hosted zone".
"""

from __future__ import annotations

from skywalk.compile.sorted_rows import SortedRows
from skywalk.plan.name_views import PrivateZone, ZoneRecord
from skywalk.plan.origin import Origin
from skywalk.resources.hosted_zone import HostedZone, RecordSet
from skywalk.resources.snapshot import Snapshot
from skywalk.values.changed_part import exchanged


class ZonesMemory:
    """The zones of a VPC, each made when its records have changed, of which only those are read that have."""

    def __init__(self) -> None:
        self._zones: dict[str, _ZoneMemory] = {}

    def zones_of(self, snapshot: Snapshot) -> tuple[PrivateZone, ...]:
        """By name."""
        if not (snapshot.vpc.enable_dns_support and snapshot.vpc.enable_dns_hostnames):
            self._zones = {}
            return ()
        former = self._zones
        self._zones = {zone.id: former.get(zone.id) or _ZoneMemory(zone) for zone in snapshot.hosted_zones.values()}
        zones = [memory.zone_of(snapshot.record_sets[zone_id]) for zone_id, memory in self._zones.items()]
        return tuple(sorted(zones, key=lambda zone: zone.key))


class _ZoneMemory:
    """One zone's rows; its id and name never change."""

    def __init__(self, zone: HostedZone) -> None:
        self._origin = Origin(zone.id, "private hosted zone")
        self._name = zone.name
        self._records: tuple[RecordSet, ...] = ()
        self._made: dict[str, ZoneRecord] = {}
        self._rows: SortedRows[ZoneRecord] = SortedRows()
        self._zone = PrivateZone(zone.name, (), True, self._origin)

    def zone_of(self, records: tuple[RecordSet, ...]) -> PrivateZone:
        leaving, entering = exchanged(self._records, records)
        gone = [self._made.pop(record.id) for record in leaving]
        made = {record.id: self._row(record) for record in entering}
        self._records = records
        if gone or made:
            self._made |= made
            self._rows.exchange(gone, list(made.values()))
            self._zone = PrivateZone(self._name, self._rows.rows, True, self._origin)
        return self._zone

    def _row(self, record: RecordSet) -> ZoneRecord:
        return ZoneRecord(
            name=record.name,
            type=record.type,
            ttl_seconds=record.ttl_seconds,
            values=record.values,
            alias=record.alias.name if record.alias is not None else None,
            origin=self._origin,
        )
