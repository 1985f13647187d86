"""Availability zones and regions: the catalogue as EC2 shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching
from skywalk.resources.regions import REGIONS, AvailabilityZone, Region
from skywalk.values.errors import invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

_OPT_IN_STATUS = "opt-in-not-required"


def describe_availability_zones(
    call: Call, request: ec2.DescribeAvailabilityZonesRequest
) -> ec2.DescribeAvailabilityZonesResult:
    region = REGIONS.get(call.region)
    if region is None:
        return {"AvailabilityZones": []}
    names, ids = request.get("ZoneNames"), request.get("ZoneIds")
    _check_known(names, [zone.name for zone in region.zones], "Invalid availability zone")
    _check_known(ids, [zone.zone_id for zone in region.zones], "Invalid availability zone-id")
    named = [
        zone
        for zone in region.zones
        if (not names and not ids) or zone.name in (names or ()) or zone.zone_id in (ids or ())
    ]
    found = matching(named, request.get("Filters"), _zone_filters(region))
    return {"AvailabilityZones": [_show_zone(region, zone) for zone in found]}


def _check_known(asked: Sequence[str] | None, known: Collection[str], refusal: str) -> None:
    unknown = [name for name in asked or () if name not in known]
    if unknown:
        raise invalid_parameter_value(f"{refusal}: [{', '.join(unknown)}]")


def _zone_filters(region: Region) -> Mapping[str, FilterValues[AvailabilityZone]]:
    def is_always(*values: str) -> FilterValues[AvailabilityZone]:
        def same_values(zone: AvailabilityZone) -> Iterable[str]:
            return values

        return same_values

    return {
        "group-long-name": is_always(_group_long_name(region)),
        "group-name": is_always(_group_name(region)),
        "message": is_always(),
        "opt-in-status": is_always(_OPT_IN_STATUS),
        "parent-zone-id": is_always(),
        "parent-zone-name": is_always(),
        "region-name": is_always(region.name),
        "state": is_always("available"),
        "zone-id": lambda zone: [zone.zone_id],
        "zone-name": lambda zone: [zone.name],
        "zone-type": is_always("availability-zone"),
    }


def _group_name(region: Region) -> str:
    return f"{region.name}-zg-1"


def _group_long_name(region: Region) -> str:
    return f"{region.long_name} 1"


def _show_zone(region: Region, zone: AvailabilityZone) -> ec2.AvailabilityZone:
    return {
        "ZoneName": zone.name,
        "ZoneId": zone.zone_id,
        "RegionName": region.name,
        "State": "available",
        "OptInStatus": _OPT_IN_STATUS,
        "Messages": [],
        "GroupName": _group_name(region),
        "GroupLongName": _group_long_name(region),
        "NetworkBorderGroup": region.name,
        "ZoneType": "availability-zone",
    }


def describe_regions(call: Call, request: ec2.DescribeRegionsRequest) -> ec2.DescribeRegionsResult:
    """The regions that skywalk knows; the same for all accounts, none needs to be enabled."""
    del call
    names = request.get("RegionNames")
    _check_known(names, list(REGIONS), "Invalid region names")
    named = [region for region in REGIONS.values() if not names or region.name in names]
    found = matching(named, request.get("Filters"), _REGION_FILTERS)
    return {
        "Regions": [
            {"RegionName": region.name, "Endpoint": region.ec2_host, "OptInStatus": _OPT_IN_STATUS} for region in found
        ]
    }


_REGION_FILTERS: Mapping[str, FilterValues[Region]] = {
    "endpoint": lambda region: [region.ec2_host],
    "opt-in-status": lambda region: [_OPT_IN_STATUS],
    "region-name": lambda region: [region.name],
}
