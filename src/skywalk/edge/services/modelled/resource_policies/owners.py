"""Whose resources a request is about, and what is never done for another account.

Source: SQS Developer Guide, "Amazon SQS API permissions" (cross-account permissions do not apply to some actions); KMS
Developer Guide, "Allowing users in other accounts to use a KMS key" and each operation's "Cross-account use".
Unconfirmed: that a secret's and a topic's policy may give other accounts every action on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.modelled.access import NO_RESOURCE
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from skywalk.edge.authorize import Check

_OF_OWNERS_ALONE: Mapping[str, frozenset[str]] = {
    "sqs": frozenset(
        {
            "AddPermission",
            "CancelMessageMoveTask",
            "CreateQueue",
            "DeleteQueue",
            "ListMessageMoveTasks",
            "ListQueues",
            "ListQueueTags",
            "RemovePermission",
            "SetQueueAttributes",
            "StartMessageMoveTask",
            "TagQueue",
            "UntagQueue",
        }
    ),
}
_SHARED: Mapping[str, frozenset[str]] = {
    "kms": frozenset(
        {
            "CreateGrant",
            "Decrypt",
            "DeriveSharedSecret",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "GetKeyRotationStatus",
            "GetPublicKey",
            "ListGrants",
            "ReEncrypt",
            "RetireGrant",
            "RevokeGrant",
            "Sign",
            "Verify",
            "VerifyMac",
        }
    ),
}
_PASSED = "iam:PassRole"
_MAKING = frozenset({"CreateFunction", "CreateQueue", "CreateTopic"})


def is_shared(service: str, operation: str) -> bool:
    """Whether a resource's policy may give other accounts what is asked for."""
    shared = _SHARED.get(service)
    return operation in shared if shared is not None else operation not in _OF_OWNERS_ALONE.get(service, ())


def is_new(operation: str) -> bool:
    """Whether the resource is about to be made, and may have had a namesake."""
    return operation in _MAKING


def owner_of(checks: Iterable[Check], account_id: str) -> str:
    """The account that the backend is to be asked in; `account_id` is the caller's. Raises AwsError."""
    found = {
        arn.account_id
        for check in checks
        if check.resource != NO_RESOURCE and check.action != _PASSED and (arn := parse_arn(check.resource)) is not None
    } - {""}
    if len(found) > 1:
        raise AwsError(
            "ServiceUnavailableException", "One request for resources of several accounts is not served here.", 503
        )
    return found.pop() if found else account_id


def main_resource(checks: Sequence[Check]) -> str:
    """The resource that an operation on one is about."""
    return checks[0].resource
