"""DescribeVolumes: instances have no volumes, so that there are none. Clients look for an instance's root volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching, page, shown_at
from skywalk.actions.existing import IdFamily

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

VOLUME_IDS = IdFamily("vol", "InvalidVolumeID.Malformed", "InvalidVolume.NotFound", "volume")

_FILTERS: dict[str, FilterValues[ec2.Volume]] = {
    "attachment.attach-time": shown_at("Attachments", "AttachTime"),
    "attachment.delete-on-termination": shown_at("Attachments", "DeleteOnTermination"),
    "attachment.device": shown_at("Attachments", "Device"),
    "attachment.instance-id": shown_at("Attachments", "InstanceId"),
    "attachment.status": shown_at("Attachments", "State"),
    "availability-zone": shown_at("AvailabilityZone"),
    "availability-zone-id": shown_at("AvailabilityZoneId"),
    "create-time": shown_at("CreateTime"),
    "encrypted": shown_at("Encrypted"),
    "fast-restored": shown_at("FastRestored"),
    "multi-attach-enabled": shown_at("MultiAttachEnabled"),
    "operator.managed": shown_at("Operator", "Managed"),
    "operator.principal": shown_at("Operator", "Principal"),
    "size": shown_at("Size"),
    "snapshot-id": shown_at("SnapshotId"),
    "status": shown_at("State"),
    "volume-id": shown_at("VolumeId"),
    "volume-type": shown_at("VolumeType"),
}


def describe_volumes(call: Call, request: ec2.DescribeVolumesRequest) -> ec2.DescribeVolumesResult:
    """Raises InvalidVolume.NotFound, InvalidVolumeID.Malformed, and what filters and pages are refused with."""
    del call
    volume_ids = request.get("VolumeIds") or []
    for volume_id in volume_ids:
        VOLUME_IDS.check(volume_id)
    if volume_ids:
        raise VOLUME_IDS.not_found(*dict.fromkeys(volume_ids))
    none: list[ec2.Volume] = []
    found = matching(none, request.get("Filters"), _FILTERS, lambda _volume: ())
    page(found, request.get("MaxResults"), request.get("NextToken"))
    return {"Volumes": []}
