from __future__ import annotations

import pytest

from skywalk.actions.account_aliases import create_account_alias, delete_account_alias, list_account_aliases
from skywalk.control.region import new_account
from skywalk.values.chance import SeededChance
from support.region import OTHER_ACCOUNT, OWNER, Client, Region


@pytest.fixture
def iam() -> Client:
    region = Region()
    with region.store.transaction() as tx:
        for account_id in (OWNER, OTHER_ACCOUNT):
            tx.put(new_account(account_id, SeededChance()))
    return region.client()


def aliases(iam: Client) -> list[str]:
    return iam(list_account_aliases)["AccountAliases"]


def test_one_alias_at_a_time(iam: Client) -> None:
    assert aliases(iam) == []
    iam(create_account_alias, AccountAlias="bank")
    iam(create_account_alias, AccountAlias="bank-of-two")
    assert aliases(iam) == ["bank-of-two"]
    iam(delete_account_alias, AccountAlias="bank-of-two")
    assert aliases(iam) == []


def test_an_alias_is_one_accounts(iam: Client) -> None:
    iam(create_account_alias, AccountAlias="bank")
    other = iam.world.client(OTHER_ACCOUNT)
    refused = ("EntityAlreadyExists", "The account alias bank already exists.")
    assert other.refusal(create_account_alias, AccountAlias="bank") == refused
    assert other.refusal(delete_account_alias, AccountAlias="bank") == (
        "NoSuchEntity",
        "The account alias bank cannot be found.",
    )


def test_an_account_that_is_not_there() -> None:
    refused = ("NoSuchEntity", f"The account {OWNER} cannot be found.")
    assert Region().client().refusal(list_account_aliases) == refused
