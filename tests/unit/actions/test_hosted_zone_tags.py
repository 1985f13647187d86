from __future__ import annotations

import pytest

from skywalk.actions.hosted_zone_tags import (
    change_tags_for_resource,
    list_tags_for_resource,
    list_tags_for_resources,
)
from support.hosted_zones import make_zone
from support.region import Client, Region

NO_HEALTH_CHECK = ("NoSuchHealthCheck", "A health check with id h-1 does not exist.")
NO_ZONE = ("NoSuchHostedZone", "No hosted zone found with ID: Z0")


@pytest.fixture
def client() -> Client:
    return Region().client()


def test_tags_are_added_replaced_and_removed(client: Client) -> None:
    named = {"ResourceType": "hostedzone", "ResourceId": make_zone(client, "corp.internal")}
    client(change_tags_for_resource, **named, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    client(change_tags_for_resource, **named, AddTags=[{"Key": "a", "Value": "2"}], RemoveTagKeys=["b", "none"])
    shown = client(list_tags_for_resource, **named)["ResourceTagSet"]
    assert shown == {**named, "Tags": [{"Key": "a", "Value": "2"}]}
    ids = [named["ResourceId"]]
    assert client(list_tags_for_resources, ResourceType="hostedzone", ResourceIds=ids) == {"ResourceTagSets": [shown]}


def test_what_cannot_be_tagged(client: Client) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    health = {"ResourceType": "healthcheck", "ResourceId": "h-1"}
    nothing = {"ResourceType": "hostedzone", "ResourceId": "Z0"}
    for action, more in ((change_tags_for_resource, {"AddTags": tags}), (list_tags_for_resource, {})):
        assert client.refusal(action, **health, **more) == NO_HEALTH_CHECK
        assert client.refusal(action, **nothing, **more) == NO_ZONE
    for kind, one, refusal in (("healthcheck", "h-1", NO_HEALTH_CHECK), ("hostedzone", "Z0", NO_ZONE)):
        assert client.refusal(list_tags_for_resources, ResourceType=kind, ResourceIds=[one]) == refusal


def test_what_no_tag_can_be(client: Client) -> None:
    named = {"ResourceType": "hostedzone", "ResourceId": make_zone(client, "corp.internal")}
    key = "A tag's key must not be empty, nor begin with aws:."
    assert client.refusal(change_tags_for_resource, **named) == (
        "InvalidInput",
        "The request must add or remove tags.",
    )
    for tag in ({"Value": "1"}, {"Key": "aws:x", "Value": "1"}):
        assert client.refusal(change_tags_for_resource, **named, AddTags=[tag]) == ("InvalidInput", key)
    for number in range(5):
        tags = [{"Key": f"{number}{place}", "Value": ""} for place in range(10)]
        client(change_tags_for_resource, **named, AddTags=tags)
    assert client.refusal(change_tags_for_resource, **named, AddTags=[{"Key": "more", "Value": ""}]) == (
        "InvalidInput",
        "A hosted zone has at most 50 tags.",
    )
