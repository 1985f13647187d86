from __future__ import annotations

from skywalk.resources.account_snapshot import account_snapshot
from skywalk.resources.store import Store


def test_there_is_none_of_an_account_that_is_not_there() -> None:
    assert account_snapshot(Store(), "123456789012") is None
