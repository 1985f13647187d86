"""What a backend has answered, whatever it speaks."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.protocols.results import read_result
from skywalk.edge.services.modelled.service_models import JSON, QUERY, REST_JSON, REST_XML, service_model


def read(folder: str, operation: str, protocol: str, content: str) -> dict[str, Any] | None:
    found = service_model(folder).operation(operation)
    assert found is not None
    return read_result(found, protocol, content.encode())


def test_json_as_it_is() -> None:
    assert read("glue", "GetTags", JSON, '{"Tags": {"a": "b"}, "Other": 1}') == {"Tags": {"a": "b"}, "Other": 1}
    assert read("mq", "ListTags", REST_JSON, '{"tags": {"a": "b"}}') == {"tags": {"a": "b"}}


def test_a_result_in_its_wrapper() -> None:
    content = """<ListTagsForResourceResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/">
      <ListTagsForResourceResult><TagList>
        <Tag><Key>team</Key><Value>a &amp; b</Value></Tag><Tag><Key>x</Key><Value/></Tag>
      </TagList></ListTagsForResourceResult>
      <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListTagsForResourceResponse>"""
    assert read("rds", "ListTagsForResource", QUERY, content) == {
        "TagList": [{"Key": "team", "Value": "a & b"}, {"Key": "x", "Value": ""}]
    }
    assert read("rds", "ListTagsForResource", QUERY, "<Other/>") is None
    assert read("sns", "DeleteTopic", QUERY, "<DeleteTopicResponse/>") == {}


def test_lists_and_numbers_in_a_result() -> None:
    content = """<R><DescribeStacksResult><Stacks><member><StackName>s</StackName><TimeoutInMinutes>5</TimeoutInMinutes>
      <Tags><member><Key>k</Key><Value>v</Value></member></Tags></member></Stacks></DescribeStacksResult></R>"""
    assert read("cloudformation", "DescribeStacks", QUERY, content) == {
        "Stacks": [{"StackName": "s", "TimeoutInMinutes": 5, "Tags": [{"Key": "k", "Value": "v"}]}]
    }


def test_a_body_that_is_one_member() -> None:
    content = "<Tags><Items><Tag><Key>k</Key><Value>v</Value></Tag></Items></Tags>"
    found = read("cloudfront", "ListTagsForResource", REST_XML, content)
    assert found == {"Tags": {"Items": [{"Key": "k", "Value": "v"}]}}


@pytest.mark.parametrize(
    ("folder", "operation", "protocol", "content"),
    [
        ("glue", "GetTags", JSON, "<html>"),
        ("glue", "GetTags", JSON, "[]"),
        ("rds", "ListTagsForResource", QUERY, "{}"),
        ("cloudfront", "ListTagsForResource", REST_XML, "<Tags>"),
    ],
)
def test_what_cannot_be_read(folder: str, operation: str, protocol: str, content: str) -> None:
    assert read(folder, operation, protocol, content) is None
