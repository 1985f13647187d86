"""Results in XML, read by botocore as an older client's model has them."""

from __future__ import annotations

from xml.etree import ElementTree

from skywalk.edge.services.modelled.protocols.xml_results import render_result
from skywalk.edge.services.modelled.service_models import service_model


def rendered(service: str, operation: str, answer: dict[str, object]) -> str:
    model = service_model(service)
    found = model.operation(operation)
    assert found is not None
    content = render_result(model, found, answer, "id-1").decode()
    ElementTree.fromstring(content.partition("?>")[2])
    return content


def test_flattened_lists_and_maps() -> None:
    message = {
        "Body": "a & b\x01",
        "Attributes": {"SenderId": "x"},
        "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
    }
    assert rendered("sqs", "ReceiveMessage", {"Messages": [message]}) == (
        '<?xml version="1.0"?><ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        "<ReceiveMessageResult><Message><Body>a &amp; b\ufffd</Body>"
        "<Attribute><Name>SenderId</Name><Value>x</Value></Attribute>"
        "<MessageAttribute><Name>k</Name><Value><StringValue>v</StringValue><DataType>String</DataType></Value>"
        "</MessageAttribute></Message></ReceiveMessageResult>"
        "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ReceiveMessageResponse>"
    )


def test_lists_with_elements_around_them() -> None:
    found = rendered("cloudwatch", "ListMetrics", {"Metrics": [{"MetricName": "a"}, {"MetricName": "b"}]})
    assert (
        "<ListMetricsResult><Metrics><member><MetricName>a</MetricName></member>"
        "<member><MetricName>b</MetricName></member></Metrics></ListMetricsResult>"
    ) in found


def test_nothing_to_tell() -> None:
    assert rendered("sqs", "DeleteQueue", {}) == (
        '<?xml version="1.0"?><DeleteQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DeleteQueueResponse>"
    )


def test_truths_are_small() -> None:
    assert "<ActionsEnabled>true</ActionsEnabled>" in rendered(
        "cloudwatch", "DescribeAlarms", {"MetricAlarms": [{"ActionsEnabled": True}]}
    )
