"""A request's signature, and what its body must be: from the wire to a caller with policies and a payload to check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from skywalk.edge import refusals
from skywalk.edge.callers import Callers, VerifiedCaller
from skywalk.edge.digests import with_digests
from skywalk.identity.body_check import UNCHECKED, BodyCheck, body_check_of
from skywalk.identity.body_verifier import BodyVerifier, body_verifier_for
from skywalk.identity.caller import ANONYMOUS, Caller, root_caller, user_caller
from skywalk.identity.credentials import MemoryKeyRing
from skywalk.identity.sigv2 import is_version_2
from skywalk.identity.sigv4 import SignedRequest, Verifier
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from skywalk.edge.state import EdgeState
    from skywalk.http1.request import RequestHead
    from skywalk.plan.principals import AccessKey
    from skywalk.values.clock import Clock

SERVICE = "s3"


@dataclass(slots=True)
class VerifiedRequest:
    """`region` is the one that was signed for, empty for anonymous requests; `decoded_length` is given for bodies
    in aws-chunked coding, which are shorter once decoded."""

    caller: VerifiedCaller
    region: str
    payload: BodyVerifier
    decoded_length: int | None


class CallerVerifier:
    """Verifies requests to S3 with the keys of the rows."""

    def __init__(self, state: EdgeState, region_key: bytes, clock: Clock) -> None:
        self._verifier = Verifier(StateKeyRing(state, region_key))
        self._callers = Callers(state)
        self._clock = clock

    def verify(
        self,
        head: RequestHead,
        headers: Mapping[str, str],
        region: str | None,
        *,
        host_bucket: str,
        digests_of_body: bool,
    ) -> VerifiedRequest:
        """`headers` are those of `head`, joined; `region` the one to sign for, None where any will do; `host_bucket`
        the bucket that the host names.

        `digests_of_body`: the digests among the headers are those of this request's body. Raises AwsError.
        """
        request = SignedRequest(head.method, head.path, head.query, head.headers, host_bucket)
        # Signatures of version 2 name no region: they are good in the one that is asked, if it takes them at all.
        asked_region = region if is_version_2(head.query) else None
        verified = self._verifier.verify(request, SERVICE, self._clock.now(), region=asked_region)
        check = verified.body_check
        if verified.caller is ANONYMOUS:
            check = _unsigned_check(headers)
        elif region is not None and verified.region != region:
            raise refusals.wrong_region(verified.region, region, is_presigned=verified.is_presigned)
        payload = body_verifier_for(check)
        if digests_of_body:
            payload = with_digests(payload, headers)
        return VerifiedRequest(self._callers.find(verified.caller), verified.region, payload, check.decoded_length)


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
    return user_caller(row.account_id, name, row.origin.resource_id, row.access_key_id, f"/{path}/" if path else "/")


def _unsigned_check(headers: Mapping[str, str]) -> BodyCheck:
    """What an anonymous request says of its body: it may be in aws-chunked coding, but no chunk can be signed."""
    content = headers.get("x-amz-content-sha256")
    return UNCHECKED if content is None else body_check_of(content, headers, _no_signing)


def _no_signing() -> NoReturn:
    raise refusals.access_denied()
