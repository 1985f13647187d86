from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.policy.cases.case import CaseReader, read_context
from skywalk.policy.cases.errors import CaseError
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.document import PolicyKind
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.principal import user_principal

ACCOUNT, OTHER = "123456789012", "210987654321"
USER = {"arn": f"arn:aws:iam::{ACCOUNT}:user/ana", "account": ACCOUNT}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
FOR_ALL = {"Version": "2012-10-17", "Statement": [{**ALLOW["Statement"][0], "Principal": "*"}]}  # type: ignore[dict-item]
NOBODY = {"Version": "2012-10-17", "Statement": [{**DENY["Statement"][0], "Principal": "*"}]}  # type: ignore[dict-item]


def read(request: dict[str, Any] | None = None, **policies: Any) -> tuple[AccessRequest, Layers]:
    case = {"request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "principal": USER, **(request or {})}}
    return CaseReader().read(json.dumps({**case, **policies}))


def test_a_request() -> None:
    request, layers = read({"context": {"aws:SourceVpce": "vpce-1"}})
    assert layers == Layers()
    assert request == AccessRequest(
        "s3:GetObject",
        "arn:aws:s3:::b/k",
        user_principal(ACCOUNT, "ana"),
        ACCOUNT,
        {
            "aws:principalarn": USER["arn"],
            "aws:principalaccount": ACCOUNT,
            "aws:principaltype": "User",
            "aws:principalisawsservice": "false",
            "aws:username": "ana",
            "aws:resourceaccount": ACCOUNT,
            "aws:sourcevpce": "vpce-1",
        },
    )


def test_what_is_given_goes_before_what_follows() -> None:
    context = read({"context": {"AWS:PrincipalType": "X", "aws:ResourceAccount": None}})[0].context
    assert context["aws:principaltype"] == "X"
    assert "aws:resourceaccount" not in context


@pytest.mark.parametrize(
    ("request_", "owner"),
    [
        ({}, ACCOUNT),
        ({"resource_account": OTHER}, OTHER),
        ({"resource": f"arn:aws:sqs:us-east-1:{OTHER}:q"}, OTHER),
        ({"resource": f"arn:aws:sqs:us-east-1:{OTHER}:q", "resource_account": ACCOUNT}, ACCOUNT),
        ({"principal": None}, ""),
    ],
)
def test_whose_the_resource_is(request_: dict[str, Any], owner: str) -> None:
    request, _ = read(request_)
    assert request.resource_account == owner
    assert request.context.get("aws:resourceaccount", "") == owner


def test_null_is_what_is_left_out() -> None:
    request = read({"resource": None, "resource_account": None, "context": None})[0]
    assert (request.resource, request.resource_account) == ("*", request.principal.account_id)


def test_values_of_the_context() -> None:
    given = {"a": "x", "B": 7, "c": 7.5, "d": True, "e": ["x", 1, False], "f": None, "g": []}
    assert read_context(given) == {
        "a": "x",
        "b": "7",
        "c": "7.5",
        "d": "true",
        "e": ("x", "1", "false"),
        "f": None,
        "g": (),
    }
    assert read_context(None) == {}


def test_layers() -> None:
    _, layers = read(
        endpoint_policy=FOR_ALL,
        identity_policies=[ALLOW, DENY],
        resource_policy=json.dumps(FOR_ALL),
        permission_boundary=ALLOW,
        session_policies=[ALLOW],
        scps=[ALLOW, DENY],
        rcps=[FOR_ALL],
    )
    assert layers.endpoint_policy is not None
    assert layers.endpoint_policy.kind is PolicyKind.ENDPOINT
    assert len(layers.identity_policies) == 2
    assert layers.resource_policy is not None
    assert layers.resource_policy.kind is PolicyKind.RESOURCE
    assert layers.permission_boundary is not None
    assert len(layers.session_policies) == 1
    assert [len(level) for level in layers.scps] == [2]
    assert [len(level) for level in layers.rcps] == [1]
    assert not layers.resource_must_allow


def test_levels_of_control_policies() -> None:
    _, layers = read(scps=[[ALLOW], [ALLOW, DENY], []], rcps=[[NOBODY], []])
    assert [len(level) for level in layers.scps] == [1, 2, 0]
    # RCPFullAWSAccess is at every level
    assert [len(level) for level in layers.rcps] == [2, 1]


def test_absent_policies() -> None:
    nothing = dict.fromkeys(("endpoint_policy", "resource_policy", "permission_boundary", "scps", "session_policies"))
    assert read(**nothing)[1] == read(scps=[], rcps=[], identity_policies=[])[1] == Layers()


def test_trust_policies_and_keys_must_allow() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}
    _, layers = read({"action": "sts:AssumeRole", "resource": role}, resource_policy=trust)
    assert layers.resource_policy is not None
    assert layers.resource_policy.kind is PolicyKind.TRUST
    assert layers.resource_must_allow
    decrypt = {"action": "kms:Decrypt", "resource": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"}
    key = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}}
    assert read(decrypt, resource_policy=key)[1].resource_must_allow
    assert not read(decrypt)[1].resource_must_allow


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("[]", "a case is a JSON object"),
        ("{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("NaN", "not JSON: NaN"),
        ('{"request": {}, "request": {}}', "'request' is twice in one object"),
        ("[" * 100_000, "the case is nested too deeply"),
        ("{}", "request: missing"),
        ('{"request": 7}', "request: must be an object"),
        ('{"request": {}}', "request.principal: missing; null for anonymous callers"),
        ('{"request": {"principal": null}}', "request.action: missing"),
        ('{"request": {"principal": null, "action": 7}}', "request.action: must be a string"),
        ('{"request": {"principal": null, "action": "a:B", "ressource": "*"}}', "request.ressource: no such field"),
        ('{"permissions_boundary": {}, "request": {}}', "permissions_boundary: no such field of a case"),
        ('{"SCPs": [], "request": {}}', "SCPs: no such field of a case"),
    ],
)
def test_what_is_no_case(line: str, text: str) -> None:
    with pytest.raises(CaseError) as refused:
        CaseReader().read(line)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("policies", "text"),
    [
        ({"endpoint_policy": 7}, "endpoint_policy: must be a policy: an object, or its text"),
        ({"identity_policies": ALLOW}, "identity_policies: must be a list"),
        ({"identity_policies": [ALLOW, {"Statement": []}]}, "identity_policies[1]: Statement: must not be empty"),
        ({"resource_policy": ALLOW}, "resource_policy: Statement[0].Principal: missing"),
        ({"scps": [[ALLOW], ALLOW]}, "scps[1]: must be a list of policies, as the other levels are"),
        (
            {"scps": [[ALLOW], [FOR_ALL]]},
            "scps[1][0]: Statement[0].Principal: an identity-based policy has no Principal",
        ),
        ({"rcps": [ALLOW]}, "rcps[0]: Statement[0].Principal: missing"),
    ],
)
def test_policies_that_are_refused(policies: dict[str, Any], text: str) -> None:
    with pytest.raises(CaseError) as refused:
        read(**policies)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ([], "request.context: must be an object"),
        ({"a": {}}, "request.context.a: must be a string, a number, a Boolean, or a list of these"),
        ({"a": [None]}, "request.context.a: must be a string, a number, a Boolean, or a list of these"),
        ({"a": "1", "A": "2"}, "request.context.A: the key is there twice, in another case"),
    ],
)
def test_contexts_that_are_none(context: Any, text: str) -> None:
    with pytest.raises(CaseError) as refused:
        read({"context": context})
    assert str(refused.value) == text


