"""The temporary credentials of a guest's role, as its metadata service shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from skywalk.plan.guests import Guest
from skywalk.values.clock import Clock

LIFE = timedelta(hours=6)
"""How long credentials are valid when they are new, as seen on EC2."""
REFRESH_BEFORE_END = timedelta(hours=1)
"""New ones are shown from here on. EC2 promises them at least five minutes before the old ones end; the SDKs ask
again fifteen minutes before."""


@dataclass(frozen=True, slots=True)
class RoleCredentials:
    """A session of a guest's role."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    last_updated: datetime
    expiration: datetime


DELIVERIES = ("1.0", "2.0")
"""The versions of the metadata service; by which credentials were handed out, they say (`ec2:RoleDelivery`)."""

MintCredentials = Callable[[Guest, str, datetime, datetime], RoleCredentials]
"""A new session of the guest's role, handed out by a version of the service, from the first moment to the second. The
guest has a role."""


class ShownCredentials:
    """Shows each guest, by each version of the service, the same credentials until they near their end or its role
    changes."""

    def __init__(self, mint: MintCredentials, clock: Clock) -> None:
        self._mint = mint
        self._clock = clock
        self._shown: dict[tuple[str, str], tuple[str | None, RoleCredentials]] = {}

    def of(self, guest: Guest, delivery: str) -> RoleCredentials:
        now, asked = self._clock.now(), (guest.instance_id, delivery)
        role_id, credentials = self._shown.get(asked, (None, None))
        if credentials is None or role_id != guest.role_id or credentials.expiration - now < REFRESH_BEFORE_END:
            credentials = self._mint(guest, delivery, now, now + LIFE)
            self._shown[asked] = guest.role_id, credentials
        return credentials

    def forget(self, instance_id: str) -> None:
        for delivery in DELIVERIES:
            self._shown.pop((instance_id, delivery), None)
