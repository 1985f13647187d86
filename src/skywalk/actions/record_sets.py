"""ListResourceRecordSets, and how record sets are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.hosted_zones import PREFIX, own_zone
from skywalk.actions.record_set_order import place_of, sort_key
from skywalk.actions.zone_pages import MOST_RECORD_SETS, page_size, paged
from skywalk.resources.hosted_zone import RecordSet
from skywalk.values.dns_names import read_name, show_name
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53


def list_resource_record_sets(
    call: Call, request: route53.ListResourceRecordSetsRequest
) -> route53.ListResourceRecordSetsResponse:
    """By reversed name, then by type, from a name and a type on. Raises NoSuchHostedZone, InvalidInput."""
    zone, size = own_zone(call, request["HostedZoneId"]), page_size(request.get("MaxItems"), MOST_RECORD_SETS)
    records = sorted(call.tx.referring(RecordSet, zone.id), key=place_of)
    first = _first(request)
    start = next((at for at, record in enumerate(records) if place_of(record) >= first), len(records))
    shown, following = paged(records, start, size)
    result: route53.ListResourceRecordSetsResponse = {
        "ResourceRecordSets": [show_record_set(record) for record in shown],
        "IsTruncated": following is not None,
        "MaxItems": str(size),
    }
    if following is not None:
        result["NextRecordName"] = show_name(following.name)
        result["NextRecordType"] = following.type
    return result


def show_record_set(record: RecordSet) -> route53.ResourceRecordSet:
    shown: route53.ResourceRecordSet = {"Name": show_name(record.name), "Type": record.type}
    if record.alias is None:
        shown["TTL"] = record.ttl_seconds
        shown["ResourceRecords"] = [{"Value": value} for value in record.values]
    else:
        shown["AliasTarget"] = {
            "HostedZoneId": record.alias.hosted_zone_id.removeprefix(PREFIX),
            "DNSName": show_name(record.alias.name),
            "EvaluateTargetHealth": record.alias.evaluates_health,
        }
    return shown


def _first(request: route53.ListResourceRecordSetsRequest) -> tuple[str, str]:
    """The place that a page begins at."""
    name, type_ = request.get("StartRecordName"), request.get("StartRecordType", "")
    if not name:
        if type_ or request.get("StartRecordIdentifier"):
            raise AwsError("InvalidInput", "The request must name a StartRecordName together with a StartRecordType.")
        return "", ""
    if request.get("StartRecordIdentifier") and not type_:
        raise AwsError("InvalidInput", "The request must name a StartRecordType with a StartRecordIdentifier.")
    try:
        return sort_key(read_name(name)), type_
    except ValueError as error:
        raise AwsError("InvalidInput", f"{name}: {error}") from None
