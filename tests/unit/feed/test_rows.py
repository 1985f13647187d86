"""Rows on the wire: what is encoded comes back equal, whatever its kind."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import pytest

from skywalk.compile.callers import compile_callers
from skywalk.compile.internet import compile_internet
from skywalk.control.region import new_account
from skywalk.feed import rows
from skywalk.feed.rows import KINDS, Row, RowChange, decode_change, encode_change, in_lines, row_id
from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.name_views import ViewRecord, ViewZone
from skywalk.plan.origin import Origin
from skywalk.plan.places import Place
from skywalk.plan.principals import Role, User
from skywalk.plan.services import InterfaceEndpoint, ServiceResource
from skywalk.resources.account_snapshot import AccountSnapshot
from skywalk.values.chance import SeededChance
from support.world import World

ORIGIN = Origin("vpce-1", "test")
PLACE = Place("vpce-1", "/run/a", "gw1")
ENDPOINT = InterfaceEndpoint(
    "vpce-2",
    "vpc-1",
    "123456789012",
    "us-east-1",
    "sqs",
    (ip_address("10.0.1.9"),),
    (443,),
    ("a",),
    ("a",),
    "{}",
    ORIGIN,
)


def every_row() -> list[Row]:
    """At least one row of each kind that travels."""
    world = World()
    world.vpc("bank")
    world.subnet("private", "bank")
    world.endpoint("gate", "bank")
    world.instance("teller", "private", UserData="IyEvYmluL3NoCg==")
    plan, internet = world.plan("bank"), compile_internet()
    account = new_account("123456789012", SeededChance())
    callers = compile_callers(AccountSnapshot(account, (), (), (), ()))
    return [
        *plan.guests,
        *plan.gateway_endpoints,
        plan.name_view,
        ViewZone("vpc-1", "corp.internal", True),
        ViewRecord("vpc-1", "corp.internal", "www.corp.internal", "TXT", 300, ('"é"', '"two"'), None),
        ViewRecord("vpc-1", "corp.internal", "www.corp.internal", "A", 0, (), "web.corp.internal"),
        *internet.public_services,
        *internet.public_names,
        *internet.public_hosts,
        *internet.catalogues,
        ENDPOINT,
        *callers.access_keys,
        ControlPolicies("123456789012", "o-1", "o-1/r-1/", (("{}",), ("{}", "{}")), ((),), ORIGIN),
        PLACE,
        Place("internet", "/run/b", None),
        Role("arn:aws:iam::123456789012:role/app", "AROA1", "123456789012", ("{}", "{}"), ORIGIN),
        User("arn:aws:iam::123456789012:user/ana", "AIDA1", "123456789012", ("{}",), ORIGIN, "{}"),
        ServiceResource("arn:aws:s3:::documents", "123456789012", "us-east-1", None, ORIGIN),
        ServiceResource("arn:aws:s3:::public", "123456789012", "us-east-1", '{"é": "\\n"}', ORIGIN),
    ]


def through_the_wire(change: RowChange) -> RowChange:
    return decode_change(json.loads(json.dumps(encode_change(change))))


def test_every_kind_comes_back_equal() -> None:
    rows = every_row()
    assert {type(row).__name__ for row in rows} == set(KINDS)
    change = RowChange(tuple(rows), (), True)
    assert through_the_wire(change) == change


def test_no_two_rows_of_a_region_have_one_id() -> None:
    ids = [row_id(row) for row in every_row()]
    assert len(set(ids)) == len(ids)


def test_a_change_in_text() -> None:
    no_inode = {"inode": 0, "device_index": 0}
    assert encode_change(RowChange((PLACE,), (("Place", "vpce-2"),), False)) == {
        "put": [["Place", {**no_inode, "owner_id": "vpce-1", "namespace": "/run/a", "device": "gw1"}]],
        "removed": [["Place", "vpce-2"]],
        "full": False,
    }


def test_removals_come_back_as_ids() -> None:
    change = RowChange((), (row_id(PLACE), ("Guest", "i-1")), False)
    assert through_the_wire(change) == change


@dataclass(frozen=True)
class Stranger:
    key: str = "x"


def test_an_unknown_kind_is_not_taken() -> None:
    with pytest.raises(KeyError, match="Stranger"):
        through_the_wire(RowChange((Stranger(),), (), False))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"put": [], "removed": []},
        {"put": [["Place", {"owner_id": "a"}]], "removed": [], "full": False},
        {"put": [["PublicName", {"name": "a", "addresses": ["none"]}]], "removed": [], "full": False},
        {"put": [["Place"]], "removed": [], "full": False},
    ],
)
def test_what_is_no_change_is_not_taken(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        decode_change(data)


@pytest.mark.parametrize(("put", "removed"), [(0, 0), (1, 0), (3, 0), (4, 0), (0, 7), (2, 2), (5, 5), (3, 3)])
def test_a_change_in_lines_is_the_same_change(put: int, removed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "ROWS_IN_A_LINE", 3)
    placed = tuple(Place(f"vpc-{number}", "/run/a", None) for number in range(put))
    change = RowChange(placed, tuple(("Place", f"vpc-gone{number}") for number in range(removed)), is_full=True)
    lines = list(in_lines(change))
    assert [len(line.put) + len(line.removed) for line in lines[:-1]] == [3] * (len(lines) - 1)
    assert [line.is_full for line in lines] == [False] * (len(lines) - 1) + [True]
    assert decode_change(*map(encode_change, lines)) == change


@dataclass(frozen=True)
class Part:
    width: int


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]


def test_the_version_is_that_of_the_rows_and_what_they_are_made_of() -> None:
    known: dict[str, str] = {}
    rows._describe(Whole, known)
    assert list(known) == ["Whole", "Part"]
    assert known["Part"] == "width:<class 'int'>"
    assert re.fullmatch(r"3-[0-9a-f]{12}", rows.feed_version())
