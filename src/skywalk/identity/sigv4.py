"""Verify a request's Signature Version 4, or whatever else its service takes.

Source: IAM User Guide, "AWS Signature Version 4 for API requests"; for S3, "Authenticating Requests (AWS Signature
Version 4)" of its API Reference.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
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
    fold_spaces,
    split_query,
)
from skywalk.identity.credentials import KeyRing, KeyUnknown, TokenExpired, TokenInvalid
from skywalk.identity.presented import Presented, format_timestamp, present_header, present_query
from skywalk.identity.refusals import Family, Refusal, family_of, refuse
from skywalk.identity.sigv2 import REGIONS, PresentedV2, check_v2, present_v2
from skywalk.values.errors import AwsError

MAX_SKEW = timedelta(minutes=15)
_SIGNING_KEYS_LIMIT = 4096
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


_ANONYMOUS = Verified(ANONYMOUS)


class Verifier:
    """Verifies signatures with the keys of one ring."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring = key_ring
        self._signing_keys: dict[tuple[str, str, str, str], bytes] = {}

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
        if is_s3 and (old := present_v2(request.query)) is not None:
            return self._verify_v2(request, old, now, region)
        found = self._present(request, family)
        if found is None:
            return _ANONYMOUS
        presented, pairs = found
        caller, secret = self._find_key(presented.access_key_id, presented.session_token, family, now)
        _check_time(presented, family, now)
        _check_scope(presented, family, service, region)
        names, signed = _signed_names(presented.signed_headers)
        values = _signed_values(request.headers, signed, family)
        payload = _s3_payload(request, presented, values, pairs) if is_s3 else payload_sha256
        canonical = canonical_request(
            request.method,
            canonical_s3_path(request.path) if is_s3 else canonical_service_path(request.path),
            canonical_query(pairs) if pairs else "",
            names,
            values,
            presented.signed_headers,
            payload,
        )
        key = self._signing_key(secret, presented)
        scope = presented.scope
        text = f"AWS4-HMAC-SHA256\n{presented.timestamp}\n{scope}\n{sha256(canonical).hexdigest()}"
        expected = hmac.digest(key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(expected, presented.signature):
            raise refuse(family, Refusal.MISMATCH)
        check = UNCHECKED
        if is_s3:
            check = body_check_of(payload, values, lambda: ChunkSigning(key, presented.timestamp, scope, expected))
        return Verified(caller, presented.region, presented.service, check, presented.is_presigned)

    def _present(self, request: SignedRequest, family: Family) -> tuple[Presented, list[tuple[str, str]]] | None:
        """What is presented, and the query's pairs that are signed; None where nothing is and nothing need be."""
        authorization = None
        for name, value in request.headers:
            if name == "authorization":
                authorization = value
        query = request.query
        pairs = split_query(query) if query else []
        if "X-Amz-Algorithm=" in query or "X-Amz-Signature=" in query:
            if authorization is not None:
                raise refuse(family, Refusal.TWO_MECHANISMS)
            presented = present_query([(unquote(name), unquote(value)) for name, value in pairs], family)
            return presented, [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
        if authorization is not None:
            return present_header(authorization, request.headers, family), pairs
        if family is not _S3:
            raise refuse(family, Refusal.MISSING)
        return None

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

    def _signing_key(self, secret: str, presented: Presented) -> bytes:
        scope = (secret, presented.scope_date, presented.region, presented.service)
        key = self._signing_keys.get(scope)
        if key is None:
            key = derive_signing_key(*scope)
            if len(self._signing_keys) >= _SIGNING_KEYS_LIMIT:
                self._signing_keys.clear()
            self._signing_keys[scope] = key
        return key


def derive_signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that a day's requests to one service in one region are signed with; `date` is `20260101`."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _check_time(presented: Presented, family: Family, now: datetime) -> None:
    moment, timestamp = presented.moment, presented.timestamp
    if presented.scope_date != timestamp[:8]:
        raise refuse(
            family, Refusal.WRONG_DATE, scope_date=presented.scope_date, date=timestamp[:8], timestamp=timestamp
        )
    age = now - moment
    if age < -MAX_SKEW:
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


def _check_scope(presented: Presented, family: Family, service: str, region: str | None) -> None:
    if presented.service != service:
        raise refuse(family, Refusal.WRONG_SERVICE, service=presented.service, expected=service)
    if region is not None and presented.region != region:
        raise refuse(family, Refusal.WRONG_REGION, region=presented.region, expected=region)


@lru_cache(maxsize=1024)
def _signed_names(signed_headers: str) -> tuple[tuple[str, ...], frozenset[str]]:
    names = tuple(sorted(signed_headers.split(";")))
    return names, frozenset(names)


def _signed_values(headers: Sequence[tuple[str, str]], signed: frozenset[str], family: Family) -> dict[str, str]:
    """The values of the signed headers, those of one name joined. Raises AwsError where one had to be signed."""
    if "host" not in signed:
        raise refuse(family, Refusal.HOST_UNSIGNED)
    values: dict[str, str] = {}
    for name, value in headers:
        if name in signed:
            folded = fold_spaces(value)
            values[name] = f"{values[name]},{folded}" if name in values else folded
        elif name.startswith("x-amz-"):
            raise refuse(family, Refusal.HEADERS_UNSIGNED, names=name)
    return values


def _s3_payload(
    request: SignedRequest, presented: Presented, values: dict[str, str], pairs: Sequence[tuple[str, str]]
) -> str:
    """The last line of S3's canonical request: what the client says the body is."""
    payload = values.get("x-amz-content-sha256")
    if payload is not None:
        return payload
    if not presented.is_presigned:
        raise refuse(_S3, Refusal.BODY_HASH_MISSING)
    return next((value for name, value in pairs if name == "X-Amz-Content-Sha256"), UNSIGNED_PAYLOAD)
