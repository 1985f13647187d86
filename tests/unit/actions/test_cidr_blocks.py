from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from skywalk.actions.cidr_blocks import is_vpc_size, may_be_a_vpc, may_be_added, parse_ipv4_block, parse_rule_block
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


@pytest.mark.parametrize(
    ("present", "added", "may"),
    [
        ("10.2.0.0/16", "10.0.0.0/16", True),
        ("10.0.0.0/16", "10.1.0.0/16", True),
        ("10.1.0.0/16", "10.0.0.0/20", False),
        ("10.0.0.0/24", "10.0.1.0/24", False),
        ("10.2.0.0/16", "172.16.0.0/16", False),
        ("10.2.0.0/16", "192.168.0.0/24", False),
        ("10.2.0.0/16", "198.19.0.0/24", False),
        ("10.2.0.0/16", "198.18.0.0/24", True),
        ("10.2.0.0/16", "100.64.0.0/16", True),
        ("10.2.0.0/16", "203.0.113.0/24", True),
        ("172.16.0.0/16", "172.17.0.0/16", True),
        ("172.16.0.0/16", "172.31.0.0/16", False),
        ("172.31.0.0/16", "172.30.0.0/16", True),
        ("172.16.0.0/16", "10.0.0.0/16", False),
        ("192.168.0.0/24", "192.168.1.0/24", True),
        ("192.168.0.0/24", "172.16.0.0/16", False),
        ("198.19.0.0/24", "198.19.1.0/24", True),
        ("198.19.0.0/24", "100.64.0.0/24", True),
        ("198.19.0.0/24", "10.0.0.0/16", False),
        ("203.0.113.0/24", "198.51.100.0/24", True),
        ("203.0.113.0/24", "10.0.0.0/16", False),
        ("100.64.0.0/24", "192.168.0.0/24", False),
        ("100.64.0.0/24", "198.19.0.0/24", False),
    ],
)
def test_which_blocks_a_vpc_may_have_together(present: str, added: str, may: bool) -> None:
    assert may_be_added(IPv4Network(added), [IPv4Network(present)]) is may


def test_the_primary_block_says_which_ranges_may_follow() -> None:
    present = [IPv4Network("10.2.0.0/16"), IPv4Network("100.64.0.0/24")]
    assert may_be_added(IPv4Network("10.5.0.0/24"), present)
    assert not may_be_added(IPv4Network("192.168.0.0/24"), present)


def test_any_block_at_the_start_of_ten_forbids_more_from_there() -> None:
    present = [IPv4Network("10.2.0.0/16"), IPv4Network("10.1.0.0/24")]
    assert not may_be_added(IPv4Network("10.0.0.0/24"), present)
    assert may_be_added(IPv4Network("10.1.1.0/24"), present)
