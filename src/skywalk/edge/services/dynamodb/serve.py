"""The last step: an allowed request is forwarded as it was understood, or served here where policies change."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.dynamodb import errors, partiql_execution, resource_policies
from skywalk.edge.services.dynamodb.call import BackendAnswer
from skywalk.edge.services.dynamodb.condition_syntax import parse_condition
from skywalk.edge.services.dynamodb.expressions import KEY_CONDITION, VALUES
from skywalk.edge.services.dynamodb.json_body import render_body
from skywalk.edge.services.dynamodb.key_conditions import render_key_condition
from skywalk.edge.services.dynamodb.legacy_parameters import with_expressions
from skywalk.edge.services.dynamodb.operations import About

if TYPE_CHECKING:
    from skywalk.edge.services.dynamodb.call import DynamoDbCall
    from skywalk.edge.services.dynamodb.operations import Operation

Serve = Callable[["DynamoDbCall"], Awaitable[BackendAnswer]]

SERVED_HERE: Mapping[str, Serve] = {
    "CreateTable": resource_policies.create_table,
    "DeleteTable": resource_policies.delete_table,
    "GetResourcePolicy": resource_policies.get_resource_policy,
    "PutResourcePolicy": resource_policies.put_resource_policy,
    "DeleteResourcePolicy": resource_policies.delete_resource_policy,
}
"""Operations that change what the edge decides by."""

EMBEDDED_PARTIQL: Mapping[str, Serve] = {
    "BatchExecuteStatement": partiql_execution.batch_execute_statement,
    "ExecuteStatement": partiql_execution.execute_statement,
    "ExecuteTransaction": partiql_execution.execute_transaction,
}
"""moto reads PartiQL as text: it takes conditions that it does not know for met, and numbers for strings."""

_LEGACY = frozenset({"AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"})
_NAMED_BY_TABLE = ("Responses", "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics")


async def serve(call: DynamoDbCall, operation: Operation) -> BackendAnswer:
    """Raises AwsError."""
    await call.find_backend()
    if call.backend.backend.is_embedded:
        _check_embedded(call, operation)
    special = SERVED_HERE.get(operation.name)
    if special is None and call.backend.backend.is_embedded:
        special = EMBEDDED_PARTIQL.get(operation.name)
    if special is not None:
        return await special(call)
    answer = await call.ask(operation.name, _body(call, operation))
    if call.request.given_names and answer.status == 200:
        return _with_given_names(answer, call.request.given_names)
    return answer


def _check_embedded(call: DynamoDbCall, operation: Operation) -> None:
    """What the embedded backend would ignore is refused by name. Raises AwsError ValidationException."""
    for name in sorted(operation.not_embedded & call.request.body.keys()):
        raise errors.not_supported(f"The parameter {name} of {operation.name}")
    if operation.about is About.READS:
        for item in call.request.body["TransactItems"]:
            if "ProjectionExpression" in item["Get"]:
                raise errors.not_supported(f"The parameter ProjectionExpression of {operation.name}")

    if operation.name == "Query" and not (
        call.request.body.get(KEY_CONDITION) or call.request.body.get("KeyConditions")
    ):
        raise errors.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )


def _body(call: DynamoDbCall, operation: Operation) -> Mapping[str, Any]:
    """As the embedded backend reads it rightly."""
    body = call.request.body
    if not call.backend.backend.is_embedded:
        return body
    if _LEGACY & body.keys():
        body = with_expressions(body)
    if operation.name == "UpdateItem" and "UpdateExpression" not in body:
        # An update of nothing makes an item of its key; moto fails unless the nothing is written down.
        return {**body, "AttributeUpdates": {}}
    if operation.name == "Query" and KEY_CONDITION in body:
        parsed = parse_condition(KEY_CONDITION, body[KEY_CONDITION], body.get(VALUES, {}))
        return {**body, KEY_CONDITION: render_key_condition(parsed)}
    return body


def _with_given_names(answer: BackendAnswer, given: Mapping[str, str]) -> BackendAnswer:
    """Whoever named a table by its ARN finds it in the answer by its ARN."""
    body = json.loads(answer.body)
    for member in _NAMED_BY_TABLE:
        if isinstance(body.get(member), dict):
            body[member] = {given.get(name, name): value for name, value in body[member].items()}
    for capacity in body.get("ConsumedCapacity") or ():
        capacity["TableName"] = given.get(capacity["TableName"], capacity["TableName"])
    return BackendAnswer(answer.status, render_body(body))
