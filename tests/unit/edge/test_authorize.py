"""Checks of a request, with the organization's say in them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from skywalk.edge.authorize import Authorization, Check
from skywalk.edge.callers import VerifiedCaller
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.plan.control_policies import ControlPolicies
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.context import principal_context
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.evaluate import Decision
from skywalk.policy.organization import MANAGED
from skywalk.policy.principal import Principal, root_principal, user_principal
from skywalk.values.errors import AwsError
from support import edge_rows as rows

OWN, OTHER = rows.ACCOUNT, rows.OTHER_ACCOUNT
ANA = user_principal(OWN, "ana")
GET, PUT = Check("s3:GetObject", "arn:aws:s3:::b/k"), Check("s3:PutObject", "arn:aws:s3:::b/k")


def statement(effect: str, action: str, **more: object) -> str:
    one = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


ALLOW_ALL = compile_policy(parse_policy(statement("Allow", "*"), PolicyKind.IDENTITY))
OPEN = statement("Allow", "s3:*", Principal="*")


@dataclass(slots=True)
class Asked(Authorization):
    owner: str = OWN

    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        return self.owner, compile_policy(parse_policy(OPEN, PolicyKind.RESOURCE))

    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        return AwsError("AccessDenied", f"{decision.by} {check.action} {owner}", 403)


def member(account: str, scp: str | None = None, rcp: str | None = None) -> ControlPolicies:
    scps = ((MANAGED["FullAWSAccess"],), (MANAGED["FullAWSAccess"], scp)) if scp else ()
    rcps = ((MANAGED["RCPFullAWSAccess"],), (MANAGED["RCPFullAWSAccess"], rcp)) if rcp else ()
    return ControlPolicies(account, "o-a1b2c3d4e5", f"o-a1b2c3d4e5/r-ab12/ou-{account}/", scps, rcps, rows.ORIGIN)


def ask(*members: ControlPolicies, caller: Principal = ANA, owner: str = OWN, vpce_account: str = "") -> Asked:
    state = EdgeState()
    state.apply(RowChange(members, (), True))
    verified = VerifiedCaller(caller, (ALLOW_ALL,), keys=principal_context(caller))
    context = {**verified.keys, **({"aws:vpceaccount": vpce_account} if vpce_account else {})}
    return Asked(state, verified, context, None, owner)


def said(authorization: Asked, check: Check = GET) -> str | None:
    refusal = authorization.refusal((check,))
    return None if refusal is None else refusal.message


NO_GET = statement("Deny", "s3:GetObject")
NO_GET_OF_IT = statement("Deny", "s3:GetObject", Principal="*")


def test_without_an_organization_nothing_limits() -> None:
    assert said(ask()) is None


def test_the_scps_of_the_callers_account() -> None:
    assert said(ask(member(OWN, scp=NO_GET))) == f"scps s3:GetObject {OWN}"
    assert said(ask(member(OWN, scp=NO_GET)), PUT) is None
    assert said(ask(member(OWN, scp=NO_GET), caller=root_principal(OWN))) == f"scps s3:GetObject {OWN}"
    # the owner's SCPs are not the caller's
    assert said(ask(member(OTHER, scp=NO_GET), owner=OTHER)) is None


def test_the_rcps_of_the_resources_owner() -> None:
    assert said(ask(member(OTHER, rcp=NO_GET_OF_IT), owner=OTHER)) == f"rcps s3:GetObject {OTHER}"
    assert said(ask(member(OTHER, rcp=NO_GET_OF_IT), owner=OTHER), PUT) is None
    assert said(ask(member(OWN, rcp=NO_GET_OF_IT), owner=OTHER)) is None


def only(key: str, value: str) -> str:
    operator = "ForAllValues:StringNotLike" if key.endswith("Paths") else "StringNotEquals"
    return statement("Deny", "s3:*", Principal="*", Condition={operator: {key: value}, "Null": {key: "false"}})


@pytest.mark.parametrize("whose", ["Principal", "Resource", "Vpce"])
@pytest.mark.parametrize(("what", "value"), [("OrgID", "o-a1b2c3d4e5"), ("OrgPaths", "o-a1b2c3d4e5/*/ou-*")])
def test_keys_of_the_organization(whose: str, what: str, value: str) -> None:
    key = f"aws:{whose}{what}"
    assert said(ask(member(OWN, rcp=only(key, value)), vpce_account=OWN)) is None
    assert said(ask(member(OWN, rcp=only(key, "o-other")), vpce_account=OWN)) == f"rcps s3:GetObject {OWN}"


def test_who_is_not_in_it_has_no_keys_of_it() -> None:
    stranger = user_principal(OTHER, "eve")
    policy = statement("Deny", "s3:*", Principal="*", Condition={"Null": {"aws:PrincipalOrgID": "true"}})
    assert said(ask(member(OWN, rcp=policy), caller=stranger)) == f"rcps s3:GetObject {OWN}"
    assert said(ask(member(OWN, rcp=policy))) is None
