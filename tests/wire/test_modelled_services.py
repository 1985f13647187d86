"""Stock boto3 against the modelled services and their embedded backend."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import edge_rows as rows
from support.modelled_region import USER_ARN, ModelledRegion, modelled_region


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region() as running:
        yield running


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def allow(*actions: str, resource: str = "*") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": resource}}
    )


def test_a_queue_holds_messages(region: ModelledRegion) -> None:
    sqs = region.client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    assert url == f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}/jobs"
    attributes = {
        "kind": {"DataType": "String", "StringValue": "letter"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\0\1"},
    }
    sqs.send_message(QueueUrl=url, MessageBody="hello é", MessageAttributes=attributes)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert message["Body"] == "hello é"
    assert message["MessageAttributes"]["raw"]["BinaryValue"] == b"\0\1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert (
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]
        == "0"
    )
    assert refusal(sqs.get_queue_url, QueueName="none")[1] == "AWS.SimpleQueueService.NonExistentQueue"


def test_metrics_in_every_protocol(region: ModelledRegion) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    cloudwatch = region.client("cloudwatch")
    cloudwatch.put_metric_data(
        Namespace="Shop", MetricData=[{"MetricName": "Sales", "Value": 2.5, "Timestamp": now, "Unit": "Count"}] * 200
    )
    (metric,) = cloudwatch.list_metrics(Namespace="Shop")["Metrics"]
    assert metric["MetricName"] == "Sales"
    found = cloudwatch.get_metric_statistics(
        Namespace="Shop",
        MetricName="Sales",
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum"],
    )
    assert found["Datapoints"][0]["Sum"] == 500.0
    assert isinstance(found["Datapoints"][0]["Timestamp"], datetime)
