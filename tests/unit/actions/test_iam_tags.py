"""Tags of users, roles, policies and instance profiles: what holds for one holds for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from skywalk.actions import iam_tags
from skywalk.actions.instance_profiles import create_instance_profile
from support.identities import Identities, allow
from support.region import Client, Region


@dataclass(frozen=True)
class Tagged:
    noun: str
    key: dict[str, str]
    client: Client

    def __call__(self, call: str, **request: Any) -> Any:
        return self.client(getattr(iam_tags, call.format(self.noun)), **self.key, **request)

    def refusal(self, call: str, **request: Any) -> tuple[str, str]:
        return self.client.refusal(getattr(iam_tags, call.format(self.noun)), **self.key, **request)

    def tags(self, **request: Any) -> list[tuple[str, str]]:
        return [(tag["Key"], tag["Value"]) for tag in self("list_{}_tags", **request)["Tags"]]

    def tag(self, **tags: str) -> None:
        self("tag_{}", Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


@pytest.fixture(params=["user", "role", "policy", "instance_profile"])
def app(request: pytest.FixtureRequest) -> Tagged:
    client, noun = Region().client(), request.param
    identities = Identities(client)
    if noun == "policy":
        return Tagged(noun, {"PolicyArn": identities.policy("app", allow("s3:*"))}, client)
    if noun == "instance_profile":
        client(create_instance_profile, InstanceProfileName="app")
        return Tagged(noun, {"InstanceProfileName": "app"}, client)
    getattr(identities, noun)("app")
    return Tagged(noun, {f"{noun.title()}Name": "app"}, client)


def test_tag_list_untag(app: Tagged) -> None:
    assert app("list_{}_tags") == {"Tags": [], "IsTruncated": False}
    app.tag(team="bank", stage="test")
    app.tag(stage="live")
    assert app.tags() == [("stage", "live"), ("team", "bank")]
    app("untag_{}", TagKeys=["stage", "none"])
    assert app.tags() == [("team", "bank")]


def test_keys_do_not_differ_by_case(app: Tagged) -> None:
    app.tag(Team="bank")
    app.tag(team="vault")
    assert app.tags() == [("team", "vault")]
    app("untag_{}", TagKeys=["TEAM"])
    assert app.tags() == []


def test_pages(app: Tagged) -> None:
    app.tag(a="1", b="2", c="3")
    first = app("list_{}_tags", MaxItems=2)
    assert (app.tags(MaxItems=2), first["IsTruncated"]) == ([("a", "1"), ("b", "2")], True)
    assert app.tags(Marker=first["Marker"]) == [("c", "3")]


def test_fifty_at_most(app: Tagged) -> None:
    app.tag(**{f"k{number}": "" for number in range(50)})
    code, message = app.refusal("tag_{}", Tags=[{"Key": "one-more", "Value": ""}])
    assert code == "LimitExceeded"
    assert message.endswith(": 50")
    app.tag(k7="changed")


def test_keys_of_aws(app: Tagged) -> None:
    assert app.refusal("tag_{}", Tags=[{"Key": "aws:x", "Value": ""}]) == (
        "InvalidInput",
        "Tag keys that start with aws: are reserved for AWS use.",
    )


@pytest.mark.parametrize("call", ["tag_{}", "untag_{}", "list_{}_tags"])
def test_what_is_not_there(app: Tagged, call: str) -> None:
    more: dict[str, Any] = {"tag_{}": {"Tags": []}, "untag_{}": {"TagKeys": []}}.get(call, {})
    key = {name: value.replace("app", "none") for name, value in app.key.items()}
    assert app.client.refusal(getattr(iam_tags, call.format(app.noun)), **key, **more)[0] == "NoSuchEntity"


def test_a_policy_that_is_none() -> None:
    iam, refused = Region().client(), ("InvalidInput", "ARN read is not valid.")
    assert iam.refusal(iam_tags.list_policy_tags, PolicyArn="read") == refused
    assert iam.refusal(iam_tags.tag_policy, PolicyArn="read", Tags=[]) == refused
    assert iam.refusal(iam_tags.untag_policy, PolicyArn="read", TagKeys=["a"]) == refused
