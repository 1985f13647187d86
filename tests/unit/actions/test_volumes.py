from __future__ import annotations

import pytest

from skywalk.actions.volumes import describe_volumes
from support.region import Client, Region


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def test_there_are_none(ec2: Client) -> None:
    of_instance = [{"Name": "attachment.instance-id", "Values": ["i-00000000000000000"]}]
    assert ec2(describe_volumes) == {"Volumes": []}
    assert ec2(describe_volumes, Filters=of_instance, MaxResults=5) == {"Volumes": []}


def test_named_ones_are_not_found(ec2: Client) -> None:
    gone = "vol-00000000000000000"
    assert ec2.refusal(describe_volumes, VolumeIds=[gone]) == (
        "InvalidVolume.NotFound",
        f"The volume '{gone}' does not exist",
    )
    assert ec2.refusal(describe_volumes, VolumeIds=["disk"])[0] == "InvalidVolumeID.Malformed"


def test_what_is_refused_elsewhere_is_refused_here(ec2: Client) -> None:
    assert ec2.refusal(describe_volumes, Filters=[{"Name": "x", "Values": ["y"]}])[0] == "InvalidParameterValue"
    assert ec2.refusal(describe_volumes, MaxResults=4)[0] == "InvalidParameterValue"
    assert ec2.refusal(describe_volumes, NextToken="x")[0] == "InvalidNextToken"
