"""What moto's DynamoDB does not ask of keys, which only a table knows: that they are whole, and of the right types.

And that an update that fails changes nothing: moto makes an item of its key before it looks at the update.
Source: DynamoDB API Reference, the operations' ValidationException. Unconfirmed: the words for starting keys.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

_WRONG_KEY = "The provided key element does not match the schema"
_WRONG_START = f"The provided starting key is invalid: {_WRONG_KEY}"
_WRONG_CONDITION = "One or more parameter values were invalid: Condition parameter type does not match schema type"
_OPERATIONS_WITH_KEY = ("ConditionCheck", "Delete", "Update")


def ask_more_of_keys() -> None:
    """Once per process, before the first table is made."""
    backend: Any = DynamoDBBackend
    backend.get_item = _with_keys(backend.get_item)
    backend.delete_item = _with_whole_key(backend.delete_item)
    backend.update_item = _undone_if_refused(_with_whole_key(backend.update_item))
    backend.put_item = _with_keys_of_indexes(backend.put_item)
    backend.scan = _with_start(backend.scan, 3)
    backend.query = _with_condition_types(_with_start(backend.query, 5))
    backend.transact_write_items = _with_keys_of_all(backend.transact_write_items)
    backend.update_table = _with_former_definitions(backend.update_table)
    handler: Any = DynamoHandler
    handler.batch_write_item = _with_keys_of_batch(handler.batch_write_item)
    for name in ("get_item", "batch_get_item", "transact_get_items"):
        setattr(handler, name, _with_keys_of_reads(getattr(handler, name)))


def _with_keys(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto also passes whole items."""

    def call(self: Any, table_name: str, keys: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
        table = self.get_table(table_name)
        _check_key(table, {name: value for name, value in keys.items() if name in table.table_key_attrs})
        return method(self, table_name, keys, *rest, **named)

    return call


def _with_whole_key(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, table_name: str, key: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
        _check_key(self.get_table(table_name), key)
        return method(self, table_name, key, *rest, **named)

    return call


def _undone_if_refused(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, table_name: str, key: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
        table = self.get_table(table_name)
        _check_key(table, key)
        hash_key, range_key = self.get_keys_value(table, key)
        before = copy.deepcopy(table.get_item(hash_key, range_key))
        try:
            item = method(self, table_name, key, *rest, **named)
            _check_keys_of_indexes(table, {name: value.type for name, value in item.attrs.items()})
        except Exception:
            _put_back(table, hash_key, range_key, before)
            raise
        return item

    return call


def _put_back(table: Any, hash_key: Any, range_key: Any, before: Any) -> None:
    inside, name = (table.items, hash_key) if range_key is None else (table.items[hash_key], range_key)
    if before is None:
        inside.pop(name, None)
    else:
        inside[name] = before
    if range_key is not None and not inside:
        table.items.pop(hash_key, None)


def _with_keys_of_indexes(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, table_name: str, item: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
        _check_keys_of_indexes(self.get_table(table_name), {name: _type(value) for name, value in item.items()})
        return method(self, table_name, item, *rest, **named)

    return call


def _with_start(method: Callable[..., Any], at: int) -> Callable[..., Any]:
    """`at`: which argument after the table's name the starting key is."""

    def call(self: Any, table_name: str, *rest: Any, **named: Any) -> Any:
        start = named["exclusive_start_key"] if "exclusive_start_key" in named else rest[at - 1]
        if start is not None:
            _check_start(self.get_table(table_name), named.get("index_name"), start)
        return method(self, table_name, *rest, **named)

    return call


def _with_condition_types(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any, table_name: str, *rest: Any, **named: Any) -> Any:
        types = _types(self.get_table(table_name))
        compared = [(name, [value]) for name, value in named.get("hash_key_conditions") or ()]
        compared += [(name, values) for name, _, values in named.get("range_key_conditions") or ()]
        if any(types.get(name) != _type(value) for name, values in compared for value in values):
            raise MockValidationException(_WRONG_CONDITION)
        return method(self, table_name, *rest, **named)

    return call


def _with_keys_of_all(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto would tell a failure of its own as the reason of a cancelled transaction."""

    def call(self: Any, items: list[dict[str, Any]]) -> Any:
        for operation, details in (pair for item in items for pair in item.items()):
            table = self.get_table(details["TableName"])
            if operation in _OPERATIONS_WITH_KEY:
                _check_key(table, details["Key"])
            else:
                _check_item(table, details["Item"])
        return method(self, items)

    return call


def _with_keys_of_reads(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Any) -> Any:
        for name, key in _keys_of_reads(self.body):
            _check_key(self.dynamodb_backend.get_table(name), key)
        return method(self)

    return call


def _keys_of_reads(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "Key" in body:
        yield body["TableName"], body["Key"]
    for name, keys in body.get("RequestItems", {}).items():
        yield from ((name, key) for key in keys["Keys"])
    for item in body.get("TransactItems", ()):
        yield item["Get"]["TableName"], item["Get"]["Key"]


def _with_keys_of_batch(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto would have written what came before the one that cannot be."""

    def call(self: Any) -> Any:
        for name, requests in self.body["RequestItems"].items():
            table = self.dynamodb_backend.get_table(name)
            for operation, details in (pair for request in requests for pair in request.items()):
                if operation == "DeleteRequest":
                    _check_key(table, details["Key"])
                else:
                    _check_item(table, details["Item"])
                    _check_keys_of_indexes(table, {name: _type(value) for name, value in details["Item"].items()})
        return method(self)

    return call


def _with_former_definitions(method: Callable[..., Any]) -> Callable[..., Any]:
    """moto forgets the types of keys that an update does not repeat."""

    def call(self: Any, name: str, attr_definitions: list[dict[str, str]], *rest: Any, **named: Any) -> Any:
        if attr_definitions:
            given = {one["AttributeName"] for one in attr_definitions}
            former = [one for one in self.get_table(name).attr if one["AttributeName"] not in given]
            attr_definitions = [*attr_definitions, *former]
        return method(self, name, attr_definitions, *rest, **named)

    return call


def _check_key(table: Any, key: Mapping[str, Any]) -> None:
    if not _fits(table, table.table_key_attrs, key):
        raise MockValidationException(_WRONG_KEY)


def _check_item(table: Any, item: Mapping[str, Any]) -> None:
    types = _types(table)
    for name in table.table_key_attrs:
        if name not in item:
            raise MockValidationException(
                f"One or more parameter values were invalid: Missing the key {name} in the item"
            )
        if types[name] != _type(item[name]):
            raise MockValidationException(
                f"One or more parameter values were invalid: Type mismatch for key {name} expected: {types[name]} "
                f"actual: {_type(item[name])}"
            )


def _check_start(table: Any, index_name: str | None, start: Mapping[str, Any]) -> None:
    indexes = [index for index in (*table.indexes, *table.global_indexes) if index.name == index_name]
    names = {*table.table_key_attrs, *(one["AttributeName"] for index in indexes for one in index.schema)}
    if not _fits(table, names, start):
        raise MockValidationException(_WRONG_START)


def _check_keys_of_indexes(table: Any, types: Mapping[str, str]) -> None:
    wanted = _types(table)
    for index in (*table.indexes, *table.global_indexes):
        for name in (one["AttributeName"] for one in index.schema):
            if name in types and types[name] != wanted.get(name, types[name]):
                raise MockValidationException(
                    f"One or more parameter values were invalid: Type mismatch for Index Key {name} "
                    f"Expected: {wanted[name]} Actual: {types[name]} IndexName: {index.name}"
                )


def _fits(table: Any, names: Iterable[str], key: Mapping[str, Any]) -> bool:
    types = _types(table)
    return set(names) == key.keys() and all(types.get(name) == _type(value) for name, value in key.items())


def _types(table: Any) -> Mapping[str, str]:
    return {one["AttributeName"]: one["AttributeType"] for one in table.attr}


def _type(value: Any) -> str:
    """Of an attribute value, as JSON or as moto keeps it."""
    kind: str = next(iter(value)) if isinstance(value, dict) else value.type
    return kind
