"""Parameters from before there were expressions, as the expressions that say the same.

moto stores some types of AttributeUpdates as others, fails at filters on attributes that an item lacks, and takes one
met condition of a QueryFilter for all; its expressions it does well.
Source: DynamoDB Developer Guide, "Legacy conditional parameters"; API Reference, AttributeValueUpdate, Condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
_CLAUSES = {"PUT": "SET {} = {}", "ADD": "ADD {} {}", "DELETE": "DELETE {} {}"}
_CONDITIONS = {
    "EQ": "{0} = {1}",
    "NE": "{0} <> {1}",
    "LE": "{0} <= {1}",
    "LT": "{0} < {1}",
    "GE": "{0} >= {1}",
    "GT": "{0} > {1}",
    "NOT_NULL": "attribute_exists({0})",
    "NULL": "attribute_not_exists({0})",
    "CONTAINS": "contains({0}, {1})",
    "NOT_CONTAINS": "NOT contains({0}, {1})",
    "BEGINS_WITH": "begins_with({0}, {1})",
    "BETWEEN": "{0} BETWEEN {1} AND {2}",
}
_OF_CONDITIONS = {
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
}


def with_expressions(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with legacy parameters and no expressions, with expressions instead."""
    made: dict[str, Any] = {NAMES: {}, VALUES: {}}
    for member, expression in _OF_CONDITIONS.items():
        if body.get(member):
            made[expression] = _condition(body[member], member[0].lower(), made)
    if body.get("AttributeUpdates"):
        made["UpdateExpression"] = _update(body["AttributeUpdates"], made)
    kept = {name: value for name, value in body.items() if name not in _OF_CONDITIONS and name != "AttributeUpdates"}
    return kept | {name: value for name, value in made.items() if value}


def _condition(conditions: Mapping[str, Any], letter: str, made: Mapping[str, dict[str, Any]]) -> str:
    """All of them must be met. `letter` keeps placeholders apart."""
    parts = []
    for number, (name, condition) in enumerate(conditions.items()):
        own = f"#{letter}{number}"
        made[NAMES][own] = name
        values = []
        for place, value in enumerate(condition.get("AttributeValueList", ())):
            values.append(f":{letter}{number}_{place}")
            made[VALUES][values[-1]] = value
        operator = condition["ComparisonOperator"]
        is_in = operator == "IN"
        parts.append(f"{own} IN ({', '.join(values)})" if is_in else _CONDITIONS[operator].format(own, *values))
    return " AND ".join(parts)


def _update(updates: Mapping[str, Any], made: Mapping[str, dict[str, Any]]) -> str:
    clauses: dict[str, list[str]] = {}
    for number, (name, update) in enumerate(updates.items()):
        made[NAMES][f"#u{number}"] = name
        verb, _, operands = _clause(update).partition(" ")
        clauses.setdefault(verb, []).append(operands.format(f"#u{number}", f":u{number}"))
        if "Value" in update:
            made[VALUES][f":u{number}"] = update["Value"]
    return " ".join(f"{verb} {', '.join(listed)}" for verb, listed in clauses.items())


def _clause(update: Mapping[str, Any]) -> str:
    action = update.get("Action", "PUT")
    return "REMOVE {}" if action == "DELETE" and "Value" not in update else _CLAUSES[action]
