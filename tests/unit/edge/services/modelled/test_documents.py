"""Documents that nobody evaluates: policies of resources."""

from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.documents import check_key_policy, check_no_deny, check_template

ACCOUNT = "123456789012"


def policy(**statement: object) -> str:
    return json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **statement}]}
    )


def test_a_policy_that_denies() -> None:
    assert check_no_deny(policy()) is None
    assert check_no_deny(policy(Effect="Deny")) is not None
    assert check_no_deny(json.dumps({"Statement": {"Effect": "Deny"}})) is not None


@pytest.mark.parametrize("document", ["", "{", "[]", "7", "{}", '{"Statement": 7}', '{"Statement": [7]}'])
def test_what_is_no_policy_is_the_backend_s_to_refuse(document: str) -> None:
    assert check_no_deny(document) is None
    assert check_key_policy(document, ACCOUNT) is None


@pytest.mark.parametrize(
    ("statement", "is_taken"),
    [
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}, True),
        ({"Principal": {"AWS": [ACCOUNT]}, "Action": ["kms:*"]}, True),
        ({"Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "kms:*"}, False),
        ({"Principal": {"AWS": ACCOUNT}, "Action": "kms:Encrypt"}, False),
        ({"Principal": {"AWS": ACCOUNT}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_a_key_s_policy_leaves_the_decision_to_identities(statement: dict[str, object], is_taken: bool) -> None:
    assert (check_key_policy(policy(**statement), ACCOUNT) is None) == is_taken


def test_a_template() -> None:
    assert check_template('{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}', "us-east-1", ACCOUNT) is not None
    assert check_template(7, "us-east-1", ACCOUNT) is None
