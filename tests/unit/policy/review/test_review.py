"""Documents, and all that is said of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.policy.review.kind import ReviewedKind
from skywalk.policy.review.remark import Severity
from skywalk.policy.review.review import review

_GET: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::documents/*",
}
_FULL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_ROLE = "arn:aws:iam::123456789012:role/app"


def _said(*statements: dict[str, Any], kind: str = "endpoint", version: str = "2012-10-17") -> list[tuple[str, str]]:
    text = json.dumps({"Version": version, "Statement": list(statements)})
    return [(remark.place, remark.code) for remark in review(text, ReviewedKind(kind))]


def _with(**changes: Any) -> dict[str, Any]:
    return {**_GET, **changes}


def _when(operator: str, key: str, *values: str, **changes: Any) -> dict[str, Any]:
    return _with(Condition={operator: {key: list(values)}}, **changes)


@pytest.mark.parametrize(
    "statements",
    [
        [_FULL],
        [_FULL | {"Action": "*:*"}],
        [_GET],
        [
            _with(
                Action=["s3:GetObject", "s3:ListBucket"],
                Resource=["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"],
            )
        ],
        [_with(Action="S3:getobject*")],
        [_with(Action="kms:Decrypt", Resource="*", Principal={"AWS": [_ROLE, "123456789012"]})],
        [_when("StringEquals", "AWS:SourceOwner", "123456789012", Action="sns:Publish", Resource="*")],
        [_with(Action="s3:ListAllMyBuckets", Resource="*")],
        [_with(Action="sqs:SendMessage", Resource="arn:aws:sqs:*:*:jobs-*")],
        [_with(NotAction="s3:DeleteBucket", Action=None)],
        [_when("StringEquals", "aws:SourceVpc", "vpc-0123456789abcdef0")],
        [_when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app-*")],
        [_when("StringEquals", "aws:PrincipalTag/team", "${aws:username}")],
        [_when("StringEquals", "s3:ExistingObjectTag/team", "a")],
        [_when("Bool", "aws:SecureTransport", "True")],
        [_FULL, _when("StringNotEquals", "aws:PrincipalAccount", "123456789012", Effect="Deny")],
    ],
)
def test_nothing_is_said_of_what_works(statements: list[dict[str, Any]]) -> None:
    assert _said(*({name: value for name, value in one.items() if value is not None} for one in statements)) == []


@pytest.mark.parametrize(
    ("statement", "place", "code"),
    [
        (_with(Action="s3:GetObjects"), "Action", "unknown-action"),
        (_with(Action=["s3:GetObject", "s3:Fetch*"]), "Action[1]", "unknown-action"),
        (_with(Action="s33:GetObject"), "Action", "unknown-service"),
        (_with(Resource="arn:aws:s3:::documents"), "Resource", "resource-never-matches"),
        (_with(Resource=["arn:aws:s3:::documents/*", "arn:aws:sqs:*:*:q"]), "Resource[1]", "resource-never-matches"),
        (_with(Action=["s3:GetObject", "s3:ListBucket"]), "Action[1]", "action-never-matches"),
        (_with(Action=["s3:GetObject", "s3:ListAllMyBuckets"]), "Action[1]", "action-never-matches"),
        (_with(Principal={"AWS": ["*", _ROLE]}), "Principal.AWS[1]", "principal-at-gateway-endpoint"),
        (_with(Principal={"AWS": "123456789012"}), "Principal.AWS", "account-means-root"),
    ],
)
def test_parts_that_never_match(statement: dict[str, Any], place: str, code: str) -> None:
    assert _said(statement) == [(f"Statement[0].{place}", code)]


@pytest.mark.parametrize(
    ("operator", "key", "value", "code"),
    [
        ("StringEquals", "aws:SourceVpcEndpoint", "vpce-1", "unknown-key"),
        ("StringEquals", "s3:suffix", "x", "unknown-key"),
        ("StringEquals", "s3:prefix", "x", "key-of-other-actions"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", "key-absent-at-endpoints"),
        ("StringEquals", "aws:SourceVpce", "vpc-0123456789abcdef0", "value-never-matches"),
        ("StringEquals", "aws:PrincipalAccount", "12345", "value-never-matches"),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:sts::123456789012:assumed-role/app/s", "value-never-matches"),
        ("StringEquals", "s3:ExistingObjectTag/team", "a*", "wildcard-taken-literally"),
        ("ForAllValues:StringEquals", "aws:TagKeys", "a", "holds-when-absent"),
        ("ForAnyValue:StringEquals", "aws:PrincipalAccount", "123456789012", "set-operator-on-single-value"),
        ("StringEquals", "aws:CalledVia", "athena.amazonaws.com", "several-values"),
    ],
)
def test_conditions_that_do_not_do_what_they_say(operator: str, key: str, value: str, code: str) -> None:
    assert _said(_when(operator, key, value)) == [(f"Statement[0].Condition.{operator}.{key}", code)]


@pytest.mark.parametrize(
    ("action", "key", "wrong", "right"),
    [
        ("ec2:DeleteSubnet", "ec2:Vpc", "vpc-11223344556677889", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-11223344"),
        ("ec2:RunInstances", "ec2:Subnet", "subnet-11223344", "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1"),
        ("ec2:DeleteVpc", "ec2:VpcID", "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-11223344", "vpc-11223344"),
        ("ec2:RunInstances", "ec2:Encrypted", "yes", "true"),
        ("route53:CreateHostedZone", "route53:VPCs", "vpc-11223344", "VPCId=vpc-11223344,VPCRegion=us-east-1"),
    ],
)
def test_values_of_ec2_and_route_53(action: str, key: str, wrong: str, right: str) -> None:
    def said(value: str) -> list[tuple[str, str]]:
        return _said(_when("StringEquals", key, value, Action=action, Resource="*"))

    assert said(wrong) == [(f"Statement[0].Condition.StringEquals.{key}", "value-never-matches")]
    assert said(right) == []


def test_names_of_records() -> None:
    key, action = "route53:ChangeResourceRecordSetsNormalizedRecordNames", "route53:ChangeResourceRecordSets"

    def said(name: str) -> list[str]:
        values = _when("ForAnyValue:StringEquals", key, name, Action=action, Resource="*")
        return [code for _, code in _said(values)]

    assert said("_acme.bank.example") == said("\\052.bank.example") == []
    assert said("Bank.example") == said("bank.example.") == ["value-never-matches"]


def test_an_operation_that_is_no_action() -> None:
    document = {"Statement": _with(Action="S3:HeadObject", Resource="*")}
    (remark,) = review(json.dumps(document), ReviewedKind.ENDPOINT)
    assert remark.text == "S3 has no action HeadObject; the operation needs s3:GetObject"


def test_whom_a_principal_means_is_asked_of_gateway_endpoints_alone() -> None:
    document = json.dumps({"Statement": _with(Principal={"AWS": ["123456789012", _ROLE]})})
    said = {kind: [(one.severity, one.code) for one in review(document, kind)] for kind in ReviewedKind}
    root, role = "account-means-root", "principal-at-gateway-endpoint"
    assert said[ReviewedKind.GATEWAY] == [(Severity.ERROR, root), (Severity.ERROR, role)]
    assert said[ReviewedKind.ENDPOINT] == [(Severity.WARNING, root), (Severity.WARNING, role)]
    assert said[ReviewedKind.INTERFACE] == []


def test_a_resource_too_many_is_no_error() -> None:
    document = {"Statement": _with(Resource=["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"])}
    (remark,) = review(json.dumps(document), ReviewedKind.GATEWAY)
    assert (remark.severity, remark.code) == (Severity.WARNING, "resource-never-matches")
    document["Statement"]["Resource"].pop()
    (remark,) = review(json.dumps(document), ReviewedKind.GATEWAY)
    assert (remark.severity, remark.code) == (Severity.ERROR, "resource-never-matches")


def test_a_key_that_must_be_absent_and_have_a_value() -> None:
    condition = {"Null": {"aws:username": "true"}, "StringEquals": {"aws:UserName": "ana"}}
    assert _said(_with(Condition=condition)) == [
        ("Statement[0].Condition.StringEquals.aws:UserName", "contradiction"),
    ]


def test_presence_may_be_asked_for_beside_forallvalues() -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "Null": {"aws:TagKeys": "false"}}
    assert _said(_with(Condition=condition)) == []


def test_lock_outs_of_endpoint_policies() -> None:
    deny = {**_FULL, "Effect": "Deny"}
    assert _said(deny) == [("Statement", "nothing-allowed"), ("Statement[0]", "lock-out")]
    assert _said(_GET, deny) == [("Statement[0]", "denied-altogether"), ("Statement[1]", "lock-out")]
    assert _said(_GET, _with(Effect="Deny", Resource="arn:aws:s3:::doc*")) == [("Statement[0]", "denied-altogether")]
    assert _said(_GET, _with(Effect="Deny", Resource="arn:aws:s3:::documents/secret/*")) == []


def test_addresses_that_endpoints_do_not_have() -> None:
    outside = _when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", Effect="Deny")
    allow = _with(Principal={"AWS": _ROLE})
    place = "Statement[1].Condition.NotIpAddress.aws:SourceIp"
    assert _said(allow, outside, kind="resource") == [(place, "denies-endpoints")]
    condition = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Null": {"aws:SourceVpc": "true"}}
    assert _said(allow, _with(Effect="Deny", Condition=condition), kind="resource") == []


def test_lock_outs_of_bucket_policies() -> None:
    perimeter = _when("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0", Effect="Deny", Action="s3:*")
    assert _said(perimeter, kind="resource") == [("Statement[0]", "lock-out")]
    assert _said({**perimeter, "Action": "s3:GetObject"}, kind="resource") == []
    excepted = {"StringNotEquals": {**perimeter["Condition"]["StringNotEquals"], "aws:PrincipalArn": _ROLE}}
    assert _said({**perimeter, "Condition": excepted}, kind="resource") == []
    assert _said(_GET, kind="resource") == [("Statement[0].Principal", "open-to-everyone")]


def test_what_the_version_has_not() -> None:
    own = _with(Resource="arn:aws:s3:::home/${aws:username}/*")
    assert _said(own) == []
    assert _said(own, version="2008-10-17") == [("Statement[0].Resource", "variable-taken-literally")]


def test_a_document_that_is_refused_is_said_to_be_and_nothing_else() -> None:
    (remark,) = review('{"Statement": [{"Effect": "allow"}]}')
    assert remark.as_json() == {
        "place": "Statement[0].Effect",
        "severity": "error",
        "code": "refused",
        "text": "must be Allow or Deny",
    }
    (remark,) = review("{")
    assert (remark.place, remark.code) == ("", "refused")


def test_one_statement_without_a_list() -> None:
    (remark,) = review(json.dumps({"Statement": {**_GET, "Action": "s3:Nothing"}}))
    assert (remark.place, remark.text) == ("Statement.Action", "s3 has no action Nothing")


def test_what_an_action_is_asked_on_is_said() -> None:
    (remark,) = review(json.dumps({"Statement": {**_GET, "Resource": "arn:aws:s3:::documents"}}))
    assert remark.text.startswith(
        "none of the statement's actions is ever asked on arn:aws:s3:::documents: they are asked on "
        "arn:${Partition}:s3:::${BucketName}/${ObjectName}, "
    )


def test_a_large_document_is_reviewed_in_no_time() -> None:
    """Each pair of a pattern and a format is worked out once."""
    statement = _with(
        Action=[f"s3:{'?' * (index % 20)}*" for index in range(500)],
        Resource=[f"arn:aws:s3:::{'a' * (index % 7)}*{index}" for index in range(300)],
    )
    assert len(json.dumps({"Statement": statement})) < 20_480
    assert all(
        remark.code != "refused" for remark in review(json.dumps({"Statement": statement}), ReviewedKind("resource"))
    )
