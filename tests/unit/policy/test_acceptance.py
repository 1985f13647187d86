"""What parses and is not taken all the same."""

from __future__ import annotations

import json

import pytest

from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError


def check(**elements: object) -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*", **elements}
    check_acceptable(parse_policy(json.dumps({"Statement": [statement]}), PolicyKind.RESOURCE))


def test_whom_an_allow_does_not_mean() -> None:
    check()
    with pytest.raises(PolicyError) as refused:
        check(Effect="Allow")
    assert str(refused.value) == "Statement[0].NotPrincipal: Allow with NotPrincipal is not allowed"


def test_keys_are_looked_at() -> None:
    with pytest.raises(PolicyError, match="not supported yet"):
        check(Condition={"StringEquals": {"secretsmanager:SecretPrimaryRegion": "eu-west-1"}})
