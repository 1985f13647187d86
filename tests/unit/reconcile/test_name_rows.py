"""A name view as rows: of a change there is what has changed alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from skywalk.feed.rows import Row, RowId, row_id
from skywalk.plan.name_views import PrivateZone, ViewRecord, ViewZone
from skywalk.reconcile.name_rows import NameRows
from support.name_views import name_view, private_zone

CORP = private_zone("corp.internal", "a.corp.internal 60 A 10.0.0.1", "b.corp.internal 60 ALIAS A a.corp.internal")
SQS = private_zone("sqs.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com 60 A 10.0.1.7", for_instances=False)


def by_id(rows: Iterable[Row]) -> dict[RowId, Row]:
    rows = list(rows)
    found = {row_id(row): row for row in rows}
    assert len(found) == len(rows)
    return found


def with_record(zone: PrivateZone, text: str) -> PrivateZone:
    """The zone with a record in place of the one of that name."""
    (record,) = private_zone(zone.name, text).records
    return replace(zone, records=tuple(record if one.key == record.key else one for one in zone.records))


def test_the_view_its_zones_and_their_records() -> None:
    view = name_view({"ip-10-0-0-5.ec2.internal": ("10.0.0.5",)}, zones=(CORP, SQS))
    head, *rest = NameRows().rows_of(view)
    assert head == replace(view, zones=())
    assert rest == [
        ViewZone("vpc-0a", "corp.internal", True),
        ViewRecord("vpc-0a", "corp.internal", "a.corp.internal", "A", 60, ("10.0.0.1",), None),
        ViewRecord("vpc-0a", "corp.internal", "b.corp.internal", "A", 60, (), "a.corp.internal"),
        ViewZone("vpc-0a", "sqs.us-east-1.amazonaws.com", False),
        ViewRecord(
            "vpc-0a", "sqs.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com", "A", 60, ("10.0.1.7",), None
        ),
    ]


def test_what_stays_are_the_same_rows() -> None:
    names = NameRows()
    before = by_id(names.rows_of(name_view({}, zones=(CORP, SQS))))
    changed = with_record(CORP, "a.corp.internal 60 A 10.0.0.2")
    after = by_id(names.rows_of(name_view({}, zones=(changed, SQS))))
    record = "ViewRecord", "vpc-0a corp.internal a.corp.internal A"
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] != before[key]} == {record}
    same = {key for key in after if after[key] is before[key]}
    assert len(same) == 3, "the other records, and the other zone"


def test_a_zone_that_goes_takes_its_rows_along() -> None:
    names = NameRows()
    names.rows_of(name_view({}, zones=(CORP, SQS)))
    assert by_id(names.rows_of(name_view({}, zones=(SQS,)))) == by_id(NameRows().rows_of(name_view({}, zones=(SQS,))))
    assert by_id(names.rows_of(name_view({}, zones=(CORP,)))) == by_id(NameRows().rows_of(name_view({}, zones=(CORP,))))
