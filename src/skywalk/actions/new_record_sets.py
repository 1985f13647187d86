"""The record set that a change of a batch asks for, checked by itself: its name, type, values, alias.

Only simple routing is carried; whatever asks for another policy is refused by name. Aliases lead to endpoints' own
names and to records of the same zone. Source and what is unconfirmed: see `record_set_changes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.hosted_zones import PREFIX
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.endpoint_names import vpce_zone_id
from skywalk.resources.hosted_zone import AliasTarget, HostedZone, RecordSet, record_set_id
from skywalk.resources.regions import REGION_NAMES
from skywalk.values.dns_names import lies_in, read_name, show_name
from skywalk.values.errors import AwsError, unsupported_operation
from skywalk.values.record_data import RECORD_TYPES, record_data

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53

_OTHER_ROUTING = (
    "CidrRoutingConfig",
    "Failover",
    "GeoLocation",
    "GeoProximityLocation",
    "HealthCheckId",
    "MultiValueAnswer",
    "Region",
    "SetIdentifier",
    "TrafficPolicyInstanceId",
    "Weight",
)
_ONE_VALUE = frozenset({"CNAME", "SOA"})


INVALID_CHANGE = "InvalidChangeBatch"


def invalid_change(text: str) -> AwsError:
    """What is wrong with one change; a batch tells of all of them."""
    return AwsError(INVALID_CHANGE, text)


def change_name(change: route53.Change) -> str:
    """The name of a change's record set in the kept form. Raises InvalidChangeBatch for what is no name."""
    return _name(change["ResourceRecordSet"]["Name"])


def _name(text: str) -> str:
    try:
        return read_name(text)
    except ValueError as error:
        raise _invalid_record(error, text) from None


def _invalid_record(error: ValueError, text: str) -> AwsError:
    return invalid_change(f"Invalid Resource Record: 'FATAL problem: {error} encountered with '{text}''")


def wished_record_set(call: Call, zone: HostedZone, change: route53.Change) -> RecordSet:
    """Raises InvalidChangeBatch; InvalidInput and UnsupportedOperation where the change cannot be understood at all."""
    asked, name = change["ResourceRecordSet"], change_name(change)
    refuse_parameters(asked, _OTHER_ROUTING)
    type_ = asked["Type"]
    if type_ not in RECORD_TYPES:
        raise unsupported_operation(f"Record sets of type {type_} are not supported.")
    _check_form(change, name)
    if not lies_in(name, zone.name):
        raise invalid_change(f"RRSet with DNS name {show_name(name)} is not permitted in zone {zone.shown_name}")
    alias = _alias(zone, asked["AliasTarget"], type_) if "AliasTarget" in asked else None
    values = tuple(one["Value"] for one in asked.get("ResourceRecords", ()))
    _check_values(type_, values)
    return RecordSet(
        id=record_set_id(zone.id, name, type_),
        scope=zone.scope,
        hosted_zone_id=zone.id,
        name=name,
        type=type_,
        ttl_seconds=asked.get("TTL", 0),
        values=values,
        alias=alias,
    )


def _check_form(change: route53.Change, name: str) -> None:
    """An alias, or TTL and values."""
    asked = change["ResourceRecordSet"]
    has_alias, plain = "AliasTarget" in asked, [one in asked for one in ("TTL", "ResourceRecords")]
    if has_alias != any(plain) and (has_alias or all(plain)):
        return
    found = "more than one" if has_alias else "none"
    raise AwsError(
        "InvalidInput",
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
        f"TrafficPolicyInstanceId], but found {found} in Change with [Action={change['Action']}, "
        f"Name={show_name(name)}, Type={asked['Type']}, SetIdentifier=null]",
    )


def _check_values(type_: str, values: tuple[str, ...]) -> None:
    for value in values:
        try:
            record_data(type_, value)
        except ValueError as error:
            raise _invalid_record(error, value) from None
        if values.count(value) > 1:
            raise invalid_change(f"Duplicate Resource Record: '{value}'")
    if len(values) > 1 and type_ in _ONE_VALUE:
        raise invalid_change(f"Invalid Resource Record: a record set of type {type_} has exactly one value")


def _alias(zone: HostedZone, target: route53.AliasTarget, type_: str) -> AliasTarget:
    """Raises InvalidChangeBatch. Whether a target in the zone is there is known when all of the batch is."""
    zone_id, name = target["HostedZoneId"].removeprefix(PREFIX), _name(target["DNSName"])
    aliased = AliasTarget(hosted_zone_id=zone_id, name=name, evaluates_health=target["EvaluateTargetHealth"])
    tried = f"Tried to create an alias that targets {show_name(name)}, type {type_} in zone {zone_id}"
    within = zone.name if zone_id == zone.id else _endpoint_domain(zone_id)
    if within is None:
        raise invalid_change(f"{tried}, but that target was not found")
    if not lies_in(name, within):
        raise invalid_change(f"{tried}, but the alias target name does not lie within the target zone")
    if zone_id != zone.id and type_ not in ("A", "AAAA"):
        raise invalid_change(f"{tried}, but that target was not found")
    if zone_id == zone.id and type_ in ("NS", "SOA"):
        raise invalid_change(f"{tried}, but record sets of type {type_} cannot be aliases")
    return aliased


def _endpoint_domain(zone_id: str) -> str | None:
    """Where the names lie that endpoints' hosted zone of a region has; None for any other zone."""
    region = next((one for one in REGION_NAMES if vpce_zone_id(one) == zone_id), None)
    return f"{region}.vpce.amazonaws.com" if region is not None else None
