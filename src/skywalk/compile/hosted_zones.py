"""Pass: the private zones that the VPC sees. Route 53 needs both DNS attributes of the VPC for them.

Source: Route 53 Developer Guide, "Considerations when working with a private hosted zone".
"""

from __future__ import annotations

from skywalk.plan.name_views import PrivateZone, ZoneRecord
from skywalk.plan.origin import Origin
from skywalk.resources.hosted_zone import HostedZone, RecordSet
from skywalk.resources.snapshot import Snapshot


def compile_hosted_zones(snapshot: Snapshot) -> tuple[PrivateZone, ...]:
    if not (snapshot.vpc.enable_dns_support and snapshot.vpc.enable_dns_hostnames):
        return ()
    zones = [_zone(zone, snapshot.record_sets[zone.id]) for zone in snapshot.hosted_zones.values()]
    return tuple(sorted(zones, key=lambda zone: zone.key))


def _zone(zone: HostedZone, records: tuple[RecordSet, ...]) -> PrivateZone:
    origin = Origin(zone.id, "private hosted zone")
    rows = (
        ZoneRecord(
            name=record.name,
            type=record.type,
            ttl_seconds=record.ttl_seconds,
            values=record.values,
            alias=record.alias.name if record.alias is not None else None,
            origin=origin,
        )
        for record in records
    )
    return PrivateZone(zone.name, tuple(sorted(rows, key=lambda row: row.key)), True, origin)
