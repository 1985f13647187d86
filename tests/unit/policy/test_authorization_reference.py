"""The Service Authorization Reference as it is read: actions, types of resources, and the ARNs of each."""

from __future__ import annotations

import pytest

from skywalk.policy.authorization_reference import action_entry, has_actions
from skywalk.values.modelled_services import modelled_services

HERE = "us-east-1:123456789012"


def test_an_action_with_its_types() -> None:
    entry = action_entry("glue", "gettable")
    assert entry is not None
    assert entry.name == "GetTable"
    assert not entry.writes
    assert {kind.name for kind in entry.required} == {"database", "rootcatalog", "table"}
    assert {kind.name for kind in entry.optional} == {"catalog"}
    assert "aws:resourcetag/${tagkey}" in entry.keys


def test_what_writes() -> None:
    entry = action_entry("glue", "CreateJob")
    assert entry is not None
    assert entry.writes


def test_what_there_is_not() -> None:
    assert action_entry("glue", "GetNothing") is None
    assert action_entry("nothing", "GetTable") is None
    assert not has_actions("nothing")
    assert has_actions("glue")


@pytest.mark.parametrize(
    ("arn", "matches"),
    [
        (f"arn:aws:glue:{HERE}:table/db/t", True),
        (f"arn:aws:glue:{HERE}:table/db/t/u", True),
        (f"arn:aws:glue:{HERE}:table/db", False),
        (f"arn:aws:glue:{HERE}:table/db/t:u", False),
        ("arn:aws:glue:us-east-1:1:table/db/t", False),
        (f"arn:aws:other:{HERE}:table/db/t", False),
    ],
)
def test_arns_of_a_type(arn: str, matches: bool) -> None:
    entry = action_entry("glue", "GetTable")
    assert entry is not None
    (table,) = (kind for kind in entry.required if kind.name == "table")
    assert table.placeholders == ("DatabaseName", "TableName")
    assert (table.pattern.fullmatch(arn) is not None) is matches


def test_nearly_every_service_that_can_be_asked_for_has_actions() -> None:
    """Those that have not are told of by name in the table of prefixes."""
    without = {name for name, one in modelled_services().items() if not has_actions(one.signing_name)}
    assert {name.removesuffix("-fips") for name in without} == {
        "cloudcontrolapi",
        "iot.data",
        "iot.tunneling.api",
        "monitoring",
        "tagging",
    }
