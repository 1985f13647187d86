from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.group_members import (
    GROUPS_PER_USER,
    add_user_to_group,
    list_groups_for_user,
    remove_user_from_group,
)
from skywalk.actions.groups import create_group
from skywalk.actions.users import create_user
from support.region import Client, Region


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    client(create_user, UserName="ana")
    client(create_group, GroupName="staff")
    return client


def groups(iam: Client, **request: Any) -> list[str]:
    return [one["GroupName"] for one in iam(list_groups_for_user, UserName="ana", **request)["Groups"]]


def test_in_and_out(iam: Client) -> None:
    iam(add_user_to_group, UserName="ana", GroupName="staff")
    iam(add_user_to_group, UserName="ana", GroupName="staff")
    assert groups(iam) == ["staff"]
    iam(remove_user_from_group, UserName="ana", GroupName="staff")
    assert groups(iam) == []
    assert iam.refusal(remove_user_from_group, UserName="ana", GroupName="staff") == (
        "NoSuchEntity",
        "User ana is not in group staff.",
    )


@pytest.mark.parametrize("action", [add_user_to_group, remove_user_from_group])
def test_who_is_not_there(iam: Client, action: Any) -> None:
    assert iam.refusal(action, UserName="eve", GroupName="staff") == (
        "NoSuchEntity",
        "The user with name eve cannot be found.",
    )
    assert iam.refusal(action, UserName="ana", GroupName="none") == (
        "NoSuchEntity",
        "The group with name none cannot be found.",
    )


def test_ten_groups_at_most_in_pages(iam: Client) -> None:
    for number in range(GROUPS_PER_USER):
        iam(create_group, GroupName=f"g{number}")
        iam(add_user_to_group, UserName="ana", GroupName=f"g{number}")
    assert iam.refusal(add_user_to_group, UserName="ana", GroupName="staff") == (
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerUser: 10",
    )
    first = iam(list_groups_for_user, UserName="ana", MaxItems=7)
    assert [*groups(iam, MaxItems=7), *groups(iam, Marker=first["Marker"])] == [f"g{n}" for n in range(10)]
