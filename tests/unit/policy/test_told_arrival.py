"""What the edge tells the API of a request's way."""

from __future__ import annotations

import json

import pytest

from skywalk.policy.context import network_context
from skywalk.policy.told_arrival import read_arrival, write_arrival

KEYS = {
    **network_context(secure_transport=True, source_vpce="vpce-1", source_vpc="vpc-1", vpce_account="123456789012"),
    "aws:vpcsourceip": "10.0.1.4",
    "aws:vpceorgpaths": ("o-1/r-1/",),
}


def test_it_is_read_as_it_was_written() -> None:
    text = write_arrival("sts", KEYS)
    assert text.isascii()
    assert "\n" not in text
    assert read_arrival(text) == ("sts", KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sts",
        "[]",
        '{"keys": {}}',
        '{"service": 1, "keys": {}}',
        '{"service": "sts"}',
        '{"service": "sts", "keys": []}',
        '{"service": "sts", "keys": {"aws:principalarn": "arn:aws:iam::123456789012:root"}}',
        '{"service": "sts", "keys": {"aws:sourcevpce": ["vpce-1"]}}',
        '{"service": "sts", "keys": {"aws:vpceorgpaths": "o-1/r-1/"}}',
        '{"service": "sts", "keys": {"aws:useragent": "aws-cli/2"}}',
        f"{write_arrival('sts', KEYS)}, {write_arrival('sts', KEYS)}",
    ],
)
def test_what_is_no_arrival_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_arrival(text)


def test_it_is_json() -> None:
    assert json.loads(write_arrival("ec2", {}))["service"] == "ec2"
