"""Map an operation and its body to the tables it is about, the checks it needs, and the body to forward.

Actions and resources are those of the Service Authorization Reference; ListTables is asked of `table/*`, as AWS's own
refusals name it, so that a statement on `*` and one on every table both speak of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skywalk.edge.authorize import Check
from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.authorize import NO_RESOURCE
from skywalk.edge.services.dynamodb.json_body import mapping, objects, optional_text, text, validation_name
from skywalk.edge.services.dynamodb.operations import NOT_SERVED, OPERATIONS, TARGET_PREFIX, About, Operation
from skywalk.edge.services.dynamodb.partiql import Statement, parse_statement
from skywalk.edge.services.dynamodb.request import DynamoDbRequest
from skywalk.edge.services.dynamodb.tables import Account, Table

MAXIMUM_BATCH_WRITES = 25
MAXIMUM_TRANSACTION_ITEMS = 100
"""Source: DynamoDB API Reference, BatchWriteItem, TransactWriteItems."""

_RESTORING = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
"""What a restored table is filled by, with the permissions of the caller.

Source: Service Authorization Reference, dependent actions of RestoreTableFromBackup."""
WRITE_ACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}

_Body = dict[str, Any]


def find_operation(target: str | None) -> Operation:
    """The operation of an `X-Amz-Target`. Raises AwsError UnknownOperationException."""
    if target is None or not target.startswith(TARGET_PREFIX):
        raise errors.unknown_operation()
    name = target.removeprefix(TARGET_PREFIX)
    if name in NOT_SERVED:
        raise errors.not_served(name)
    if name not in OPERATIONS:
        raise errors.unknown_operation()
    return OPERATIONS[name]


def map_request(operation: Operation, body: Mapping[str, Any], caller: Account) -> DynamoDbRequest:
    """Members that the operation does not have are left out, as AWS does. Raises AwsError in DynamoDB's words."""
    known = {name: value for name, value in body.items() if name in operation.parameters and value is not None}
    return _FINDERS[operation.about](operation, known, caller)


