from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.user_credentials import (
    delete_login_profile,
    get_login_profile,
    list_mfa_devices,
    list_service_specific_credentials,
    list_signing_certificates,
    list_ssh_public_keys,
    list_virtual_mfa_devices,
)
from skywalk.actions.users import create_user
from support.region import Client, Region

LISTS = (list_mfa_devices, list_service_specific_credentials, list_signing_certificates, list_ssh_public_keys)


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    client(create_user, UserName="ann")
    return client


@pytest.mark.parametrize("action", LISTS)
def test_a_user_has_none_and_an_unknown_user_is_refused(iam: Client, action: Any) -> None:
    answer = iam(action, UserName="ann")
    assert [value for value in answer.values() if isinstance(value, list)] == [[]]
    assert iam.refusal(action, UserName="ben") == (
        "NoSuchEntity",
        "The user with name ben cannot be found.",
    )


@pytest.mark.parametrize("action", [get_login_profile, delete_login_profile])
def test_nobody_has_a_password(iam: Client, action: Any) -> None:
    assert iam.refusal(action, UserName="ann") == (
        "NoSuchEntity",
        "Login Profile for User ann cannot be found.",
    )


def test_an_account_has_no_virtual_devices(iam: Client) -> None:
    assert iam(list_virtual_mfa_devices) == {"VirtualMFADevices": [], "IsTruncated": False}
