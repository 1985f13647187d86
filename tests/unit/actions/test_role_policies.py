from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.role_policies import (
    MAX_INLINE_CHARACTERS,
    delete_role_policy,
    get_role_policy,
    list_attached_role_policies,
    list_role_policies,
    put_role_policy,
)
from skywalk.actions.roles import create_role
from support.region import Client, Region

TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


def policy(action: str = "s3:GetObject", *, pad: int = 0) -> str:
    return f'{{"Statement": [{{"Sid": "{"x" * pad}", "Effect": "Allow", "Action": "{action}", "Resource": "*"}}]}}'


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    client(create_role, RoleName="app", AssumeRolePolicyDocument=TRUST)
    return client


def put(iam: Client, name: str, text: str) -> None:
    iam(put_role_policy, RoleName="app", PolicyName=name, PolicyDocument=text)


def test_put_get_list_delete(iam: Client) -> None:
    put(iam, "write", policy("s3:PutObject"))
    put(iam, "read", policy())
    assert iam(list_role_policies, RoleName="app") == {"PolicyNames": ["read", "write"], "IsTruncated": False}
    assert iam(get_role_policy, RoleName="app", PolicyName="read") == {
        "RoleName": "app",
        "PolicyName": "read",
        "PolicyDocument": policy(),
    }
    iam(delete_role_policy, RoleName="app", PolicyName="read")
    assert iam(list_role_policies, RoleName="app")["PolicyNames"] == ["write"]


def test_a_policy_is_replaced(iam: Client) -> None:
    put(iam, "read", policy())
    put(iam, "read", policy("s3:*"))
    assert iam(get_role_policy, RoleName="app", PolicyName="read")["PolicyDocument"] == policy("s3:*")
    assert iam(list_role_policies, RoleName="app")["PolicyNames"] == ["read"]


@pytest.mark.parametrize("action", [get_role_policy, delete_role_policy])
def test_an_unknown_policy(iam: Client, action: Any) -> None:
    assert iam.refusal(action, RoleName="app", PolicyName="read") == (
        "NoSuchEntity",
        "The role policy with name read cannot be found.",
    )


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (put_role_policy, {"PolicyName": "read", "PolicyDocument": policy()}),
        (get_role_policy, {"PolicyName": "read"}),
        (delete_role_policy, {"PolicyName": "read"}),
        (list_role_policies, {}),
        (list_attached_role_policies, {}),
    ],
)
def test_an_unknown_role(iam: Client, action: Any, more: dict[str, str]) -> None:
    assert iam.refusal(action, RoleName="web", **more) == (
        "NoSuchEntity",
        "The role with name web cannot be found.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRUST, "an identity-based policy has no Principal"),
        (policy().replace("Action", "NotAction"), "Statement[0].NotAction: not supported yet"),
        ("", ""),
    ],
)
def test_a_policy_that_is_none(iam: Client, text: str, said: str) -> None:
    request = {"RoleName": "app", "PolicyName": "read", "PolicyDocument": text}
    code, message = iam.refusal(put_role_policy, **request)
    assert code == "MalformedPolicyDocument"
    assert said in message


def test_all_policies_of_a_role_share_a_limit(iam: Client) -> None:
    empty = len("".join(policy().split()))
    first = policy(pad=MAX_INLINE_CHARACTERS // 2 - empty)
    second = policy(pad=MAX_INLINE_CHARACTERS // 2 - empty)
    put(iam, "first", first)
    put(iam, "second", second.replace(" ", "\n    "))
    longer = {"RoleName": "app", "PolicyName": "second", "PolicyDocument": second.replace('"xx', '"xxx')}
    assert iam.refusal(put_role_policy, **longer) == (
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role app",
    )
    put(iam, "second", policy())


def test_pages(iam: Client) -> None:
    for name in "cab":
        put(iam, name, policy())
    first = iam(list_role_policies, RoleName="app", MaxItems=2)
    rest = iam(list_role_policies, RoleName="app", MaxItems=2, Marker=first["Marker"])
    assert (first["PolicyNames"], first["IsTruncated"]) == (["a", "b"], True)
    assert rest == {"PolicyNames": ["c"], "IsTruncated": False}


def test_no_managed_policies_are_attached(iam: Client) -> None:
    answer = iam(list_attached_role_policies, RoleName="app")
    assert answer == {"AttachedPolicies": [], "IsTruncated": False}
