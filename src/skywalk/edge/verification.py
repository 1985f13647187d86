"""Who signed a request, with the keys and the policies of the rows. What its body must be is each service's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.callers import Callers, VerifiedCaller
from skywalk.identity.body_check import EMPTY_SHA256
from skywalk.identity.caller import Caller, root_caller, user_caller
from skywalk.identity.credentials import MemoryKeyRing
from skywalk.identity.sigv4 import SignedRequest, Verified, Verifier
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from skywalk.edge.state import EdgeState
    from skywalk.plan.principals import AccessKey
    from skywalk.values.clock import Clock


class CallerVerifier:
    """Verifies requests with the keys of the rows."""

    def __init__(
        self, state: EdgeState, region_key: bytes, clock: Clock, regions: Container[str] | None = None
    ) -> None:
        self._verifier = Verifier(StateKeyRing(state, region_key), regions)
        self._callers = Callers(state)
        self._clock = clock

    def verify(
        self, request: SignedRequest, service: str, region: str | None, payload_sha256: str = EMPTY_SHA256
    ) -> Verified:
        """Who signed for `service` (its signing name); `region` is the one to sign for, None where any will do.

        Raises AwsError in the service's words.
        """
        return self._verifier.verify(request, service, self._clock.now(), region=region, payload_sha256=payload_sha256)

    def find(self, caller: Caller, service: str) -> VerifiedCaller:
        """The caller with the policies that speak for it. Raises AwsError in the service's words."""
        return self._callers.find(caller, service)


class StateKeyRing:
    """Long-term keys of the rows, and sessions by the region's key."""

    def __init__(self, state: EdgeState, region_key: bytes) -> None:
        self._state = state
        self._sessions = MemoryKeyRing(region_key)
        self._callers: dict[str, tuple[AccessKey, Caller]] = {}

    def find(self, access_key_id: str, session_token: str | None, now: datetime) -> tuple[Caller, str]:
        row = self._state.access_keys.get(access_key_id)
        if row is None or session_token:
            return self._sessions.find(access_key_id, session_token, now)
        known = self._callers.get(access_key_id)
        if known is None or known[0] is not row:
            known = self._callers[access_key_id] = (row, _caller_of(row))
        return known[1], row.secret_access_key


def _caller_of(row: AccessKey) -> Caller:
    arn = parse_arn(row.principal_arn)
    kind, _, path_and_name = ("root", "", "") if arn is None else arn.resource.partition("/")
    if kind == "root":
        return root_caller(row.account_id, row.access_key_id)
    path, _, name = path_and_name.rpartition("/")
    return user_caller(row.account_id, name, row.user_id, row.access_key_id, f"/{path}/" if path else "/")
