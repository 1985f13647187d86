"""How the refusals that no test meets are found: `support.refusal_check` fails the run that misses one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from skywalk.actions import vpcs
from skywalk.api.dispatch import ACTIONS
from skywalk.values.errors import AwsError
from support.documented_errors import NEVER, NEVER_OF, documented
from support.refusal_check import NEEDED, RefusalCheck
from support.refusal_places import Refusing, places_of, promises_of
from support.refusal_record import RefusalRecord
from support.region import Region

SOURCE = '''
def find(call, name):
    """By its name. Raises InvalidGroup.NotFound, DependencyViolation
    for one in use. Filters are `Name`s."""
    if not name:
        raise missing_parameter(
            "name"
        )
    refuse_parameters(call, ["Other"])
    return not_found(name) if name == "x" else AwsError("DependencyViolation", text(name))
'''


def test_every_call_that_makes_a_refusal_is_a_place() -> None:
    makers = frozenset({"AwsError", "missing_parameter", "not_found", "refuse_parameters"})
    places = sorted(places_of("find.py", ast.parse(SOURCE), makers))
    assert [(place.line, place.end, place.text) for place in places] == [
        (6, (8, 9), "missing_parameter('name')"),
        (9, (9, 38), "refuse_parameters(call, ['Other'])"),
        (10, (10, 26), "not_found(name)"),
        (10, (10, 90), "AwsError('DependencyViolation', text(name))"),
    ]


def test_what_a_docstring_promises() -> None:
    promises = promises_of("find.py", ast.parse(SOURCE))
    assert [(one.function, one.code) for one in promises] == [
        ("find", "DependencyViolation"),
        ("find", "InvalidGroup.NotFound"),
    ]


def test_all_refusals_are_calls_that_the_record_can_judge() -> None:
    assert Refusing().loose_ends() == [], "raise or return AwsError, or what a function declared `-> AwsError` makes"


def test_no_docstring_promises_an_action_for_a_code() -> None:
    """They look alike. The check of a whole run would find it too, at its end."""
    actions = {name for table in ACTIONS.values() for name in table}
    promises = [one for path in Refusing().paths for one in promises_of(path, ast.parse(Path(path).read_text()))]
    assert [str(one) for one in promises if one.code in actions] == []


def test_a_refusal_is_noted_where_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(Path(vpcs.__file__))
    monkeypatch.setattr(AwsError, "__init__", AwsError.__init__)  # Puts back what `start` replaces.
    record = RefusalRecord()
    record.start([path])
    Region().client().refusal(vpcs.create_vpc)
    met = [place for place in Refusing().places if place.path == path and place.position in record.reached]
    assert [place.text[:29] for place in met] == ["AwsError('MissingParameter', "]
    assert (path, "create_vpc", "MissingParameter") in record.raised


def test_an_unmet_place_fails_a_whole_run_and_no_other(pytestconfig: pytest.Config) -> None:
    check = RefusalCheck()
    assert not check.is_whole(pytestconfig), "nothing was collected"
    tests = Path(__file__).parent
    check.chosen = {path for folder in NEEDED for path in (tests / folder).rglob("test_*.py")}
    assert check.is_whole(pytestconfig)
    check.left_out = True
    assert not check.is_whole(pytestconfig), "one picked tests"
    unmet = check.record.unmet(check.refusing)
    place = next(line for line in unmet if "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided." in line)
    assert place.startswith("src/skywalk/actions/")
    assert (
        "src/skywalk/actions/vpcs.py: create_vpc never met InvalidParameterValue, which AWS documents for CreateVpc"
        in unmet
    )


def test_reasons_for_what_no_call_meets_are_about_calls_that_are_served() -> None:
    actions = {name for service, table in ACTIONS.items() if service != "ec2" for name in table}
    codes = {code for _, _, code in documented()}
    assert not codes & NEVER.keys()
    assert [pattern for pattern, _, _ in NEVER_OF if not any(re.match(pattern, name) for name in actions)] == []
