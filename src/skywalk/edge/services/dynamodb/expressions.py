"""Expressions: placeholders that are used are defined, those defined are used; conditions are conditions.

An expression has no literals, so that `#name` and `:value` are what they look like. What updates say is the backend's.
Source: DynamoDB Developer Guide, "Expression attribute names", "Expression attribute values".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.condition_syntax import check_projection, parse_condition
from skywalk.edge.services.dynamodb.key_conditions import check_key_condition

NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"

_WITH_VALUES: Mapping[str, tuple[str, ...]] = {
    "ConditionCheck": ("ConditionExpression",),
    "Delete": ("ConditionExpression",),
    "DeleteItem": ("ConditionExpression",),
    "Put": ("ConditionExpression",),
    "PutItem": ("ConditionExpression",),
    "Query": ("FilterExpression", "KeyConditionExpression"),
    "Scan": ("FilterExpression",),
    "Update": ("UpdateExpression", "ConditionExpression"),
    "UpdateItem": ("UpdateExpression", "ConditionExpression"),
}
"""What may have values, in the order in which AWS says that there is none of them."""
_WITH_PROJECTION = frozenset({"BatchGetItem", "Get", "GetItem", "Query", "Scan"})
_OF_TRANSACTIONS: Mapping[str, tuple[str, ...]] = {
    "TransactGetItems": ("Get",),
    "TransactWriteItems": ("ConditionCheck", "Delete", "Put", "Update"),
}
KEY_CONDITION = "KeyConditionExpression"
_CONDITIONS = frozenset({"ConditionExpression", "FilterExpression", KEY_CONDITION})
_PROJECTION = "ProjectionExpression"
_PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+")
_NOT_DEFINED = {
    "#": "An expression attribute name used in the document path is not defined; attribute name",
    ":": "An expression attribute value used in expression is not defined; attribute value",
}


def check_expressions(operation: str, body: Mapping[str, Any]) -> None:
    """`body` has the types of the model. Raises AwsError ValidationException."""
    for what, parameters in _parts(operation, body):
        _check_part(what, parameters)


def _parts(operation: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything with expressions and placeholders of its own, and what it is."""
    if operation in _WITH_VALUES or operation == "GetItem":
        yield operation, body
    elif operation == "BatchGetItem":
        for keys in body["RequestItems"].values():
            yield operation, keys
    elif operation in _OF_TRANSACTIONS:
        for item in body["TransactItems"]:
            for what in _OF_TRANSACTIONS[operation]:
                if item.get(what) is not None:
                    yield what, item[what]


def _check_part(what: str, parameters: Mapping[str, Any]) -> None:
    with_values = _WITH_VALUES.get(what, ())
    all_members = (*with_values, _PROJECTION) if what in _WITH_PROJECTION else with_values
    given = {member: parameters[member] for member in all_members if parameters.get(member) is not None}
    _check_definitions(parameters, NAMES, "#", bool(given))
    if with_values:
        _check_definitions(parameters, VALUES, ":", any(member in given for member in with_values), with_values)
    # An operation without values does not have the member: whatever is there was not checked, and may be anything.
    defined = {*(parameters.get(NAMES) or ()), *((parameters.get(VALUES) or ()) if with_values else ())}
    used: set[str] = set()
    for member, expression in given.items():
        used |= _check_used(member, expression, defined)
        if member in _CONDITIONS:
            parsed = parse_condition(member, expression, parameters.get(VALUES) or {})
            if member == KEY_CONDITION:
                check_key_condition(parsed, parameters.get(NAMES) or {})
        elif member == _PROJECTION:
            check_projection(member, expression)
    _check_unused(parameters, NAMES, used)
    if with_values:
        _check_unused(parameters, VALUES, used)


def _check_definitions(
    parameters: Mapping[str, Any], member: str, sign: str, has_expression: bool, wanted: tuple[str, ...] = ()
) -> None:
    defined = parameters.get(member)
    if defined is None:
        return
    if not has_expression:
        verb = "are" if len(wanted) > 1 else "is"
        lacking = f": {' and '.join(wanted)} {verb} null" if wanted else ""
        raise errors.validation(f"{member} can only be specified when using expressions{lacking}")
    if not defined:
        raise errors.validation(f"{member} must not be empty")
    for name in defined:
        if not (name.startswith(sign) and _PLACEHOLDER.fullmatch(name)):
            raise errors.validation(f'{member} contains invalid key: Syntax error; key: "{name}"')


def _check_used(member: str, expression: str, defined: Set[str]) -> set[str]:
    if not expression.strip():
        raise errors.validation(f"Invalid {member}: The expression can not be empty;")
    used = _PLACEHOLDER.findall(expression)
    for name in used:
        if name not in defined:
            raise errors.validation(f"Invalid {member}: {_NOT_DEFINED[name[0]]}: {name}")
    return set(used)


def _check_unused(parameters: Mapping[str, Any], member: str, used: set[str]) -> None:
    unused = sorted((parameters.get(member) or {}).keys() - used)
    if unused:
        raise errors.validation(f"Value provided in {member} unused in expressions: keys: {{{', '.join(unused)}}}")
