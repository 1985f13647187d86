"""Policies of tables: kept by the daemon's rows, by which the edge decides, whatever the backend is.

The daemon is told, and the client answered when every worker knows. Without a daemon nothing is changed.
Source: DynamoDB Developer Guide, "Resource-based policies"; API Reference, PutResourcePolicy. Policies of streams are
not served. Unconfirmed: how AWS words it that a caller would lose the right to change the policy again, and that nobody
has the name of a principal.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from skywalk.edge.named_principals import UnknownPrincipal, named_principals
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.call import BackendAnswer
from skywalk.edge.services.dynamodb.json_body import optional_text, render_body, text
from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.compiled import AccessRequest, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.match import has_wildcard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.dynamodb.call import DynamoDbCall
    from skywalk.edge.services.dynamodb.tables import Table
    from skywalk.policy.document import Policy

MAXIMUM_POLICY_BYTES = 20 << 10
"""Source: DynamoDB Developer Guide, "Quotas": 20 KB."""
NO_POLICY = "NO_POLICY"
_CHANGES = "dynamodb:PutResourcePolicy"
_REVISION_DIGITS = 13
_ABSENT = b"ResourceNotFoundException"


async def create_table(call: DynamoDbCall) -> BackendAnswer:
    """Raises AwsError."""
    body = dict(call.request.body)
    policy = optional_text(body, "ResourcePolicy")
    body.pop("ResourcePolicy", None)
    if policy is None:
        return await call.ask("CreateTable", body)
    call.check_daemon()
    principals = _principals(call, _check_policy(_table(call), policy))
    answer = await call.ask("CreateTable", body)
    if answer.status == 200:
        await _put(call, policy, principals)
    return answer


async def delete_table(call: DynamoDbCall) -> BackendAnswer:
    """Its policy goes with it, also where a former attempt got only half way. Raises AwsError."""
    table = _table(call)
    has_policy = table.arn in call.around.state.resources
    if has_policy:
        call.check_daemon()
    answer = await call.ask("DeleteTable", call.request.body)
    is_gone = answer.status == 200 or _ABSENT in answer.body
    if has_policy and is_gone:
        await call.report("delete_resource", table.arn)
    return answer


async def get_resource_policy(call: DynamoDbCall) -> BackendAnswer:
    """Raises AwsError."""
    table = _table(call)
    await _check_exists(call)
    policy = _present(call)
    if policy is None:
        raise errors.policy_not_found(table.arn)
    return _answer({"Policy": policy, "RevisionId": revision_of(table, policy)})


async def put_resource_policy(call: DynamoDbCall) -> BackendAnswer:
    """Raises AwsError."""
    call.check_daemon()
    table, policy = _table(call), text(call.request.body, "Policy")
    parsed = _check_policy(table, policy)
    principals = _principals(call, parsed)
    if not call.request.body.get("ConfirmRemoveSelfResourceAccess"):
        _check_own_access(call, parsed)
    await _check_exists(call)
    _check_revision(call)
    await _put(call, policy, principals)
    return _answer({"RevisionId": revision_of(table, policy)})


async def delete_resource_policy(call: DynamoDbCall) -> BackendAnswer:
    """Raises AwsError."""
    call.check_daemon()
    table, policy = _table(call), _present(call)
    await _check_exists(call)
    _check_revision(call)
    if policy is None:
        return _answer({})
    await call.report("delete_resource", table.arn)
    return _answer({"RevisionId": revision_of(table, policy)})


def revision_of(table: Table, policy: str) -> str:
    """The same text on the same table is the same revision, as AWS has it."""
    digest = hashlib.sha256(f"{table.arn}\n{policy}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big") % 10**_REVISION_DIGITS).zfill(_REVISION_DIGITS)


def _check_policy(table: Table, policy: str) -> Policy:
    """A policy that can be evaluated, and speaks of this table. Raises AwsError ValidationException."""
    if len(policy.encode("utf-8", "surrogatepass")) > MAXIMUM_POLICY_BYTES:
        raise errors.validation("Resource-based policy exceeds the maximum size of 20 KB.")
    try:
        parsed = parse_policy(policy, PolicyKind.RESOURCE)
        check_acceptable(parsed)
    except PolicyError as error:
        raise errors.validation(f"Invalid policy document: {error}") from None
    _check_resources(table, parsed)
    return parsed


def _principals(call: DynamoDbCall, policy: Policy) -> Mapping[str, str]:
    """Whom it names. Raises AwsError ValidationException."""
    try:
        return named_principals(policy, call.around.state)
    except UnknownPrincipal as unknown:
        raise errors.validation(f"Invalid policy document: Invalid principal in policy: {unknown}") from None


def _check_own_access(call: DynamoDbCall, policy: Policy) -> None:
    """Nobody loses the right to change the policy again without saying so. Raises AwsError ValidationException."""
    table, principal = _table(call), call.caller.principal
    asked = AccessRequest(_CHANGES, table.arn, principal, table.account_id, call.authorization.context)
    if compile_policy(policy).verdict(asked).denied_by is not None:
        raise errors.validation(
            "This policy would deny you the permission to change it again. Set ConfirmRemoveSelfResourceAccess to "
            "confirm that."
        )


def _check_resources(table: Table, policy: Policy) -> None:
    for statement in policy.statements:
        for resource in statement.resources:
            named = resource.partition("/index/")[0]
            if not has_wildcard(named) and named != table.arn:
                raise errors.validation(
                    f"Invalid policy document: the policy of {table.arn} cannot speak of {resource}"
                )


async def _check_exists(call: DynamoDbCall) -> None:
    answer = await call.ask("DescribeTable", {"TableName": _table(call).name})
    if answer.status != 200:
        is_absent = _ABSENT in answer.body
        raise errors.table_not_found() if is_absent else errors.internal_server_error()


def _check_revision(call: DynamoDbCall) -> None:
    """Raises AwsError PolicyNotFoundException where the policy is another one than the caller believes."""
    expected = optional_text(call.request.body, "ExpectedRevisionId")
    table, policy = _table(call), _present(call)
    actual = NO_POLICY if policy is None else revision_of(table, policy)
    if expected is not None and expected != actual:
        raise errors.policy_not_found(table.arn)


async def _put(call: DynamoDbCall, policy: str, principals: Mapping[str, str]) -> None:
    table = _table(call)
    data: dict[str, Any] = {"account_id": table.account_id, "region": table.region, "policy": policy}
    if principals:
        data["principals"] = principals
    await call.report("put_resource", table.arn, **data)


def _present(call: DynamoDbCall) -> str | None:
    known = call.around.state.resources.get(_table(call).arn)
    return None if known is None else known.row.policy


def _table(call: DynamoDbCall) -> Table:
    assert call.request.table is not None
    return call.request.table


def _answer(body: dict[str, Any]) -> BackendAnswer:
    return BackendAnswer(200, render_body(body))
