"""The modelled services in each protocol that they speak: stock clients, and bytes as older clients send them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

from skywalk.edge.services.modelled.protocols.cbor import decode, encode
from support import edge_rows as rows
from support.modelled_region import Answer, ModelledRegion, modelled_region

FORM = "application/x-www-form-urlencoded"
QUEUE = f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}"


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region() as running:
        yield running


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
def test_metrics_in_every_protocol(region: ModelledRegion, protocol: str) -> None:
    now, namespace = datetime.now(UTC).replace(microsecond=0), f"Shop {protocol}"
    cloudwatch = region.speaking("cloudwatch", protocol)
    dimensions = [{"Name": "Town", "Value": "Łódź & <co>"}]
    datum = {"MetricName": "Sales", "Dimensions": dimensions, "Value": 2.5, "Timestamp": now, "Unit": "Count"}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum] * 3)
    assert cloudwatch.list_metrics(Namespace=namespace)["Metrics"] == [
        {"Namespace": namespace, "MetricName": "Sales", "Dimensions": dimensions}
    ]
    found = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="Sales",
        Dimensions=dimensions,
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Sum", "SampleCount"],
    )
    (point,) = found["Datapoints"]
    assert (point["Sum"], point["SampleCount"], point["Unit"]) == (7.5, 3.0, "Count")
    assert abs(point["Timestamp"] - now) <= timedelta(minutes=10)


@pytest.mark.parametrize("protocol", ["json", "query", "smithy-rpc-v2-cbor"])
def test_errors_in_every_protocol(region: ModelledRegion, protocol: str) -> None:
    cloudwatch = region.speaking("cloudwatch", protocol)
    assert refusal(cloudwatch, "get_dashboard", DashboardName="none") == (404, "ResourceNotFound")
    assert refusal(cloudwatch, "list_metrics", Namespace="") == (400, "ValidationError")
    assert refusal(cloudwatch, "list_metric_streams") == (501, "NotImplemented")
    assert refusal(cloudwatch, "put_insight_rule", RuleName="r", RuleDefinition="{}") == (503, "ServiceUnavailable")


def refusal(client: Any, call: str, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**parameters)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def by_form(region: ModelledRegion, path: str = "/", **parameters: str) -> Answer:
    body = urlencode({"Version": "2012-11-05", **parameters}).encode()
    return region.send("sqs", body, path, content_type=FORM)


def text(answer: Answer, *names: str) -> list[str]:
    """What stands in the elements of these names."""
    found = answer.body.decode()
    return [found.partition(f"<{name}>")[2].partition(f"</{name}>")[0] for name in names]


def test_queues_by_forms(region: ModelledRegion) -> None:
    """SQS's clients spoke the query protocol until 2023."""
    made = by_form(
        region,
        Action="CreateQueue",
        QueueName="forms",
        **{"Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "7", "Tag.1.Key": "a", "Tag.1.Value": "b"},
    )
    assert made.status == 200
    assert made.headers["content-type"] == "text/xml"
    assert text(made, "QueueUrl") == [f"{QUEUE}/forms"]
    sent = by_form(
        region,
        f"/{rows.ACCOUNT}/forms",
        Action="SendMessage",
        MessageBody="hello <é>",
        **{
            "MessageAttribute.1.Name": "kind",
            "MessageAttribute.1.Value.DataType": "String",
            "MessageAttribute.1.Value.StringValue": "letter",
        },
    )
    assert text(sent, "MD5OfMessageBody") == [md5("hello <é>".encode(), usedforsecurity=False).hexdigest()]
    received = by_form(
        region,
        f"/{rows.ACCOUNT}/forms",
        Action="ReceiveMessage",
        **{"MessageAttributeName.1": "All", "AttributeName.1": "All"},
    )
    assert text(received, "Body", "StringValue") == ["hello &lt;é&gt;", "letter"]
    assert b"<Attribute><Name>SenderId</Name><Value>" in received.body
    assert b"<MessageAttribute><Name>kind</Name><Value>" in received.body
    got = by_form(
        region, Action="GetQueueAttributes", QueueUrl=f"{QUEUE}/forms", **{"AttributeName.1": "VisibilityTimeout"}
    )
    assert b"<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>" in got.body
    gone = by_form(region, Action="GetQueueUrl", QueueName="none")
    assert (gone.status, *text(gone, "Type", "Code")) == (400, "Sender", "AWS.SimpleQueueService.NonExistentQueue")


def test_a_form_may_be_in_the_query_string(region: ModelledRegion) -> None:
    listed = region.send("sqs", b"", "/?Action=ListQueues&Version=2012-11-05", "GET")
    assert listed.status == 200
    assert b"ListQueuesResponse" in listed.body


def test_unknown_operations_in_each_form(region: ModelledRegion) -> None:
    form = region.send("sns", b"Action=Fly&Version=2010-03-31", content_type=FORM)
    assert (form.status, *text(form, "Code", "Message")) == (
        400,
        "InvalidAction",
        "Could not find operation Fly for version 2010-03-31",
    )
    target = region.send("kms", b"{}", content_type="application/x-amz-json-1.1", x_amz_target="TrentService.Fly")
    assert (target.status, json.loads(target.body)) == (404, {"__type": "UnknownOperationException"})
    path = region.send("lambda", b"", "/2015-03-31/planes", "GET")
    assert (path.status, path.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    for named in ("GraniteServiceVersion20100801/operation/Fly", "AmazonSQS/operation/ListMetrics"):
        called = region.send(
            "monitoring",
            b"\xa0",
            f"/service/{named}",
            content_type="application/cbor",
            smithy_protocol="rpc-v2-cbor",
        )
        assert called.status == 404
        assert called.headers["smithy-protocol"] == "rpc-v2-cbor"
        assert decode(called.body)["__type"] == "com.amazon.coral.service#UnknownOperationException"


def test_what_can_be_read_in_two_ways_is_refused(region: ModelledRegion) -> None:
    twice = region.send(
        "sqs",
        b'{"QueueName":"a","QueueName":"b"}',
        content_type="application/x-amz-json-1.0",
        x_amz_target="AmazonSQS.CreateQueue",
    )
    assert (twice.status, json.loads(twice.body)["__type"]) == (400, "com.amazon.coral.service#SerializationException")
    form = region.send("sqs", b"Action=CreateQueue&Action=DeleteQueue&Version=2012-11-05", content_type=FORM)
    assert (form.status, *text(form, "Code")) == (400, "MalformedInput")


def test_compressed_bodies(region: ModelledRegion) -> None:
    body = encode({"Namespace": "Packed", "MetricData": [{"MetricName": "m", "Value": 1.0}]})
    sent = {"content_type": "application/cbor", "smithy_protocol": "rpc-v2-cbor", "content_encoding": "gzip"}
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    assert region.send("monitoring", gzip.compress(body), path, **sent).status == 200
    assert region.client("cloudwatch").list_metrics(Namespace="Packed")["Metrics"][0]["MetricName"] == "m"
    assert region.send("monitoring", gzip.compress(body)[:-3], path, **sent).status == 400


def test_a_body_that_is_not_what_was_signed(region: ModelledRegion) -> None:
    sqs = region.client("sqs")
    sqs.meta.events.register("before-send.sqs.*", lambda request, **_: setattr(request, "body", b'{"QueueName": "x"}'))
    assert refusal(sqs, "create_queue", QueueName="y") == (400, "SignatureDoesNotMatch")
    assert not region.client("sqs").list_queues(QueueNamePrefix="x").get("QueueUrls")
