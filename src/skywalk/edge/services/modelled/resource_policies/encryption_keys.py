"""Policies of KMS's keys. Every key has one: nobody may do anything with it, its account's root user neither, that the
key's policy does not allow, or leave to the account's own policies.

Source: KMS API Reference, CreateKey, GetKeyPolicy, PutKeyPolicy; KMS Developer Guide, "Key policies in AWS KMS",
"Default key policy". Unconfirmed: that PutKeyPolicy's check for lock-outs asks about the caller alone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import own_answer, result_of
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

_DEFAULT_NAME = "default"
_CHANGES = "kms:PutKeyPolicy"
_LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
_DEFAULT = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::%s:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""


def is_key(arn: str) -> bool:
    if ":kms:" not in arn:  # every check of every service asks
        return False
    parsed = parse_arn(arn)
    return parsed is not None and parsed.service == "kms" and parsed.resource.startswith("key/")


def default_policy(account_id: str) -> str:
    return _DEFAULT % account_id


@lru_cache(maxsize=256)
def compiled_default(account_id: str) -> CompiledPolicy:
    """That of keys whose policy was never changed."""
    return compile_policy(parse_policy(default_policy(account_id), PolicyKind.RESOURCE))


async def create(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError. A key whose policy could not be told to everybody is deleted again; nobody knows its id."""
    given = dict(call.understood.parameters)
    text = given.pop("Policy", "")
    is_bypassed = given.pop("BypassPolicyLockoutSafetyCheck", False)
    if not text:
        return await call.ask(replace(call.understood, parameters=given))
    policy = documents.accept(call, text, arn, documents.KEY)
    asker = call.asker
    # The key has no name yet; that of its account's keys is as good for what a policy says of itself.
    anew = KeptPolicy(call, f"arn:aws:kms:{asker.region}:{asker.account_id}:key/new")
    anew.check_daemon()
    if not is_bypassed:
        _check_lockout(call, policy, anew.arn, asker.account_id)
    answer = await call.ask(replace(call.understood, parameters=given))
    if answer.status != 200:
        return answer
    # A backend by URL may have accounts of its own in its ARNs.
    key_id = result_of(call, answer)["KeyMetadata"]["KeyId"]
    try:
        await KeptPolicy(call, f"{anew.arn.rpartition('/')[0]}/{key_id}").put(policy.text, policy.principals)
    except AwsError:
        await call.ask_for_answer("ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 7})
        raise
    return answer


async def put_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given, kept = call.understood.parameters, KeptPolicy(call, arn)
    _check_name(given)
    kept.check_daemon()
    accepted = documents.accept(call, given["Policy"], arn, documents.KEY)
    if not given.get("BypassPolicyLockoutSafetyCheck"):
        _check_lockout(call, accepted, arn, kept.account_id)
    missing = await _missing(call)
    if missing is not None:
        return missing
    await kept.put(accepted.text, accepted.principals)
    return own_answer(call, {})


async def get_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    _check_name(call.understood.parameters)
    missing = await _missing(call)
    if missing is not None:
        return missing
    kept = KeptPolicy(call, arn)
    text = kept.text or default_policy(kept.account_id)
    return own_answer(call, {"Policy": text, "PolicyName": _DEFAULT_NAME})


async def _missing(call: ModelledCall) -> BackendAnswer | None:
    """The backend's refusal where there is no such key."""
    answer = await call.ask_for_answer("DescribeKey", {"KeyId": call.understood.parameters["KeyId"]})
    return None if answer.status == 200 else answer


def _check_name(given: Mapping[str, Any]) -> None:
    if given.get("PolicyName", _DEFAULT_NAME) != _DEFAULT_NAME:
        raise AwsError("NotFoundException", "No such policy exists")


def _check_lockout(call: ModelledCall, accepted: documents.Accepted, arn: str, account_id: str) -> None:
    """Raises AwsError where the caller could not change the policy again."""
    asked = AccessRequest(_CHANGES, arn, call.caller.principal, account_id, call.authorization.context)
    verdict = compile_policy(accepted.policy).verdict(asked)
    if verdict.denied_by is not None or (verdict.allowed_by is None and verdict.delegated_by is None):
        raise AwsError(documents.KEY.code, _LOCKED_OUT)


OPERATIONS: Mapping[str, Any] = {"CreateKey": create, "GetKeyPolicy": get_policy, "PutKeyPolicy": put_policy}
