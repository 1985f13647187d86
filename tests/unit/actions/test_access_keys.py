from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.access_keys import (
    create_access_key,
    delete_access_key,
    get_access_key_last_used,
    list_access_keys,
    update_access_key,
)
from skywalk.actions.users import create_user
from skywalk.control.region import new_account
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock
from support.identities import Identities
from support.region import OTHER_ACCOUNT, OWNER, Client, Region


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    client(create_user, UserName="ana")
    return client


def create(iam: Client, **request: Any) -> dict[str, Any]:
    return dict(iam(create_access_key, **{"UserName": "ana", **request})["AccessKey"])


def keys(iam: Client, **request: Any) -> list[tuple[str, str]]:
    listed = iam(list_access_keys, **{"UserName": "ana", **request})["AccessKeyMetadata"]
    return [(one["AccessKeyId"], one["Status"]) for one in listed]


def test_a_new_key(iam: Client) -> None:
    made = create(iam)
    assert made == {
        "UserName": "ana",
        "AccessKeyId": made["AccessKeyId"],
        "Status": "Active",
        "SecretAccessKey": made["SecretAccessKey"],
        "CreateDate": FixedClock().now(),
    }
    assert (len(made["AccessKeyId"]), made["AccessKeyId"][:4], len(made["SecretAccessKey"])) == (20, "AKIA", 40)
    shown = {name: value for name, value in made.items() if name != "SecretAccessKey"}
    assert iam(list_access_keys, UserName="ana") == {"AccessKeyMetadata": [shown], "IsTruncated": False}


def test_two_at_most(iam: Client) -> None:
    made = [create(iam)["AccessKeyId"] for _ in range(2)]
    refused = ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    assert iam.refusal(create_access_key, UserName="ana") == refused
    iam(delete_access_key, UserName="ana", AccessKeyId=made[0])
    create(iam)
    first = iam(list_access_keys, UserName="ana", MaxItems=1)
    assert first["IsTruncated"]
    assert len(keys(iam, Marker=first["Marker"])) == 1


def test_inactive_and_active_again(iam: Client) -> None:
    key_id = create(iam)["AccessKeyId"]
    for status in ("Inactive", "Active"):
        iam(update_access_key, UserName="ana", AccessKeyId=key_id, Status=status)
        assert keys(iam) == [(key_id, status)]
    assert iam.refusal(update_access_key, UserName="ana", AccessKeyId=key_id, Status="Expired") == (
        "ValidationError",
        "Status Expired is not valid for an access key.",
    )


@pytest.mark.parametrize(("action", "more"), [(delete_access_key, {}), (update_access_key, {"Status": "Inactive"})])
def test_a_key_that_is_not_the_user_s(iam: Client, action: Any, more: dict[str, str]) -> None:
    iam(create_user, UserName="eve")
    of_eve = create(iam, UserName="eve")["AccessKeyId"]
    for key_id in (of_eve, "AKIAIOSFODNN7EXAMPLE"):
        text = f"The Access Key with id {key_id} cannot be found."
        assert iam.refusal(action, UserName="ana", AccessKeyId=key_id, **more) == ("NoSuchEntity", text)


def test_a_user_sees_to_its_own_keys(iam: Client) -> None:
    bo = Identities(iam).user("bo")
    made = bo(create_access_key)["AccessKey"]["AccessKeyId"]
    assert len(bo(list_access_keys)["AccessKeyMetadata"]) == 2
    bo(update_access_key, AccessKeyId=made, Status="Inactive")
    bo(delete_access_key, AccessKeyId=made)
    assert [one["AccessKeyId"] for one in bo(list_access_keys)["AccessKeyMetadata"]] == [bo.caller.access_key_id]


def test_the_root_s_key_comes_with_the_account(iam: Client) -> None:
    account = new_account(OWNER, SeededChance())
    with iam.world.store.transaction() as tx:
        tx.put(account)
    shown = iam(list_access_keys)["AccessKeyMetadata"]
    assert shown == [{"AccessKeyId": account.access_key_id, "Status": "Active"}]
    for action, more in ((create_access_key, {}), (delete_access_key, {"AccessKeyId": account.access_key_id})):
        code, text = iam.refusal(action, **more)
        assert (code, text) == (
            "UnsupportedOperation",
            "The access key of an account's root comes with the account and cannot be changed.",
        )


def test_when_a_key_was_last_used_is_not_kept(iam: Client) -> None:
    key_id = create(iam)["AccessKeyId"]
    assert iam(get_access_key_last_used, AccessKeyId=key_id) == {
        "UserName": "ana",
        "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"},
    }
    other = iam.world.client(OTHER_ACCOUNT)
    text = f"The Access Key with id {key_id} cannot be found."
    assert other.refusal(get_access_key_last_used, AccessKeyId=key_id) == ("NoSuchEntity", text)
