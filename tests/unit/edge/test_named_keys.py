"""Which policies ask for a key that has to be looked up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.edge.authorize import Authorization, Check
from skywalk.edge.callers import VerifiedCaller
from skywalk.edge.named_keys import denies_by_one_of, names_one_of
from skywalk.edge.services.s3.authorize import S3Authorization
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.plan.control_policies import ControlPolicies
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.principal import Principal, PrincipalKind
from support import edge_rows as rows

TAGS = frozenset({"s3:existingobjecttag/"})
CHECK = Check("s3:GetObject", "arn:aws:s3:::documents/k")
BY_TAG = {"StringEquals": {"s3:ExistingObjectTag/class": "public"}}


def statement(action: str, condition: dict[str, Any], *, principal: bool = False) -> dict[str, Any]:
    named = {"Principal": "*"} if principal else {}
    return {"Effect": "Allow", **named, "Action": action, "Resource": "*", "Condition": condition}


def identity(*statements: dict[str, Any]) -> CompiledPolicy:
    return compile_policy(parse_policy(json.dumps({"Statement": list(statements)}), PolicyKind.IDENTITY))


def authorization(**policies: Any) -> Authorization:
    principal = Principal(PrincipalKind.USER, f"arn:aws:iam::{rows.ACCOUNT}:user/u", rows.ACCOUNT, None)
    return S3Authorization(EdgeState(), VerifiedCaller(principal, **policies, keys={}), {}, None)


@pytest.mark.parametrize("layer", ["identity_policies", "session_policies", "permission_boundary"])
def test_every_layer_is_looked_at(layer: str) -> None:
    policy = identity(statement("s3:Get*", BY_TAG))
    asked = authorization(**{layer: policy if layer == "permission_boundary" else (policy,)})
    assert names_one_of(asked, CHECK, TAGS)
    assert not names_one_of(authorization(), CHECK, TAGS)


def test_the_policy_of_the_resource_is_looked_at() -> None:
    asked = authorization()
    text = json.dumps({"Statement": statement("s3:GetObject", BY_TAG, principal=True)})
    asked.state.apply(RowChange((rows.bucket("documents", text),), (), False))
    assert names_one_of(asked, CHECK, TAGS)
    assert not names_one_of(asked, Check("s3:GetObject", "arn:aws:s3:::another/k"), TAGS)


def test_another_action_or_key_of_a_statement_does_not_count() -> None:
    policy = identity(statement("s3:GetObject", {}), statement("s3:PutObject", BY_TAG))
    assert not names_one_of(authorization(identity_policies=(policy,)), CHECK, TAGS)
    other = identity(statement("s3:GetObject", {"StringEquals": {"s3:authType": "POST"}}))
    assert not names_one_of(authorization(identity_policies=(other,)), CHECK, TAGS)
    exact = frozenset({"s3:authtype"})
    assert names_one_of(authorization(identity_policies=(other,)), CHECK, exact)


def test_control_policies_are_looked_at() -> None:
    asked = authorization()
    text = json.dumps({"Statement": statement("s3:*", BY_TAG)})
    member = ControlPolicies(rows.ACCOUNT, "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/", ((text,),), (), rows.ORIGIN)
    asked.state.apply(RowChange((member,), (), False))
    assert names_one_of(asked, CHECK, TAGS)


def test_those_that_deny_alone() -> None:
    allowing, denying = statement("s3:Get*", BY_TAG), {**statement("s3:Put*", BY_TAG), "Effect": "Deny"}
    asked = authorization(identity_policies=(identity(allowing, denying),))
    assert not denies_by_one_of(asked, CHECK, TAGS)
    put = Check("s3:PutObject", CHECK.resource)
    assert denies_by_one_of(asked, put, TAGS)
    assert names_one_of(asked, put, TAGS)
