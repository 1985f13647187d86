"""Policies of Secrets Manager's secrets.

Source: Secrets Manager API Reference, DeleteResourcePolicy, GetResourcePolicy, PutResourcePolicy,
ValidateResourcePolicy. Unconfirmed: the words of refusals, the names of checks, and what counts as public: here every
Allow for everybody without a condition.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.access import NO_RESOURCE
from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import own_answer, result_of
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.policy.document import Effect
from skywalk.policy.principal import PrincipalType
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall
    from skywalk.policy.document import Policy

_PUBLIC = "The resource policy grants access to everybody."
_MARKED = "You can't perform this operation on the secret because it was marked for deletion."


async def put_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given, kept = call.understood.parameters, KeptPolicy(call, arn)
    kept.check_daemon()
    accepted = documents.accept(call, given["ResourcePolicy"], arn, documents.SECRET)
    if given.get("BlockPublicPolicy") and is_public(accepted.policy):
        raise AwsError("PublicPolicyException", _PUBLIC)
    answer = await _describe(call)
    if answer.status != 200:
        return answer
    secret = _named(call, answer)
    await kept.put(accepted.text, accepted.principals)
    return own_answer(call, secret)


async def get_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    answer = await _describe(call)
    if answer.status != 200:
        return answer
    text = KeptPolicy(call, arn).text
    secret = _named(call, answer)
    return own_answer(call, secret if text is None else {**secret, "ResourcePolicy": text})


async def delete_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept = KeptPolicy(call, arn)
    kept.check_daemon()
    answer = await _describe(call)
    if answer.status != 200:
        return answer
    secret = _named(call, answer)
    await kept.delete()
    return own_answer(call, secret)


async def validate(call: ModelledCall, arn: str) -> BackendAnswer:
    """What PutResourcePolicy would say. Raises AwsError."""
    words = replace(documents.SECRET, names_itself=arn != NO_RESOURCE)
    try:
        accepted = documents.accept(call, call.understood.parameters["ResourcePolicy"], arn, words)
    except AwsError as error:
        return own_answer(call, _failed("POLICY_SYNTAX", error.message))
    if is_public(accepted.policy):
        return own_answer(call, _failed("PUBLIC_POLICY", _PUBLIC))
    return own_answer(call, {"PolicyValidationPassed": True, "ValidationErrors": []})


async def delete(call: ModelledCall, arn: str) -> BackendAnswer:
    """The policy of a secret that may be restored stays. Raises AwsError."""
    kept = KeptPolicy(call, arn)
    is_final = bool(call.understood.parameters.get("ForceDeleteWithoutRecovery")) and kept.is_known
    if is_final:
        kept.check_daemon()
    answer = await call.ask(call.understood)
    if is_final and answer.status == 200:
        await kept.delete()
    return answer


def is_public(policy: Policy) -> bool:
    return any(
        statement.effect is Effect.ALLOW
        and not statement.conditions
        and any(principal.type is PrincipalType.EVERYONE for principal in statement.principals)
        for statement in policy.statements
    )


def _failed(check: str, message: str) -> dict[str, Any]:
    return {"PolicyValidationPassed": False, "ValidationErrors": [{"CheckName": check, "ErrorMessage": message}]}


async def _describe(call: ModelledCall) -> BackendAnswer:
    return await call.ask_for_answer("DescribeSecret", {"SecretId": call.understood.parameters["SecretId"]})


def _named(call: ModelledCall, answer: BackendAnswer) -> dict[str, Any]:
    """Raises AwsError for a secret that is about to go."""
    found = result_of(call, answer)
    if found.get("DeletedDate"):
        raise AwsError("InvalidRequestException", _MARKED)
    return {"ARN": found.get("ARN"), "Name": found.get("Name")}


OPERATIONS: Mapping[str, Any] = {
    "DeleteResourcePolicy": delete_policy,
    "DeleteSecret": delete,
    "GetResourcePolicy": get_policy,
    "PutResourcePolicy": put_policy,
    "ValidateResourcePolicy": validate,
}
