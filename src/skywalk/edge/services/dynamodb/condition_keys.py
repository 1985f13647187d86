"""DynamoDB's condition keys: what each check's share of a request says.

Source: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control", "IAM security policies
with PartiQL for DynamoDB"; Service Authorization Reference, for which action has which keys. Unconfirmed: that
dynamodb:Select, dynamodb:ReturnValues and dynamodb:ReturnConsumedCapacity have DynamoDB's defaults where the request
gives none; that a query of an index has the index's partition key in dynamodb:LeadingKeys; that numbers are written as
short as they can be there, and binaries in base64.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from skywalk.edge.authorize import Check
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.attribute_names import attribute_names, items_of, resolved
from skywalk.edge.services.dynamodb.condition_syntax import parse_condition
from skywalk.edge.services.dynamodb.mapping import WRITE_ACTIONS
from skywalk.edge.services.dynamodb.tables import Account

if TYPE_CHECKING:
    from skywalk.edge.services.dynamodb.request import DynamoDbRequest

Keys = dict[str, str | tuple[str, ...]]

LEADING_KEYS = "dynamodb:leadingkeys"
PARTITION_KEYS = tuple(f"dynamodb:{which}partitionkeyvalues" for which in ("first", "second", "third", "fourth"))
ATTRIBUTES = "dynamodb:attributes"
SELECT = "dynamodb:select"
RETURN_VALUES = "dynamodb:returnvalues"
CONSUMED_CAPACITY = "dynamodb:returnconsumedcapacity"
ENCLOSING_OPERATION = "dynamodb:enclosingoperation"
FULL_TABLE_SCAN = "dynamodb:fulltablescan"

_READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
_ITEM_WRITES = frozenset({"ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"})
_KEYED = _READS | _ITEM_WRITES | {"BatchWriteItem"}
_TRANSACTIONS = frozenset({"TransactGetItems", "TransactWriteItems"})
_DIGITS, _LEAST_EXPONENT, _MOST_EXPONENT = 38, -130, 125
"""Source: DynamoDB Developer Guide, "Supported data types": up to 38 digits, magnitudes of 1E-130 to 9.99…E+125."""
_EXACT = Context(prec=_DIGITS)
_TOO_LARGE = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_TOO_SMALL = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


@dataclass(frozen=True, slots=True)
class Share:
    """What one check is about: `operation` as its parameters are those of (GetItem for a Get), `table` by name."""

    check: Check
    operation: str
    parameters: Mapping[str, Any]
    table: str
    index: str | None = None

    def with_keys(self, keys: Keys) -> Share:
        return replace(self, check=Check(self.check.action, self.check.resource, {**self.check.keys, **keys}))


def shares(request: DynamoDbRequest) -> list[Share]:
    """One for each check that has keys in the request itself; none for operations that are about no items."""
    return [share.with_keys(_own_keys(share, request)) for share in _shares(request)]


def statement_keys(share: Share, operation: str, parameters: Mapping[str, Any]) -> Share:
    """The share of a PartiQL statement, which amounts to `operation` with `parameters`."""
    keys: Keys = {ATTRIBUTES: attribute_names(parameters)}
    if operation in ("Query", "Scan"):
        keys[SELECT] = _select(operation, parameters, share.index)
        keys[FULL_TABLE_SCAN] = "true" if operation == "Scan" else "false"
    elif operation != "PutItem":
        keys[RETURN_VALUES] = parameters.get("ReturnValues", "NONE")
    return replace(share, operation=operation, parameters=parameters).with_keys(keys)


def leading_keys(share: Share, partition: Sequence[str]) -> Keys:
    """`partition`: the attributes of the partition key of the table, or of the index that is asked. Raises AwsError
    where the request does not name the whole of it."""
    if share.operation == "Scan":
        return {}
    values = [_leading_values(share, name) for name in partition]
    keys: Keys = dict(zip(PARTITION_KEYS, values, strict=False))
    return {**keys, LEADING_KEYS: values[0]}


def _shares(request: DynamoDbRequest) -> Iterator[Share]:
    owner = Account(request.region, request.account_id)
    name, body = request.operation, request.body
    if name in ("BatchGetItem", "BatchWriteItem"):
        for table, items in body["RequestItems"].items():
            parameters = items if name == "BatchGetItem" else {"Keys": [_written(write) for write in items]}
            yield Share(Check(f"dynamodb:{name}", owner.table(table).arn), name, parameters, table)
    elif name in _TRANSACTIONS:
        for item in body["TransactItems"]:
            ((kind, parameters),) = item.items()
            action = "dynamodb:GetItem" if kind == "Get" else WRITE_ACTIONS[kind]
            table = parameters["TableName"]
            yield Share(Check(action, owner.table(table).arn), action.partition(":")[2], parameters, table)
    elif request.statements:
        for statement in request.statements:
            named = owner.table(statement.table)
            check = Check(statement.action, named.index_arn(statement.index_name))
            yield Share(check, "", {}, named.name, statement.index_name)
    elif name in _KEYED:
        yield Share(request.checks[0], name, body, body["TableName"], body.get("IndexName"))


def _written(write: Mapping[str, Any]) -> Mapping[str, Any]:
    put, delete = write.get("PutRequest"), write.get("DeleteRequest")
    found: Mapping[str, Any] = put["Item"] if put is not None else (delete or {}).get("Key", {})
    return found


def _own_keys(share: Share, request: DynamoDbRequest) -> Keys:
    """Those that can be known without the table's key."""
    operation, keys = share.operation, Keys()
    if request.operation in _TRANSACTIONS or request.operation == "ExecuteTransaction":
        keys[ENCLOSING_OPERATION] = request.operation
    if not operation:
        return keys
    keys[ATTRIBUTES] = attribute_names(share.parameters)
    keys[CONSUMED_CAPACITY] = request.body.get("ReturnConsumedCapacity", "NONE")
    if operation in _READS:
        keys[SELECT] = _select(operation, share.parameters, share.index)
    if operation in _ITEM_WRITES:
        keys[RETURN_VALUES] = share.parameters.get("ReturnValues", "NONE")
    return keys


