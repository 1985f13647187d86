"""A VPC's name view as rows of the feed: the view without its zones, each zone, each record.

A zone has up to 10,000 records, of which a change touches one. Records that stay are the same objects in view after
view and are known by that; so are their rows.
"""

from __future__ import annotations

from dataclasses import replace

from skywalk.feed.rows import Row
from skywalk.plan.name_views import NameView, PrivateZone, ViewRecord, ViewZone, ZoneRecord
from skywalk.reconcile.row_parts import Parts
from skywalk.values.changed_part import changed_part


class NameRows:
    """Of one VPC."""

    def __init__(self) -> None:
        self._zones: dict[str, _ZoneRows] = {}

    def parts_of(self, view: NameView) -> Parts:
        """The view's own, and each zone's by its name."""
        former = self._zones
        self._zones = {zone.name: former.get(zone.name) or _ZoneRows() for zone in view.zones}
        zones = {f"zone {zone.name}": self._zones[zone.name].take(view.vpc_id, zone) for zone in view.zones}
        return {"names": (replace(view, zones=()),), **zones}

    def rows_of(self, view: NameView) -> list[Row]:
        return [row for rows in self.parts_of(view).values() for row in rows]


class _ZoneRows:
    """Of one zone; its own row is the first."""

    def __init__(self) -> None:
        self._zone: PrivateZone | None = None
        self._records: tuple[ZoneRecord, ...] = ()
        self._rows: tuple[ViewRecord, ...] = ()
        """In the order of the records."""
        self._all: tuple[Row, ...] = ()

    def take(self, vpc_id: str, zone: PrivateZone) -> tuple[Row, ...]:
        if zone is self._zone:
            return self._all
        start, former_stop, now_stop = changed_part(self._records, zone.records)
        known = dict(zip(map(id, self._records[start:former_stop]), self._rows[start:former_stop], strict=True))
        new = (known.get(id(one)) or _row(vpc_id, zone.name, one) for one in zone.records[start:now_stop])
        self._rows = (*self._rows[:start], *new, *self._rows[former_stop:])
        self._zone, self._records = zone, zone.records
        self._all = (ViewZone(vpc_id, zone.name, zone.for_instances), *self._rows)
        return self._all


def _row(vpc_id: str, zone: str, record: ZoneRecord) -> ViewRecord:
    return ViewRecord(vpc_id, zone, record.name, record.type, record.ttl_seconds, record.values, record.alias)
