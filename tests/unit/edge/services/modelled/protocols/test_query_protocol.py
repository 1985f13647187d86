"""Forms: what is found in them, and what is refused."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.protocols import query_protocol
from skywalk.edge.services.modelled.protocols.query_protocol import find, parse, parse_form
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.values.errors import AwsError


def parameters(service: str, form: str) -> dict[str, object]:
    model = service_model(service)
    read = parse_form(form, b"")
    return parse(model, find(model, read), read, "/").parameters


def refused(service: str, form: str) -> str:
    with pytest.raises(AwsError) as caught:
        parameters(service, form)
    return caught.value.code


def test_lists_maps_and_structures() -> None:
    found = parameters(
        "cloudwatch",
        "Action=PutMetricData&Namespace=N&MetricData.member.2.MetricName=b&MetricData.member.1.MetricName=a"
        "&MetricData.member.1.Dimensions.member.1.Name=d&MetricData.member.1.Value=2.5"
        "&MetricData.member.10.MetricName=j&MetricData.member.1.StorageResolution=60",
    )
    assert found["MetricData"] == [
        {"MetricName": "a", "Dimensions": [{"Name": "d"}], "Value": 2.5, "StorageResolution": 60},
        {"MetricName": "b"},
        {"MetricName": "j"},
    ]
    attributes = "&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=x&Attributes.entry.2.key=Policy"
    assert parameters("sns", f"Action=CreateTopic&Name=t{attributes}")["Attributes"] == {
        "DisplayName": "x",
        "Policy": "",
    }


def test_sqs_as_its_clients_wrote_it() -> None:
    found = parameters(
        "sqs",
        "Action=SendMessageBatch&Version=2009-02-01&QueueUrl=u&SendMessageBatchRequestEntry.1.Id=a"
        "&SendMessageBatchRequestEntry.1.MessageBody=hello&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=k"
        "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String",
    )
    assert found["Entries"] == [{"Id": "a", "MessageBody": "hello", "MessageAttributes": {"k": {"DataType": "String"}}}]


def test_an_empty_list_and_what_nobody_knows() -> None:
    assert parameters("cloudwatch", "Action=ListMetrics&Dimensions=&Other.1=2&Namespace=N") == {
        "Dimensions": [],
        "Namespace": "N",
    }


def test_the_signature_of_a_presigned_url_is_no_parameter() -> None:
    assert parse_form("Action=ListQueues&X-Amz-Signature=a&X-Amz-Date=b", b"") == {"Action": "ListQueues"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("Version=2010-05-15", "MissingAction"),
        ("Action=Fly", "InvalidAction"),
        ("Action=ListStacks&Version=2009-01-01", "InvalidAction"),
        ("Action=ListStacks&Action=DeleteStack", "SerializationException"),
        ("Action=ListStacks&StackStatusFilter.member.1=A&StackStatusFilter.member.1=B", "SerializationException"),
        ("Action=ListStacks&StackStatusFilter.member.0=A", "SerializationException"),
        ("Action=ListStacks&StackStatusFilter.member.x=A", "SerializationException"),
        ("Action=ListStacks&StackStatusFilter=A&StackStatusFilter.member.1=B", "SerializationException"),
        ("Action=ListStacks&StackStatusFilter.member.1=A&StackStatusFilter=B", "SerializationException"),
        ("Action=ListStacks&NextToken.x=A", "SerializationException"),
        ("Action=CreateStack&DisableRollback=perhaps", "SerializationException"),
        ("Action=CreateStack&TimeoutInMinutes=1e3", "SerializationException"),
        ("Action=ListStacks&NextToken=%ff", "SerializationException"),
        ("Action=ListStacks&" + ".".join("abcdefghijklmnopqrstuvwxyz") + "=1", "SerializationException"),
    ],
)
def test_what_is_refused(form: str, code: str) -> None:
    assert refused("cloudformation", form) == code


def test_numbers_that_are_none() -> None:
    for value in ("x", "1e999", ""):
        form = f"Action=PutMetricAlarm&AlarmName=a&Threshold={value}"
        assert refused("cloudwatch", form) == "SerializationException"
    assert parameters("cloudwatch", "Action=PutMetricAlarm&Threshold=NaN") == {"Threshold": "NaN"}


def test_a_map_s_keys_are_given_once() -> None:
    twice = "&".join(f"Attributes.entry.{n}.key=Policy&Attributes.entry.{n}.value={n}" for n in (1, 2))
    assert refused("sns", f"Action=CreateTopic&Name=t&{twice}") == "SerializationException"


def test_the_path_of_a_queue() -> None:
    model = service_model("sqs")
    form = parse_form("", b"Action=SendMessage&MessageBody=x")
    assert parse(model, find(model, form), form, "/1/q").queue_path == "/1/q"
    assert query_protocol.write(parse(model, find(model, form), form, "/")).target == "/"
