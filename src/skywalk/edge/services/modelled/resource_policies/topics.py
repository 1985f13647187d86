"""Policies of SNS's topics. A topic that was given none has a default one, which allows nobody by name: the account's
own policies decide.

Source: SNS API Reference, AddPermission, RemovePermission, SetTopicAttributes; SNS Developer Guide, "Amazon SNS API
permissions". Unconfirmed: what becomes of an empty policy.
"""

from __future__ import annotations

import json
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
_ABSENT = b"<Code>NotFound"
_SHARED = frozenset(
    {
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    }
)
_BY_DEFAULT = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


def default_policy(arn: str, account_id: str) -> str:
    """The condition is of services that act for the account: direct requests never meet it."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _BY_DEFAULT],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account_id}},
    }
    document = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(document, separators=(",", ":"))


async def create(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, given = KeptPolicy(call, arn), call.understood.parameters
    attributes: dict[str, Any] = dict(given.get("Attributes") or {})
    text = attributes.pop(POLICY, "")
    if not text and not kept.is_known:
        return await call.ask(call.understood)
    kept.check_daemon()
    accepted = documents.accept(call, text, arn, documents.TOPIC) if text else None
    if not await call.succeeds("GetTopicAttributes", {"TopicArn": arn}):
        await kept.delete()  # of another topic, which had the name
    elif text and kept.text not in (None, text):
        raise _invalid("Attributes Reason: Topic already exists with different attributes")
    answer = await call.ask(replace(call.understood, parameters={**given, "Attributes": attributes}))
    if answer.status == 200 and accepted is not None:
        await kept.put(accepted.text, accepted.principals)
    return answer


async def set_attributes(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    if given.get("AttributeName") != POLICY:
        return await call.ask(call.understood)
    text = given.get("AttributeValue") or ""
    if not text:
        raise _invalid("Policy is empty")
    return await _put(call, KeptPolicy(call, arn), documents.accept(call, text, arn, documents.TOPIC))


async def get_attributes(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    answer = await call.ask(call.understood)
    if answer.status != 200:
        return answer
    kept = KeptPolicy(call, arn)
    return own_answer(call, {"Attributes": {**attributes_of(call, answer), POLICY: _text(kept)}})


async def add_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, given = KeptPolicy(call, arn), call.understood.parameters
    label, account_ids, actions = given["Label"], given["AWSAccountId"], given["ActionName"]
    if not account_ids or not actions:
        raise _invalid("Policy statement must have principals and actions")
    if not set(actions) <= _SHARED:
        raise _invalid("Policy statement action out of service scope!")
    document = read_document(_text(kept), {})
    if has_label(document, label):
        raise _invalid("Statement already exists")
    statement = allowing(label, account_ids, [f"SNS:{action}" for action in actions], arn)
    documents.check_principals(call, statement, documents.TOPIC)
    added = documents.made(call, with_statement(document, statement), arn, documents.TOPIC)
    return await _put(call, kept, added)


async def remove_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept, label = KeptPolicy(call, arn), call.understood.parameters["Label"]
    left = without_label(read_document(_text(kept), {}), label)
    if left["Statement"]:
        return await _put(call, kept, documents.made(call, left, arn, documents.TOPIC))
    kept.check_daemon()
    missing = await _missing(call, arn)
    if missing is None:
        await kept.delete()
    return missing or own_answer(call, {})


async def delete(call: ModelledCall, arn: str) -> BackendAnswer:
    """Its policy goes with it, also where a former attempt got only half way. Raises AwsError."""
    kept = KeptPolicy(call, arn)
    if kept.is_known:
        kept.check_daemon()
    answer = await call.ask(call.understood)
    if answer.status == 200 or _ABSENT in answer.body:
        await kept.delete()
    return answer


async def _put(call: ModelledCall, kept: KeptPolicy, accepted: documents.Accepted) -> BackendAnswer:
    kept.check_daemon()
    missing = await _missing(call, kept.arn)
    if missing is None:
        await kept.put(accepted.text, accepted.principals)
    return missing or own_answer(call, {})


async def _missing(call: ModelledCall, arn: str) -> BackendAnswer | None:
    """The backend's refusal where there is no such topic."""
    answer = await call.ask_for_answer("GetTopicAttributes", {"TopicArn": arn})
    return None if answer.status == 200 else answer


def _text(kept: KeptPolicy) -> str:
    return kept.text or default_policy(kept.arn, kept.account_id)


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {message}")


OPERATIONS: Mapping[str, Any] = {
    "AddPermission": add_permission,
    "CreateTopic": create,
    "DeleteTopic": delete,
    "GetTopicAttributes": get_attributes,
    "RemovePermission": remove_permission,
    "SetTopicAttributes": set_attributes,
}
