"""ChangeResourceRecordSets: a batch is made whole or not at all, and every mistake in it is told at once.

Source: Route 53 API Reference, ChangeResourceRecordSets; texts from answers quoted in public reports. Unconfirmed:
those for limits, for unknown alias targets and for types that are not carried.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from skywalk.actions.hosted_zones import MAX_RECORD_SETS, is_apex_record, own_zone, record_set_count
from skywalk.actions.new_record_sets import INVALID_CHANGE, change_name, invalid_change, wished_record_set
from skywalk.actions.zone_changes import submit_change
from skywalk.resources.hosted_zone import HostedZone, RecordSet, name_reference, record_set_id
from skywalk.values.dns_names import show_name
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53

MAX_VALUES, MAX_CHARACTERS = 1000, 32_000
"""Of one batch; an UPSERT counts twice. Source: Route 53 Developer Guide, "Quotas on API requests"."""


def change_resource_record_sets(
    call: Call, request: route53.ChangeResourceRecordSetsRequest
) -> route53.ChangeResourceRecordSetsResponse:
    """Raises NoSuchHostedZone, InvalidInput, InvalidChangeBatch."""
    zone, batch = own_zone(call, request["HostedZoneId"]), request["ChangeBatch"]
    _check_size(batch["Changes"])
    mistakes = _repeated(batch["Changes"])
    if not mistakes:
        mistakes = [text for change in batch["Changes"] if (text := _try(call, zone, change)) is not None]
    if not mistakes:
        mistakes = _lacking(call, zone)
    if mistakes:
        raise invalid_batch(mistakes)
    return {"ChangeInfo": submit_change(call, (vpc.vpc_id for vpc in zone.vpcs), batch.get("Comment", ""))}


def invalid_batch(mistakes: Sequence[str]) -> AwsError:
    return invalid_change(f"[{', '.join(mistakes)}]")


def _check_size(changes: Sequence[route53.Change]) -> None:
    values = characters = 0
    for change in changes:
        weight = 2 if change["Action"] == "UPSERT" else 1
        texts = [one["Value"] for one in change["ResourceRecordSet"].get("ResourceRecords", ())]
        values += weight * max(len(texts), 1)
        characters += weight * sum(map(len, texts))
    if values > MAX_VALUES:
        raise invalid_batch([f"Number of records limit of {MAX_VALUES} exceeded."])
    if characters > MAX_CHARACTERS:
        raise invalid_batch([f"Number of characters limit of {MAX_CHARACTERS} exceeded."])


def _repeated(changes: Sequence[route53.Change]) -> list[str]:
    """A record set may be deleted and created in one batch, nothing else twice."""
    seen: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        with suppress(AwsError):  # what is no name is told with the change's other mistakes
            key = change_name(change), change["ResourceRecordSet"]["Type"]
            seen.setdefault(key, []).append(change["Action"])
    return [
        f"The request contains an invalid set of changes for a resource record set '{type_} {show_name(name)}'"
        for (name, type_), actions in seen.items()
        if len(actions) > 1 and actions != ["DELETE", "CREATE"]
    ]


def _try(call: Call, zone: HostedZone, change: route53.Change) -> str | None:
    """Makes one change; answers what is wrong with it instead, if something is."""
    try:
        record = wished_record_set(call, zone, change)
        present = call.tx.get(RecordSet, record.id)
        if change["Action"] == "DELETE":
            _delete(call, record, present)
        else:
            _put(call, zone, record, present, is_new=change["Action"] == "CREATE")
    except AwsError as refused:
        if refused.code != INVALID_CHANGE:
            raise
        return refused.message
    return None


def _delete(call: Call, record: RecordSet, present: RecordSet | None) -> None:
    tried = f"Tried to delete resource record set {_named(record)}"
    if present is None:
        raise invalid_change(f"{tried} but it was not found")
    if not _is_equal(record, present):
        raise invalid_change(f"{tried} but the values provided do not match the current values")
    call.tx.remove(present.id)


def _put(call: Call, zone: HostedZone, record: RecordSet, present: RecordSet | None, *, is_new: bool) -> None:
    if is_new and present is not None:
        raise invalid_change(f"Tried to create resource record set {_named(record)} but it already exists")
    name = show_name(record.name)
    if record.type == "CNAME" and record.name == zone.name:
        raise invalid_change(
            f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.shown_name}"
        )
    for other in call.tx.referring(RecordSet, name_reference(zone.id, record.name)):
        if other.type != record.type and "CNAME" in (other.type, record.type):
            raise invalid_change(
                f"RRSet of type {record.type} with DNS name {name} is not permitted because a conflicting RRSet of "
                f"type {other.type} with the same DNS name already exists in zone {zone.shown_name}"
            )
    if present is None and record_set_count(call, zone) >= MAX_RECORD_SETS:
        raise invalid_change(f"Number of records limit of {MAX_RECORD_SETS} in zone {zone.shown_name} exceeded.")
    call.tx.put(record)


def _lacking(call: Call, zone: HostedZone) -> list[str]:
    """What every zone must have, and what aliases lead to."""
    mistakes = []
    if call.tx.get(RecordSet, record_set_id(zone.id, zone.name, "SOA")) is None:
        mistakes.append("A HostedZone must contain exactly one SOA record.")
    if call.tx.get(RecordSet, record_set_id(zone.id, zone.name, "NS")) is None:
        mistakes.append("A HostedZone must contain at least one NS record for the zone itself.")
    for record in call.tx.referring(RecordSet, zone.id):
        if record.alias is None or is_apex_record(zone, record) or record.alias.hosted_zone_id != zone.id:
            continue
        if call.tx.get(RecordSet, record_set_id(zone.id, record.alias.name, record.type)) is None:
            mistakes.append(
                f"Tried to create an alias that targets {show_name(record.alias.name)}, type {record.type} in zone "
                f"{zone.id}, but that target was not found"
            )
    return mistakes


def _is_equal(record: RecordSet, present: RecordSet) -> bool:
    """A deletion has to name what is there; the order of values says nothing."""
    return (
        record.alias == present.alias
        and record.ttl_seconds == present.ttl_seconds
        and sorted(record.values) == sorted(present.values)
    )


def _named(record: RecordSet) -> str:
    return f"[name='{show_name(record.name)}', type='{record.type}']"
