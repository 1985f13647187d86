"""What members of a request need of each other, which the model cannot say.

Source: DynamoDB API Reference, WriteRequest, Condition. Unconfirmed: the words for a write request that is none or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.edge.services.dynamodb import errors

_WRITES = ("PutRequest", "DeleteRequest")
_FILTERS = ("KeyConditions", "QueryFilter", "ScanFilter")
_ARGUMENTS: Mapping[str, tuple[int, int | None]] = {
    "NULL": (0, 0),
    "NOT_NULL": (0, 0),
    "BETWEEN": (2, 2),
    "IN": (1, None),
}
_ONE = (1, 1)


def check_combinations(operation: str, body: Mapping[str, Any]) -> None:
    """`body` has the types of the model. Raises AwsError ValidationException."""
    if operation == "BatchWriteItem":
        for requests in body["RequestItems"].values():
            for request in requests:
                _check_write(request)
    elif operation in ("Query", "Scan"):
        for member in _FILTERS:
            for condition in (body.get(member) or {}).values():
                _check_arguments(condition)
        if body.get("ExclusiveStartKey") == {}:
            raise errors.validation("The provided starting key is invalid")


def _check_write(request: Mapping[str, Any]) -> None:
    given = sum(request.get(member) is not None for member in _WRITES)
    if given != 1:
        amount = "has more than one datatypes set" if given else "is empty"
        raise errors.validation(
            f"Supplied AttributeValue {amount}, must contain exactly one of the supported datatypes"
        )


def _check_arguments(condition: Mapping[str, Any]) -> None:
    comparison, given = condition["ComparisonOperator"], condition.get("AttributeValueList") or ()
    least, most = _ARGUMENTS.get(comparison, _ONE)
    if len(given) < least or (most is not None and len(given) > most):
        raise errors.validation(
            "One or more parameter values were invalid: Invalid number of argument(s) for the "
            f"{comparison} ComparisonOperator"
        )
