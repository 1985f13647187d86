"""What stands in the way of namespaces, in words."""

from __future__ import annotations

import pytest

from skywalk.drivers.linux import permission
from skywalk.drivers.linux.permission import find_obstacle, find_remedies


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"kernel/unprivileged_userns_clone": "0"}, "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            {"kernel/apparmor_restrict_unprivileged_userns": "1"},
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (
            {"user/max_user_namespaces": "0", "user/max_net_namespaces": "0"},
            "sudo sysctl -w user.max_user_namespaces=15000; sudo sysctl -w user.max_net_namespaces=15000",
        ),
    ],
)
def test_a_setting_that_forbids_is_named_with_its_remedy(settings: dict[str, str], remedy: str) -> None:
    assert find_remedies(settings, is_container=False) == (f"allow user namespaces: {remedy}", "or run it as root")


def test_settings_that_allow_are_not_mentioned() -> None:
    allowing = {"kernel/unprivileged_userns_clone": "1", "user/max_user_namespaces": "96365"}
    assert find_remedies(allowing, is_container=False) == ("or run it as root",)


def test_in_a_container_its_start_is_what_to_change() -> None:
    first, last = find_remedies({}, is_container=True)
    assert "--security-opt seccomp=unconfined" in first
    assert last == "or run it as root"


def test_who_may_manage_networks_meets_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permission, "may_manage_networks", lambda: True)
    assert find_obstacle() is None


def test_what_the_kernel_refuses_is_told_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise PermissionError(1, "Operation not permitted", "unshare")

    monkeypatch.setattr(permission, "may_manage_networks", lambda: False)
    monkeypatch.setattr(permission, "become_root_of_own", refused)
    obstacle = find_obstacle()
    assert obstacle is not None
    assert obstacle.reason == "unshare: Operation not permitted"
