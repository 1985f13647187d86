from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from skywalk.actions.cidr_blocks import is_vpc_size, may_be_a_vpc, parse_ipv4_block, parse_rule_block
from skywalk.values.errors import AwsError


def test_host_bits_are_cleared() -> None:
    assert parse_ipv4_block("100.68.0.18/18", "cidrBlock") == IPv4Network("100.68.0.0/18")
    assert parse_rule_block("2001:db8::1/32") == IPv6Network("2001:db8::/32")


@pytest.mark.parametrize("text", ["", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/255.0.0.0", "010.0.0.0/8", "10.0.0.0/+8"])
def test_what_is_no_block(text: str) -> None:
    with pytest.raises(AwsError, match="This is not a valid CIDR block") as refused:
        parse_ipv4_block(text, "cidrBlock")
    assert refused.value.code == "InvalidParameterValue"
    with pytest.raises(AwsError, match="is malformed"):
        parse_rule_block(text)


@pytest.mark.parametrize(
    ("text", "size", "vpc"),
    [
        ("10.0.0.0/16", True, True),
        ("203.0.113.0/28", True, True),
        ("10.0.0.0/15", False, False),
        ("10.0.0.0/29", False, False),
        ("0.1.0.0/16", True, False),
        ("127.0.0.0/28", True, False),
        ("169.254.0.0/16", True, False),
        ("224.0.0.0/16", True, False),
        ("255.255.0.0/16", True, False),
    ],
)
def test_sizes_and_ranges(text: str, size: bool, vpc: bool) -> None:
    assert (is_vpc_size(IPv4Network(text)), may_be_a_vpc(IPv4Network(text))) == (size, vpc)
