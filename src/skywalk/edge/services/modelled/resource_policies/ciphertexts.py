"""Whose key a ciphertext is of: named in the request, or found in the answer where the ciphertext cannot be read.

Source: KMS API Reference, Decrypt and ReEncrypt: the key's ARN is given where the key is another account's. On AWS the
ciphertext alone says it as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.services.modelled.access import NO_RESOURCE
from skywalk.edge.services.modelled.resource_policies.answering import result_of
from skywalk.edge.services.modelled.resource_policies.encryption_keys import is_key
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.authorize import Check
    from skywalk.edge.services.modelled.access import Asker
    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
    from skywalk.edge.services.modelled.protocols.understood import Understood

_DECRYPTING: Mapping[str, tuple[str, str]] = {
    "Decrypt": ("kms:Decrypt", "KeyId"),
    "ReEncrypt": ("kms:ReEncryptFrom", "SourceKeyId"),
}
"""The action, and the member of request and answer that names the key."""


def with_given_key(service: str, understood: Understood, asker: Asker, checks: list[Check]) -> list[Check]:
    """Raises AwsError IncorrectKeyException."""
    action, member = _DECRYPTING.get(understood.operation.name, ("", "")) if service == "kms" else ("", "")
    given = understood.parameters.get(member)
    if not isinstance(given, str) or not is_key(given) or not _is_of_here(given, asker):
        return checks
    return [check._replace(resource=_checked(check, given)) if check.action == action else check for check in checks]


def check_answered_key(call: ModelledCall, answer: BackendAnswer) -> None:
    """What could not be asked before. Raises AwsError."""
    action, member = _DECRYPTING.get(call.understood.operation.name, ("", ""))
    if call.serving.service != "kms" or not action or answer.status != 200:
        return
    unknown = [check for check in call.checks if (check.action, check.resource) == (action, NO_RESOURCE)]
    used = result_of(call, answer).get(member) if unknown else None
    if not isinstance(used, str) or not is_key(used):
        return
    refusal = call.authorization.refusal([check._replace(resource=used) for check in unknown])
    if refusal is not None:
        raise refusal


def _is_of_here(arn: str, asker: Asker) -> bool:
    """Whole, too: without an account it would be nobody's key."""
    parsed = parse_arn(arn)
    if parsed is None or not parsed.account_id:
        return False
    return (parsed.partition, parsed.region) == (asker.partition, asker.region)


def _checked(check: Check, given: str) -> str:
    if check.resource != NO_RESOURCE and check.resource.rpartition(":")[2] != given.rpartition(":")[2]:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    return given
