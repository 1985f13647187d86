"""What is changed in moto's DynamoDB when it serves as a backend, and why. Written against moto 5.2.5."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from typing import Any

from moto.core import base_backend
from moto.dynamodb import comparisons, exceptions, models, responses
from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType

from skywalk.backends.moto_dynamodb_keys import ask_more_of_keys
from skywalk.backends.moto_dynamodb_streams import change_streams

_WITH_SIZE = frozenset({"S", "SS", "NS", "B", "BS", "L", "M"})


def change_moto() -> None:
    """Once per process, before the first table is made."""
    _refuse_tags_of_no_table()
    _say_that_there_is_no_table()
    _tell_tables_of_a_batch_apart()
    _take_transactions_of_full_length()
    _fail_where_a_transaction_fails()
    _compare_values_of_different_types()
    _refuse_indexes_that_cannot_be()
    ask_more_of_keys()
    change_streams()
    _forget_instances()


def _refuse_tags_of_no_table() -> None:
    # moto tags nothing and says that it is done; and a key that is there already it would add once more.
    def tag_resource(self: Any, arn: str, tags: dict[str, str]) -> None:
        table = self.get_table(arn)
        kept = [tag for tag in table.tags if tag["Key"] not in tags]
        table.tags = kept + [{"Key": key, "Value": value} for key, value in tags.items()]

    def untag_resource(self: Any, arn: str, tag_keys: list[str]) -> None:
        table = self.get_table(arn)
        table.tags = [tag for tag in table.tags if tag["Key"] not in tag_keys]

    setattr(DynamoDBBackend, "tag_resource", tag_resource)  # noqa: B010
    setattr(DynamoDBBackend, "untag_resource", untag_resource)  # noqa: B010


def _say_that_there_is_no_table() -> None:
    # moto has a code of its own for it here, which no client knows.
    for name in ("update_time_to_live", "describe_time_to_live"):
        setattr(DynamoDBBackend, name, _with_table_found(getattr(DynamoDBBackend, name)))


def _tell_tables_of_a_batch_apart() -> None:
    # moto takes equal items of two tables for duplicates, and two items with one key for none.
    of_one_table = responses.DynamoHandler._contains_duplicates

    def contains_duplicates(self: Any, keys: list[Any]) -> bool:
        if not keys or not isinstance(keys[0], str):
            return of_one_table(self, keys)  # BatchGetItem's, which are of one table
        return any(_has_key_twice(self, name, given) for name, given in self.body["RequestItems"].items())

    setattr(responses.DynamoHandler, "_contains_duplicates", contains_duplicates)  # noqa: B010


def _has_key_twice(handler: Any, table_name: str, requests: list[dict[str, Any]]) -> bool:
    names = handler.dynamodb_backend.get_table(table_name).table_key_attrs
    items = [request["Item"] if "Item" in request else request["Key"] for one in requests for request in one.values()]
    # moto has decoded what is binary.
    keys = [json.dumps([item.get(name) for name in names], sort_keys=True, default=bytes.hex) for item in items]
    return len(set(keys)) != len(keys)


def _take_transactions_of_full_length() -> None:
    # Source: DynamoDB API Reference, TransactGetItems: "up to 100".
    responses.TRANSACTION_MAX_ITEMS = 100


def _fail_where_a_transaction_fails() -> None:
    # moto tells failures of its own as reasons of a cancelled transaction: `KeyError`, as if the client had made it.
    def cancelled(reasons: list[tuple[str | None, str, Any]]) -> Exception:
        own = [f"{code}: {message}" for code, message, _ in reasons if code is not None and hasattr(builtins, code)]
        return RuntimeError(", ".join(own)) if own else of_moto(reasons)

    of_moto: Callable[..., Exception] = exceptions.TransactionCanceledException
    setattr(models, "TransactionCanceledException", cancelled)  # noqa: B010


def _compare_values_of_different_types() -> None:
    # moto fails where values of different types are compared, and at the size of what has none: AWS finds no match.
    operators: tuple[Any, ...] = (*comparisons.COMPARATOR_CLASS.values(), comparisons.FuncBetween)
    for operator in operators:
        operator.expr = _false_for_other_types(operator.expr)
    setattr(DynamoType, "compare", _false_for_other_types(DynamoType.compare))  # noqa: B010

    def size(self: Any, item: Any) -> int | None:
        return measured(self, item) if self.attr.get_type(item) in _WITH_SIZE else None

    measured = comparisons.FuncSize.expr
    setattr(comparisons.FuncSize, "expr", size)  # noqa: B010


def _false_for_other_types(method: Callable[..., bool]) -> Callable[..., bool]:
    def compare(self: Any, *values: Any) -> bool:
        try:
            return method(self, *values)
        except TypeError:
            return False

    return compare


def _refuse_indexes_that_cannot_be() -> None:
    # moto fails at an index that is there already, or is not.
    def update(self: Any, table: Any, updates: list[dict[str, Any]]) -> None:
        names = {index.name for index in table.global_indexes}
        for one in updates:
            if "Create" in one and one["Create"]["IndexName"] in names:
                raise MockValidationException("Attempting to create an index which already exists")
            for verb in ("Update", "Delete"):
                if verb in one and one[verb]["IndexName"] not in names:
                    raise ResourceNotFoundException("Requested resource not found")
        change(self, table, updates)

    change = DynamoDBBackend.update_table_global_indexes
    setattr(DynamoDBBackend, "update_table_global_indexes", update)  # noqa: B010


def _with_table_found(method: Callable[..., Any]) -> Callable[..., Any]:
    def with_table_found(self: Any, table_name: str, *rest: Any) -> Any:
        self.get_table(table_name)
        return method(self, table_name, *rest)

    return with_table_found


def _forget_instances() -> None:
    # moto tracks every model ever made, to reset them between tests: deleted tables would never be freed.
    of_dynamodb: dict[str, Any] = base_backend.model_data["dynamodb"]  # type: ignore[attr-defined]
    for model in of_dynamodb.values():
        model.instances_tracked = _Untracked()


class _Untracked(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        return
