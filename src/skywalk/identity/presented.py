"""The credentials that a request presents: in its Authorization header, or in a presigned URL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from skywalk.identity.refusals import Family, Refusal, refuse

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_EXPIRES_SECONDS = 604_800

_CLAIM = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    r"SignedHeaders=([^,\s]+), *"
)
_CREDENTIAL = re.compile(r"([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_REMEMBERED_LENGTH = 1024
_EXPIRES = re.compile(r"[0-9]{1,10}")
_PRESIGNED_PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose key, for what, over which headers: what a client's requests of a day mostly have in common."""

    access_key_id: str
    scope_date: str
    region: str
    service: str
    signed_headers: str
    """Names in lower case, joined by semicolons, as presented."""
    names: tuple[str, ...]
    """The same names, sorted."""
    scope: str


def _claim(credential: re.Match[str], signed_headers: str) -> Claim:
    access_key_id, scope_date, region, service = credential.group(1, 2, 3, 4)
    names = tuple(sorted(signed_headers.split(";")))
    scope = f"{scope_date}/{region}/{service}/aws4_request"
    return Claim(access_key_id, scope_date, region, service, signed_headers, names, scope)


@dataclass(slots=True)
class Presented:
    """What a request claims about itself."""

    claim: Claim
    signature: str
    timestamp: str
    """`20260101T000000Z`."""
    moment: datetime
    session_token: str | None
    expires_seconds: int | None
    """None where the signature is in the header."""

    @property
    def is_presigned(self) -> bool:
        return self.expires_seconds is not None


def parse_timestamp(text: str) -> datetime | None:
    """`20260101T000000Z` as a time, or None."""
    return _parse_timestamp(text) if len(text) == len("20260101T000000Z") else None


@lru_cache(maxsize=1024)
def _parse_timestamp(text: str) -> datetime | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime(*map(int, match.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def format_timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def present_header(authorization: str, headers: Mapping[str, str], family: Family) -> Presented:
    """What the Authorization header claims. Raises AwsError."""
    claimed, _, signature = authorization.rpartition("Signature=")
    claim = _remembered_claim(claimed) if len(claimed) <= _REMEMBERED_LENGTH else _parse_claim(claimed)
    if claim is None or not _SIGNATURE.fullmatch(signature):
        claim, signature = _parse_slowly(authorization, family)
    timestamp, moment = _moment_of(headers, family)
    return Presented(claim, signature, timestamp, moment, headers.get("x-amz-security-token"), None)


def _parse_claim(text: str) -> Claim | None:
    """The header up to `Signature=`, written as it usually is; None for what must be read slowly."""
    match = _CLAIM.fullmatch(text)
    return None if match is None else _claim(match, match[5])


_remembered_claim = lru_cache(maxsize=1024)(_parse_claim)


def present_query(pairs: Sequence[tuple[str, str]], family: Family) -> Presented:
    """What a presigned query claims; `pairs` are decoded. Raises AwsError."""
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("X-Amz-"):
            if name in parameters:
                raise _incomplete_query(family, f"The parameter '{name}' is given more than once.")
            parameters[name] = value
    missing = [name for name in _PRESIGNED_PARAMETERS if not parameters.get(name)]
    if missing:
        raise _incomplete_query(family, " ".join(f"Query string requires '{name}' parameter." for name in missing))
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete_query(family, f"Unsupported AWS 'algorithm': '{parameters['X-Amz-Algorithm']}'.")
    credential = _CREDENTIAL.fullmatch(parameters["X-Amz-Credential"])
    signature = parameters["X-Amz-Signature"]
    timestamp = parameters["X-Amz-Date"]
    moment = parse_timestamp(timestamp)
    if credential is None or moment is None or not _SIGNATURE.fullmatch(signature):
        raise _incomplete_query(family, "A parameter of the signature is malformed.")
    return Presented(
        _claim(credential, parameters["X-Amz-SignedHeaders"]),
        signature,
        timestamp,
        moment,
        parameters.get("X-Amz-Security-Token"),
        _parse_expires(parameters.get("X-Amz-Expires"), family),
    )


def _parse_expires(text: str | None, family: Family) -> int:
    if text is None and family is not Family.S3:
        return 900  # STS and EC2 take a presigned call without it as they take a signed header
    if text is None or not _EXPIRES.fullmatch(text):
        raise _incomplete_query(family, "X-Amz-Expires must be a number of seconds.")
    if int(text) > MAX_EXPIRES_SECONDS:
        raise refuse(family, Refusal.EXPIRES_TOO_LATE)
    return int(text)


def _incomplete_query(family: Family, reason: str) -> Exception:
    return refuse(family, Refusal.INCOMPLETE_QUERY, reason=reason)


def _parse_slowly(authorization: str, family: Family) -> tuple[Claim, str]:
    """The claim and the signature, in any order and spacing, or what is wrong with them."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise refuse(family, Refusal.UNSUPPORTED, algorithm=algorithm)
    fields: dict[str, str] = {}
    for field in rest.split(","):
        name, _, value = field.strip().partition("=")
        if name in fields:
            raise refuse(family, Refusal.INCOMPLETE, reason=f"'{name}' is given more than once.")
        fields[name] = value
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not fields.get(name)]
    if missing:
        reason = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise refuse(family, Refusal.INCOMPLETE, reason=reason)
    credential = _CREDENTIAL.fullmatch(fields["Credential"])
    if credential is None:
        reason = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        raise refuse(family, Refusal.INCOMPLETE, reason=reason)
    if not _SIGNATURE.fullmatch(fields["Signature"]):
        raise refuse(family, Refusal.INCOMPLETE, reason="Signature must be 64 hexadecimal digits in lower case.")
    return _claim(credential, fields["SignedHeaders"]), fields["Signature"]


def _moment_of(headers: Mapping[str, str], family: Family) -> tuple[str, datetime]:
    amz_date = headers.get("x-amz-date")
    date = headers.get("date")
    if amz_date is not None:
        moment = parse_timestamp(amz_date)
        if moment is not None:
            return amz_date, moment
    elif date is not None:
        moment = parse_timestamp(date) or _parse_http_date(date)
        if moment is not None:
            return format_timestamp(moment), moment
    if family is Family.S3:
        raise refuse(family, Refusal.MISSING)
    reason = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    raise refuse(family, Refusal.INCOMPLETE, reason=reason)


def _parse_http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
