"""Whether a DynamoDB request is allowed; where a policy names keys of items, with the table's key schema, and where it
names tags, with the table's.

The schema is asked for anew with every such request: a table may be deleted and made again with another key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from skywalk.edge.named_keys import names_one_of
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.condition_keys import (
    ATTRIBUTES,
    FULL_TABLE_SCAN,
    LEADING_KEYS,
    PARTITION_KEYS,
    RETURN_VALUES,
    SELECT,
    Share,
    leading_keys,
    shares,
    statement_keys,
)
from skywalk.edge.services.dynamodb.mapping import distinct
from skywalk.edge.services.dynamodb.partiql_translation import Keys, translate
from skywalk.edge.services.dynamodb.tag_keys import with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.edge.authorize import Check
    from skywalk.edge.services.dynamodb.call import DynamoDbCall

_OF_ITEMS = frozenset({LEADING_KEYS, *PARTITION_KEYS})
_OF_STATEMENTS = _OF_ITEMS | {ATTRIBUTES, FULL_TABLE_SCAN, RETURN_VALUES, SELECT}
"""What a PartiQL statement is about can be said only with the table's key."""


class _NoTable(Exception):
    """There is no table whose key could be asked for."""


async def decide(call: DynamoDbCall) -> None:
    """Every check against every policy. Raises AwsError."""
    asked = shares(call.request)
    is_absent = False
    if any(_needs_schema(call, share) for share in asked):
        try:
            asked = await _with_schemas(call, asked)
        except _NoTable:
            is_absent = True
    refusal = call.authorization.refusal(await with_tags(call, _checks(call, asked)))
    if refusal is not None:
        raise refusal
    if is_absent:
        # It must not be there by the time that the backend is asked: nobody looked at which of its items are meant.
        raise errors.table_not_found()


def _needs_schema(call: DynamoDbCall, share: Share) -> bool:
    return names_one_of(call.authorization, share.check, _OF_ITEMS if share.operation else _OF_STATEMENTS)


def _checks(call: DynamoDbCall, asked: Iterable[Share]) -> tuple[Check, ...]:
    """Those of the shares, each once; the request's own where it has no shares."""
    return distinct(share.check for share in asked) or call.request.checks


async def _with_schemas(call: DynamoDbCall, asked: list[Share]) -> list[Share]:
    await call.find_backend()
    tables: dict[str, dict[str, Any]] = {}
    made = []
    for number, share in enumerate(asked):
        if share.table not in tables:
            tables[share.table] = await _describe(call, share.table)
        hash_names, range_name = _key_names(tables[share.table], share.index)
        known = share
        if not share.operation:
            known = _of_statement(call, share, number, Keys(hash_names[0], range_name))
        made.append(known.with_keys(leading_keys(known, hash_names)))
    return made


def _of_statement(call: DynamoDbCall, share: Share, number: int, keys: Keys) -> Share:
    body = call.request.body
    given = (body.get("Statements") or body.get("TransactStatements") or [body])[number]
    native = translate(call.request.statements[number], given.get("Parameters") or [], keys)
    return statement_keys(share, native.operation, native.body)


async def _describe(call: DynamoDbCall, table: str) -> dict[str, Any]:
    answer = await call.ask("DescribeTable", {"TableName": table})
    if answer.status == 200:
        return dict(json.loads(answer.body)["Table"])
    if b"ResourceNotFoundException" in answer.body:
        raise _NoTable
    raise errors.internal_server_error()


def _key_names(table: dict[str, Any], index: str | None) -> tuple[list[str], str | None]:
    """The attributes of the partition key, and the first of the sort key."""
    found = table
    if index is not None:
        indexes = (*(table.get("GlobalSecondaryIndexes") or ()), *(table.get("LocalSecondaryIndexes") or ()))
        found = next((one for one in indexes if one["IndexName"] == index), {})
        if not found:
            raise errors.validation(f"The table does not have the specified index: {index}")
    names: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for element in found["KeySchema"]:
        names[element["KeyType"]].append(element["AttributeName"])
    return names["HASH"], next(iter(names["RANGE"]), None)
