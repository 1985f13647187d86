"""Policies of versions of Lambda's layers: accounts that may use one.

Source: Lambda API Reference, AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.resource_policies import documents
from skywalk.edge.services.modelled.resource_policies.answering import own_answer
from skywalk.edge.services.modelled.resource_policies.kept import KeptPolicy
from skywalk.edge.services.modelled.resource_policies.labelled import LabelledPolicy, principal_of
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

_ACTION = "lambda:GetLayerVersion"


async def add_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    if given["Action"] != _ACTION:
        raise AwsError(documents.FUNCTION.code, f"The action of a layer's permission is {_ACTION}.")
    statement: dict[str, Any] = {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": principal_of(given["Principal"]),
        "Action": _ACTION,
        "Resource": arn,
    }
    if given.get("OrganizationId"):
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": given["OrganizationId"]}}
    policy = LabelledPolicy(call, arn, documents.FUNCTION)
    policy.kept.check_daemon()
    missing = await _missing(call)
    if missing is not None:
        return missing
    policy.check(given.get("RevisionId"))
    text = await policy.add(statement)
    return own_answer(call, {"Statement": text, "RevisionId": policy.revision}, 201)


async def get_policy(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    return await _missing(call) or LabelledPolicy(call, arn, documents.FUNCTION).answer()


async def remove_permission(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    given = call.understood.parameters
    policy = LabelledPolicy(call, arn, documents.FUNCTION)
    policy.kept.check_daemon()
    missing = await _missing(call)
    if missing is not None:
        return missing
    policy.check(given.get("RevisionId"))
    await policy.remove(given["StatementId"])
    return own_answer(call, {}, 204)


async def delete(call: ModelledCall, arn: str) -> BackendAnswer:
    """Raises AwsError."""
    kept = KeptPolicy(call, arn)
    if kept.is_known:
        kept.check_daemon()
    answer = await call.ask(call.understood)
    if answer.status < 300:
        await kept.delete()
    return answer


async def _missing(call: ModelledCall) -> BackendAnswer | None:
    """The backend's refusal where there is no such version."""
    given = call.understood.parameters
    named = {"LayerName": given["LayerName"], "VersionNumber": given["VersionNumber"]}
    answer = await call.ask_for_answer("GetLayerVersion", named)
    return None if answer.status == 200 else answer


OPERATIONS: Mapping[str, Any] = {
    "AddLayerVersionPermission": add_permission,
    "DeleteLayerVersion": delete,
    "GetLayerVersionPolicy": get_policy,
    "RemoveLayerVersionPermission": remove_permission,
}
