from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.endpoint_rules import accept_endpoint_policy
from skywalk.policy.errors import PolicyError


def text(kind: PolicyKind = PolicyKind.ENDPOINT, **elements: Any) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **elements}
    if kind is PolicyKind.IDENTITY:
        del statement["Principal"]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (
            {"Condition": {"StringLike": {"aws:PrincipalAccount": "12345678*"}}},
            "Statement[0].Condition.StringLike.aws:PrincipalAccount: the key holds an identifier: no wildcards",
        ),
        ({"Condition": {"ForAnyValue:StringNotLike": {"aws:SourceVpce": "vpce-012345*"}}}, "no wildcards"),
        ({"Condition": {"NumericEquals": {"aws:PrincipalAccount": "123456789012"}}}, "no numeric operators"),
        (
            {"Condition": {"StringLike": {"s3:prefix": ["longer/*", "home*"]}}},
            "Statement[0].Condition.StringLike.s3:prefix: 'home*' has fewer than six consecutive characters",
        ),
        ({"Condition": {"StringLike": {"s3:prefix": "*"}}}, "fewer than six"),
        ({"Condition": {"StringLikeIfExists": {"s3:prefix": "longer/**"}}}, "fewer than six"),
        (
            {"Resource": ["*", "arn:aws:sqs:*:12345*:queue"]},
            "Statement[0].Resource: 'arn:aws:sqs:*:12345*:queue': the account is an account id or a wildcard, not both",
        ),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::12345678901?:role/x"}}}, "the account is"),
    ],
)
def test_what_endpoint_policies_may_not_say(elements: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as error:
        accept_endpoint_policy(text(**elements))
    assert message in str(error.value)
    assert parse_policy(text(**elements), PolicyKind.ENDPOINT), "what is only evaluated may say it"
    assert parse_policy(text(PolicyKind.IDENTITY, **elements), PolicyKind.IDENTITY)


@pytest.mark.parametrize(
    "elements",
    [
        {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalOrgID": "o-1"}}},
        {"Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/application/*"}}},
        {"Condition": {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/a*", "*"]}}},
        {"Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-1/*"}}},
        {"Condition": {"StringLike": {"s3:prefix": ["${*}", "${aws:username}*", "*.amazonaws.com", "folder?"]}}},
        {"Condition": {"StringEquals": {"s3:prefix": "a*"}}},
        {"Resource": ["arn:aws:sqs:*:*:queue", "arn:aws:s3:::*", "arn:aws:sqs:eu-west-1:123456789012:q*"]},
        {"Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}},
        {"Principal": {"Federated": "*"}, "Action": ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]},
    ],
)
def test_what_examples_of_endpoint_policies_say(elements: dict[str, Any]) -> None:
    assert accept_endpoint_policy(text(**elements))
