"""Policies of SQS's queues, which are attributes of theirs.

Source: SQS API Reference, AddPermission, RemovePermission, SetQueueAttributes; SQS Developer Guide, "Amazon SQS API
permissions". Unconfirmed: the version of a policy that AddPermission makes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import attributes_of, own_answer
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.edge.services.modelled.resource_policies.statements import (
    allowing,
    has_label,
    read_document,
    with_statement,
    without_label,
)
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

POLICY = "Policy"
_EVERY = "All"
_ABSENT = (b"NonExistentQueue", b"QueueDoesNotExist")
_SHARED = frozenset(
    {
        "*",
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListDeadLetterSourceQueues",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
    }
)
_MOST_ACTIONS = 7


async def create(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, given = KeptPolicy(call, arn), call.understood.parameters
    attributes: dict[str, Any] = dict(given.get("Attributes") or {})
    text = attributes.pop(POLICY, "")
    if not text and not kept.is_known:
        return await call.ask(call.understood)
    kept.check_daemon()
    accepted = documents.accept(call, text, arn, documents.QUEUE) if text else None
    if not await call.succeeds("GetQueueUrl", {"QueueName": given["QueueName"]}):
        await kept.delete()  # of another queue, which had the name
    elif text and kept.text not in (None, text):
        raise AwsError(
            "QueueAlreadyExists",
            "A queue already exists with the same name and a different value for attribute Policy",
        )
    answer = await call.ask(replace(call.understood, parameters={**given, "Attributes": attributes}))
    if answer.status == 200 and accepted is not None:
        await kept.put(accepted.text, accepted.principals)
    return answer


async def set_attributes(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    attributes: dict[str, Any] = dict(given.get("Attributes") or {})
    if POLICY not in attributes:
        return await call.ask(call.understood)
    kept, text = KeptPolicy(call, arn), attributes.pop(POLICY)
    kept.check_daemon()
    accepted = documents.accept(call, text, arn, documents.QUEUE) if text else None
    if attributes:
        answer = await call.ask(replace(call.understood, parameters={**given, "Attributes": attributes}))
        if answer.status != 200:
            return answer
    else:
        missing = await _missing(call)
        if missing is not None:
            return missing
    if accepted is None:
        await kept.delete()
    else:
        await kept.put(accepted.text, accepted.principals)
    return own_answer(call, {})


async def get_attributes(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    answer = await call.ask(call.understood)
    names = call.understood.parameters.get("AttributeNames") or ()
    if answer.status != 200 or not {POLICY, _EVERY} & set(names):
        return answer
    attributes, text = attributes_of(call, answer), KeptPolicy(call, arn).text
    attributes.pop(POLICY, None)
    if text is not None:
        attributes[POLICY] = text
    return own_answer(call, {"Attributes": attributes} if attributes else {})


async def add_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, given = KeptPolicy(call, arn), call.understood.parameters
    kept.check_daemon()
    label, account_ids, actions = given["Label"], given["AWSAccountIds"], given["Actions"]
    _check_permission(account_ids, actions)
    missing = await _missing(call)
    if missing is not None:
        return missing
    document = read_document(kept.text, {"Version": "2012-10-17", "Id": f"{arn}/SQSDefaultPolicy", "Statement": []})
    if has_label(document, label):
        raise _invalid(f"Value {label} for parameter Label is invalid. Reason: Already exists.")
    added = with_statement(document, allowing(label, account_ids, [f"SQS:{action}" for action in actions], arn))
    accepted = documents.made(call, added, arn, documents.QUEUE)
    await kept.put(accepted.text, accepted.principals)
    return own_answer(call, {})


async def remove_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, label = KeptPolicy(call, arn), call.understood.parameters["Label"]
    kept.check_daemon()
    missing = await _missing(call)
    if missing is not None:
        return missing
    document = read_document(kept.text, {"Statement": []})
    if not has_label(document, label):
        raise _invalid(f"Value {label} for parameter Label is invalid. Reason: can't find label on existing policy.")
    left = without_label(document, label)
    if left["Statement"]:
        accepted = documents.made(call, left, arn, documents.QUEUE)
        await kept.put(accepted.text, accepted.principals)
    else:
        await kept.delete()
    return own_answer(call, {})


async def delete(call: ModelledCall, arn: str) -> BackendAnswer:
    """Its policy goes with it, also where a former attempt got only half way. Raises AwsError."""
    kept = KeptPolicy(call, arn)
    if kept.is_known:
        kept.check_daemon()
    answer = await call.ask(call.understood)
    if answer.status == 200 or any(code in answer.body for code in _ABSENT):
        await kept.delete()
    return answer


async def _missing(call: ModelledCall) -> BackendAnswer | None:
    """The backend's refusal where there is no such queue."""
    named = {"QueueUrl": call.understood.parameters["QueueUrl"], "AttributeNames": ["QueueArn"]}
    answer = await call.ask_for_answer("GetQueueAttributes", named)
    return None if answer.status == 200 else answer


def _check_permission(account_ids: list[str], actions: list[str]) -> None:
    """Raises AwsError."""
    if not account_ids or not all(len(one) == 12 and one.isascii() and one.isdigit() for one in account_ids):
        raise _invalid(f"Value {account_ids} for parameter PrincipalId is invalid. Reason: Unable to verify.")
    if not actions:
        raise AwsError("MissingParameter", "The request must contain the parameter Actions.")
    if len(actions) > _MOST_ACTIONS:
        raise AwsError("OverLimit", f"{len(actions)} Actions were found, maximum allowed is {_MOST_ACTIONS}.", 403)
    for action in actions:
        if action not in _SHARED:
            raise _invalid(
                f"Value SQS:{action} for parameter ActionName is invalid. Reason: Only the queue owner is allowed to "
                "invoke this action."
            )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


OPERATIONS: Mapping[str, Any] = {
    "AddPermission": add_permission,
    "CreateQueue": create,
    "DeleteQueue": delete,
    "GetQueueAttributes": get_attributes,
    "RemovePermission": remove_permission,
    "SetQueueAttributes": set_attributes,
}
