"""Policies of users, groups and roles, through their own calls: what holds for one holds for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from skywalk.actions import group_policies, role_policies, user_policies
from skywalk.actions.groups import create_group
from skywalk.actions.policy_holders import MAX_ATTACHED
from skywalk.actions.roles import create_role, put_role_permissions_boundary
from skywalk.actions.users import create_user, put_user_permissions_boundary
from support.identities import TRUSTS_EC2, Identities, allow
from support.region import OTHER_ACCOUNT, Client, Region

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True)
class Holder:
    """One kind of holder with its calls; all are called `app`."""

    noun: str
    max_characters: int
    create: Any
    module: Any
    client: Client

    def __call__(self, call: str, **request: Any) -> Any:
        return self.client(self._action(call), **self._named(request))

    def refusal(self, call: str, **request: Any) -> tuple[str, str]:
        return self.client.refusal(self._action(call), **self._named(request))

    def make(self) -> None:
        more = {"AssumeRolePolicyDocument": TRUSTS_EC2} if self.noun == "role" else {}
        self.client(self.create, **self._named(more))

    def _action(self, call: str) -> Any:
        return getattr(self.module, call.replace("_of_", f"_{self.noun}_"))

    def _named(self, request: dict[str, Any]) -> dict[str, Any]:
        return {f"{self.noun.title()}Name": "app", **request}


KINDS = [
    ("user", 2048, create_user, user_policies),
    ("group", 5120, create_group, group_policies),
    ("role", 10_240, create_role, role_policies),
]


@pytest.fixture(params=KINDS, ids=[kind[0] for kind in KINDS])
def app(request: pytest.FixtureRequest) -> Holder:
    noun, max_characters, create, module = request.param
    holder = Holder(noun, max_characters, create, module, Region().client())
    holder.make()
    return holder


def policy(action: str = "s3:GetObject", *, pad: int = 0) -> str:
    return f'{{"Statement": [{{"Sid": "{"x" * pad}", "Effect": "Allow", "Action": "{action}", "Resource": "*"}}]}}'


def put(app: Holder, name: str, text: str) -> None:
    app("put_of_policy", PolicyName=name, PolicyDocument=text)


def attached(app: Holder, **request: Any) -> list[str]:
    answer = app("list_attached_of_policies", **request)
    return [one["PolicyArn"] for one in answer["AttachedPolicies"]]


def test_put_get_list_delete(app: Holder) -> None:
    put(app, "write", policy("s3:PutObject"))
    put(app, "read", policy())
    assert app("list_of_policies") == {"PolicyNames": ["read", "write"], "IsTruncated": False}
    assert app("get_of_policy", PolicyName="read") == {
        f"{app.noun.title()}Name": "app",
        "PolicyName": "read",
        "PolicyDocument": policy(),
    }
    app("delete_of_policy", PolicyName="read")
    assert app("list_of_policies")["PolicyNames"] == ["write"]


def test_a_policy_is_replaced(app: Holder) -> None:
    put(app, "read", policy())
    put(app, "read", policy("s3:*"))
    assert app("get_of_policy", PolicyName="read")["PolicyDocument"] == policy("s3:*")
    assert app("list_of_policies")["PolicyNames"] == ["read"]


@pytest.mark.parametrize("call", ["get_of_policy", "delete_of_policy"])
def test_an_unknown_policy(app: Holder, call: str) -> None:
    text = f"The {app.noun} policy with name read cannot be found."
    assert app.refusal(call, PolicyName="read") == ("NoSuchEntity", text)


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("put_of_policy", {"PolicyName": "read", "PolicyDocument": policy()}),
        ("get_of_policy", {"PolicyName": "read"}),
        ("delete_of_policy", {"PolicyName": "read"}),
        ("list_of_policies", {}),
        ("attach_of_policy", {"PolicyArn": ADMINISTRATOR}),
        ("detach_of_policy", {"PolicyArn": ADMINISTRATOR}),
        ("list_attached_of_policies", {}),
    ],
)
def test_an_unknown_holder(app: Holder, call: str, more: dict[str, str]) -> None:
    request = {f"{app.noun.title()}Name": "web", **more}
    assert app.refusal(call, **request) == ("NoSuchEntity", f"The {app.noun} with name web cannot be found.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRUSTS_EC2, "an identity-based policy has no Principal"),
        (policy().replace("Action", "NotPrincipal"), "an identity-based policy has no NotPrincipal"),
        (
            allow("macie2:*", Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}),
            "aws:ResourceTag/team: not supported yet",
        ),
        ("", ""),
    ],
)
def test_a_policy_that_is_none(app: Holder, text: str, said: str) -> None:
    code, message = app.refusal("put_of_policy", PolicyName="read", PolicyDocument=text)
    assert code == "MalformedPolicyDocument"
    assert said in message


def test_all_inline_policies_share_a_limit(app: Holder) -> None:
    empty = len("".join(policy().split()))
    half = policy(pad=app.max_characters // 2 - empty)
    put(app, "first", half)
    put(app, "second", half.replace(" ", "\n    "))
    assert app.refusal("put_of_policy", PolicyName="second", PolicyDocument=half.replace('"xx', '"xxx')) == (
        "LimitExceeded",
        f"Maximum policy size of {app.max_characters} bytes exceeded for {app.noun} app",
    )
    put(app, "second", policy())


def test_pages_of_inline_policies(app: Holder) -> None:
    for name in "cab":
        put(app, name, policy())
    first = app("list_of_policies", MaxItems=2)
    rest = app("list_of_policies", MaxItems=2, Marker=first["Marker"])
    assert (first["PolicyNames"], first["IsTruncated"]) == (["a", "b"], True)
    assert rest == {"PolicyNames": ["c"], "IsTruncated": False}


def test_attach_and_detach(app: Holder) -> None:
    own = Identities(app.client).policy("read", policy(), Path="/team/")
    app("attach_of_policy", PolicyArn=own)
    app("attach_of_policy", PolicyArn=ADMINISTRATOR)
    assert app("list_attached_of_policies") == {
        "AttachedPolicies": [
            {"PolicyName": "read", "PolicyArn": own},
            {"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR},
        ],
        "IsTruncated": False,
    }
    assert attached(app, PathPrefix="/team/") == [own]
    app("detach_of_policy", PolicyArn=own)
    assert attached(app) == [ADMINISTRATOR]


def test_attaching_twice_is_attaching_once(app: Holder) -> None:
    app("attach_of_policy", PolicyArn=ADMINISTRATOR)
    app("attach_of_policy", PolicyArn=ADMINISTRATOR)
    assert attached(app) == [ADMINISTRATOR]


def test_pages_of_attached_policies(app: Holder) -> None:
    arns = [Identities(app.client).policy(name, policy()) for name in "cab"]
    for arn in arns:
        app("attach_of_policy", PolicyArn=arn)
    first = app("list_attached_of_policies", MaxItems=2)
    assert first["IsTruncated"]
    assert attached(app, MaxItems=2) == arns[:2]
    assert attached(app, Marker=first["Marker"]) == arns[2:]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::123456789012:policy/none",
        f"arn:aws:iam::{OTHER_ACCOUNT}:policy/theirs",
    ],
)
def test_a_policy_that_is_not_there(app: Holder, arn: str) -> None:
    Identities(app.client.world.client(OTHER_ACCOUNT)).policy("theirs", policy())
    text = f"Policy {arn} does not exist or is not attachable."
    assert app.refusal("attach_of_policy", PolicyArn=arn) == ("NoSuchEntity", text)
    assert app.refusal("detach_of_policy", PolicyArn=arn) == ("NoSuchEntity", f"Policy {arn} was not found.")


@pytest.mark.parametrize("call", ["attach_of_policy", "detach_of_policy"])
def test_what_is_no_policy(app: Holder, call: str) -> None:
    for arn in ("AdministratorAccess-by-name", "arn:aws:iam::123456789012:role/app"):
        assert app.refusal(call, PolicyArn=arn) == ("InvalidInput", f"ARN {arn} is not valid.")


def test_ten_policies_at_most(app: Holder) -> None:
    identities = Identities(app.client)
    for number in range(MAX_ATTACHED):
        app("attach_of_policy", PolicyArn=identities.policy(f"p{number}", policy()))
    assert app.refusal("attach_of_policy", PolicyArn=ADMINISTRATOR) == (
        "LimitExceeded",
        f"Cannot exceed quota for PoliciesPer{app.noun.title()}: 10",
    )


SERVICES = "arn:aws:iam::aws:policy/aws-service-role/AmazonElasticsearchServiceRolePolicy"


def test_policies_of_service_linked_roles_are_for_these_alone(app: Holder) -> None:
    refused = ("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
    assert app.refusal("attach_of_policy", PolicyArn=SERVICES) == refused
    if app.noun != "group":
        boundary: Any = {"user": put_user_permissions_boundary, "role": put_role_permissions_boundary}[app.noun]
        request = {f"{app.noun.title()}Name": "app", "PermissionsBoundary": SERVICES}
        assert app.client.refusal(boundary, **request) == refused


def test_a_boundary_that_is_no_policy(app: Holder) -> None:
    if app.noun == "group":
        return
    boundary: Any = {"user": put_user_permissions_boundary, "role": put_role_permissions_boundary}[app.noun]
    request = {f"{app.noun.title()}Name": "app", "PermissionsBoundary": "read"}
    assert app.client.refusal(boundary, **request) == ("InvalidInput", "ARN read is not valid.")


def test_a_marker_of_another_list(app: Holder) -> None:
    assert app.refusal("list_attached_of_policies", Marker="x") == ("InvalidInput", "Invalid Marker.")
