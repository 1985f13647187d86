from __future__ import annotations

import json

import pytest

from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.keys.carried import check_keys
from skywalk.resources.aws_managed_policies import aws_managed_policies, aws_managed_policy

POLICIES = sorted(aws_managed_policies())


def test_what_users_look_for_first() -> None:
    names = {arn.rpartition("/")[2] for arn in POLICIES}
    assert names >= {
        "AdministratorAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonDynamoDBReadOnlyAccess",
        "AmazonEC2FullAccess",
        "AmazonEC2ReadOnlyAccess",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSSMManagedInstanceCore",
        "AmazonVPCFullAccess",
        "AmazonVPCReadOnlyAccess",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
        "ReadOnlyAccess",
    }


@pytest.mark.parametrize("arn", POLICIES)
def test_each_is_evaluated_whole(arn: str) -> None:
    policy = aws_managed_policy(arn)
    assert policy is not None
    assert arn == f"arn:aws:iam::aws:policy{policy.path}{policy.name}"
    check_keys(parse_policy(policy.document, PolicyKind.IDENTITY))
    assert policy.default_version_id == f"v{policy.last_version}"
    assert policy.created_at <= policy.updated_at


def test_ids_differ() -> None:
    ids = {policy.unique_id for policy in aws_managed_policies().values()}
    assert len(ids) == len(POLICIES)
    assert all(one.startswith("ANPA") and len(one) == 21 for one in ids)


def test_full_access_is_full_access() -> None:
    policy = aws_managed_policy("arn:aws:iam::aws:policy/AdministratorAccess")
    assert policy is not None
    assert json.loads(policy.document)["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def test_others_are_not_there() -> None:
    assert aws_managed_policy("arn:aws:iam::aws:policy/SecretsManagerReadWrite") is None
    assert aws_managed_policy("arn:aws:iam::123456789012:policy/AdministratorAccess") is None
