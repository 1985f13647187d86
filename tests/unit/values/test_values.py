"""Identifiers, ARNs, addresses, tags, time."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest

from skywalk.values import addresses
from skywalk.values.addresses import (
    address_text,
    contains,
    longest_match,
    network_text,
    parse_network,
    read_network,
    usable_addresses,
)
from skywalk.values.arn import Arn, parse_arn
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock, format_timestamp
from skywalk.values.ids import is_well_formed, mint
from skywalk.values.tags import Tag, merge_tags, remove_tags


def test_minted_ids_are_well_formed() -> None:
    minted = mint("vpce", SeededChance(1))
    assert is_well_formed("vpce", minted)
    assert len(minted) == len("vpce-") + 17


@pytest.mark.parametrize(
    "text", ["vpc", "vpc-", "vpc-123", "vpc-0123456789ABCDEF0", "subnet-0123456789abcdef0", "vpc-0123456789abcdef01"]
)
def test_malformed_ids(text: str) -> None:
    assert not is_well_formed("vpc", text)


def test_short_ids_are_taken() -> None:
    assert is_well_formed("vpc", "vpc-1a2b3c4d")


def test_arns() -> None:
    parsed = parse_arn("arn:aws:s3:::documents/a:b")
    assert parsed == Arn("aws", "s3", "", "", "documents/a:b")
    assert str(parsed) == "arn:aws:s3:::documents/a:b"
    assert parse_arn("documents") is None


@pytest.mark.parametrize("text", ["0.0.0.0", "10.0.1.4", "255.255.255.255", "2001:db8::1", "::"])
def test_addresses_as_answers_have_them(text: str) -> None:
    assert address_text(ip_address(text)) == text


def test_networks_as_answers_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_MAX_TEXTS", 3)
    texts = [f"10.{number}.0.0/16" for number in range(5)]
    for _ in range(3):
        assert [network_text(ip_network(text)) for text in (*texts, "::/0")] == [*texts, "::/0"]
    assert len(addresses._texts) <= 3


def test_networks_that_are_written_alike_are_one() -> None:
    assert read_network("10.0.0.0/16") is read_network("10.0.0.0/16")
    assert parse_network("10.0.0.5/16") is parse_network("10.0.0.5/16")
    with pytest.raises(ValueError, match="host bits set"):
        read_network("10.0.0.5/16")


def test_five_addresses_of_a_subnet_are_reserved() -> None:
    usable = list(usable_addresses(ip_network("10.0.1.0/28")))
    assert (str(usable[0]), str(usable[-1]), len(usable)) == ("10.0.1.4", "10.0.1.14", 11)


def test_prefixes() -> None:
    assert str(parse_network("10.0.5.7/16")) == "10.0.0.0/16"
    assert contains(ip_network("10.0.0.0/16"), ip_network("10.0.1.0/24"))
    assert not contains(ip_network("10.0.0.0/16"), ip_network("fd00::/64"))
    prefixes = [ip_network(text) for text in ("0.0.0.0/0", "52.216.0.0/15", "52.216.1.0/24")]
    assert longest_match(ip_address("52.216.1.9"), prefixes) == prefixes[2]
    assert longest_match(ip_address("fd00::1"), prefixes) is None


def test_tags_are_a_set_by_key() -> None:
    merged = merge_tags((Tag("b", "1"), Tag("a", "1")), [Tag("b", "2")])
    assert merged == (Tag("a", "1"), Tag("b", "2"))
    assert remove_tags(merged, {"a": None, "b": "other"}) == (Tag("b", "2"),)


def test_time_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(1.5)
    assert format_timestamp(clock.now()) == "2026-01-01T00:00:01.500Z"
    assert clock.monotonic_seconds() == 1.5
