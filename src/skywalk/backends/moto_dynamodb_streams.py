"""DynamoDB Streams: what is changed in moto for tables' streams, and why. Written against moto 5.2.5.

Source: DynamoDB API Reference, "DynamoDB Streams"; Developer Guide, "Change data capture for DynamoDB Streams": a
write that changes nothing makes no record, records are there for 24 hours, and a stream that is turned off can be read
to its end. Unconfirmed: the words of the errors.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from itertools import takewhile
from typing import Any, NoReturn

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

TARGET = "DynamoDBStreams_"
"""How the names of its operations begin in a request."""
_KEPT = timedelta(hours=24)
_MOST_RECORDS = 1000
_POSITION = re.compile(r"([^|]+)\|1\|([A-Za-z0-9+/=]+)")
_VIEW, _ENABLED = "StreamViewType", "StreamEnabled"
_CHANGE, _TIME = "dynamodb", "ApproximateCreationDateTime"


def change_streams() -> None:
    """Before the first table is made."""
    _turn_off_and_on_again()
    _record_changes_alone()
    _describe_streams()
    _read_from_positions()


def _turn_off_and_on_again() -> None:
    # moto fails at the next write when a stream is turned off, and never turns one on again.
    def set_stream_specification(self: Any, specification: dict[str, Any] | None) -> None:
        set_specification(self, specification)
        if self.stream_specification[_ENABLED]:
            self.stream_shard.view = self.stream_specification[_VIEW]

    def update_table_streams(self: Any, table: Any, specification: dict[str, Any]) -> None:
        if not _is_on(table):
            table.latest_stream_label = None
        update(self, table, specification)

    set_specification, update = Table.set_stream_specification, DynamoDBBackend.update_table_streams
    setattr(Table, "set_stream_specification", set_stream_specification)  # noqa: B010
    setattr(DynamoDBBackend, "update_table_streams", update_table_streams)  # noqa: B010


def _record_changes_alone() -> None:
    # moto records also what changes nothing, and all for ever.
    def add_change(self: Any, old: Any, new: Any) -> None:
        is_change = old is None or new is None or old.to_json() != new.to_json()
        if not _is_on(self.table) or not is_change:
            return
        oldest = utcnow() - _KEPT
        forgotten = sum(1 for _ in takewhile(lambda one: one.record[_CHANGE][_TIME] < oldest, self.items))
        del self.items[:forgotten]
        self.starting_sequence_number += forgotten
        add(self, old, new)

    add = StreamShard.add
    setattr(StreamShard, "add", add_change)  # noqa: B010


def _describe_streams() -> None:
    # moto takes any stream of a table for its last, and fails where it has none.
    def describe_stream(self: Any, arn: str) -> dict[str, Any]:
        table = _table(self, arn)
        return {
            "StreamArn": arn,
            "StreamLabel": table.latest_stream_label,
            "StreamStatus": "ENABLED" if _is_on(table) else "DISABLED",
            _VIEW: table.stream_shard.view,
            "CreationRequestDateTime": table.stream_shard.created_on,
            "TableName": table.name,
            "KeySchema": table.schema,
            "Shards": [_shard(table)],
        }

    setattr(DynamoDBStreamsBackend, "describe_stream", describe_stream)  # noqa: B010


def _read_from_positions() -> None:
    # moto's iterators are of one process: they would be lost with it.
    def get_shard_iterator(self: Any) -> ActionResult:
        arn = self._get_param("StreamArn")
        table = _table(self.backend, arn)
        if table.stream_shard.id != self._get_param("ShardId"):
            raise _not_found(f"Requested resource not found: Shard: {self._get_param('ShardId')} not found")
        kind, number = self._get_param("ShardIteratorType"), self._get_param("SequenceNumber")
        return ActionResult({"ShardIterator": _iterator(arn, _position(table.stream_shard, kind, number))})

    def get_records(self: Any) -> ActionResult:
        arn, position = _read(self._get_param("ShardIterator"))
        table = _table(self.backend, arn)
        shard = table.stream_shard
        if position < shard.starting_sequence_number:
            raise _trimmed(position)
        given = shard.items[position - shard.starting_sequence_number :][: self._get_param("Limit") or _MOST_RECORDS]
        oldest = utcnow() - _KEPT
        records = [_record(one.to_json(), table.region_name) for one in given]
        kept = [one for one in records if one[_CHANGE][_TIME] >= oldest]
        after = position + len(given)
        is_at_end = not _is_on(table) and after >= _end(shard)
        return ActionResult({"Records": kept, "NextShardIterator": None if is_at_end else _iterator(arn, after)})

    setattr(DynamoDBStreamsHandler, "get_shard_iterator", get_shard_iterator)  # noqa: B010
    setattr(DynamoDBStreamsHandler, "get_records", get_records)  # noqa: B010


def _position(shard: Any, kind: str, number: str | None) -> int:
    """The sequence number from which on is read."""
    start: int = shard.starting_sequence_number
    if kind == "TRIM_HORIZON":
        return start
    if kind == "LATEST":
        return _end(shard)
    if not (number or "").isdigit():
        raise _invalid(f"Invalid SequenceNumber: {number}")
    position = int(number or 0) + (kind == "AFTER_SEQUENCE_NUMBER")
    if not start <= position <= _end(shard):
        raise _trimmed(position)
    return position


def _iterator(arn: str, position: int) -> str:
    return f"{arn}|1|{base64.b64encode(str(position).encode()).decode()}"


def _read(iterator: str) -> tuple[str, int]:
    matched = _POSITION.fullmatch(iterator)
    if matched is None:
        raise _invalid("Invalid ShardIterator")
    try:
        position = base64.b64decode(matched[2], validate=True)
    except ValueError:
        raise _invalid("Invalid ShardIterator") from None
    if not position.isdigit():
        raise _invalid("Invalid ShardIterator")
    return matched[1], int(position)


def _table(backend: Any, arn: str) -> Any:
    """The one whose last stream this is."""
    table_arn, _, label = arn.partition("/stream/")
    table = backend.dynamodb.tables.get(table_arn.rpartition("/")[2])
    if table is None or not label or table.latest_stream_label != label or table.stream_shard is None:
        _miss(arn)
    return table


def _miss(arn: str) -> NoReturn:
    raise _not_found(f"Requested resource not found: Stream: {arn} not found")


def _is_on(table: Any) -> bool:
    return bool((table.stream_specification or {}).get(_ENABLED))


def _end(shard: Any) -> int:
    return int(shard.starting_sequence_number) + len(shard.items)


def _shard(table: Any) -> dict[str, Any]:
    described: dict[str, Any] = table.stream_shard.to_json()
    if not _is_on(table):
        described["SequenceNumberRange"]["EndingSequenceNumber"] = str(_end(table.stream_shard))
    return described


def _record(record: dict[str, Any], region: str) -> dict[str, Any]:
    return {**record, "awsRegion": region}


def _trimmed(position: int) -> JsonRESTError:
    return JsonRESTError("TrimmedDataAccessException", f"The sequence number {position} is not in the shard.")


def _not_found(message: str) -> JsonRESTError:
    return JsonRESTError("ResourceNotFoundException", message)


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)
