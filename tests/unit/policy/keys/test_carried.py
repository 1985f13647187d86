from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.api.dispatch import ACTIONS
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys import names
from skywalk.policy.keys.carried import DECIDED, EVERYWHERE, NEVER_HERE, OF_SERVICE, InvalidKey, check_keys, is_carried
from skywalk.policy.keys.known import GLOBAL_KEYS, global_name


def _checked(
    key: str,
    actions: str | list[str] = "*",
    kind: PolicyKind = PolicyKind.IDENTITY,
    *,
    value: str = "x",
    resource: str = "*",
    element: str = "Action",
) -> None:
    statement: dict[str, Any] = {"Effect": "Allow", element: actions, "Resource": resource}
    if kind is not PolicyKind.IDENTITY:
        statement["Principal"] = "*"
    statement["Condition"] = {"StringEquals": {key: value}} if key else {}
    check_keys(parse_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), kind))


@pytest.mark.parametrize(
    "key", ["aws:SourceVpce", "aws:PrincipalTag/team", "aws:CURRENTTIME", "ec2:RoleDelivery", "aws:SourceIp"]
)
def test_global_keys_are_taken_for_every_service(key: str) -> None:
    for actions in ("*", "s3:GetObject", ["dynamodb:GetItem", "sqs:*"]):
        _checked(key, actions)


def test_circumstances_that_do_not_occur_are_no_reason_to_refuse() -> None:
    _checked("aws:MultiFactorAuthAge")
    _checked("aws:AssumedRoot", "s3:*")
    _checked("lambda:SourceFunctionArn", "s3:*", PolicyKind.RESOURCE)


def test_a_key_that_aws_sets_and_skywalk_does_not_is_refused_with_its_place() -> None:
    place = (
        r"^Statement\[0\]\.Condition\.StringEquals\.ec2:vpcemultiregion: not supported yet: AWS documents no values; "
    )
    with pytest.raises(PolicyError, match=place):
        _checked("ec2:VpceMultiRegion", "ec2:CreateVpcEndpoint")
    with pytest.raises(PolicyError, match="not supported yet"):
        _checked("ec2:VpceMultiRegion")
    with pytest.raises(PolicyError, match="not supported yet"):
        _checked("ec2:VpceMultiRegion", "s3:GetObject", element="NotAction")
    with pytest.raises(
        PolicyError, match=r"\(policy variable in .*\): not supported yet: a snapshot that a launch names"
    ):
        _checked("ec2:SnapshotID", "ec2:RunInstances", value="${ec2:ParentVolume}")
    with pytest.raises(PolicyError, match="not supported yet"):
        _checked("secretsmanager:SecretPrimaryRegion", ["s3:GetObject", "secretsmanager:*"])
    # Nobody sets it for S3.
    _checked("ec2:VpceMultiRegion", "s3:GetObject")


def test_keys_of_services_that_nobody_can_call_refuse_nothing() -> None:
    _checked("s3express:SessionMode", ["s3express:CreateSession", "s3:GetObject"])
    _checked("s3express:SessionMode")
    _checked("elasticloadbalancing:CreateAction", ["elasticloadbalancing:*", "s3express:*"])
    assert all(ACTIONS[service] for service in ACTIONS if service in DECIDED), "of these there are requests"
    assert not any(ACTIONS[service] for service in ACTIONS if service not in DECIDED)


def test_keys_of_identity_providers_refuse_no_trust_policy() -> None:
    for key in ("saml:aud", "accounts.google.com:aud", "token.actions.githubusercontent.com:actor"):
        _checked(key, ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"])
        _checked(key)
    with pytest.raises(InvalidKey, match="no such condition key"):
        _checked("accounts.google.com:aud", "s3:GetObject", PolicyKind.RESOURCE)


def test_tags_count_by_service() -> None:
    _checked("aws:TagKeys", "route53:*")
    _checked("aws:ResourceTag/team", "ec2:*")
    _checked("aws:ResourceTag/team")
    with pytest.raises(PolicyError, match=r"StringEquals\.aws:ResourceTag/team: not supported yet"):
        _checked("aws:ResourceTag/team", ["ec2:*", "macie2:*"])


def test_what_aws_does_not_have_is_refused_in_a_bucket_s_policy_alone() -> None:
    for kind in (PolicyKind.IDENTITY, PolicyKind.ENDPOINT):
        _checked("aws:NoSuchKey", kind=kind)
        _checked("s3:NoSuchKey", "s3:GetObject", kind)
        _checked("../../secrets:key", kind=kind)
    for key in ("aws:NoSuchKey", "s3:NoSuchKey", "aws:PrincipalTag/", "sqs:x", "ec2:Tenancy"):
        with pytest.raises(InvalidKey, match="no such condition key"):
            _checked(key, "s3:GetObject", PolicyKind.RESOURCE)


def test_texts_of_keys_are_those_of_aws() -> None:
    assert global_name("aws:sourcevpce") == "aws:SourceVpce"
    assert global_name("aws:principaltag/team") == "aws:PrincipalTag/team"
    assert global_name("aws:principaltag/") is None
    assert global_name("s3:prefix") is None


def test_every_global_key_of_aws_has_been_thought_of() -> None:
    missing = {key for key in GLOBAL_KEYS if not is_carried(key, "ec2")}
    assert missing <= {names.TAG_KEYS}
    assert not EVERYWHERE & NEVER_HERE
    assert all(key == key.lower() for keys in (EVERYWHERE, NEVER_HERE, *OF_SERVICE.values()) for key in keys)
