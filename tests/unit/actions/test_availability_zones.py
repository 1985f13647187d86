from __future__ import annotations

import pytest

from skywalk.actions.availability_zones import describe_availability_zones, describe_regions
from support.region import OTHER_ACCOUNT, Client, Region


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def _zones(ec2: Client, **request: object) -> list[str]:
    return [zone["ZoneName"] for zone in ec2(describe_availability_zones, **request)["AvailabilityZones"]]


def test_the_zones_of_a_region(ec2: Client) -> None:
    assert _zones(ec2) == [f"us-east-1{letter}" for letter in "abcdef"]
    [first, *_] = ec2(describe_availability_zones)["AvailabilityZones"]
    assert first == {
        "ZoneName": "us-east-1a",
        "ZoneId": "use1-az1",
        "RegionName": "us-east-1",
        "State": "available",
        "OptInStatus": "opt-in-not-required",
        "Messages": [],
        "GroupName": "us-east-1-zg-1",
        "GroupLongName": "US East (N. Virginia) 1",
        "NetworkBorderGroup": "us-east-1",
        "ZoneType": "availability-zone",
    }
    assert _zones(ec2.elsewhere("eu-central-1")) == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def test_zones_by_name_and_by_id(ec2: Client) -> None:
    assert _zones(ec2, ZoneNames=["us-east-1c"]) == ["us-east-1c"]
    assert _zones(ec2, ZoneIds=["use1-az2"], ZoneNames=["us-east-1a"]) == ["us-east-1a", "us-east-1b"]
    assert ec2.refusal(describe_availability_zones, ZoneNames=["us-east-1a", "us-east-1z"]) == (
        "InvalidParameterValue",
        "Invalid availability zone: [us-east-1z]",
    )
    assert ec2.refusal(describe_availability_zones, ZoneIds=["euw1-az1"]) == (
        "InvalidParameterValue",
        "Invalid availability zone-id: [euw1-az1]",
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("zone-name", "*b", ["us-east-1b"]),
        ("zone-id", "use1-az6", ["us-east-1f"]),
        ("zone-type", "local-zone", []),
        ("state", "unavailable", []),
        ("message", "*", []),
    ],
)
def test_filters_of_zones(ec2: Client, name: str, value: str, found: list[str]) -> None:
    assert _zones(ec2, Filters=[{"Name": name, "Values": [value]}]) == found


@pytest.mark.parametrize("name", ["region-name", "group-name", "group-long-name", "opt-in-status", "state"])
def test_what_all_zones_have(ec2: Client, name: str) -> None:
    assert len(_zones(ec2, Filters=[{"Name": name, "Values": ["*"]}])) == 6


def test_regions(ec2: Client) -> None:
    regions = ec2(describe_regions)["Regions"]
    names = [region["RegionName"] for region in regions]
    assert names == sorted(names)
    assert {
        "RegionName": "us-east-1",
        "Endpoint": "ec2.us-east-1.amazonaws.com",
        "OptInStatus": "opt-in-not-required",
    } in regions


def test_some_regions(ec2: Client) -> None:
    [named] = ec2(describe_regions, RegionNames=["eu-west-1"], AllRegions=True)["Regions"]
    assert named["RegionName"] == "eu-west-1"
    west = [{"Name": "endpoint", "Values": ["ec2.us-west-?.*"]}]
    assert [one["RegionName"] for one in ec2(describe_regions, Filters=west)["Regions"]] == ["us-west-1", "us-west-2"]
    assert ec2.refusal(describe_regions, RegionNames=["mars-1"]) == (
        "InvalidParameterValue",
        "Invalid region names: [mars-1]",
    )
    assert ec2.refusal(describe_regions, Filters=[{"Name": "planet", "Values": ["mars"]}])[1] == (
        "The filter 'planet' is invalid"
    )


def test_zones_and_regions_are_everyones() -> None:
    region = Region()
    one, two = region.client(), region.client(OTHER_ACCOUNT)
    assert one(describe_availability_zones) == two(describe_availability_zones)
    assert one(describe_regions) == two(describe_regions)
