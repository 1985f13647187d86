from __future__ import annotations

import json

import pytest

from skywalk.edge.named_principals import UnknownPrincipal, named_principals
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.policy.document import Policy, PolicyKind, parse_policy
from support import edge_rows as rows

APP = f"arn:aws:iam::{rows.ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{rows.ACCOUNT}:assumed-role/none/i-1"
ABROAD = "arn:aws:iam::999999999999:role/ci"


def state() -> EdgeState:
    made = EdgeState()
    made.apply(RowChange((rows.ACCESS_KEY, rows.role("app", role_id="AROA1")), (), False))
    return made


def naming(*named: str) -> Policy:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(named)}, "Action": "*", "Resource": "*"}
    return parse_policy(json.dumps({"Statement": [statement]}), PolicyKind.RESOURCE)


def test_users_and_roles_are_told_with_their_ids() -> None:
    assert named_principals(naming(APP, rows.ACCOUNT), state()) == {APP: "AROA1"}


def test_who_is_spared_must_be_there_as_well() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": APP}, "Action": "*", "Resource": "*"}
    spares = parse_policy(json.dumps({"Statement": statement}), PolicyKind.RESOURCE)
    assert named_principals(spares, state()) == {APP: "AROA1"}
    without_roles = EdgeState()
    without_roles.apply(RowChange((rows.ACCESS_KEY,), (), False))
    with pytest.raises(UnknownPrincipal, match=APP):
        named_principals(spares, without_roles)


def test_unique_ids_of_those_who_are_there() -> None:
    made = EdgeState()
    unique_id = "AROA1234567890ABCDEF1"
    made.apply(RowChange((rows.ACCESS_KEY, rows.role("app", role_id=unique_id)), (), False))
    assert named_principals(naming(unique_id), made) == {}


def test_accounts_of_others_and_sessions_are_not_looked_for() -> None:
    assert named_principals(naming("*"), state()) == {}
    assert named_principals(naming(ABROAD, SESSION), state()) == {}


@pytest.mark.parametrize("named", [f"{APP}2", APP.replace("role/", "user/"), "AROA1234567890ABCDEF1"])
def test_who_is_not_there_is_told_by_name(named: str) -> None:
    with pytest.raises(UnknownPrincipal, match=named):
        named_principals(naming(APP, named), state())
