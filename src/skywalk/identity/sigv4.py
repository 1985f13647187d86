"""Verify a request's Signature Version 4, or whatever else its service takes.

Source: IAM User Guide, "AWS Signature Version 4 for API requests"; for S3, "Authenticating Requests (AWS Signature
Version 4)" of its API Reference.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from urllib.parse import unquote

from skywalk.identity.body_check import (
    EMPTY_SHA256,
    UNCHECKED,
    UNSIGNED_PAYLOAD,
    BodyCheck,
    ChunkSigning,
    body_check_of,
)
from skywalk.identity.caller import ANONYMOUS, Caller
from skywalk.identity.canonical import (
    canonical_query,
    canonical_request,
    canonical_s3_path,
    canonical_service_path,
    split_query,
)
from skywalk.identity.credentials import KeyRing, KeyUnknown, TokenExpired, TokenInvalid
from skywalk.identity.presented import Claim, Presented, format_timestamp, present_header, present_query
from skywalk.identity.refusals import Family, Refusal, family_of, refuse
from skywalk.identity.signing_key import SigningKey, derive_signing_key
from skywalk.identity.sigv2 import REGIONS, PresentedV2, check_v2, present_v2
from skywalk.values.errors import AwsError

MAX_SKEW = timedelta(minutes=15)
_LEAST_AGE = -MAX_SKEW
_SIGNING_KEYS_LIMIT = 4096
_REGION, _USUAL_REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]{1,2}"), "us-east-1"
_S3 = Family.S3  # a lookup in an Enum costs a fifth of a microsecond, and this one is asked for often


@dataclass(slots=True)
class SignedRequest:
    """A request as it came over the wire: `path` and `query` still encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    host_bucket: str = ""
    """For S3: the bucket that the host names, where the path does not begin with one."""


@dataclass(slots=True)
class Verified:
    """Who signed, for which region and service, and what the body must satisfy.

    Anonymous requests (S3 alone takes them) have no region, no service and an unchecked body; a URL presigned by
    version 2 has the region that was asked for.
    """

    caller: Caller
    region: str = ""
    service: str = ""
    body_check: BodyCheck = UNCHECKED
    is_presigned: bool = False
    signed_at: datetime | None = None
    """As the client says; not there for anonymous requests and version 2."""
    payload: str | None = None
    """For S3: what was signed of the body, a hash or a word such as UNSIGNED-PAYLOAD; None where nothing was."""


_ANONYMOUS = Verified(ANONYMOUS)


