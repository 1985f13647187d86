"""Who may call: roots and sessions of roles that may do everything; STS decides for itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from skywalk.api.authorize import authorize
from skywalk.identity.caller import ANONYMOUS, Caller, CallerKind, root_caller, session_arn, user_caller
from skywalk.resources.role import Role
from skywalk.resources.store import Store
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from skywalk.values.scope import Scope

ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/app"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READ = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}
NO_DELETING = {"Effect": "Deny", "Action": "ec2:DeleteVpc", "Resource": "*"}
SESSION = Caller(
    CallerKind.ROLE_SESSION,
    ACCOUNT,
    session_arn(ACCOUNT, "app", "i-1"),
    "AROA1:i-1",
    role_arn=ROLE_ARN,
    role_id="AROA1",
    role_name="app",
    session_name="i-1",
)
EC2_VOID = ("AuthFailure", 401, "AWS was not able to validate the provided access credentials")
IAM_VOID = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def store_with(*policies: str, unique_id: str = "AROA1") -> Store:
    """A store with the role `app`, that has these inline policies."""
    store = Store()
    role = Role(
        id=ROLE_ARN,
        scope=Scope(ACCOUNT, ""),
        name="app",
        path="/",
        unique_id=unique_id,
        trust_policy="{}",
        created_at=FixedClock().now(),
        inline_policies={f"policy-{number}": text for number, text in enumerate(policies)},
    )
    with store.transaction() as tx:
        tx.put(role)
    return store


def refusal(service: str, action: str, caller: Caller, store: Store) -> tuple[str, int, str]:
    with pytest.raises(AwsError) as refused:
        authorize(service, action, caller, store)
    return refused.value.code, refused.value.status, refused.value.message


@pytest.mark.parametrize(("service", "action"), [("ec2", "DeleteVpc"), ("iam", "CreateRole"), ("sts", "AssumeRole")])
def test_the_root_may_do_everything(service: str, action: str) -> None:
    authorize(service, action, root_caller(ACCOUNT), Store())


@pytest.mark.parametrize(
    "policies",
    [
        [policy(ALL)],
        [policy(READ), policy(ALL)],
        [policy(READ, ALL)],
        [policy({"Effect": "Allow", "Action": ["*"], "Resource": ["*"]})],
    ],
)
def test_a_role_with_full_access_may(policies: list[str]) -> None:
    store = store_with(*policies)
    authorize("ec2", "DeleteVpc", SESSION, store)
    authorize("iam", "CreateRole", SESSION, store)


@pytest.mark.parametrize(
    "policies",
    [
        [],
        [policy(READ)],
        [policy({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"})],
        [policy({**ALL, "Resource": "arn:aws:ec2:*:*:*"})],
        [policy({**ALL, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}})],
        [policy(ALL, NO_DELETING)],
        [policy(ALL), policy(NO_DELETING)],
    ],
)
def test_a_role_with_less_may_not(policies: list[str]) -> None:
    store = store_with(*policies)
    why = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1 is not authorized to perform: {{0}} "
        "because no identity-based policy allows the {0} action"
    )
    assert refusal("ec2", "DeleteVpc", SESSION, store) == (
        "UnauthorizedOperation",
        403,
        f"You are not authorized to perform this operation. {why.format('ec2:DeleteVpc')}",
    )
    assert refusal("iam", "CreateRole", SESSION, store) == ("AccessDenied", 403, why.format("iam:CreateRole"))
    authorize("sts", "GetCallerIdentity", SESSION, store)


def test_policies_of_the_session_cap_what_the_role_may() -> None:
    store = store_with(policy(ALL))
    authorize("ec2", "DeleteVpc", replace(SESSION, session_policies=(policy(ALL),)), store)
    for capped in (policy(READ), policy(ALL, NO_DELETING)):
        caller = replace(SESSION, session_policies=(capped,))
        assert refusal("ec2", "DeleteVpc", caller, store)[0] == "UnauthorizedOperation"


def test_policies_of_the_session_grant_nothing() -> None:
    caller = replace(SESSION, session_policies=(policy(ALL),))
    assert refusal("ec2", "DeleteVpc", caller, store_with(policy(READ)))[0] == "UnauthorizedOperation"


@pytest.mark.parametrize("store", [Store(), store_with(policy(ALL), unique_id="AROA2")], ids=["deleted", "made again"])
def test_sessions_of_a_role_that_is_gone_are_void(store: Store) -> None:
    assert refusal("ec2", "DescribeVpcs", SESSION, store) == EC2_VOID
    assert refusal("iam", "ListRoles", SESSION, store) == IAM_VOID
    assert refusal("sts", "GetCallerIdentity", SESSION, store) == IAM_VOID


def test_a_changed_policy_counts_at_once() -> None:
    store = store_with(policy(ALL))
    authorize("ec2", "DeleteVpc", SESSION, store)
    role = store.get(Role, ROLE_ARN)
    assert role is not None
    with store.transaction() as tx:
        tx.put(replace(role, inline_policies={}))
    assert refusal("ec2", "DeleteVpc", SESSION, store)[0] == "UnauthorizedOperation"


@pytest.mark.parametrize("caller", [ANONYMOUS, user_caller(ACCOUNT, "ada", "AIDA1")])
def test_nobody_else_may(caller: Caller) -> None:
    assert refusal("ec2", "DescribeVpcs", caller, Store())[0] == "UnauthorizedOperation"
    assert refusal("iam", "ListRoles", caller, Store())[0] == "AccessDenied"