def _about_nothing(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    table_name = optional_text(body, "TableName")
    if table_name is not None:
        table = caller.table(table_name)
        if table.account_id != caller.account_id:
            raise errors.not_supported(f"{operation.name} for a table of another account")
        body = {**body, "TableName": table.name}
    return _request(operation, caller, body, Check(_action(operation), NO_RESOURCE))


def _about_every_table(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    return _request(operation, caller, body, Check(_action(operation), caller.every_table))


def _about_table(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    table = caller.table(text(body, "TableName"))
    return _table_request(operation, table, {**body, "TableName": table.name}, Check(_action(operation), table.arn))


def _about_table_or_index(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    table = caller.table(text(body, "TableName"))
    check = Check(_action(operation), table.index_arn(optional_text(body, "IndexName")))
    return _table_request(operation, table, {**body, "TableName": table.name}, check)


def _about_new_table(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    """Tags and a policy that it is made with need the permissions to give it them."""
    table = caller.table(text(body, "TableName"))
    actions = [_action(operation)]
    if body.get("Tags"):
        actions.append("dynamodb:TagResource")
    if optional_text(body, "ResourcePolicy") is not None:
        actions.append("dynamodb:PutResourcePolicy")
    return _table_request(
        operation, table, {**body, "TableName": table.name}, *(Check(action, table.arn) for action in actions)
    )


def _about_table_arn(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    table = caller.table_of_arn(text(body, "ResourceArn"))
    return _table_request(operation, table, body, Check(_action(operation), table.arn))


def _about_backup(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    arn = text(body, "BackupArn")
    return _request(operation, caller.backup(arn), body, Check(_action(operation), arn))


def _about_restored_backup(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    arn = text(body, "BackupArn")
    if caller.backup(arn) != caller:
        raise errors.not_supported("Restoring a backup of another account")
    target = _own_table(caller, text(body, "TargetTableName"), "targetTableName")
    restoring = (Check(f"dynamodb:{name}", target.arn) for name in (operation.name, *_RESTORING))
    return _request(operation, caller, body, Check(_action(operation), arn), *restoring)


def _about_restored_table(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    by_name, by_arn = optional_text(body, "SourceTableName"), optional_text(body, "SourceTableArn")
    if (by_name is None) == (by_arn is None):
        raise errors.validation("Exactly one of SourceTableName and SourceTableArn must be given.")
    source = _own_table(caller, by_name or by_arn or "", "sourceTableName")
    target = _own_table(caller, text(body, "TargetTableName"), "targetTableName")
    forwarded = {name: value for name, value in body.items() if name != "SourceTableArn"}
    forwarded["SourceTableName"] = source.name
    restoring = (Check(f"dynamodb:{name}", target.arn) for name in _RESTORING)
    return _request(operation, caller, forwarded, Check(_action(operation), source.arn), *restoring)


def _about_batch(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    """One check for each table."""
    given = mapping(body, "RequestItems")
    tables = {name: caller.table(name) for name in given}
    if not tables:
        raise errors.validation("The batch request list for a table cannot be null or empty.")
    if len(set(tables.values())) != len(tables):
        raise errors.validation("A table is named twice, by its name and by its ARN.")
    if operation.name == "BatchWriteItem":
        _check_count(sum(len(objects(given, name)) for name in given), MAXIMUM_BATCH_WRITES, "requestItems")
    owner = _one_owner(list(tables.values()))
    forwarded = {**body, "RequestItems": {tables[name].name: items for name, items in given.items()}}
    request = _request(operation, owner, forwarded, *(Check(_action(operation), one.arn) for one in tables.values()))
    request.given_names = {table.name: name for name, table in tables.items() if name != table.name}
    return request


def _about_reads(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    return _transaction(operation, body, caller, {"Get": "dynamodb:GetItem"})


def _about_writes(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    return _transaction(operation, body, caller, WRITE_ACTIONS)


def _transaction(operation: Operation, body: _Body, caller: Account, actions: Mapping[str, str]) -> DynamoDbRequest:
    """Each item is a request of its own, with its own action."""
    items = objects(body, "TransactItems")
    _check_count(len(items), MAXIMUM_TRANSACTION_ITEMS, "transactItems")
    tables, checks, forwarded = [], [], []
    for item in items:
        named = [name for name in item if name in actions and item[name] is not None]
        if len(named) != 1:
            raise errors.validation(
                "TransactItems can only contain one of " + ", ".join(actions)
                if len(actions) > 1
                else "TransactItems can only contain Get"
            )
        inner = mapping(item, named[0])
        table = caller.table(text(inner, "TableName"))
        tables.append(table)
        checks.append(Check(actions[named[0]], table.arn))
        forwarded.append({named[0]: {**inner, "TableName": table.name}})
    return _request(operation, _one_owner(tables), {**body, "TransactItems": forwarded}, *checks)


def _about_statement(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    return _statements(operation, body, caller, [body])


def _about_statements(operation: Operation, body: _Body, caller: Account) -> DynamoDbRequest:
    member = "Statements" if "Statements" in operation.parameters else "TransactStatements"
    given = objects(body, member)
    most = MAXIMUM_BATCH_WRITES if member == "Statements" else MAXIMUM_TRANSACTION_ITEMS
    _check_count(len(given), most, validation_name(member))
    return _statements(operation, body, caller, given)


def _statements(
    operation: Operation, body: _Body, caller: Account, given: list[_Body] | tuple[_Body, ...] | Any
) -> DynamoDbRequest:
    statements: list[Statement] = [parse_statement(text(one, "Statement")) for one in given]
    tables = [caller.table(statement.table) for statement in statements]
    checks = [
        Check(statement.action, table.index_arn(statement.index_name))
        for statement, table in zip(statements, tables, strict=True)
    ]
    request = _request(operation, _one_owner(tables), body, *checks)
    request.statements = tuple(statements)
    return request


_FINDERS: Mapping[About, Callable[[Operation, _Body, Account], DynamoDbRequest]] = {
    About.NOTHING: _about_nothing,
    About.EVERY_TABLE: _about_every_table,
    About.TABLE: _about_table,
    About.TABLE_OR_INDEX: _about_table_or_index,
    About.NEW_TABLE: _about_new_table,
    About.TABLE_ARN: _about_table_arn,
    About.BACKUP: _about_backup,
    About.RESTORED_BACKUP: _about_restored_backup,
    About.RESTORED_TABLE: _about_restored_table,
    About.TABLES_OF_BATCH: _about_batch,
    About.READS: _about_reads,
    About.WRITES: _about_writes,
    About.STATEMENT: _about_statement,
    About.STATEMENTS: _about_statements,
}


def _action(operation: Operation) -> str:
    return f"dynamodb:{operation.name}"


def _request(operation: Operation, owner: Account, body: _Body, *checks: Check) -> DynamoDbRequest:
    return DynamoDbRequest(operation.name, owner.account_id, owner.region, body, distinct(checks))


def distinct(checks: Iterable[Check]) -> tuple[Check, ...]:
    found: list[Check] = []
    for check in checks:
        if check not in found:
            found.append(check)
    return tuple(found)


def _table_request(operation: Operation, table: Table, body: _Body, *checks: Check) -> DynamoDbRequest:
    request = _request(operation, Account(table.region, table.account_id), body, *checks)
    request.table = table
    return request


def _own_table(caller: Account, name: str, member: str) -> Table:
    table = caller.table(name, member)
    if table.account_id != caller.account_id:
        raise errors.not_supported("Restoring to or from a table of another account")
    return table


def _one_owner(tables: list[Table]) -> Account:
    """Backends keep accounts apart: what is about tables of two cannot be done in one request."""
    owners = {Account(table.region, table.account_id) for table in tables}
    if len(owners) != 1:
        raise errors.not_supported("A request to tables of several accounts")
    return owners.pop()


def _check_count(count: int, most: int, member: str) -> None:
    if not 1 <= count <= most:
        raise errors.validation(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length "
            f"{'greater than or equal to 1' if not count else f'less than or equal to {most}'}"
        )
