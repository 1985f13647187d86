from __future__ import annotations

import dataclasses

import pytest

from skywalk.actions.resolver_tags import list_tags_for_resource, tag_resource, untag_resource
from skywalk.resources.resolver_endpoint import ResolverEndpoint, ResolverEndpointStatus
from skywalk.values.tags import Tag
from support.region import Client, Region

ENDPOINT_ID = "rslvr-in-0123456789abcdef0"
ARN = f"arn:aws:route53resolver:us-east-1:123456789012:resolver-endpoint/{ENDPOINT_ID}"


@pytest.fixture
def client() -> Client:
    client = Region().client()
    with client.call() as call:
        call.tx.put(
            ResolverEndpoint(
                id=ENDPOINT_ID,
                scope=call.scope,
                tags=(Tag("a", "1"),),
                vpc_id="vpc-1",
                name="",
                creator_request_id="1",
                security_group_ids=(),
                addresses=(),
                status=ResolverEndpointStatus.OPERATIONAL,
                created_at=call.clock.now(),
                modified_at=call.clock.now(),
            )
        )
    return client


def test_tags_come_and_go(client: Client) -> None:
    client(tag_resource, ResourceArn=ARN, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}])
    page = client(list_tags_for_resource, ResourceArn=ARN, MaxResults=1)
    assert page == {"Tags": [{"Key": "a", "Value": "3"}], "NextToken": "1"}
    assert client(list_tags_for_resource, ResourceArn=ARN, NextToken="1") == {"Tags": [{"Key": "b", "Value": "2"}]}
    client(untag_resource, ResourceArn=ARN, TagKeys=["a", "none"])
    assert client(list_tags_for_resource, ResourceArn=ARN) == {"Tags": [{"Key": "b", "Value": "2"}]}
    assert client.refusal(list_tags_for_resource, ResourceArn=ARN, NextToken="7")[0] == "InvalidNextTokenException"


@pytest.mark.parametrize(
    ("arn", "code", "text"),
    [
        ("nothing", "InvalidParameterException", "'nothing' is no ARN of Route 53 Resolver."),
        ("arn:aws:sqs:us-east-1:1:q", "InvalidParameterException", "'arn:aws:sqs:us-east-1:1:q' is no ARN of"),
        (ARN.replace("0123", "3210"), "ResourceNotFoundException", "Resolver endpoint with ID 'rslvr-in-3210"),
        (ARN.replace("us-east-1", "eu-west-1"), "ResourceNotFoundException", "There is no resource with the ARN '"),
    ],
)
def test_what_has_no_tags(client: Client, arn: str, code: str, text: str) -> None:
    for action, more in (
        (list_tags_for_resource, {}),
        (tag_resource, {"Tags": [{"Key": "a", "Value": ""}]}),
        (untag_resource, {"TagKeys": ["a"]}),
    ):
        told, message = client.refusal(action, ResourceArn=arn, **more)
        assert (told, message.startswith(text)) == (code, True)


def test_what_no_tag_can_be(client: Client) -> None:
    assert client.refusal(tag_resource, ResourceArn=ARN, Tags=[{"Key": "AWS:x", "Value": ""}]) == (
        "InvalidTagException",
        "Tag keys that start with aws: are reserved for AWS use.",
    )
    with client.call() as call:
        endpoint = call.tx.get(ResolverEndpoint, ENDPOINT_ID)
        assert endpoint is not None
        many = tuple(Tag(f"{number:03}", "") for number in range(200))
        call.tx.put(dataclasses.replace(endpoint, tags=many))
    assert client.refusal(tag_resource, ResourceArn=ARN, Tags=[{"Key": "more", "Value": ""}]) == (
        "LimitExceededException",
        "A resource has at most 200 tags.",
    )
