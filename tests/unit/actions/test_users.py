from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skywalk.actions.access_keys import create_access_key, delete_access_key, list_access_keys
from skywalk.actions.group_members import add_user_to_group, list_groups_for_user, remove_user_from_group
from skywalk.actions.user_policies import (
    attach_user_policy,
    delete_user_policy,
    detach_user_policy,
    put_user_policy,
)
from skywalk.actions.users import (
    create_user,
    delete_user,
    delete_user_permissions_boundary,
    get_user,
    list_users,
    put_user_permissions_boundary,
    update_user,
)
from skywalk.resources.user import User
from skywalk.values.clock import FixedClock
from support.identities import Identities, allow, assumed, trust
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def iam() -> Client:
    return Region().client()


def names(iam: Client, **request: Any) -> list[str]:
    return [user["UserName"] for user in iam(list_users, **request)["Users"]]


def test_a_new_user(iam: Client) -> None:
    tags = [{"Key": "team", "Value": "bank"}]
    made = iam(create_user, UserName="ana", Path="/staff/", Tags=tags, PermissionsBoundary=ADMINISTRATOR)["User"]
    assert made == {
        "Path": "/staff/",
        "UserName": "ana",
        "UserId": made["UserId"],
        "Arn": f"arn:aws:iam::{OWNER}:user/staff/ana",
        "CreateDate": FixedClock().now(),
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": ADMINISTRATOR},
        "Tags": tags,
    }
    assert made["UserId"].startswith("AIDA")
    assert iam(get_user, UserName="ana") == {"User": made}
    listed = {name: value for name, value in made.items() if name not in ("Tags", "PermissionsBoundary")}
    assert iam(list_users) == {"Users": [listed], "IsTruncated": False}


@pytest.mark.parametrize(("name", "path"), [("ana", "/"), ("ANA", "/"), ("ana", "/other/")])
def test_a_name_is_taken(iam: Client, name: str, path: str) -> None:
    iam(create_user, UserName="ana")
    refused = ("EntityAlreadyExists", f"User with name {name} already exists.")
    assert iam.refusal(create_user, UserName=name, Path=path) == refused


def test_a_user_is_one_accounts_in_every_region(iam: Client) -> None:
    iam(create_user, UserName="ana")
    assert names(iam.elsewhere("eu-west-1")) == ["ana"]
    other = iam.world.client(OTHER_ACCOUNT)
    assert names(other) == []
    other(create_user, UserName="ana")


def test_without_a_name_it_is_the_caller(iam: Client) -> None:
    ana = Identities(iam).user("ana")
    assert ana(get_user)["User"]["UserName"] == "ana"
    assert iam(get_user) == {"User": {"UserId": OWNER, "Arn": f"arn:aws:iam::{OWNER}:root"}}
    session = assumed(iam, Identities(iam).role("app", trust_policy=trust(OWNER)))
    assert session.refusal(get_user) == (
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (get_user, {}),
        (delete_user, {}),
        (update_user, {"NewUserName": "eve"}),
        (put_user_permissions_boundary, {"PermissionsBoundary": ADMINISTRATOR}),
        (delete_user_permissions_boundary, {}),
        (list_groups_for_user, {}),
        (create_access_key, {}),
        (list_access_keys, {}),
    ],
)
def test_an_unknown_user(iam: Client, action: Any, more: dict[str, str]) -> None:
    refused = ("NoSuchEntity", "The user with name ana cannot be found.")
    assert iam.refusal(action, UserName="ana", **more) == refused


def test_lists_are_by_name_and_path_in_pages(iam: Client) -> None:
    for name, path in (("cy", "/"), ("ana", "/staff/"), ("bo", "/staff/night/")):
        iam(create_user, UserName=name, Path=path)
    assert names(iam, PathPrefix="/staff/") == ["ana", "bo"]
    first = iam(list_users, MaxItems=2)
    assert first["IsTruncated"]
    assert names(iam, MaxItems=2, Marker=first["Marker"]) == ["cy"]


