"""A PartiQL statement as an ordinary operation of DynamoDB's: what a backend without PartiQL is asked instead.

INSERT puts what must not be there, UPDATE and DELETE name the whole key and change what must be there, SELECT queries
where the partition key is given and scans where not.
Source: DynamoDB Developer Guide, "PartiQL for DynamoDB: statements".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.partiql import Statement
from skywalk.edge.services.dynamodb.partiql_syntax import (
    AttributeValue,
    Between,
    Comparison,
    Condition,
    Function,
    In,
    Joined,
    Not,
    Operand,
    Path,
    Reader,
    Sum,
    Value,
)

_RANGE_COMPARISONS = frozenset({"=", "<", "<=", ">", ">="})
_RETURNED = {
    ("ALL", "NEW"): "ALL_NEW",
    ("ALL", "OLD"): "ALL_OLD",
    ("MODIFIED", "NEW"): "UPDATED_NEW",
    ("MODIFIED", "OLD"): "UPDATED_OLD",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The attributes of a table's or an index's primary key."""

    partition: str
    sort: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.partition,) if self.sort is None else (self.partition, self.sort)


@dataclass(frozen=True, slots=True)
class Native:
    """`operation` and `body` without table and index. `key` is given where the whole key is, and nothing else but it
    decides which item is read."""

    operation: str
    body: dict[str, Any]
    key: dict[str, AttributeValue] | None = None


