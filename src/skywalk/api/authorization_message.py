"""What a refusal of EC2 says encoded: the permission that lacked, of whom, on what, and the statement that denied it.

The condition keys are those of EC2 and of what the permission is about; those of the caller and of the way are not
among them, as in the messages that AWS's users have decoded.
Source: STS API Reference, DecodeAuthorizationMessage, with its example; AWS CLI Command Reference, the same; decoded
messages quoted in public. Unconfirmed: that the statement of any other policy than an identity's is told in the same
way, with the caller as its principal; that of several statements the one that decided stands alone; how conditions are
told, of which the operator is not; that of `NotAction` and `NotResource` nothing is. That an action has its service's
prefix is the API Reference's way; the example of the CLI leaves it out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from skywalk.policy.keys.known import written_name
from skywalk.policy.keys.names import EC2_REGION
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from skywalk.api.permissions.check import Check
    from skywalk.identity.caller import Caller
    from skywalk.policy.document import Statement

_SERVICE = "ec2"


def denial_document(caller: Caller, region: str, check: Check, denied_by: Statement | None) -> str:
    """JSON, without white space. `denied_by` is the statement of an explicit deny."""
    principal = {"id": caller.principal_id, "name": caller.user_name, "arn": caller.arn}
    document = {
        "allowed": False,
        "explicitDeny": denied_by is not None,
        "matchedStatements": _items([] if denied_by is None else [_statement(denied_by, caller)]),
        "failures": _items([]),
        "context": {
            "principal": {member: value for member, value in principal.items() if value is not None},
            "action": check.action,
            "resource": check.resource,
            "conditions": _conditions(sorted(_keys(region, check).items())),
        },
    }
    return json.dumps(document, separators=(",", ":"))


def _statement(statement: Statement, caller: Caller) -> dict[str, Any]:
    """A session's principal is its role."""
    return {
        "statementId": statement.sid or "",
        "effect": statement.effect.value.upper(),
        "principals": _values([caller.principal_id.partition(":")[0]]),
        "principalGroups": _items([]),
        "actions": _values(() if statement.not_action else statement.actions),
        "resources": _values(() if statement.not_resource else statement.resources),
        "conditions": _conditions((written_name(one.key), one.values) for one in statement.conditions),
    }


def _keys(region: str, check: Check) -> Mapping[str, str | tuple[str, ...]]:
    """The check's own keys, and the parts of the ARN that it is about."""
    own = {EC2_REGION: region, **check.context}
    return {**{written_name(key): value for key, value in own.items()}, **dict(_of_arn(region, check.resource))}


def _of_arn(region: str, resource: str) -> Iterator[tuple[str, str]]:
    """A role's too are of EC2 and the call's region: it is EC2 that asks."""
    yield "aws:ARN", resource
    yield "aws:Region", region
    yield "aws:Service", _SERVICE
    arn = parse_arn(resource)
    if arn is not None:
        yield "aws:Account", arn.account_id
        yield "aws:Resource", arn.resource
        yield "aws:Type", arn.resource.partition("/")[0]


def _conditions(keys: Iterable[tuple[str, str | tuple[str, ...]]]) -> dict[str, Any]:
    return _items(
        [{"key": key, "values": _values([value] if isinstance(value, str) else value)} for key, value in keys]
    )


def _values(texts: Iterable[str]) -> dict[str, Any]:
    return _items([{"value": text} for text in texts])


def _items(items: list[Any]) -> dict[str, Any]:
    return {"items": items}