def _select(operation: str, parameters: Mapping[str, Any], index: str | None) -> str:
    """Source: DynamoDB API Reference, Query, Select: "If neither Select nor ProjectionExpression are specified"."""
    given = parameters.get("Select")
    if given is not None and operation in ("Query", "Scan"):
        return str(given)
    if parameters.get("ProjectionExpression") or parameters.get("AttributesToGet"):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_ATTRIBUTES" if index is None else "ALL_PROJECTED_ATTRIBUTES"


def _leading_values(share: Share, partition: str) -> tuple[str, ...]:
    if share.operation == "Query":
        value = _equal_in_query(share.parameters, partition)
        if value is None:
            raise errors.validation(f"Query condition missed key schema element: {partition}")
        return (_text(value),)
    found = []
    for item in items_of(share.parameters):
        if partition not in item:
            raise errors.validation("The provided key element does not match the schema")
        found.append(_text(item[partition]))
    return tuple(dict.fromkeys(found))


def _equal_in_query(parameters: Mapping[str, Any], partition: str) -> Mapping[str, Any] | None:
    """The value that the partition key must have."""
    expression = parameters.get("KeyConditionExpression")
    if expression is None:
        condition = (parameters.get("KeyConditions") or {}).get(partition, {})
        values: Sequence[Mapping[str, Any]] = condition.get("AttributeValueList") or ()
        return values[0] if condition.get("ComparisonOperator") == "EQ" and len(values) == 1 else None
    given = parameters.get("ExpressionAttributeValues") or {}
    for condition in parse_condition("KeyConditionExpression", expression, given).conditions:
        first, *others = condition.operands
        if condition.operator == "=" and resolved(first.text, parameters) == partition:
            found: Mapping[str, Any] | None = given.get(others[0].text)
            return found
    return None


def _text(value: Mapping[str, Any]) -> str:
    """A value of a key: the same text for whatever is the same key."""
    if "N" in value:
        return _number(value["N"].strip())
    if "B" in value:
        return b64encode(b64decode(value["B"])).decode()
    if "S" in value:
        return str(value["S"])
    raise errors.validation("The provided key element does not match the schema")


def _number(text: str) -> str:
    """Every digit counts: two keys are not one because they differ in the last."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise errors.validation(_TOO_LARGE) from None
    if not number:
        return "0"
    if number.adjusted() > _MOST_EXPONENT:
        raise errors.validation(_TOO_LARGE)
    if number.adjusted() < _LEAST_EXPONENT:
        raise errors.validation(_TOO_SMALL)
    shortest = number.normalize(_EXACT)
    if shortest != number:
        raise errors.validation(f"Attempting to store more than {_DIGITS} significant digits in a Number")
    return format(shortest, "f")
