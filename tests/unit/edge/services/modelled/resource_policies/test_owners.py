from __future__ import annotations

import pytest

from skywalk.edge.authorize import Check
from skywalk.edge.services.modelled.resource_policies.owners import is_new, is_shared, owner_of
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.values.errors import AwsError

OWN, OTHER = "123456789012", "210987654321"


def queue(account_id: str) -> Check:
    return Check("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{account_id}:jobs")


@pytest.mark.parametrize(
    ("checks", "owner"),
    [
        ([], OWN),
        ([Check("sqs:ListQueues", "*")], OWN),
        ([queue(OTHER)], OTHER),
        ([Check("sqs:ListQueues", "*"), queue(OTHER), queue(OTHER)], OTHER),
        ([Check("iam:PassRole", f"arn:aws:iam::{OWN}:role/r"), queue(OTHER)], OTHER),
        ([Check("cloudwatch:PutDashboard", "arn:aws:s3:::bucket")], OWN),
    ],
)
def test_whose_it_is(checks: list[Check], owner: str) -> None:
    assert owner_of(checks, OWN) == owner


def test_of_several_accounts() -> None:
    with pytest.raises(AwsError, match="resources of several accounts") as caught:
        owner_of([queue(OWN), queue(OTHER)], OWN)
    assert caught.value.status == 503


def test_what_is_never_done_for_others() -> None:
    assert not is_shared("sqs", "DeleteQueue")
    assert is_shared("sqs", "SendMessage")
    assert not is_shared("kms", "PutKeyPolicy")
    assert is_shared("kms", "Decrypt")
    assert is_shared("secretsmanager", "GetSecretValue")


def test_every_operation_is_of_its_model() -> None:
    for service, operations in (("sqs", {"CreateQueue", "TagQueue"}), ("kms", {"ReEncrypt", "GenerateMac"})):
        assert operations <= set(service_model(service).operation_names)
    assert is_new("CreateQueue")
    assert not is_new("SetQueueAttributes")
