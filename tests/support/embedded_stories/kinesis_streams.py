"""Kinesis Data Streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "kinesis-streams", "kinesis"


def story(kinesis: Any) -> Look:
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    put = kinesis.put_record(StreamName="orders", Data=b"one", PartitionKey="a")
    assert put["ShardId"] == "shardId-000000000000"

    def look(kinesis: Any) -> Any:
        shard = kinesis.get_shard_iterator(
            StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )
        (record,) = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"]
        assert record["Data"] == b"one"
        return record, kinesis.describe_stream(StreamName="orders")

    return look
