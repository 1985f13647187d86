"""PartiQL on a backend that has none worth the name: each statement is done as the operation that it amounts to.

Source: DynamoDB API Reference, ExecuteStatement, BatchExecuteStatement, ExecuteTransaction. Unconfirmed: what a
transaction of writes answers in `Responses` (here: an empty object for each).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.call import BackendAnswer
from skywalk.edge.services.dynamodb.json_body import optional_text, render_body
from skywalk.edge.services.dynamodb.partiql_translation import Keys, Native, translate
from skywalk.edge.services.dynamodb.tables import Account
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.dynamodb.call import DynamoDbCall
    from skywalk.edge.services.dynamodb.partiql import Statement

_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_PASSED_ON = ("ConsistentRead", "ReturnConsumedCapacity", "Limit")
_BATCH_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "InternalServerError": "InternalServerError",
    "ResourceNotFoundException": "ResourceNotFound",
}


class _Refused(AwsError):
    """What the backend said."""

    def __init__(self, answer: BackendAnswer) -> None:
        document = json.loads(answer.body)
        code = str(document["__type"]).partition("#")[2]
        super().__init__(code, str(document.get("message") or document.get("Message") or ""), answer.status)
        self.answer = answer


async def execute_statement(call: DynamoDbCall) -> BackendAnswer:
    """Raises AwsError."""
    body, (statement,) = call.request.body, call.request.statements
    native = translate(statement, _parameters(body), await _keys(call, statement))
    if native.operation not in ("Query", "Scan"):
        done = await _ask(call, statement, native)
        return _answer({"Items": [done["Attributes"]] if "Attributes" in done else []})
    token = _Token(body)
    passed_on = {name: body[name] for name in _PASSED_ON if name in body}
    start = token.read(optional_text(body, "NextToken"))
    found = await _ask(call, statement, native, **passed_on, **({"ExclusiveStartKey": start} if start else {}))
    result = {"Items": found["Items"]}
    if "ConsumedCapacity" in found:
        result["ConsumedCapacity"] = found["ConsumedCapacity"]
    if "LastEvaluatedKey" in found:
        result["LastEvaluatedKey"] = found["LastEvaluatedKey"]
        result["NextToken"] = token.write(found["LastEvaluatedKey"])
    return _answer(result)


async def batch_execute_statement(call: DynamoDbCall) -> BackendAnswer:
    """Each for itself; what is wrong with one is in its place of the answer. Raises AwsError."""
    _refuse_mixture(call.request.statements)
    given = zip(call.request.statements, call.request.body["Statements"], strict=True)
    return _answer({"Responses": [await _one_of_batch(call, statement, one) for statement, one in given]})


async def execute_transaction(call: DynamoDbCall) -> BackendAnswer:
    """All or none. Raises AwsError."""
    body, statements = call.request.body, call.request.statements
    _refuse_mixture(statements)
    natives = [
        translate(statement, _parameters(one), await _keys(call, statement))
        for statement, one in zip(statements, body["TransactStatements"], strict=True)
    ]
    if statements[0].verb == "SELECT":
        return await call.ask("TransactGetItems", {"TransactItems": _gets(call, statements, natives)})
    items = []
    for statement, native in zip(statements, natives, strict=True):
        if "ReturnValues" in native.body:
            raise errors.validation("RETURNING is not allowed in a transaction")
        items.append({_WRITES[native.operation]: {"TableName": _table_name(call, statement), **native.body}})
    token = {name: body[name] for name in ("ClientRequestToken",) if name in body}
    answer = await call.ask("TransactWriteItems", {"TransactItems": items, **token})
    return answer if answer.status != 200 else _answer({"Responses": [{} for _ in items]})


class _Token:
    """Where a selection goes on: good for the same statement with the same parameters alone."""

    def __init__(self, body: dict[str, Any]) -> None:
        asked = render_body({name: body.get(name) for name in ("Statement", "Parameters")})
        self._asked = hashlib.sha256(asked).hexdigest()

    def write(self, key: dict[str, Any]) -> str:
        return base64.b64encode(render_body({"asked": self._asked, "key": key})).decode()

    def read(self, text: str | None) -> dict[str, Any] | None:
        if text is None:
            return None
        try:
            token = json.loads(base64.b64decode(text, validate=True))
            if token["asked"] == self._asked and isinstance(token["key"], dict):
                return dict(token["key"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            pass
        raise errors.validation("Given NextToken is invalid for this statement")


async def _one_of_batch(call: DynamoDbCall, statement: Statement, given: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {"TableName": _table_name(call, statement)}
    try:
        native = translate(statement, _parameters(given), await _keys(call, statement))
        if statement.verb == "SELECT" and native.key is None:
            raise errors.validation(
                "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
            )
        passed_on = {name: given[name] for name in ("ConsistentRead",) if name in given and statement.verb == "SELECT"}
        done = await _ask(call, statement, native, **passed_on)
    except AwsError as error:
        response["Error"] = {"Code": _BATCH_CODES.get(error.code, "ValidationError"), "Message": error.message}
        return response
    items = done.get("Items") or ([done["Attributes"]] if "Attributes" in done else [])
    if items:
        response["Item"] = items[0]
    return response


def _gets(call: DynamoDbCall, statements: tuple[Statement, ...], natives: list[Native]) -> list[dict[str, Any]]:
    items = []
    for statement, native in zip(statements, natives, strict=True):
        if native.key is None or statement.index_name is not None:
            raise errors.validation("Select statements within ExecuteTransaction must specify the primary key alone.")
        if "ProjectionExpression" in native.body:
            raise errors.not_supported("Selecting attributes in a transaction")
        items.append({"Get": {"TableName": _table_name(call, statement), "Key": native.key}})
    return items


async def _ask(call: DynamoDbCall, statement: Statement, native: Native, **further: Any) -> dict[str, Any]:
    body = {"TableName": _table_name(call, statement), **native.body, **further}
    if statement.index_name is not None:
        body["IndexName"] = statement.index_name
    answer = await call.ask(native.operation, body)
    if answer.status == 200:
        return dict(json.loads(answer.body))
    refused = _Refused(answer)
    if native.operation == "PutItem" and refused.code == "ConditionalCheckFailedException":
        raise AwsError("DuplicateItemException", "Duplicate primary key exists in table", 400)
    raise refused


async def _keys(call: DynamoDbCall, statement: Statement) -> Keys:
    """The key of the table or index. Raises AwsError."""
    answer = await call.ask("DescribeTable", {"TableName": _table_name(call, statement)})
    if answer.status != 200:
        raise errors.table_not_found() if b"ResourceNotFoundException" in answer.body else _Refused(answer)
    table = json.loads(answer.body)["Table"]
    if statement.index_name is None:
        return _keys_of(table)
    for index in (*(table.get("GlobalSecondaryIndexes") or ()), *(table.get("LocalSecondaryIndexes") or ())):
        if index["IndexName"] == statement.index_name:
            return _keys_of(index)
    raise errors.validation(f"The table does not have the specified index: {statement.index_name}")


def _keys_of(table_or_index: dict[str, Any]) -> Keys:
    by_type = {element["KeyType"]: element["AttributeName"] for element in table_or_index["KeySchema"]}
    return Keys(by_type["HASH"], by_type.get("RANGE"))


def _parameters(given: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = given.get("Parameters") or []
    if not isinstance(parameters, list):
        raise errors.serialization("Parameters is no list.")
    return parameters


def _table_name(call: DynamoDbCall, statement: Statement) -> str:
    """By name, whatever the statement says."""
    return Account(call.request.region, call.request.account_id).table(statement.table).name


def _refuse_mixture(statements: tuple[Statement, ...]) -> None:
    if len({statement.verb == "SELECT" for statement in statements}) != 1:
        raise errors.validation("Statements that read and statements that write cannot be in one request.")


def _answer(body: dict[str, Any]) -> BackendAnswer:
    return BackendAnswer(200, render_body(body))