def test_what_is_the_users_own_is_left_alone() -> None:
    assert read(name="reads a bucket", expected="Allow")[1] == Layers()


TO_ACCOUNT = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize(
    ("told", "action", "allowed"),
    [
        ({}, "s3:GetObject", False),
        ({}, "dynamodb:GetItem", False),
        ({}, "sqs:SendMessage", True),
        ({"endpoint_type": None}, "s3:GetObject", False),
        ({"endpoint_type": "Gateway"}, "s3:GetObject", False),
        ({"endpoint_type": "Interface"}, "s3:GetObject", True),
        ({"endpoint_type": "Interface"}, "dynamodb:GetItem", True),
    ],
)
def test_whom_an_account_means_depends_on_the_type_of_the_endpoint(told: Any, action: str, allowed: bool) -> None:
    request, layers = read({"action": action, **told}, endpoint_policy=TO_ACCOUNT, identity_policies=[ALLOW])
    decision = evaluate(request, layers)
    assert (decision.allowed, decision.by) == (allowed, "identity_policies" if allowed else "endpoint_policy")


def test_types_do_not_get_mixed_up_where_the_policy_is_the_same() -> None:
    reader = CaseReader()
    request = {"action": "s3:GetObject", "principal": USER}
    case = {"endpoint_policy": TO_ACCOUNT, "identity_policies": [ALLOW]}
    told: list[bool] = []
    for kind in ("Interface", "Gateway", "Interface"):
        asked, layers = reader.read(json.dumps({**case, "request": {**request, "endpoint_type": kind}}))
        told.append(evaluate(asked, layers).allowed)
    assert told == [True, False, True]


@pytest.mark.parametrize("kind", ["interface", "GatewayLoadBalancer", "", 1, ["Interface"]])
def test_a_type_of_endpoints_that_have_no_policies_is_none(kind: Any) -> None:
    with pytest.raises(CaseError, match=r"^request\.endpoint_type: must be Gateway or Interface$"):
        read({"endpoint_type": kind})
