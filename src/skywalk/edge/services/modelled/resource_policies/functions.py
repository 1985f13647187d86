"""Policies of Lambda's functions: each version and alias has one of its own, beside the function's.

Source: Lambda API Reference, AddPermission, GetPolicy, RemovePermission; Lambda Developer Guide, "Working with
resource-based IAM policies". Unconfirmed: the keys that a permission for function URLs makes, and what a request with
`$LATEST` is measured by: here by no policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import own_answer
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.edge.services.modelled.resource_policies.labelled import LabelledPolicy, principal_of
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

_ACTION = re.compile(r"lambda:[*]|lambda:[a-zA-Z]+|[*]")
_LATEST = ":$LATEST"
_FIELDS_WITH_QUALIFIER = 8


async def add_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    if arn.endswith(_LATEST):
        raise _invalid("We currently do not support adding policies for $LATEST.")
    action = given["Action"]
    if not _ACTION.fullmatch(action):
        raise _invalid(f"The action {action} is not one of Lambda's.")
    statement: dict[str, Any] = {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": principal_of(given["Principal"]),
        "Action": action,
        "Resource": arn,
    }
    conditions = _conditions(given)
    if conditions:
        statement["Condition"] = conditions
    policy = LabelledPolicy(call, arn, documents.FUNCTION)
    policy.check(given.get("RevisionId"))
    policy.kept.check_daemon()
    missing = await _missing(call, arn)
    if missing is not None:
        return missing
    text = await policy.add(statement)
    return own_answer(call, {"Statement": text}, 201)


async def get_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    return await _missing(call, arn) or LabelledPolicy(call, arn, documents.FUNCTION).answer()


async def remove_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    policy = LabelledPolicy(call, arn, documents.FUNCTION)
    policy.kept.check_daemon()
    missing = await _missing(call, arn)
    if missing is not None:
        return missing
    policy.check(given.get("RevisionId"))
    await policy.remove(given["StatementId"])
    return own_answer(call, {}, 204)


async def create(call: ModelledCall, arn: str) -> BackendAnswer:
    """A new function has no policy of another that had its name. Raises AwsError."""
    is_known = any(one == arn or one.startswith(f"{arn}:") for one in call.around.state.resources)
    if is_known and await _missing(call, arn) is not None:
        await KeptPolicy(call, arn).delete_all()
    return await call.ask(call.understood)


async def create_alias(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept = KeptPolicy(call, f"{arn}:{call.understood.parameters['Name']}")
    named = {"FunctionName": arn, "Name": call.understood.parameters["Name"]}
    if kept.is_known and not await call.succeeds("GetAlias", named):
        await kept.delete()
    return await call.ask(call.understood)


async def delete(call: ModelledCall, arn: str) -> BackendAnswer:
    """With a function go its versions and aliases. Raises AwsError."""
    return await _delete(call, KeptPolicy(call, arn))


async def delete_alias(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    return await _delete(call, KeptPolicy(call, f"{arn}:{call.understood.parameters['Name']}"))


async def _delete(call: ModelledCall, kept: KeptPolicy) -> BackendAnswer:
    if kept.is_known:
        kept.check_daemon()
    answer = await call.ask(call.understood)
    if answer.status < 300 or answer.status == 404:
        await kept.delete_all()
    return answer


async def _missing(call: ModelledCall, arn: str) -> BackendAnswer | None:
    """The backend's refusal where there is no such function, version or alias."""
    qualifier = arn.split(":")[_FIELDS_WITH_QUALIFIER - 1 :]
    named: dict[str, Any] = {"FunctionName": ":".join(arn.split(":")[: _FIELDS_WITH_QUALIFIER - 1])}
    if qualifier:
        named["Qualifier"] = qualifier[0]
    answer = await call.ask_for_answer("GetFunction", named)
    return None if answer.status == 200 else answer


def _conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    equal = {
        key: given[name]
        for key, name in (
            ("AWS:SourceAccount", "SourceAccount"),
            ("lambda:EventSourceToken", "EventSourceToken"),
            ("aws:PrincipalOrgID", "PrincipalOrgID"),
            ("lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
        )
        if given.get(name)
    }
    made: dict[str, Any] = {"StringEquals": equal} if equal else {}
    if given.get("SourceArn"):
        made["ArnLike"] = {"AWS:SourceArn": given["SourceArn"]}
    if given.get("InvokedViaFunctionUrl") is not None:
        made["Bool"] = {"lambda:InvokedViaFunctionUrl": str(given["InvokedViaFunctionUrl"]).lower()}
    return made


def _invalid(message: str) -> AwsError:
    return AwsError(documents.FUNCTION.code, message)


OPERATIONS: Mapping[str, Any] = {
    "AddPermission": add_permission,
    "CreateAlias": create_alias,
    "CreateFunction": create,
    "DeleteAlias": delete_alias,
    "DeleteFunction": delete,
    "GetPolicy": get_policy,
    "RemovePermission": remove_permission,
}
