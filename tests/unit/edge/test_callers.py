"""Callers at the edge: which policies speak for them, and who is nobody any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skywalk.edge.callers import Callers, VerifiedCaller
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import Row, RowChange
from skywalk.identity.caller import ANONYMOUS, Caller, root_caller, user_caller
from skywalk.identity.session import SessionClaims
from skywalk.plan.principals import User
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Decision, evaluate
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support import edge_rows as rows
from support.identities import allow

NOW = FixedClock().now()
ANA = f"arn:aws:iam::{rows.ACCOUNT}:user/ana"
KEY = "arn:aws:s3:::b/k"


def user(*policies: str, boundary: str | None = None, user_id: str = "AIDA1") -> User:
    return User(ANA, user_id, rows.ACCOUNT, policies, rows.ORIGIN, boundary)


def ana(access_key_id: str = "AKIAUSER") -> Caller:
    return user_caller(rows.ACCOUNT, "ana", "AIDA1", access_key_id)


def session(**more: object) -> Caller:
    role = f"arn:aws:iam::{rows.ACCOUNT}:role/app"
    claims = SessionClaims(rows.ACCOUNT, role, "AROAEXAMPLE", "app", "s-1", NOW, NOW, "1")
    return replace(claims, **more).caller("ASIASESSION")  # type: ignore[arg-type]


def known(*put: Row) -> tuple[EdgeState, Callers]:
    state = EdgeState()
    state.apply(RowChange(put, (), True))
    return state, Callers(state)


def decide(caller: VerifiedCaller) -> Decision:
    request = AccessRequest("s3:GetObject", KEY, caller.principal, rows.ACCOUNT, caller.keys)
    return evaluate(request, caller.layers(None, None))


def refusal(callers: Callers, caller: Caller) -> str:
    with pytest.raises(AwsError) as refused:
        callers.find(caller, "s3")
    return refused.value.code


def test_a_user_has_its_policies() -> None:
    _, callers = known(user(allow("s3:Get*")))
    found = callers.find(ana(), "s3")
    assert found.principal.arn == ANA
    assert dict(found.keys)["aws:principalarn"] == ANA
    assert decide(found).allowed


def test_a_boundary_caps_users_and_roles() -> None:
    role = replace(rows.role("app", allow("s3:*")), permissions_boundary=allow("ec2:*"))
    _, callers = known(user(allow("s3:*"), boundary=allow("ec2:*")), role)
    for caller in (ana(), session()):
        assert decide(callers.find(caller, "s3")) == Decision(False, "permission_boundary", False)


def test_a_boundary_that_cannot_be_evaluated_denies() -> None:
    _, callers = known(user(allow("s3:*"), boundary="{}"))
    assert decide(callers.find(ana(), "s3")) == Decision(False, "permission_boundary", True, 0)


def test_a_changed_policy_counts_with_the_next_request() -> None:
    state, callers = known(user())
    caller = ana()
    assert not decide(callers.find(caller, "s3")).allowed
    state.apply(RowChange((user(allow("s3:*")),), (), False))
    assert decide(callers.find(caller, "s3")).allowed


def test_what_is_known_of_a_caller_is_kept() -> None:
    _, callers = known(user(allow("s3:*")))
    caller = ana()
    assert callers.find(caller, "s3") is callers.find(caller, "s3")


def test_users_that_are_gone_or_other_ones_are_unknown() -> None:
    state, callers = known(user(allow("s3:*")))
    caller = ana()
    callers.find(caller, "s3")
    state.apply(RowChange((user(allow("s3:*"), user_id="AIDA2"),), (), False))
    assert refusal(callers, caller) == "InvalidAccessKeyId"
    state.apply(RowChange((), (("User", ANA),), False))
    assert refusal(callers, caller) == "InvalidAccessKeyId"


def test_a_user_s_session_is_the_user_s() -> None:
    _, callers = known(user(allow("s3:*")))
    claims = {"role_arn": "", "role_id": "", "role_name": "", "session_name": ""}
    own = session(**claims, user_arn=ANA, user_id="AIDA1")
    assert decide(callers.find(own, "s3")).allowed
    assert refusal(callers, replace(own, principal_id="AIDA2")) == "InvalidAccessKeyId"


def test_roots_and_strangers_have_no_policies() -> None:
    _, callers = known()
    assert decide(callers.find(root_caller(rows.ACCOUNT, rows.KEY_ID), "s3")).allowed
    assert not decide(callers.find(ANONYMOUS, "s3")).allowed