class Verifier:
    """Verifies signatures with the keys of one ring. `regions`: those that may be signed for where any will do; None
    where every name of the right form may be one."""

    def __init__(self, key_ring: KeyRing, regions: Container[str] | None = None) -> None:
        self._regions = regions
        self._key_ring = key_ring
        self._signing_keys: dict[tuple[str, str], SigningKey] = {}

    def verify(
        self,
        request: SignedRequest,
        service: str,
        now: datetime,
        *,
        region: str | None = None,
        payload_sha256: str = EMPTY_SHA256,
    ) -> Verified:
        """Who signed `request`, which is for `service` (its signing name) and, where given, for `region`.

        For every service but S3 `payload_sha256` is the hash of the body, read before; S3 says in its headers what
        the body must be, which `body_check` then holds. Raises AwsError, in the service's words.
        """
        family = family_of(service)
        is_s3 = family is _S3
        if is_s3 and request.query and (old := present_v2(request.query)) is not None:
            return self._verify_v2(request, old, now, region)
        headers = _joined(request.headers)
        pairs = split_query(request.query) if request.query else []
        presented = _present(request.query, pairs, headers, family)
        if presented is None:
            return _ANONYMOUS
        is_presigned = presented.is_presigned
        if is_presigned:
            pairs = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
        claim = presented.claim
        caller, secret = self._find_key(claim.access_key_id, presented.session_token, family, now)
        _check_time(presented, family, now)
        self._check_scope(claim, family, service, region)
        _check_signed(claim, headers, family)
        payload = _s3_payload(presented, headers, pairs) if is_s3 else payload_sha256
        canonical = canonical_request(
            request.method,
            canonical_s3_path(request.path) if is_s3 else canonical_service_path(request.path),
            canonical_query(pairs) if pairs else "",
            claim.names,
            headers,
            claim.signed_headers,
            payload,
        )
        key = self._signing_key(secret, claim)
        text = f"AWS4-HMAC-SHA256\n{presented.timestamp}\n{claim.scope}\n{sha256(canonical).hexdigest()}"
        expected = key.sign(text)
        if not hmac.compare_digest(expected, presented.signature):
            raise refuse(family, Refusal.MISMATCH)
        check = UNCHECKED
        if is_s3:
            signing = partial(ChunkSigning, key.key, presented.timestamp, claim.scope, expected)
            check = body_check_of(payload, headers, signing)
        return Verified(caller, claim.region, claim.service, check, is_presigned, presented.moment, payload)

    def _verify_v2(self, request: SignedRequest, presented: PresentedV2, now: datetime, region: str | None) -> Verified:
        if any(name == "authorization" for name, _ in request.headers):
            raise refuse(_S3, Refusal.TWO_MECHANISMS)
        if region is not None and region not in REGIONS:
            raise refuse(_S3, Refusal.UNSUPPORTED)
        caller, secret = self._find_key(presented.access_key_id, presented.session_token, _S3, now)
        resource = f"/{request.host_bucket}{request.path}" if request.host_bucket else request.path
        check_v2(presented, secret, request.method, resource, request.query, request.headers, now)
        return Verified(caller, region or "", "s3", UNCHECKED, is_presigned=True)

    def _find_key(
        self, access_key_id: str, session_token: str | None, family: Family, now: datetime
    ) -> tuple[Caller, str]:
        try:
            return self._key_ring.find(access_key_id, session_token, now)
        except KeyUnknown:
            raise refuse(family, Refusal.UNKNOWN_KEY) from None
        except TokenInvalid:
            raise refuse(family, Refusal.INVALID_TOKEN) from None
        except TokenExpired:
            raise refuse(family, Refusal.EXPIRED_TOKEN) from None

    def _check_scope(self, claim: Claim, family: Family, service: str, region: str | None) -> None:
        if claim.service != service:
            raise refuse(family, Refusal.WRONG_SERVICE, service=claim.service, expected=service)
        is_wrong = claim.region != region if region is not None else not self._is_region(claim.region)
        if is_wrong:
            raise refuse(family, Refusal.WRONG_REGION, region=claim.region, expected=region or _USUAL_REGION)

    def _is_region(self, name: str) -> bool:
        return _REGION.fullmatch(name) is not None if self._regions is None else name in self._regions

    def _signing_key(self, secret: str, claim: Claim) -> SigningKey:
        key = self._signing_keys.get((secret, claim.scope))
        if key is None:
            key = SigningKey(derive_signing_key(secret, claim.scope_date, claim.region, claim.service))
            if len(self._signing_keys) >= _SIGNING_KEYS_LIMIT:
                self._signing_keys.clear()
            self._signing_keys[secret, claim.scope] = key
        return key


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The values of one name joined, as they are signed."""
    joined = dict(headers)
    if len(joined) != len(headers):
        joined = {}
        for name, value in headers:
            joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _present(
    query: str, pairs: Sequence[tuple[str, str]], headers: Mapping[str, str], family: Family
) -> Presented | None:
    """What is presented; None where nothing is and nothing need be."""
    authorization = headers.get("authorization")
    if query and ("X-Amz-Algorithm=" in query or "X-Amz-Signature=" in query):
        if authorization is not None:
            raise refuse(family, Refusal.TWO_MECHANISMS)
        return present_query([(unquote(name), unquote(value)) for name, value in pairs], family)
    if authorization is not None:
        return present_header(authorization, headers, family)
    if family is not _S3:
        raise refuse(family, Refusal.MISSING)
    return None


def _check_time(presented: Presented, family: Family, now: datetime) -> None:
    timestamp, scope_date = presented.timestamp, presented.claim.scope_date
    if scope_date != timestamp[:8]:
        raise refuse(family, Refusal.WRONG_DATE, scope_date=scope_date, date=timestamp[:8], timestamp=timestamp)
    age = now - presented.moment
    if age < _LEAST_AGE:
        refusal = Refusal.PRESIGNED_NOT_YET if presented.is_presigned else Refusal.NOT_YET_CURRENT
        raise _time_refusal(family, refusal, timestamp, now, now + MAX_SKEW)
    if presented.expires_seconds is None:
        if age > MAX_SKEW:
            raise _time_refusal(family, Refusal.EXPIRED, timestamp, now, now - MAX_SKEW)
    elif age > timedelta(seconds=presented.expires_seconds):
        limit = now - timedelta(seconds=presented.expires_seconds)
        raise _time_refusal(
            family, Refusal.PRESIGNED_EXPIRED, timestamp, now, limit, expires=str(presented.expires_seconds)
        )


def _time_refusal(
    family: Family, refusal: Refusal, timestamp: str, now: datetime, limit: datetime, expires: str = ""
) -> AwsError:
    shown = {"timestamp": timestamp, "limit": format_timestamp(limit), "now": format_timestamp(now)}
    return refuse(family, refusal, **shown, expires=expires)


def _check_signed(claim: Claim, headers: Mapping[str, str], family: Family) -> None:
    """Host and everything that is AWS's own must be signed. Raises AwsError."""
    if "host" not in claim.names:
        raise refuse(family, Refusal.HOST_UNSIGNED)
    unsigned = _unsigned(tuple(headers), claim.names)
    if unsigned is not None:
        raise refuse(family, Refusal.HEADERS_UNSIGNED, names=unsigned)


@lru_cache(maxsize=256)
def _unsigned(names: tuple[str, ...], signed: tuple[str, ...]) -> str | None:
    """The first of the headers that had to be signed; clients send the same ones with every request."""
    return next((name for name in names if name.startswith("x-amz-") and name not in signed), None)


def _s3_payload(presented: Presented, headers: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> str:
    """The last line of S3's canonical request: what the client says the body is."""
    payload = headers.get("x-amz-content-sha256")
    if payload is not None:
        return payload
    if not presented.is_presigned:
        raise refuse(_S3, Refusal.BODY_HASH_MISSING)
    return next((value for name, value in pairs if name == "X-Amz-Content-Sha256"), UNSIGNED_PAYLOAD)
