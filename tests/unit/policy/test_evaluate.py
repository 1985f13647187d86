from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest

from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.context import request_context
from skywalk.policy.document import Effect, PolicyKind, parse_policy
from skywalk.policy.evaluate import Decision, Layers, denying_statement, evaluate
from skywalk.policy.principal import (
    ANONYMOUS,
    Principal,
    root_principal,
    service_principal,
)
from support import plain_policy
from support.random_cases import random_case
from support.random_policies import (
    OTHER,
    OWNER,
    ROLE_ARN,
    SESSION,
    STRANGER,
    USER,
    Pool,
    random_levels,
)

KEY = "arn:aws:s3:::bank/my_file.txt"


def policy(kind: PolicyKind, *statements: dict[str, Any]) -> CompiledPolicy:
    return compile_policy(parse_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}), kind))


def allow(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def endpoint(*statements: dict[str, Any]) -> CompiledPolicy:
    return policy(PolicyKind.ENDPOINT, *({"Principal": "*"} | one for one in statements))


def identity(*statements: dict[str, Any]) -> CompiledPolicy:
    return policy(PolicyKind.IDENTITY, *statements)


def bucket(principal: Any, *statements: dict[str, Any]) -> CompiledPolicy:
    return policy(PolicyKind.RESOURCE, *({"Principal": principal} | one for one in statements))


def decide(caller: Principal, layers: Layers, action: str = "s3:GetObject", vpce: str = "vpce-1") -> Decision:
    context = request_context(caller, secure_transport=True, source_vpce=vpce)
    return evaluate(AccessRequest(action, KEY, caller, OWNER, context), layers)


ALLOW_ALL = identity(allow())

CASES = [
    # caller, layers, the decision
    (USER, Layers(), Decision(False, "identity_policies", False)),
    (USER, Layers(None, (ALLOW_ALL,)), Decision(True, "identity_policies", True, 0)),
    # the endpoint policy caps and grants nothing
    (USER, Layers(endpoint(allow())), Decision(False, "identity_policies", False)),
    (USER, Layers(endpoint(allow("s3:PutObject")), (ALLOW_ALL,)), Decision(False, "endpoint_policy", False)),
    (USER, Layers(endpoint(allow()), (ALLOW_ALL,)), Decision(True, "identity_policies", True, 0)),
    (
        USER,
        Layers(endpoint(allow(), deny(Sid="no")), (ALLOW_ALL,)),
        Decision(False, "endpoint_policy", True, "no"),
    ),
    # any explicit deny, whatever else is refused implicitly before it
    (
        USER,
        Layers(endpoint(allow("s3:PutObject")), (ALLOW_ALL,), bucket("*", deny())),
        Decision(False, "resource_policy", True, 0),
    ),
    (USER, Layers(None, (ALLOW_ALL, identity(deny()))), Decision(False, "identity_policies", True, 0)),
    # one account: either suffices
    (USER, Layers(None, (), bucket("*", allow())), Decision(True, "resource_policy", True, 0)),
    (USER, Layers(None, (), bucket({"AWS": USER.arn}, allow())), Decision(True, "resource_policy", True, 0)),
    (SESSION, Layers(None, (), bucket({"AWS": ROLE_ARN}, allow())), Decision(True, "resource_policy", True, 0)),
    (SESSION, Layers(None, (), bucket({"AWS": SESSION.arn}, allow())), Decision(True, "resource_policy", True, 0)),
    # an account delegates only; its Deny hits everyone in it
    (USER, Layers(None, (), bucket({"AWS": OWNER}, allow())), Decision(False, "identity_policies", False)),
    (
        USER,
        Layers(None, (ALLOW_ALL,), bucket({"AWS": OWNER}, deny())),
        Decision(False, "resource_policy", True, 0),
    ),
    # two accounts: both
    (STRANGER, Layers(None, (ALLOW_ALL,)), Decision(False, "resource_policy", False)),
    (
        STRANGER,
        Layers(None, (), bucket({"AWS": STRANGER.arn}, allow())),
        Decision(False, "identity_policies", False),
    ),
    (
        STRANGER,
        Layers(None, (ALLOW_ALL,), bucket({"AWS": OTHER}, allow())),
        Decision(True, "resource_policy", True, 0),
    ),
    # root
    (root_principal(OWNER), Layers(), Decision(True, "identity_policies", False)),
    (root_principal(OWNER), Layers(None, (), bucket("*", deny())), Decision(False, "resource_policy", True, 0)),
    (root_principal(OWNER), Layers(endpoint(allow("s3:PutObject"))), Decision(False, "endpoint_policy", False)),
    (root_principal(OTHER), Layers(), Decision(False, "resource_policy", False)),
    (
        root_principal(OTHER),
        Layers(None, (), bucket({"AWS": f"arn:aws:iam::{OTHER}:root"}, allow())),
        Decision(True, "resource_policy", True, 0),
    ),
    # for services with gateway endpoints an account is its root user alone, for others all of it
    (
        USER,
        Layers(endpoint(allow(Principal={"AWS": OWNER})), (ALLOW_ALL,)),
        Decision(False, "endpoint_policy", False),
    ),
    (
        root_principal(OWNER),
        Layers(endpoint(allow(Principal={"AWS": OWNER}))),
        Decision(True, "identity_policies", False),
    ),
    # anonymous
    (ANONYMOUS, Layers(), Decision(False, "resource_policy", False)),
    (ANONYMOUS, Layers(endpoint(allow()), (), bucket("*", allow())), Decision(True, "resource_policy", True, 0)),
    (ANONYMOUS, Layers(None, (), bucket({"AWS": OWNER}, allow())), Decision(False, "resource_policy", False)),
    # sessions
    (
        SESSION,
        Layers(None, (ALLOW_ALL,), None, (identity(allow("s3:ListBucket")),)),
        Decision(False, "session_policies", False),
    ),
    (
        SESSION,
        Layers(None, (ALLOW_ALL,), None, (identity(allow("s3:Get*")),)),
        Decision(True, "identity_policies", True, 0),
    ),
    (
        SESSION,
        Layers(None, (ALLOW_ALL,), None, (ALLOW_ALL, identity(deny(Sid="never")))),
        Decision(False, "session_policies", True, "never"),
    ),
]


@pytest.mark.parametrize(("caller", "layers", "expected"), CASES)
def test_layers(caller: Principal, layers: Layers, expected: Decision) -> None:
    assert decide(caller, layers) == expected


def test_seed_policy_of_an_endpoint() -> None:
    reads_one_bucket = endpoint(
        {
            "Sid": "ReadBank",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::bank", "arn:aws:s3:::bank/*"],
            "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        }
    )
    layers = Layers(reads_one_bucket, (ALLOW_ALL,))
    assert decide(USER, layers).allowed
    assert decide(USER, layers, vpce="vpce-2") == Decision(False, "endpoint_policy", False)
    assert decide(USER, layers, action="s3:PutObject") == Decision(False, "endpoint_policy", False)


def test_bucket_policy_that_admits_one_endpoint_refuses_the_public_side() -> None:
    only_vpce = bucket("*", deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}))
    layers = Layers(None, (ALLOW_ALL,), only_vpce)
    assert decide(USER, layers).allowed
    public = AccessRequest("s3:GetObject", KEY, USER, OWNER, request_context(USER, secure_transport=True))
    assert evaluate(public, layers) == Decision(False, "resource_policy", True, 0)


@pytest.mark.parametrize(
    ("principal", "caller", "identities", "expected"),
    [
        (
            {"Service": "ec2.amazonaws.com"},
            service_principal("ec2.amazonaws.com"),
            (),
            Decision(True, "resource_policy", True, 0),
        ),
        (
            {"Service": "ec2.amazonaws.com"},
            service_principal("lambda.amazonaws.com"),
            (),
            Decision(False, "resource_policy", False, None, True),
        ),
        ({"AWS": USER.arn}, USER, (), Decision(True, "resource_policy", True, 0)),
        ({"AWS": OWNER}, USER, (), Decision(False, "identity_policies", False)),
        (
            {"AWS": OWNER},
            USER,
            (identity(allow("sts:AssumeRole")),),
            Decision(True, "resource_policy", True, 0),
        ),
        # a role trust policy must allow, even in the same account
        (
            {"AWS": SESSION.arn},
            USER,
            (identity(allow("sts:*")),),
            Decision(False, "resource_policy", False, None, True),
        ),
    ],
)
def test_role_trust(principal: Any, caller: Principal, identities: Any, expected: Decision) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    layers = Layers(None, identities, policy(PolicyKind.TRUST, statement))
    request = AccessRequest("sts:AssumeRole", ROLE_ARN, caller, OWNER, request_context(caller, secure_transport=True))
    assert evaluate(request, layers) == expected


@pytest.mark.parametrize(
    ("caller", "layers", "expected"),
    [
        # the policy of a KMS key: it allows, or it leaves it to the account
        (USER, Layers(None, (ALLOW_ALL,)), Decision(False, "resource_policy", False)),
        (USER, Layers(None, (), bucket({"AWS": USER.arn}, allow())), Decision(True, "resource_policy", True, 0)),
        (USER, Layers(None, (), bucket({"AWS": OWNER}, allow())), Decision(False, "identity_policies", False)),
        (
            USER,
            Layers(None, (ALLOW_ALL,), bucket({"AWS": OWNER}, allow(Sid="by-iam"))),
            Decision(True, "resource_policy", True, "by-iam"),
        ),
        (
            USER,
            Layers(None, (ALLOW_ALL,), bucket({"AWS": ROLE_ARN}, allow())),
            Decision(False, "resource_policy", False),
        ),
        (root_principal(OWNER), Layers(), Decision(False, "resource_policy", False)),
        (
            root_principal(OWNER),
            Layers(None, (), bucket({"AWS": OWNER}, allow())),
            Decision(True, "resource_policy", True, 0),
        ),
    ],
)
def test_resource_policies_that_must_allow(caller: Principal, layers: Layers, expected: Decision) -> None:
    assert decide(caller, layers._replace(resource_must_allow=True)) == expected


BOUNDARY_ON_S3 = identity(allow("s3:Put*"))
ROLE_OF_SESSION = SESSION.role_arn


@pytest.mark.parametrize(
    ("caller", "layers", "expected"),
    [
        # a boundary caps what identity policies give, and gives nothing
        (USER, Layers(None, (ALLOW_ALL,)), Decision(True, "identity_policies", True, 0)),
        (USER, Layers(None, (), None, ()), Decision(False, "identity_policies", False)),
        (USER, Layers(None, (ALLOW_ALL,), None, (), BOUNDARY_ON_S3), Decision(False, "permission_boundary", False)),
        (USER, Layers(None, (ALLOW_ALL,), None, (), ALLOW_ALL), Decision(True, "identity_policies", True, 0)),
        (USER, Layers(None, (), None, (), ALLOW_ALL), Decision(False, "identity_policies", False)),
        (
            USER,
            Layers(None, (ALLOW_ALL,), None, (), identity(allow(), deny("s3:Get*", Sid="no"))),
            Decision(False, "permission_boundary", True, "no"),
        ),
        # the bucket's policy names the user: the boundary's silence does not matter, its Deny does
        (
            USER,
            Layers(None, (), bucket({"AWS": USER.arn}, allow()), (), BOUNDARY_ON_S3),
            Decision(True, "resource_policy", True, 0),
        ),
        (
            USER,
            Layers(None, (), bucket({"AWS": USER.arn}, allow()), (), identity(deny())),
            Decision(False, "permission_boundary", True, 0),
        ),
        (
            USER,
            Layers(None, (), bucket("*", allow()), (), BOUNDARY_ON_S3),
            Decision(True, "resource_policy", True, 0),
        ),
        # given to everyone is given to the session, not to its role
        (
            SESSION,
            Layers(
                None,
                (),
                bucket("*", allow(Condition={"ArnEquals": {"aws:PrincipalArn": ROLE_OF_SESSION}})),
                (BOUNDARY_ON_S3,),
                BOUNDARY_ON_S3,
            ),
            Decision(True, "resource_policy", True, 0),
        ),
        (
            SESSION,
            Layers(None, (), bucket({"AWS": OWNER}, allow()), (), BOUNDARY_ON_S3),
            Decision(False, "identity_policies", False),
        ),
        # a role's ARN is not its session's
        (
            SESSION,
            Layers(None, (), bucket({"AWS": ROLE_OF_SESSION}, allow()), (), BOUNDARY_ON_S3),
            Decision(False, "permission_boundary", False),
        ),
        (
            SESSION,
            Layers(None, (), bucket({"AWS": SESSION.arn}, allow()), (), BOUNDARY_ON_S3),
            Decision(True, "resource_policy", True, 0),
        ),
        (
            SESSION,
            Layers(None, (), bucket({"AWS": SESSION.arn}, allow()), (BOUNDARY_ON_S3,)),
            Decision(True, "resource_policy", True, 0),
        ),
        (
            SESSION,
            Layers(None, (), bucket({"AWS": ROLE_OF_SESSION}, allow()), (BOUNDARY_ON_S3,)),
            Decision(False, "session_policies", False),
        ),
        # a statement for the role comes first, another one names the caller
        (
            USER,
            Layers(
                None,
                (),
                policy(
                    PolicyKind.RESOURCE,
                    allow(Principal={"AWS": ROLE_ARN}),
                    allow("s3:GetObject", KEY, Principal={"AWS": USER.arn}),
                ),
                (),
                BOUNDARY_ON_S3,
            ),
            Decision(True, "resource_policy", True, 1),
        ),
        # across accounts both sides count in full
        (
            STRANGER,
            Layers(None, (ALLOW_ALL,), bucket({"AWS": STRANGER.arn}, allow()), (), BOUNDARY_ON_S3),
            Decision(False, "permission_boundary", False),
        ),
        # several silent layers: identity is named before the boundary, the boundary before the session
        (USER, Layers(None, (), None, (), BOUNDARY_ON_S3), Decision(False, "identity_policies", False)),
        (
            SESSION,
            Layers(None, (ALLOW_ALL,), None, (BOUNDARY_ON_S3,), BOUNDARY_ON_S3),
            Decision(False, "permission_boundary", False),
        ),
    ],
)
def test_permissions_boundaries(caller: Principal, layers: Layers, expected: Decision) -> None:
    assert decide(caller, layers) == expected


# --- comparison with the plain evaluator on random cases -------------------------------------------------------


def test_agrees_with_the_plain_evaluator_on_random_cases() -> None:
    chance = random.Random(20260101)
    endpoints = Pool(chance, PolicyKind.ENDPOINT)
    identities = Pool(chance, PolicyKind.IDENTITY)
    resources = Pool(chance, PolicyKind.RESOURCE)
    seen: Counter[tuple[bool, str, bool]] = Counter()
    for _ in range(5000):
        case, caller = random_case(chance)
        at_endpoint, on_resource = endpoints.draw(0.5), resources.draw(0.5)
        of_caller = [drawn for drawn in (identities.draw(0.7), identities.draw(0.4)) if drawn]
        of_session = [drawn for drawn in (identities.draw(0.2),) if drawn]
        boundary = identities.draw(0.3)
        scps, rcps = random_levels(chance, identities), random_levels(chance, resources)
        case |= {
            "scps": [[document for document, _ in level] for level in scps],
            "rcps": [[document for document, _ in level] for level in rcps],
            "resource_must_allow": chance.random() < 0.2,
            "endpoint_policy": at_endpoint[0] if at_endpoint else None,
            "identity_policies": [document for document, _ in of_caller],
            "resource_policy": on_resource[0] if on_resource else None,
            "session_policies": [document for document, _ in of_session],
            "permission_boundary": boundary[0] if boundary else None,
        }
        layers = Layers(
            at_endpoint[1] if at_endpoint else None,
            tuple(compiled for _, compiled in of_caller),
            on_resource[1] if on_resource else None,
            tuple(compiled for _, compiled in of_session),
            boundary[1] if boundary else None,
            tuple(tuple(compiled for _, compiled in level) for level in scps),
            tuple(tuple(compiled for _, compiled in level) for level in rcps),
            case["resource_must_allow"],
        )
        request = AccessRequest(case["action"], case["resource"], caller, OWNER, case["context"])
        decision = evaluate(request, layers)
        expected = plain_policy.decide(case)
        assert (decision.allowed, decision.by, decision.explicit, decision.statement) == expected, case
        denied_by = denying_statement(decision, request, layers)
        if decision.explicit and not decision.allowed:
            assert denied_by is not None, case
            assert (denied_by.sid or denied_by.index, denied_by.effect) == (decision.statement, Effect.DENY), case
        else:
            assert denied_by is None, case
        seen[expected[:3]] += 1
    # The cases are worth something only if every kind of decision is among them.
    assert min(seen[True, "identity_policies", True], seen[True, "resource_policy", True]) > 50
    for layer in ("endpoint_policy", "identity_policies", "resource_policy", "scps", "rcps"):
        assert seen[False, layer, True] > 50
        assert seen[False, layer, False] > 50
    assert seen[False, "session_policies", False] > 5
    assert seen[False, "permission_boundary", False] > 20
    assert seen[False, "permission_boundary", True] > 20