@dataclass(slots=True)
class _Names:
    """The placeholders of one request's expressions."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, AttributeValue] = field(default_factory=dict)

    def path(self, path: Path) -> str:
        text = ""
        for step in path.steps:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                text += ("." if text else "") + self._name(step)
        return text

    def value(self, value: AttributeValue) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value
        return placeholder

    def operand(self, operand: Operand) -> str:
        if isinstance(operand, Path):
            return self.path(operand)
        if isinstance(operand, Value):
            return self.value(operand.value)
        if isinstance(operand, Sum):
            return f"{self.operand(operand.left)} {operand.operator} {self.operand(operand.right)}"
        return self.function(operand)

    def function(self, function: Function) -> str:
        return f"{function.name}({', '.join(map(self.operand, function.arguments))})"

    def condition(self, condition: Condition) -> str:
        if isinstance(condition, Comparison):
            return f"{self.operand(condition.left)} {condition.operator} {self.operand(condition.right)}"
        if isinstance(condition, Between):
            low, high = self.operand(condition.low), self.operand(condition.high)
            return f"{self.operand(condition.operand)} BETWEEN {low} AND {high}"
        if isinstance(condition, In):
            return f"{self.operand(condition.operand)} IN ({', '.join(map(self.operand, condition.choices))})"
        if isinstance(condition, Not):
            return f"NOT ({self.condition(condition.condition)})"
        if isinstance(condition, Function):
            return self.function(condition)
        return f" {condition.word} ".join(f"({self.condition(one)})" for one in condition.conditions)

    def conditions(self, conditions: Sequence[Condition]) -> str:
        return " AND ".join(f"({self.condition(one)})" for one in conditions)

    def members(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.names:
            found["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in self.names.items()}
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found

    def _name(self, name: str) -> str:
        return self.names.setdefault(name, f"#n{len(self.names)}")


def translate(statement: Statement, parameters: Sequence[AttributeValue], keys: Keys) -> Native:
    """Raises AwsError ValidationException."""
    try:
        return _translate(statement, parameters, keys)
    except RecursionError:
        raise errors.validation("Statement wasn't well formed, can't be processed: it is nested too deeply") from None


def _translate(statement: Statement, parameters: Sequence[AttributeValue], keys: Keys) -> Native:
    if statement.verb == "SELECT":
        return _select(statement, parameters, keys)
    reader = Reader(statement.rest, parameters)
    if statement.verb == "INSERT":
        return _insert(reader, keys)
    return _update(reader, keys) if statement.verb == "UPDATE" else _delete(reader, keys)


def _insert(reader: Reader, keys: Keys) -> Native:
    reader.expect("VALUE")
    item = reader.value()
    reader.end()
    if "M" not in item:
        raise errors.validation("Statement wasn't well formed, can't be processed: VALUE is no tuple")
    names = _Names()
    absent = names.condition(Function("attribute_not_exists", (Path((keys.partition,)),)))
    return Native("PutItem", {"Item": item["M"], "ConditionExpression": absent, **names.members()})


def _update(reader: Reader, keys: Keys) -> Native:
    names = _Names()
    changes: dict[str, list[str]] = {}
    while word := reader.take("SET", "REMOVE"):
        read = _assignment if word == "SET" else _removal
        changes.setdefault(word, []).append(read(reader, names))
        while reader.take(","):
            changes[word].append(read(reader, names))
    reader.expect("WHERE")
    conditions = _conjuncts(reader.condition())
    returned = _returning(reader)
    reader.end()
    key, rest = _split_key(conditions, keys)
    present = Function("attribute_exists", (Path((keys.partition,)),))
    body = {
        "Key": key,
        "UpdateExpression": " ".join(f"{word} {', '.join(texts)}" for word, texts in changes.items()),
        "ConditionExpression": names.conditions([present, *rest]),
        **returned,
        **names.members(),
    }
    return Native("UpdateItem", body, key)


def _delete(reader: Reader, keys: Keys) -> Native:
    """What is not there need not be deleted, unless something else is asked of it."""
    reader.expect("WHERE")
    conditions = _conjuncts(reader.condition())
    returned = _returning(reader)
    reader.end()
    if returned.get("ReturnValues", "ALL_OLD") != "ALL_OLD":
        raise errors.validation("DELETE can only return ALL OLD *")
    key, rest = _split_key(conditions, keys)
    names = _Names()
    body: dict[str, Any] = {"Key": key, **returned}
    if rest:
        body["ConditionExpression"] = names.conditions(rest)
    return Native("DeleteItem", {**body, **names.members()}, key)


def _select(statement: Statement, parameters: Sequence[AttributeValue], keys: Keys) -> Native:
    names = _Names()
    body: dict[str, Any] = {}
    projection = _projection(Reader(statement.before, ()), names)
    if projection:
        body["ProjectionExpression"] = projection
    reader = Reader(statement.rest, parameters)
    conditions = _conjuncts(reader.condition()) if reader.take("WHERE") else []
    order = _order(reader, keys)
    reader.end()
    in_key, filters = _key_conditions(conditions, keys)
    if order is not None and not in_key:
        raise errors.validation(
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
        )
    if in_key:
        body["KeyConditionExpression"] = " AND ".join(map(names.condition, in_key))
    if order is not None:
        body["ScanIndexForward"] = order
    if filters:
        body["FilterExpression"] = names.conditions(filters)
    key = None
    if len(conditions) == len(keys.names) and all(_equality(one) for one in conditions):
        found = dict(pair for one in conditions if (pair := _equality(one)))
        key = found if found.keys() == set(keys.names) else None
    return Native("Query" if in_key else "Scan", {**body, **names.members()}, key)


def _projection(reader: Reader, names: _Names) -> str:
    """Nothing for all attributes. Those inside others have names of their own in an answer, which is not served."""
    if reader.take("*"):
        reader.end()
        return ""
    paths = [reader.path()]
    while reader.take(","):
        paths.append(reader.path())
    reader.end()
    if not all(path.is_attribute for path in paths):
        raise errors.not_supported("Selecting what is inside an attribute")
    return ", ".join(map(names.path, paths))


def _order(reader: Reader, keys: Keys) -> bool | None:
    """Whether ascending; None where no order is asked for."""
    if not reader.take("ORDER"):
        return None
    reader.expect("BY")
    path = reader.path()
    if path.steps not in [(name,) for name in keys.names]:
        raise errors.validation(
            f"Variable reference {path.attribute} in ORDER BY clause must be part of the primary key"
        )
    return reader.take("ASC", "DESC") != "DESC"


def _assignment(reader: Reader, names: _Names) -> str:
    path = reader.path()
    reader.expect("=")
    return f"{names.path(path)} = {names.operand(reader.sum())}"


def _removal(reader: Reader, names: _Names) -> str:
    return names.path(reader.path())


def _returning(reader: Reader) -> dict[str, str]:
    if not reader.take("RETURNING"):
        return {}
    what = _RETURNED[reader.expect("ALL", "MODIFIED"), reader.expect("NEW", "OLD")]
    reader.expect("*")
    return {"ReturnValues": what}


def _conjuncts(condition: Condition) -> list[Condition]:
    """What must all hold."""
    if isinstance(condition, Joined) and condition.word == "AND":
        return [one for inner in condition.conditions for one in _conjuncts(inner)]
    return [condition]


def _equality(condition: Condition) -> tuple[str, AttributeValue] | None:
    """An attribute that must have a value."""
    if isinstance(condition, Comparison) and condition.operator == "=":
        left, right = condition.left, condition.right
        if isinstance(left, Path) and left.is_attribute and isinstance(right, Value):
            return left.attribute, right.value
    return None


def _split_key(conditions: list[Condition], keys: Keys) -> tuple[dict[str, AttributeValue], list[Condition]]:
    key: dict[str, AttributeValue] = {}
    rest = []
    for one in conditions:
        pair = _equality(one)
        if pair is not None and pair[0] in keys.names and pair[0] not in key:
            key[pair[0]] = pair[1]
        else:
            rest.append(one)
    if len(key) != len(keys.names):
        raise errors.validation("Where clause does not contain a mandatory equality on all key attributes")
    return key, rest


def _key_conditions(conditions: list[Condition], keys: Keys) -> tuple[list[Condition], list[Condition]]:
    """Those of a query's key, and the others; none of the key's where it must be a scan."""
    partition = next((one for one in conditions if (_equality(one) or ("",))[0] == keys.partition), None)
    if partition is None:
        return [], conditions
    sort = next((one for one in conditions if _is_on_sort_key(one, keys)), None)
    in_key = [one for one in (partition, sort) if one is not None]
    rest = [one for one in conditions if all(one is not taken for taken in in_key)]
    # A query cannot filter by what is in its key.
    return ([], conditions) if any(_speaks_of(one, keys.names) for one in rest) else (in_key, rest)


def _is_on_sort_key(condition: Condition, keys: Keys) -> bool:
    if keys.sort is None:
        return False
    sort = Path((keys.sort,))
    if isinstance(condition, Comparison):
        comparable = condition.operator in _RANGE_COMPARISONS and isinstance(condition.right, Value)
        return condition.left == sort and comparable
    if isinstance(condition, Between):
        return condition.operand == sort and isinstance(condition.low, Value) and isinstance(condition.high, Value)
    is_prefix = isinstance(condition, Function) and condition.name == "begins_with"
    return is_prefix and isinstance(condition, Function) and condition.arguments[0] == sort


def _speaks_of(part: Any, names: tuple[str, ...]) -> bool:
    """Whether an attribute of these names is anywhere in a condition."""
    if isinstance(part, Path):
        return part.attribute in names
    if isinstance(part, tuple):
        return any(_speaks_of(one, names) for one in part)
    if isinstance(part, (Comparison, Between, In, Function, Not, Joined, Sum)):
        return any(_speaks_of(one, names) for one in vars(part).values())
    return False
