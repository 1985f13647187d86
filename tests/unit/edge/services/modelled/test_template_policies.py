from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.template_policies import refused_key_policy

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def refused(**changed: Any) -> bool:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*", **changed}
    return refused_key_policy({"Version": "2012-10-17", "Statement": [statement]}, ACCOUNT) is not None


@pytest.mark.parametrize(
    "root",
    [
        ROOT,
        ACCOUNT,
        [ROOT],
        {"Ref": "AWS::AccountId"},
        {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"},
        {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":root"]]},
        {"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "iam:", {"Fn::Sub": "${AWS::AccountId}"}, "root"]]},
    ],
)
def test_the_default_in_all_its_spellings(root: Any) -> None:
    assert not refused(Principal={"AWS": root})


def test_no_policy_is_the_default() -> None:
    assert refused_key_policy(None, ACCOUNT) is None
    assert refused_key_policy({}, ACCOUNT) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"Effect": "Deny"},
        {"Effect": {"Fn::Sub": "Allow"}},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": [ROOT, "210987654321"]}},
        {"Principal": {"AWS": ROOT, "Service": "sns.amazonaws.com"}},
        {"Principal": {"AWS": {"Ref": "Somebody"}}},
        {"Principal": {"AWS": {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "Other"}, ":root"]]}}},
        {"Principal": {"AWS": {"Fn::ImportValue": "x"}}},
        {"Action": "kms:Encrypt"},
        {"Action": ["kms:*", "s3:*"]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Resource": "arn:aws:kms:us-east-1:123456789012:key/a"},
    ],
)
def test_whatever_else_would_not_be_enforced(changed: dict[str, Any]) -> None:
    assert refused(**changed)


def test_statements_beside_it() -> None:
    whole = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    assert refused_key_policy({"Statement": [whole, {**whole, "Principal": "*"}]}, ACCOUNT) is not None
    others: list[Any] = ["text", {"Statement": "text"}, {"Statement": []}, ["a"]]
    for document in others:
        assert refused_key_policy(document, ACCOUNT) is not None
