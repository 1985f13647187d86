from __future__ import annotations

from datetime import datetime

from skywalk.metadata.role_credentials import RoleCredentials, ShownCredentials
from skywalk.plan.guests import Guest
from skywalk.values.clock import FixedClock
from support.guests import guest


class Mint:
    """Numbers the sessions it makes."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, of: Guest, delivery: str, start: datetime, end: datetime) -> RoleCredentials:
        self.count += 1
        return RoleCredentials(f"ASIA{self.count}", "secret", f"token of {of.role_arn} by {delivery}", start, end)


def test_credentials_stay_the_same_until_an_hour_before_their_end() -> None:
    clock = FixedClock()
    shown = ShownCredentials(Mint(), clock)
    first = shown.of(guest(), "2.0")
    assert (first.expiration - first.last_updated).total_seconds() == 6 * 3600
    clock.advance(5 * 3600)
    assert shown.of(guest(), "2.0") is first
    clock.advance(1)
    second = shown.of(guest(), "2.0")
    assert second.access_key_id == "ASIA2"
    assert second.last_updated == clock.now()


def test_each_guest_has_its_own_and_another_role_has_others() -> None:
    shown = ShownCredentials(Mint(), FixedClock())
    assert shown.of(guest(), "2.0").access_key_id == "ASIA1"
    assert shown.of(guest(instance_id="i-0b"), "2.0").access_key_id == "ASIA2"
    assert shown.of(guest(role_id="AROAOTHER"), "2.0").access_key_id == "ASIA3"


def test_each_version_of_the_service_has_its_own() -> None:
    shown = ShownCredentials(Mint(), FixedClock())
    second, first = shown.of(guest(), "2.0"), shown.of(guest(), "1.0")
    assert (second.access_key_id, first.access_key_id) == ("ASIA1", "ASIA2")
    assert first.session_token.endswith("by 1.0")
    assert shown.of(guest(), "2.0") is second


def test_a_forgotten_guest_gets_new_ones() -> None:
    shown = ShownCredentials(Mint(), FixedClock())
    shown.of(guest(), "2.0")
    shown.forget(guest().instance_id)
    shown.forget("i-unknown")
    assert shown.of(guest(), "2.0").access_key_id == "ASIA2"
