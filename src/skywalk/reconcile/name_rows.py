"""A VPC's name view as rows of the feed: the view without its zones, each zone, each record.

A zone has up to 10,000 records, of which a change touches one. Records that stay are the same objects in view after
view and are known by that; so are their rows.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from skywalk.feed.rows import Row
from skywalk.plan.name_views import NameView, PrivateZone, ViewRecord, ViewZone, ZoneRecord


class NameRows:
    """Of one VPC."""

    def __init__(self) -> None:
        self._zones: dict[str, _ZoneRows] = {}

    def rows_of(self, view: NameView) -> list[Row]:
        former = self._zones
        self._zones = {zone.name: former.get(zone.name) or _ZoneRows() for zone in view.zones}
        for zone in view.zones:
            self._zones[zone.name].take(view.vpc_id, zone)
        return [replace(view, zones=()), *chain.from_iterable(one.rows for one in self._zones.values())]


class _ZoneRows:
    """Of one zone; its own row is the first."""

    def __init__(self) -> None:
        self._zone: PrivateZone | None = None
        self._records: dict[int, tuple[ZoneRecord, ViewRecord]] = {}
        """By identity of the records, which are kept for as long."""
        self.rows: tuple[Row, ...] = ()

    def take(self, vpc_id: str, zone: PrivateZone) -> None:
        if zone is self._zone:
            return
        now = dict(zip(map(id, zone.records), zone.records, strict=True))
        for identity in self._records.keys() - now.keys():
            del self._records[identity]
        for identity in now.keys() - self._records.keys():
            self._records[identity] = now[identity], _row(vpc_id, zone.name, now[identity])
        self._zone = zone
        own = ViewZone(vpc_id, zone.name, zone.for_instances)
        self.rows = (own, *(row for _, row in self._records.values()))


def _row(vpc_id: str, zone: str, record: ZoneRecord) -> ViewRecord:
    return ViewRecord(vpc_id, zone, record.name, record.type, record.ttl_seconds, record.values, record.alias)
