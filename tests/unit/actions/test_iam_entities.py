from __future__ import annotations

import base64
from typing import Any

import pytest

from skywalk.actions.groups import create_group
from skywalk.actions.iam_entities import (
    DEFAULT_PAGE,
    characters_of_policy,
    check_policy,
    iam_page,
    parse_iam_tags,
    unique_id,
)
from skywalk.actions.instance_profiles import create_instance_profile
from skywalk.actions.managed_policies import create_policy
from skywalk.actions.roles import create_role
from skywalk.actions.users import create_user
from skywalk.policy.document import PolicyKind
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User
from skywalk.values.arn import iam_arn
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from skywalk.values.scope import GLOBAL_REGION, Scope
from skywalk.values.tags import Tag
from support.identities import TRUSTS_EC2, allow
from support.region import OWNER, Region

NOW = FixedClock().now()


def test_unique_ids() -> None:
    with Region().client().call() as call:
        ids = [unique_id(call, "AROA") for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(len(one) == 21 and one.startswith("AROA") and one.isalnum() and one.isupper() for one in ids)


def test_pages_join_to_the_whole() -> None:
    everything = list(range(250))
    first, marker = iam_page(everything, None, None)
    assert (first, marker is not None) == (everything[:DEFAULT_PAGE], True)
    second, marker = iam_page(everything, marker, 150)
    assert (second, marker) == (everything[DEFAULT_PAGE:], None)


def test_the_last_full_page_has_no_marker() -> None:
    assert iam_page([1, 2], None, 2) == ([1, 2], None)
    assert iam_page([], None, None) == ([], None)


@pytest.mark.parametrize("marker", ["x", base64.urlsafe_b64encode(b"page:5").decode(), "bWFya2VyOi01"])
def test_markers_of_others_are_refused(marker: str) -> None:
    with pytest.raises(AwsError) as caught:
        iam_page([1, 2], marker, None)
    assert (caught.value.code, caught.value.message) == ("InvalidInput", "Invalid Marker.")


def test_a_policy_that_is_none() -> None:
    with pytest.raises(AwsError) as caught:
        check_policy('{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}', PolicyKind.IDENTITY)
    assert (caught.value.code, caught.value.message, caught.value.status) == (
        "MalformedPolicyDocument",
        "Statement[0].Effect: must be Allow or Deny",
        400,
    )


def test_white_space_does_not_count() -> None:
    assert characters_of_policy('{ "a":\n\t"b c" }') == len('{"a":"bc"}')


def test_tags() -> None:
    assert parse_iam_tags(None) == ()
    tags = parse_iam_tags([{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}])
    assert tags == (Tag("a", "1"), Tag("b", ""))
    with pytest.raises(AwsError) as caught:
        parse_iam_tags([{"Key": "Name", "Value": "1"}, {"Key": "name", "Value": "2"}])
    assert (caught.value.code, caught.value.message) == (
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    with pytest.raises(AwsError, match="reserved for AWS use"):
        parse_iam_tags([{"Key": "AWS:x", "Value": "1"}])


def fill(region: Region, kind: type[Any], count: int, **more: Any) -> None:
    """Puts so many entities of a kind there, none of which anybody asks for."""
    with region.store.transaction() as tx:
        for number in range(count):
            name = f"one-{number}"
            common = {"name": name, "path": "/", "unique_id": f"A{number}", "created_at": region.clock.now(), **more}
            arn = iam_arn(OWNER, f"{kind.__name__.lower()}/{name}")
            tx.put(kind(id=arn, scope=Scope(OWNER, GLOBAL_REGION), **common))


@pytest.mark.parametrize(
    ("kind", "more", "action", "request_", "quota"),
    [
        (Group, {}, create_group, {"GroupName": "more"}, "GroupsPerAccount: 300"),
        (
            InstanceProfile,
            {},
            create_instance_profile,
            {"InstanceProfileName": "more"},
            "InstanceProfilesPerAccount: 1000",
        ),
        (
            ManagedPolicy,
            {"description": "", "updated_at": NOW, "versions": ()},
            create_policy,
            {"PolicyName": "more", "PolicyDocument": allow("s3:*")},
            "PoliciesPerAccount: 1500",
        ),
        (
            Role,
            {"trust_policy": TRUSTS_EC2},
            create_role,
            {"RoleName": "more", "AssumeRolePolicyDocument": TRUSTS_EC2},
            "RolesPerAccount: 1000",
        ),
        (User, {}, create_user, {"UserName": "more"}, "UsersPerAccount: 5000"),
    ],
)
def test_how_many_an_account_may_have(
    kind: type[Any], more: dict[str, Any], action: Any, request_: dict[str, str], quota: str
) -> None:
    region, maximum = Region(), int(quota.rpartition(" ")[2])
    fill(region, kind, maximum - 1, **more)
    iam = region.client()
    tagged = {**request_, "Tags": [{"Key": "aws:a", "Value": "b"}]}
    if kind is not Group:
        reserved = "Tag keys that start with aws: are reserved for AWS use."
        assert iam.refusal(action, **tagged) == ("InvalidInput", reserved)
    iam(action, **{name: value.replace("more", "last") for name, value in request_.items()})
    assert iam.refusal(action, **request_) == ("LimitExceeded", f"Cannot exceed quota for {quota}")
    with_taken_name = {name: value.replace("more", "One-1") for name, value in request_.items()}
    assert iam.refusal(action, **with_taken_name)[0] == "EntityAlreadyExists"
