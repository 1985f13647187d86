from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.group_members import add_user_to_group, list_groups_for_user, remove_user_from_group
from skywalk.actions.group_policies import (
    attach_group_policy,
    delete_group_policy,
    detach_group_policy,
    put_group_policy,
)
from skywalk.actions.groups import create_group, delete_group, get_group, list_groups, update_group
from skywalk.actions.users import create_user
from skywalk.values.clock import FixedClock
from support.identities import Identities, allow
from support.region import OWNER, Client, Region

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def iam() -> Client:
    return Region().client()


def members(iam: Client, group: str, **request: Any) -> list[str]:
    return [user["UserName"] for user in iam(get_group, GroupName=group, **request)["Users"]]


def test_a_new_group(iam: Client) -> None:
    made = iam(create_group, GroupName="staff", Path="/bank/")["Group"]
    assert made == {
        "Path": "/bank/",
        "GroupName": "staff",
        "GroupId": made["GroupId"],
        "Arn": f"arn:aws:iam::{OWNER}:group/bank/staff",
        "CreateDate": FixedClock().now(),
    }
    assert made["GroupId"].startswith("AGPA")
    assert iam(get_group, GroupName="staff") == {"Group": made, "Users": [], "IsTruncated": False}
    assert iam(list_groups) == {"Groups": [made], "IsTruncated": False}
    assert iam(list_groups, PathPrefix="/other/")["Groups"] == []
    assert iam.refusal(create_group, GroupName="STAFF") == (
        "EntityAlreadyExists",
        "Group with name STAFF already exists.",
    )


@pytest.mark.parametrize(("action", "more"), [(get_group, {}), (delete_group, {}), (update_group, {})])
def test_an_unknown_group(iam: Client, action: Any, more: dict[str, str]) -> None:
    refused = ("NoSuchEntity", "The group with name staff cannot be found.")
    assert iam.refusal(action, GroupName="staff", **more) == refused


def test_members_by_name_in_pages(iam: Client) -> None:
    iam(create_group, GroupName="staff")
    for name in ("cy", "ana", "bo"):
        Identities(iam).user(name, groups=("staff",))
    first = iam(get_group, GroupName="staff", MaxItems=2)
    assert members(iam, "staff", MaxItems=2) == ["ana", "bo"]
    assert members(iam, "staff", Marker=first["Marker"]) == ["cy"]


def test_a_renamed_group_keeps_its_members(iam: Client) -> None:
    identities = Identities(iam)
    identities.group("night")
    identities.group("staff", allow("s3:*"))
    identities.user("ana", groups=("night", "staff"))
    iam(update_group, GroupName="staff", NewGroupName="tellers", NewPath="/bank/")
    assert members(iam, "tellers") == ["ana"]
    shown = iam(list_groups_for_user, UserName="ana")["Groups"]
    assert [one["Arn"] for one in shown] == [
        f"arn:aws:iam::{OWNER}:group/night",
        f"arn:aws:iam::{OWNER}:group/bank/tellers",
    ]
    assert iam.refusal(update_group, GroupName="tellers", NewGroupName="Night") == (
        "EntityAlreadyExists",
        "Group with name Night already exists.",
    )


def test_what_holds_a_group(iam: Client) -> None:
    iam(create_user, UserName="ana")
    iam(create_group, GroupName="staff")
    own = {"PolicyName": "own", "PolicyDocument": allow("s3:*")}
    steps: list[tuple[str, Any, dict[str, Any], Any, dict[str, Any]]] = [
        ("must remove users from group first.", add_user_to_group, {"UserName": "ana"}, remove_user_from_group, {}),
        ("must detach all policies first.", attach_group_policy, {"PolicyArn": ADMINISTRATOR}, detach_group_policy, {}),
        ("must delete policies first.", put_group_policy, own, delete_group_policy, {"PolicyName": "own"}),
    ]
    for text, hold, more, let_go, other in steps:
        iam(hold, GroupName="staff", **more)
        assert iam.refusal(delete_group, GroupName="staff") == ("DeleteConflict", f"Cannot delete entity, {text}")
        iam(let_go, GroupName="staff", **(other or more))
    iam(delete_group, GroupName="staff")
    assert iam(list_groups)["Groups"] == []