def test_a_renamed_user_keeps_what_it_has(iam: Client) -> None:
    identities = Identities(iam)
    identities.group("staff")
    identities.user("ana", allow("s3:*"), groups=("staff",))
    iam(create_user, UserName="eve")
    before = iam(get_user, UserName="ana")["User"]
    iam(update_user, UserName="ana", NewUserName="Ana", NewPath="/staff/")
    after = iam(get_user, UserName="Ana")["User"]
    assert after == {**before, "UserName": "Ana", "Path": "/staff/", "Arn": f"arn:aws:iam::{OWNER}:user/staff/Ana"}
    assert len(iam(list_access_keys, UserName="Ana")["AccessKeyMetadata"]) == 1
    assert [one["GroupName"] for one in iam(list_groups_for_user, UserName="Ana")["Groups"]] == ["staff"]
    assert iam.refusal(get_user, UserName="ana")[0] == "NoSuchEntity"
    assert iam.refusal(update_user, UserName="Ana", NewUserName="EVE") == (
        "EntityAlreadyExists",
        "User with name EVE already exists.",
    )


def test_what_holds_a_user(iam: Client) -> None:
    identities = Identities(iam)
    identities.group("staff")
    iam(create_user, UserName="ana")
    steps: list[tuple[str, Any, dict[str, Any], Any, dict[str, Any]]] = [
        ("must remove users from group first.", add_user_to_group, {"GroupName": "staff"}, remove_user_from_group, {}),
        ("must detach all policies first.", attach_user_policy, {"PolicyArn": ADMINISTRATOR}, detach_user_policy, {}),
        (
            "must delete policies first.",
            put_user_policy,
            {"PolicyName": "own", "PolicyDocument": allow("s3:*")},
            delete_user_policy,
            {"PolicyName": "own"},
        ),
    ]
    for text, hold, more, let_go, other in steps:
        iam(hold, UserName="ana", **more)
        assert iam.refusal(delete_user, UserName="ana") == ("DeleteConflict", f"Cannot delete entity, {text}")
        iam(let_go, UserName="ana", **(other or more))
    key = iam(create_access_key, UserName="ana")["AccessKey"]["AccessKeyId"]
    assert iam.refusal(delete_user, UserName="ana") == (
        "DeleteConflict",
        "Cannot delete entity, must delete access keys first.",
    )
    iam(delete_access_key, UserName="ana", AccessKeyId=key)
    iam(delete_user, UserName="ana")
    assert iam.world.store.of_type(User) == []


def test_boundaries(iam: Client) -> None:
    iam(create_user, UserName="ana")
    own = Identities(iam).policy("cap", allow("s3:*"))
    iam(put_user_permissions_boundary, UserName="ana", PermissionsBoundary=own)
    assert iam(get_user, UserName="ana")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == own
    iam(delete_user_permissions_boundary, UserName="ana")
    iam(delete_user_permissions_boundary, UserName="ana")
    assert "PermissionsBoundary" not in iam(get_user, UserName="ana")["User"]


def test_a_boundary_that_is_not_there(iam: Client) -> None:
    iam(create_user, UserName="ana")
    missing = f"arn:aws:iam::{OWNER}:policy/cap"
    refused = ("NoSuchEntity", f"Scope ARN: {missing} does not exist or is not attachable.")
    assert iam.refusal(put_user_permissions_boundary, UserName="ana", PermissionsBoundary=missing) == refused
    assert iam.refusal(create_user, UserName="eve", PermissionsBoundary=missing) == refused
    assert iam.refusal(put_user_permissions_boundary, UserName="ana", PermissionsBoundary="x" * 20)[0] == "InvalidInput"


def test_a_user_of_the_same_name_is_another_one(iam: Client) -> None:
    first = iam(create_user, UserName="ana")["User"]
    iam(delete_user, UserName="ana")
    again = iam(create_user, UserName="ana")["User"]
    assert (again["Arn"], again["UserId"] != first["UserId"]) == (first["Arn"], True)


def test_a_user_s_client_names_itself(iam: Client) -> None:
    ana = Identities(iam).user("ana", Path="/staff/")
    assert ana.caller.user_name == "ana"
    assert replace(ana.caller).arn == iam(get_user, UserName="ana")["User"]["Arn"]
