"""Kinesis Data Streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "kinesis-streams", "kinesis"
FIRST, SECOND, THIRD, LAST = (f"shardId-{number:012}" for number in (0, 1, 2, 3))
MIDDLE = 2**127


def story(kinesis: Any) -> Look:
    kinesis.create_stream(StreamName="orders", ShardCount=1, Tags={"team": "shop"})
    arn = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"]
    assert arn.endswith(":stream/orders")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.create_stream(StreamName="orders", ShardCount=1)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        kinesis.describe_stream(StreamName="nobody")
    put = kinesis.put_record(StreamName="orders", Data=b"one", PartitionKey="a")
    assert put["ShardId"] == FIRST
    moment = _records(kinesis, FIRST)[0]["ApproximateArrivalTimestamp"]
    entries = [{"Data": data, "PartitionKey": "b"} for data in (b"two", b"three")]
    assert kinesis.put_records(StreamARN=arn, Records=entries)["FailedRecordCount"] == 0
    assert _texts(kinesis, FIRST) == [b"one", b"two", b"three"]
    assert _texts(kinesis, FIRST, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=put["SequenceNumber"])[0] == b"two"
    assert _texts(kinesis, FIRST, "AT_TIMESTAMP", Timestamp=moment)[0] == b"one"
    assert _texts(kinesis, FIRST, "LATEST") == []
    with pytest.raises(ClientError, match="InvalidArgumentException"):
        kinesis.get_records(ShardIterator="none")
    _configure(kinesis, arn)
    _reshard(kinesis)
    _list(kinesis)

    def look(kinesis: Any) -> Any:
        told = [kinesis.describe_stream(StreamName="orders"), kinesis.describe_stream_summary(StreamARN=arn)]
        told += [kinesis.list_shards(StreamName="orders"), kinesis.list_tags_for_stream(StreamName="orders")]
        return told, [_records(kinesis, shard) for shard in (FIRST, SECOND, THIRD, LAST)]

    return look


def _configure(kinesis: Any, arn: str) -> None:
    kinesis.add_tags_to_stream(StreamName="orders", Tags={"stage": "test", "gone": "soon"})
    kinesis.remove_tags_from_stream(StreamName="orders", TagKeys=["gone"])
    tags = kinesis.list_tags_for_stream(StreamName="orders")["Tags"]
    assert tags == [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "shop"}]
    kinesis.increase_stream_retention_period(StreamName="orders", RetentionPeriodHours=72)
    kinesis.decrease_stream_retention_period(StreamName="orders", RetentionPeriodHours=48)
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "PROVISIONED"})
    described = kinesis.describe_stream(StreamName="orders")["StreamDescription"]
    assert (described["RetentionPeriodHours"], described["StreamStatus"]) == (48, "ACTIVE")
    assert described["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}


def _reshard(kinesis: Any) -> None:
    """A record stays where it was put, and a closed shard ends with those that follow it."""
    kinesis.split_shard(StreamName="orders", ShardToSplit=FIRST, NewStartingHashKey=str(MIDDLE))
    shards = kinesis.list_shards(StreamName="orders")["Shards"]
    assert [(one["ShardId"], one.get("ParentShardId")) for one in shards] == [
        (FIRST, None),
        (SECOND, FIRST),
        (THIRD, FIRST),
    ]
    kinds: tuple[dict[str, Any], ...] = ({"Type": "AT_LATEST"}, {"Type": "AFTER_SHARD_ID", "ShardId": FIRST})
    for kind in kinds:
        listed = kinesis.list_shards(StreamName="orders", ShardFilter=kind)["Shards"]
        assert [one["ShardId"] for one in listed] == [SECOND, THIRD]
    (first,) = kinesis.list_shards(StreamName="orders", ShardFilter={"Type": "AT_TRIM_HORIZON"})["Shards"]
    assert first["ShardId"] == FIRST
    pages = kinesis.get_paginator("describe_stream").paginate(StreamName="orders", PaginationConfig={"PageSize": 1})
    described = [one["ShardId"] for page in pages for one in page["StreamDescription"]["Shards"]]
    assert described == [FIRST, SECOND, THIRD]
    for key, shard in ((0, SECOND), (MIDDLE - 1, SECOND), (2**128 - 1, THIRD)):
        put = kinesis.put_record(StreamName="orders", Data=b"x", PartitionKey="c", ExplicitHashKey=str(key))
        assert put["ShardId"] == shard
    iterator = _iterator(kinesis, FIRST, "TRIM_HORIZON")
    read = kinesis.get_records(ShardIterator=iterator)
    assert [record["Data"] for record in read["Records"]] == [b"one", b"two", b"three"]
    assert "NextShardIterator" not in read
    assert [child["ShardId"] for child in read["ChildShards"]] == [SECOND, THIRD]
    kinesis.merge_shards(StreamName="orders", ShardToMerge=THIRD, AdjacentShardToMerge=SECOND)
    assert (_texts(kinesis, SECOND), _texts(kinesis, THIRD), _texts(kinesis, LAST)) == ([b"x"] * 2, [b"x"], [])
    kinesis.update_shard_count(StreamName="orders", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    summary = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 2
    with pytest.raises(ClientError, match="LimitExceededException"):
        kinesis.update_shard_count(StreamName="orders", TargetShardCount=9, ScalingType="UNIFORM_SCALING")
    with pytest.raises(ClientError, match="LimitExceededException"):
        kinesis.create_stream(StreamName="endless", ShardCount=10**9)


def _list(kinesis: Any) -> None:
    names = [f"many-{number:02}" for number in range(12)]
    for name in names:
        kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 5})
    listed = [name for page in pages for name in page["StreamNames"]]
    assert set(names) | {"orders"} <= set(listed)
    for name in names:
        kinesis.delete_stream(StreamName=name)
    assert not set(names) & set(kinesis.list_streams()["StreamNames"])


def _iterator(kinesis: Any, shard: str, kind: str, **more: Any) -> str:
    asked = kinesis.get_shard_iterator(StreamName="orders", ShardId=shard, ShardIteratorType=kind, **more)
    return str(asked["ShardIterator"])


def _records(kinesis: Any, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> list[Any]:
    return list(kinesis.get_records(ShardIterator=_iterator(kinesis, shard, kind, **more))["Records"])


def _texts(kinesis: Any, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> list[bytes]:
    return [record["Data"] for record in _records(kinesis, shard, kind, **more)]
