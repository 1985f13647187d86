"""What members of a request need of each other, which the model cannot say.

Only members that the operation has are looked at: others were not checked against the model, and may be anything.
Source: DynamoDB API Reference, WriteRequest, Condition, ExpectedAttributeValue, AttributeValueUpdate.
Unconfirmed: the words for a write request that is none or two, for an index update that is, and for an attribute update
that its type does not take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from skywalk.edge.services.dynamodb import errors

_WRITES = ("PutRequest", "DeleteRequest")
_ARGUMENTS: Mapping[str, tuple[int, int | None]] = {
    "NULL": (0, 0),
    "NOT_NULL": (0, 0),
    "BETWEEN": (2, 2),
    "IN": (1, None),
}
_ONE = (1, 1)
_COMPARED_TYPES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("BETWEEN", "GE", "GT", "IN", "LE", "LT"), frozenset({"S", "N", "B"})),
    "BEGINS_WITH": frozenset({"S", "B"}),
}
_OF_KEYS = frozenset({"BEGINS_WITH", "BETWEEN", "EQ", "GE", "GT", "LE", "LT"})
_LEGACY = (
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
)
_EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
_WITH_LEGACY = frozenset({"DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"})
_UPDATED_TYPES: Mapping[str, frozenset[str]] = {
    "ADD": frozenset({"N", "NS", "SS", "BS"}),
    "DELETE": frozenset({"NS", "SS", "BS"}),
}
_KEY_TYPES = frozenset({"S", "N", "B"})


def check_combinations(operation: str, body: Mapping[str, Any]) -> None:
    """`body` has the types of the model. Raises AwsError ValidationException, LimitExceededException."""
    if operation in _WITH_LEGACY:
        _check_styles(body)
    check = _CHECKS.get(operation)
    if check is not None:
        check(body)


def _check_styles(body: Mapping[str, Any]) -> None:
    """Expressions and what was there before them do not go together."""
    legacy = [member for member in _LEGACY if body.get(member) is not None]
    modern = [member for member in _EXPRESSIONS if body.get(member) is not None]
    if legacy and modern:
        raise errors.validation(
            "Can not use both expression and non-expression parameters in the same request: Non-expression "
            f"parameters: {{{', '.join(legacy)}}} Expression parameters: {{{', '.join(modern)}}}"
        )


def _check_new_table(body: Mapping[str, Any]) -> None:
    """A partition key, and perhaps a sort key."""
    schema = body.get("KeySchema") or ()
    kinds = [one["KeyType"] for one in schema]
    for number, (kind, wanted) in enumerate(zip(kinds, ("HASH", "RANGE"), strict=False)):
        if kind != wanted:
            which = ("first", "second")[number]
            raise errors.validation(f"Invalid KeySchema: The {which} KeySchemaElement is not a {wanted} key type")
    names = [one["AttributeName"] for one in schema]
    if len(set(names)) != len(names):
        raise errors.validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def _check_table_update(body: Mapping[str, Any]) -> None:
    if all(body.get(member) is None for member in body.keys() - {"TableName", "AttributeDefinitions"}):
        raise errors.validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    _check_indexes(body)


def _check_indexes(body: Mapping[str, Any]) -> None:
    """Of global secondary indexes: one thing for each, and one made or deleted at a time."""
    updates = body.get("GlobalSecondaryIndexUpdates") or ()
    changed = 0
    for update in updates:
        given = [member for member in ("Create", "Update", "Delete") if update.get(member) is not None]
        if len(given) != 1:
            raise errors.validation(
                "One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate's Create, Update and "
                "Delete must be specified"
            )
        changed += given != ["Update"]
        if given == ["Create"]:
            _check_new_index(update["Create"], body.get("AttributeDefinitions") or ())
    if changed > 1:
        raise errors.limit_exceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        )


def _check_new_index(index: Mapping[str, Any], definitions: Sequence[Mapping[str, Any]]) -> None:
    defined = [one["AttributeName"] for one in definitions]
    keys = [one["AttributeName"] for one in index["KeySchema"]]
    if not set(keys) <= set(defined):
        raise errors.validation(
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            f"AttributeDefinitions. Keys: [{', '.join(keys)}], AttributeDefinitions: [{', '.join(defined)}]"
        )


def _check_batch_write(body: Mapping[str, Any]) -> None:
    for requests in body["RequestItems"].values():
        for request in requests:
            _check_write(request)
            if request.get("DeleteRequest") is not None:
                _check_key(request["DeleteRequest"]["Key"])


def _check_batch_get(body: Mapping[str, Any]) -> None:
    for keys in body["RequestItems"].values():
        for key in keys["Keys"]:
            _check_key(key)


def _check_transaction(body: Mapping[str, Any], parts: tuple[str, ...]) -> None:
    for item in body["TransactItems"]:
        for name in parts:
            if item.get(name) is not None:
                _check_key(item[name]["Key"])


def _check_selection(body: Mapping[str, Any], filters: tuple[str, ...]) -> None:
    for condition in (body.get("KeyConditions") or {}).values() if "KeyConditions" in filters else ():
        if condition["ComparisonOperator"] not in _OF_KEYS:
            raise errors.validation("Attempted conditional constraint is not an indexable operation")
    for member in filters:
        for condition in (body.get(member) or {}).values():
            _check_arguments(condition)
    start = body.get("ExclusiveStartKey")
    if start is not None and not (start and _may_be_key(start)):
        raise errors.validation("The provided starting key is invalid")


def _check_update(body: Mapping[str, Any]) -> None:
    _check_key(body["Key"])
    _check_expected(body)
    for update in (body.get("AttributeUpdates") or {}).values():
        if update.get("Value") is None and update.get("Action") != "DELETE":
            raise errors.validation(
                "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is "
                "specified"
            )
        _check_attribute_update(update.get("Action"), update.get("Value") or {})


def _check_attribute_update(action: str | None, value: Mapping[str, Any]) -> None:
    kind = next((name for name, inner in value.items() if inner is not None), None)
    taken = _UPDATED_TYPES.get(action or "PUT")
    if taken is not None and kind is not None and kind not in taken:
        raise errors.validation(
            f"One or more parameter values were invalid: {action} action is not supported for the type {kind}"
        )


def _check_write(request: Mapping[str, Any]) -> None:
    given = sum(request.get(member) is not None for member in _WRITES)
    if given != 1:
        amount = "has more than one datatypes set" if given else "is empty"
        raise errors.validation(
            f"Supplied AttributeValue {amount}, must contain exactly one of the supported datatypes"
        )


def _check_key(key: Mapping[str, Any]) -> None:
    if not _may_be_key(key):
        raise errors.validation("The provided key element does not match the schema")


def _may_be_key(key: Mapping[str, Any]) -> bool:
    """No key of any table has other types."""
    return all(_KEY_TYPES & value.keys() for value in key.values())


def _check_get(body: Mapping[str, Any]) -> None:
    _check_key(body["Key"])


def _check_delete(body: Mapping[str, Any]) -> None:
    _check_key(body["Key"])
    _check_expected(body)


def _check_expected(body: Mapping[str, Any]) -> None:
    for name, expected in (body.get("Expected") or {}).items():
        comparison = expected.get("ComparisonOperator")
        is_alone = expected.get("Value") is None and expected.get("AttributeValueList") is None
        if is_alone and comparison not in (None, "NULL", "NOT_NULL"):
            raise errors.validation(
                "One or more parameter values were invalid: Value or AttributeValueList must be used with "
                f"ComparisonOperator: {comparison} for Attribute: {name}"
            )


def _check_arguments(condition: Mapping[str, Any]) -> None:
    comparison, given = condition["ComparisonOperator"], condition.get("AttributeValueList") or ()
    least, most = _ARGUMENTS.get(comparison, _ONE)
    if len(given) < least or (most is not None and len(given) > most):
        raise errors.validation(
            "One or more parameter values were invalid: Invalid number of argument(s) for the "
            f"{comparison} ComparisonOperator"
        )
    taken = _COMPARED_TYPES.get(comparison)
    for value in given:
        kind = next((name for name, inner in value.items() if inner is not None), None)
        if taken is not None and kind is not None and kind not in taken:
            raise errors.validation(
                f"One or more parameter values were invalid: ComparisonOperator {comparison} is not valid for {kind} "
                "AttributeValue type"
            )


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "BatchGetItem": _check_batch_get,
    "BatchWriteItem": _check_batch_write,
    "CreateTable": _check_new_table,
    "DeleteItem": _check_delete,
    "GetItem": _check_get,
    "PutItem": _check_expected,
    "Query": partial(_check_selection, filters=("KeyConditions", "QueryFilter")),
    "Scan": partial(_check_selection, filters=("ScanFilter",)),
    "TransactGetItems": partial(_check_transaction, parts=("Get",)),
    "TransactWriteItems": partial(_check_transaction, parts=("ConditionCheck", "Delete", "Update")),
    "UpdateItem": _check_update,
    "UpdateTable": _check_table_update,
}
