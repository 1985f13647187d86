"""Records go to JSON and back unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Network, ip_address, ip_network

import pytest

from skywalk.values.addresses import Address, Network
from skywalk.values.record import decode, encode


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    network: IPv4Network
    colour: Colour


@dataclass(frozen=True)
class Outer:
    name: str
    count: int
    when: datetime
    addresses: tuple[Address, ...]
    target: Network | str
    inner: Inner | None
    pair: tuple[str, int]
    texts: frozenset[str]
    by_name: Mapping[str, Inner]
    note: str | None = None


INNER = Inner(IPv4Network("10.0.0.0/16"), Colour.RED)
OUTER = Outer(
    name="x",
    count=3,
    when=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    addresses=(ip_address("10.0.0.1"), ip_address("fd00::1")),
    target=ip_network("10.1.0.0/16"),
    inner=INNER,
    pair=("a", 1),
    texts=frozenset(("b", "a")),
    by_name={"one": INNER},
)


def test_round_trip_through_json_text() -> None:
    assert decode(Outer, json.loads(json.dumps(encode(OUTER)))) == OUTER


def test_json_form() -> None:
    assert encode(OUTER) == {
        "name": "x",
        "count": 3,
        "when": "2026-01-02T03:04:05.678Z",
        "addresses": ["10.0.0.1", "fd00::1"],
        "target": "10.1.0.0/16",
        "inner": {"network": "10.0.0.0/16", "colour": "red"},
        "pair": ["a", 1],
        "texts": ["a", "b"],
        "by_name": {"one": {"network": "10.0.0.0/16", "colour": "red"}},
        "note": None,
    }


def test_a_text_in_a_union_with_networks_stays_a_text() -> None:
    data = encode(OUTER) | {"target": "pl-63a5400a"}
    assert decode(Outer, data).target == "pl-63a5400a"


def test_fields_with_defaults_may_be_absent_and_unknown_ones_are_left_out() -> None:
    data = encode(OUTER)
    del data["note"]
    assert decode(Outer, data | {"later": 1}) == OUTER


def test_a_missing_field_is_an_error() -> None:
    with pytest.raises(TypeError, match="count"):
        decode(Outer, {key: value for key, value in encode(OUTER).items() if key != "count"})


def test_what_has_no_json_form_is_an_error() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        encode(object())
