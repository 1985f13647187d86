"""DynamoDB Streams, of tables in DynamoDB's own backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "dynamodb-streams", ("dynamodbstreams", "dynamodb")
TABLE = "stories-of-orders"


def story(streams: Any, dynamodb: Any) -> Look:
    on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=on,
    )
    arn = made["TableDescription"]["LatestStreamArn"]
    assert [one["StreamArn"] for one in streams.list_streams(TableName=TABLE)["Streams"]] == [arn]
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert (described["StreamStatus"], described["StreamViewType"]) == ("ENABLED", "NEW_AND_OLD_IMAGES")
    (shard,) = [one["ShardId"] for one in described["Shards"]]
    at_end = _iterator(streams, arn, shard, "LATEST")
    _write(dynamodb)
    records = _records(streams, arn, shard)
    assert [_told(one) for one in records] == [
        ("INSERT", "1", None, "1"),
        ("MODIFY", "1", "1", "2"),
        ("INSERT", "2", None, "7"),
        ("INSERT", "3", None, "8"),
        ("REMOVE", "1", "2", None),
    ]
    assert {one["awsRegion"] for one in records} == {dynamodb.meta.region_name}
    first = streams.get_records(ShardIterator=at_end, Limit=2)
    assert first["Records"] == records[:2]
    assert streams.get_records(ShardIterator=first["NextShardIterator"])["Records"] == records[2:]
    after = records[3]["dynamodb"]["SequenceNumber"]
    assert _records(streams, arn, shard, "AFTER_SEQUENCE_NUMBER", SequenceNumber=after) == records[4:]
    assert _records(streams, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=after) == records[3:]
    _refusals(streams, arn, shard)
    _off_and_on(streams, dynamodb, arn, shard)

    def look(streams: Any, _dynamodb: Any) -> Any:
        (latest,) = [one["StreamArn"] for one in streams.list_streams(TableName=TABLE)["Streams"]]
        described = streams.describe_stream(StreamArn=latest)
        assert [_told(one) for one in _records(streams, latest, shard)] == [("INSERT", "9", None, None)]
        return described, _records(streams, latest, shard)

    return look


def _write(dynamodb: Any) -> None:
    key = {"id": {"S": "1"}}
    dynamodb.put_item(TableName=TABLE, Item={**key, "n": {"N": "1"}})
    for _ in range(2):  # the second changes nothing
        dynamodb.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET n = :two",
            ExpressionAttributeValues={":two": {"N": "2"}},
        )
    dynamodb.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": {"id": {"S": "2"}, "n": {"N": "7"}}}}]})
    put = {"Put": {"TableName": TABLE, "Item": {"id": {"S": "3"}, "n": {"N": "8"}}}}
    dynamodb.transact_write_items(TransactItems=[put])
    check = {"TableName": TABLE, "Key": {"id": {"S": "4"}}, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": {"id": {"S": "5"}}}},
                {"ConditionCheck": check},
            ]
        )
    dynamodb.delete_item(TableName=TABLE, Key=key)
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": "nobody"}})


def _refusals(streams: Any, arn: str, shard: str) -> None:
    for wrong in (f"{arn}0", arn.replace(TABLE, "nobody")):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            streams.describe_stream(StreamArn=wrong)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        _iterator(streams, arn, f"{shard}0", "LATEST")
    with pytest.raises(ClientError, match="TrimmedDataAccessException"):
        _iterator(streams, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber="1" * 30)
    with pytest.raises(ClientError, match="ValidationException"):
        streams.get_records(ShardIterator=f"{arn}|1|none")


def _off_and_on(streams: Any, dynamodb: Any, arn: str, shard: str) -> None:
    dynamodb.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "8"}})
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    read = streams.get_records(ShardIterator=_iterator(streams, arn, shard, "TRIM_HORIZON"))
    assert (len(read["Records"]), "NextShardIterator" in read) == (5, False)
    on = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    again = dynamodb.update_table(TableName=TABLE, StreamSpecification=on)
    assert again["TableDescription"]["LatestStreamArn"] != arn
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "9"}, "n": {"N": "9"}})


def _iterator(streams: Any, arn: str, shard: str, kind: str, **more: Any) -> str:
    asked = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)
    return str(asked["ShardIterator"])


def _records(streams: Any, arn: str, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> list[Any]:
    return list(streams.get_records(ShardIterator=_iterator(streams, arn, shard, kind, **more))["Records"])


def _told(record: dict[str, Any]) -> tuple[str, str, str | None, str | None]:
    """What happened to which key, and the number before and after."""
    change = record["dynamodb"]
    before, after = (change.get(name, {}).get("n", {}).get("N") for name in ("OldImage", "NewImage"))
    return record["eventName"], change["Keys"]["id"]["S"], before, after
