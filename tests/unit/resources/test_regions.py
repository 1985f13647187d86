from __future__ import annotations

import pytest

from skywalk.resources.regions import REGION_NAMES, REGIONS, zone_id, zones_of


def test_names_are_sorted_and_unique() -> None:
    assert list(REGION_NAMES) == sorted(set(REGION_NAMES))
    assert {"us-east-1", "us-west-2", "eu-central-1"} <= set(REGION_NAMES)


def test_zone_names_and_ids_are_unique() -> None:
    zones = [zone for region in REGIONS.values() for zone in region.zones]
    assert len({zone.name for zone in zones}) == len({zone.zone_id for zone in zones}) == len(zones)
    assert all(len(region.zones) >= 2 for region in REGIONS.values())


@pytest.mark.parametrize(
    ("zone", "expected"), [("us-east-1a", "use1-az1"), ("us-east-1f", "use1-az6"), ("eu-central-1c", "euc1-az3")]
)
def test_zone_ids(zone: str, expected: str) -> None:
    assert zone_id(zone) == expected


def test_unknown_places() -> None:
    assert zones_of("mars-1") == ()
    with pytest.raises(KeyError):
        zone_id("us-east-1z")


def test_the_host_of_a_regions_ec2() -> None:
    assert REGIONS["eu-west-1"].ec2_host == "ec2.eu-west-1.amazonaws.com"
