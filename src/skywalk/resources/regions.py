"""The regions that skywalk knows, and their availability zones: a catalogue, not stored.

On AWS the letter that a zone id has differs between accounts; here `us-east-1a` is `use1-az1` for everyone.
Source: AWS Regional endpoints and "Availability Zone IDs" pages; regions with fewer zones than letters leave out the
ids that new accounts do not see (us-west-1 has no az2, ap-northeast-1 no az3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class AvailabilityZone:
    """`name` is `us-east-1a`, `zone_id` is `use1-az1`."""

    name: str
    zone_id: str


@dataclass(frozen=True, slots=True)
class Region:
    """`long_name` is the console's, `US East (N. Virginia)`."""

    name: str
    long_name: str
    zones: tuple[AvailabilityZone, ...]

    @property
    def ec2_host(self) -> str:
        return f"ec2.{self.name}.amazonaws.com"


def _region(name: str, long_name: str, short_name: str, zone_numbers: tuple[int, ...] = (1, 2, 3)) -> Region:
    letters = "abcdef"[: len(zone_numbers)]
    pairs = zip(letters, zone_numbers, strict=True)
    zones = tuple(AvailabilityZone(f"{name}{letter}", f"{short_name}-az{number}") for letter, number in pairs)
    return Region(name, long_name, zones)


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        region.name: region
        for region in (
            _region("ap-northeast-1", "Asia Pacific (Tokyo)", "apne1", (1, 2, 4)),
            _region("ap-northeast-2", "Asia Pacific (Seoul)", "apne2", (1, 2, 3, 4)),
            _region("ap-south-1", "Asia Pacific (Mumbai)", "aps1"),
            _region("ap-southeast-1", "Asia Pacific (Singapore)", "apse1"),
            _region("ap-southeast-2", "Asia Pacific (Sydney)", "apse2"),
            _region("ca-central-1", "Canada (Central)", "cac1", (1, 2, 4)),
            _region("eu-central-1", "Europe (Frankfurt)", "euc1"),
            _region("eu-west-1", "Europe (Ireland)", "euw1"),
            _region("eu-west-2", "Europe (London)", "euw2"),
            _region("eu-west-3", "Europe (Paris)", "euw3"),
            _region("sa-east-1", "South America (Sao Paulo)", "sae1"),
            _region("us-east-1", "US East (N. Virginia)", "use1", (1, 2, 3, 4, 5, 6)),
            _region("us-east-2", "US East (Ohio)", "use2"),
            _region("us-west-1", "US West (N. California)", "usw1", (1, 3)),
            _region("us-west-2", "US West (Oregon)", "usw2", (1, 2, 3, 4)),
        )
    }
)
"""By name, in the order of names."""

REGION_NAMES: tuple[str, ...] = tuple(REGIONS)

_ZONE_IDS = {zone.name: zone.zone_id for region in REGIONS.values() for zone in region.zones}


def zones_of(region_name: str) -> tuple[AvailabilityZone, ...]:
    """A region's zones by name; none for a region that skywalk does not know."""
    region = REGIONS.get(region_name)
    return () if region is None else region.zones


def zone_id(zone_name: str) -> str:
    """`us-east-1a` → `use1-az1`. Raises KeyError for a zone that no region has."""
    return _ZONE_IDS[zone_name]
