from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.sts import assume_role
from skywalk.identity.session import open_session
from skywalk.values.tags import Tag
from support.identities import Identities, administrator, allow, assumed
from support.region import OWNER, REGION_KEY, Client, Region

ALL = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def trust(*actions: str, **conditions: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": OWNER}, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": conditions}]})


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


@pytest.fixture
def root() -> Client:
    return Region().client()


def app(root: Client, *policies: str, name: str = "app", trust_policy: str | None = None) -> str:
    return Identities(root).role(name, *policies, trust_policy=trust_policy or trust(*ALL))


def refusal(client: Client, role_arn: str, **request: Any) -> tuple[str, str]:
    asking = administrator(client) if client.caller.arn.endswith(":root") else client
    return asking.refusal(assume_role, RoleArn=role_arn, RoleSessionName="session-1", **request)


def test_tags_and_source_identity_are_the_session_s_and_in_its_token(root: Client) -> None:
    arn = app(root)
    answer = administrator(root)(
        assume_role,
        RoleArn=arn,
        RoleSessionName="session-1",
        Tags=tags(team="blue", Stage="test"),
        TransitiveTagKeys=["TEAM"],
        SourceIdentity="ana",
    )
    assert answer["SourceIdentity"] == "ana"
    assert answer["PackedPolicySize"] == 1
    credentials = answer["Credentials"]
    claims, _ = open_session(
        REGION_KEY, credentials["AccessKeyId"], credentials["SessionToken"], root.world.clock.now()
    )
    caller = claims.caller(credentials["AccessKeyId"])
    assert caller.session_tags == (Tag("Stage", "test"), Tag("team", "blue"))
    assert caller.transitive_tag_keys == ("team",)
    assert caller.source_identity == "ana"


def test_a_session_without_any_has_none(root: Client) -> None:
    session = assumed(root, app(root))
    assert (session.caller.session_tags, session.caller.source_identity) == ((), None)


@pytest.mark.parametrize(
    ("trusted", "request_", "denied"),
    [
        (("sts:AssumeRole",), {"Tags": tags(team="blue")}, "sts:TagSession"),
        (("sts:AssumeRole", "sts:TagSession"), {"SourceIdentity": "ana"}, "sts:SetSourceIdentity"),
        (("sts:TagSession",), {"Tags": tags(team="blue")}, "sts:AssumeRole"),
    ],
)
def test_the_trust_policy_must_allow_each(
    root: Client, trusted: tuple[str, ...], request_: dict[str, Any], denied: str
) -> None:
    arn = app(root, trust_policy=trust(*trusted))
    asking = administrator(root).caller.arn
    assert refusal(root, arn, **request_) == (
        "AccessDenied",
        f"User: {asking} is not authorized to perform: {denied} on resource: {arn}",
    )


@pytest.mark.parametrize(
    ("conditions", "request_", "is_allowed"),
    [
        ({"StringEquals": {"aws:RequestTag/team": "blue"}}, {"Tags": tags(Team="blue")}, True),
        ({"StringEquals": {"aws:RequestTag/team": "blue"}}, {"Tags": tags(team="red")}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, {"Tags": tags(team="red")}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, {"Tags": tags(team="red", cost="1")}, False),
        (
            {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}},
            {"Tags": tags(team="red"), "TransitiveTagKeys": ["team"]},
            True,
        ),
        ({"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}}, {"Tags": tags(team="red")}, False),
        ({"StringLike": {"sts:SourceIdentity": "a*"}}, {"SourceIdentity": "ana"}, True),
        ({"StringLike": {"sts:SourceIdentity": "a*"}}, {"SourceIdentity": "bob"}, False),
        ({"StringEquals": {"sts:RoleSessionName": "session-1"}}, {}, True),
        ({"StringEquals": {"sts:RoleSessionName": "session-2"}}, {}, False),
    ],
)
def test_a_trust_policy_may_look_at_them(
    root: Client, conditions: dict[str, Any], request_: dict[str, Any], is_allowed: bool
) -> None:
    arn = app(root, trust_policy=trust(*ALL, **conditions))
    asked = {"RoleArn": arn, "RoleSessionName": "session-1", **request_}
    if is_allowed:
        assert administrator(root)(assume_role, **asked)["Credentials"]
    else:
        assert refusal(root, arn, **request_)[0] == "AccessDenied"


def test_transitive_tags_and_the_source_identity_go_on_through_a_chain(root: Client) -> None:
    first, second = app(root, allow("sts:*")), app(root, allow("sts:*"), name="second")
    one = assumed(root, first, Tags=tags(team="blue", stage="test"), TransitiveTagKeys=["team"], SourceIdentity="ana")
    two = assumed(one, second, Tags=tags(cost="1"))
    assert two.caller.session_tags == (Tag("cost", "1"), Tag("team", "blue"))
    assert (two.caller.transitive_tag_keys, two.caller.source_identity) == (("team",), "ana")
    three = assumed(two, first)
    assert three.caller.session_tags == (Tag("team", "blue"),)
    assert three.caller.source_identity == "ana"


def test_what_a_chain_has_set_is_not_set_anew(root: Client) -> None:
    arn = app(root, allow("sts:*"))
    session = assumed(root, arn, Tags=tags(team="blue"), TransitiveTagKeys=["team"], SourceIdentity="ana")
    assert refusal(session, arn, Tags=tags(TEAM="red")) == (
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
        "calling session.",
    )
    assert refusal(session, arn, SourceIdentity="bob") == (
        "AccessDenied",
        "The source identity of a session cannot be changed.",
    )
    assert assumed(session, arn, SourceIdentity="ana").caller.source_identity == "ana"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"Tags": tags(team="a", TEAM="b")}, "Duplicate tag keys found"),
        ({"Tags": tags(**{"AWS:x": "b"})}, "start with aws: are reserved"),
        ({"Tags": tags(team="a"), "TransitiveTagKeys": ["stage"]}, "must be included in the requested tags"),
    ],
)
def test_tags_that_cannot_be(root: Client, request_: dict[str, Any], words: str) -> None:
    code, text = refusal(root, app(root), **request_)
    assert code == "InvalidParameterValue"
    assert words in text


def test_more_tags_than_fifty_with_the_inherited(root: Client) -> None:
    arn = app(root, allow("sts:*"))
    session = assumed(root, arn, Tags=tags(team="blue"), TransitiveTagKeys=["team"])
    many = tags(**{f"t{number}": "x" for number in range(50)})
    assert refusal(session, arn, Tags=many) == ("InvalidParameterValue", "The session would have more than 50 tags.")
    assert len(assumed(session, arn, Tags=many[1:]).caller.session_tags) == 50


def test_tags_take_room_in_the_token(root: Client) -> None:
    arn = app(root)
    wide = tags(**{f"{number:0128}": "v" * 256 for number in range(33)})
    assert refusal(root, arn, Tags=wide) == (
        "PackedPolicyTooLarge",
        "Packed policy consumes 104% of allotted space, please use smaller policy.",
    )
