"""What is changed in moto's Kinesis Data Streams, and why. Written against moto 5.2.5.

Source: Kinesis Data Streams API Reference, GetRecords, ListStreams, UpdateShardCount; Developer Guide, "Resharding a
stream": records stay in the shard that they were put into, and a closed one ends when it is read to its end.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.kinesis.exceptions import InvalidArgumentError, StreamNotFoundError
from moto.kinesis.models import KinesisBackend, Stream
from moto.kinesis.responses import KinesisResponse
from moto.kinesis.utils import decompose_shard_iterator
from moto.utilities.utils import md5_hash

_MOST_STREAMS = 100
_MOST_SHARDS = 20_000
"""Source: Developer Guide, "Quotas and limits": of an account in the largest regions."""


def change_streams() -> None:
    """Before the first request."""
    _tag_from_the_start()
    _reshard_without_moving_records()
    _end_closed_shards()
    _forget_old_records()
    _describe_all()
    _list_page_by_page()
    _list_shards_after_others()
    _name_streams_in_iterators()
    _miss_unknown_streams()


def _tag_from_the_start() -> None:
    # moto drops the tags.
    create = KinesisResponse.create_stream

    def create_stream(self: Any) -> ActionResult:
        if not self._get_param("ShardCount"):
            mode = (self._get_param("StreamModeDetails") or {}).get("StreamMode")
            if mode != "ON_DEMAND":
                raise JsonRESTError("ValidationException", "ShardCount is required for a stream in PROVISIONED mode.")
        if (self._get_param("ShardCount") or 0) > _MOST_SHARDS:
            raise JsonRESTError("LimitExceededException", f"A stream can have {_MOST_SHARDS} shards, not more.")
        answer = create(self)
        self.kinesis_backend.streams[self._get_param("StreamName")].tags.update(self._get_param("Tags") or {})
        return answer

    setattr(KinesisResponse, "create_stream", create_stream)  # noqa: B010


def _reshard_without_moving_records() -> None:
    # moto moves records to the new shards, keeps on filling the closed ones, and has a key that belongs to none.
    split, merge, update = Stream.split_shard, Stream.merge_shards, Stream.update_shard_count

    def split_shard(self: Any, name: str, new_starting_hash_key: str) -> None:
        shard = self.shards[name]
        records, shard.records = shard.records, OrderedDict()
        try:
            split(self, name, new_starting_hash_key)
        finally:
            shard.records = records

    def merge_shards(self: Any, name: str, adjacent: str) -> None:
        first, second = sorted((self.shards[name], self.shards[adjacent]), key=lambda one: int(one.starting_hash))
        if not (first.is_open and second.is_open and first.ending_hash + 1 == second.starting_hash):
            message = f"Shards {name} and {adjacent} in stream {self.stream_name} are not adjacent, or not open."
            raise InvalidArgumentError(message)
        records = first.records, second.records
        first.records, second.records = OrderedDict(), OrderedDict()
        try:
            merge(self, first.shard_id, second.shard_id)
        finally:
            first.records, second.records = records

    def update_shard_count(self: Any, target: int) -> None:
        current = len(_open(self))
        if not current / 2 <= target <= current * 2:
            message = f"UpdateShardCount can go from {current} to at most twice and at least half of it, not {target}."
            raise JsonRESTError("LimitExceededException", message)
        if target > _MOST_SHARDS:
            raise JsonRESTError("LimitExceededException", f"A stream can have {_MOST_SHARDS} shards, not more.")
        update(self, target)

    def get_shard_for_key(self: Any, partition_key: str, explicit_hash_key: str | None) -> Any:
        if explicit_hash_key and not (explicit_hash_key.isdigit() and int(explicit_hash_key) < 2**128):
            raise InvalidArgumentError(f"Invalid ExplicitHashKey: {explicit_hash_key}")
        key = int(explicit_hash_key or md5_hash(partition_key.encode()).hexdigest(), 10 if explicit_hash_key else 16)
        return next(one for one in _open(self) if one.starting_hash <= key <= one.ending_hash)

    setattr(Stream, "split_shard", split_shard)  # noqa: B010
    setattr(Stream, "merge_shards", merge_shards)  # noqa: B010
    setattr(Stream, "update_shard_count", update_shard_count)  # noqa: B010
    setattr(Stream, "get_shard_for_key", get_shard_for_key)  # noqa: B010


def _open(stream: Any) -> list[Any]:
    return [one for one in stream.shards.values() if one.is_open]


def _end_closed_shards() -> None:
    # moto goes on reading a closed shard for ever: a consumer would never come to those that follow it. It gives
    # records for ever, too.
    get = KinesisResponse.get_records

    def get_records(self: Any) -> ActionResult:
        stream_name, shard_id = _read(self._get_param("ShardIterator"))
        answer = get(self)
        shards = self.kinesis_backend.streams[stream_name].shards
        shard, result = shards[shard_id], cast("dict[str, Any]", answer.result)
        last = int(decompose_shard_iterator(result["NextShardIterator"])[2])
        oldest = utcnow() - timedelta(hours=self.kinesis_backend.streams[stream_name].retention_period_hours)
        result["Records"] = [one for one in result["Records"] if one["ApproximateArrivalTimestamp"] >= oldest]
        if not shard.is_open and last >= shard.get_max_sequence_number():
            result["NextShardIterator"] = None
            result["ChildShards"] = [_child(one) for one in shards.values() if shard_id in _parents(one)]
        return answer

    setattr(KinesisResponse, "get_records", get_records)  # noqa: B010


def _read(iterator: str) -> tuple[str, str]:
    """The names of stream and shard."""
    try:
        stream_name, shard_id, number = decompose_shard_iterator(iterator)
        int(number)
    except ValueError:
        raise InvalidArgumentError("Invalid ShardIterator.") from None
    return stream_name, shard_id


def _parents(shard: Any) -> list[str]:
    return [name for name in (shard.parent, shard.adjacent_parent) if name]


def _child(shard: Any) -> dict[str, Any]:
    described = shard.to_json()
    return {"ShardId": shard.shard_id, "ParentShards": _parents(shard), "HashKeyRange": described["HashKeyRange"]}


def _forget_old_records() -> None:
    # moto keeps them for ever.
    put = Stream.put_record

    def put_record(self: Any, *args: Any, **named: Any) -> Any:
        oldest = utcnow() - timedelta(hours=self.retention_period_hours)
        for shard in self.shards.values():
            while shard.records and next(iter(shard.records.values())).created_at_datetime < oldest:
                if len(shard.records) == 1:
                    break  # the next sequence number follows the last
                shard.records.popitem(last=False)
        return put(self, *args, **named)

    setattr(Stream, "put_record", put_record)  # noqa: B010


def _describe_all() -> None:
    # moto leaves out the mode, and counts as open what the stream once had.
    describe, summarize = Stream.to_json, Stream.to_json_summary

    def to_json(self: Any, shard_limit: int | None = None) -> dict[str, Any]:
        described = describe(self, shard_limit)
        described["StreamDescription"]["StreamModeDetails"] = self.stream_mode
        return described

    def to_json_summary(self: Any) -> dict[str, Any]:
        described = summarize(self)
        described["StreamDescriptionSummary"]["OpenShardCount"] = len(_open(self))
        return described

    setattr(Stream, "to_json", to_json)  # noqa: B010
    setattr(Stream, "to_json_summary", to_json_summary)  # noqa: B010


def _list_page_by_page() -> None:
    # moto knows no tokens here, and fails at a name that is gone.
    def list_streams(self: Any) -> ActionResult:
        after = self._get_param("NextToken") or self._get_param("ExclusiveStartStreamName") or ""
        streams = self.kinesis_backend.streams
        names = [name for name in sorted(streams) if name > after]
        page = names[: self._get_param("Limit") or _MOST_STREAMS]
        summaries = [streams[name].to_json_summary()["StreamDescriptionSummary"] for name in page]
        result = {"StreamNames": page, "HasMoreStreams": page != names, "StreamSummaries": summaries}
        return ActionResult({**result, "NextToken": page[-1]} if page != names else result)

    setattr(KinesisResponse, "list_streams", list_streams)  # noqa: B010


def _list_shards_after_others() -> None:
    # moto lists all of them, whatever is asked for.
    list_all, describe = KinesisResponse.list_shards, KinesisResponse.describe_stream

    def list_shards(self: Any) -> ActionResult:
        wanted, after = self._get_param("ShardFilter") or {}, self._get_param("ExclusiveStartShardId")
        if not wanted and not after:
            return list_all(self)
        stream = self.kinesis_backend.describe_stream(self._get_param("StreamARN"), self._get_param("StreamName"))
        if wanted.get("Type") == "AFTER_SHARD_ID":
            after = wanted.get("ShardId")
        shards = [one for one in _after(stream, after) if _is_wanted(one, wanted.get("Type"))]
        return ActionResult({"Shards": [one.to_json() for one in shards]})

    def describe_stream(self: Any) -> ActionResult:
        answer, after, limit = describe(self), self._get_param("ExclusiveStartShardId"), self._get_param("Limit")
        told = cast("dict[str, Any]", answer.result)["StreamDescription"]
        shards = _after(self.kinesis_backend.streams[told["StreamName"]], after)
        told["Shards"] = [one.to_json() for one in shards[: limit or len(shards)]]
        told["HasMoreShards"] = len(told["Shards"]) < len(shards)
        return answer

    setattr(KinesisResponse, "list_shards", list_shards)  # noqa: B010
    setattr(KinesisResponse, "describe_stream", describe_stream)  # noqa: B010


def _after(stream: Any, shard_id: str | None) -> list[Any]:
    return [
        one for one in sorted(stream.shards.values(), key=lambda one: one.shard_id) if one.shard_id > (shard_id or "")
    ]


def _is_wanted(shard: Any, kind: str | None) -> bool:
    """No shard is ever forgotten: those that are the first have no parents."""
    if kind == "AT_TRIM_HORIZON":
        return not _parents(shard)
    return kind != "AT_LATEST" or shard.is_open


def _name_streams_in_iterators() -> None:
    # moto forgets which stream it was that was named by its ARN, and fails at some moments and numbers.
    def get_shard_iterator(self: Any, arn: str, name: str, shard_id: str, kind: str, number: Any, moment: Any) -> str:
        stream = self.describe_stream(arn, name)
        if kind.endswith("_SEQUENCE_NUMBER") and not str(number or "").isdigit():
            raise InvalidArgumentError(f"Invalid StartingSequenceNumber: {number}")
        if kind == "AT_TIMESTAMP" and moment is None:
            raise InvalidArgumentError("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP.")
        return found(self, arn, stream.stream_name, shard_id, kind, number, moment)

    found = KinesisBackend.get_shard_iterator
    setattr(KinesisBackend, "get_shard_iterator", get_shard_iterator)  # noqa: B010


def _miss_unknown_streams() -> None:
    # moto fails instead.
    def find(self: Any, arn: str) -> Any:
        found = known(self, arn)
        if found is None:
            raise StreamNotFoundError(arn.partition("/")[2], self.account_id)
        return found

    known = KinesisBackend._find_stream_by_arn
    setattr(KinesisBackend, "_find_stream_by_arn", find)  # noqa: B010
