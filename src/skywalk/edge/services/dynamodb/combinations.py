"""What members of a request need of each other, which the model cannot say.

Only members that the operation has are looked at: others were not checked against the model, and may be anything.
Source: DynamoDB API Reference, WriteRequest, Condition, ExpectedAttributeValue, AttributeValueUpdate.
Unconfirmed: the words for a write request that is none or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
_KEY_TYPES = frozenset({"S", "N", "B"})


def check_combinations(operation: str, body: Mapping[str, Any]) -> None:
    """`body` has the types of the model. Raises AwsError ValidationException."""
    check = _CHECKS.get(operation)
    if check is not None:
        check(body)


def _check_batch_write(body: Mapping[str, Any]) -> None:
    for requests in body["RequestItems"].values():
        for request in requests:
            _check_write(request)


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


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "BatchGetItem": _check_batch_get,
    "BatchWriteItem": _check_batch_write,
    "DeleteItem": _check_delete,
    "GetItem": _check_get,
    "PutItem": _check_expected,
    "Query": partial(_check_selection, filters=("KeyConditions", "QueryFilter")),
    "Scan": partial(_check_selection, filters=("ScanFilter",)),
    "TransactGetItems": partial(_check_transaction, parts=("Get",)),
    "TransactWriteItems": partial(_check_transaction, parts=("ConditionCheck", "Delete", "Update")),
    "UpdateItem": _check_update,
}
