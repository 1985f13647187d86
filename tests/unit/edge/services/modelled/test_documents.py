"""Documents that nobody evaluates: policies of repositories and log groups."""

from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.documents import check_no_deny, check_template

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


def test_a_template() -> None:
    assert check_template('{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}', "us-east-1", ACCOUNT) is not None
    assert check_template(7, "us-east-1", ACCOUNT) is None
