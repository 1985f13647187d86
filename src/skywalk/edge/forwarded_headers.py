"""The headers that a backend gets of those a client sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress

Headers = list[tuple[str, str]]

_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OF_THE_SIGNATURE = frozenset(
    {
        # The signature ends at the edge. A backend that saw how the payload was signed would decode it once more.
        "authorization",
        "date",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-expected-bucket-owner",
        "x-amz-security-token",
        "x-amz-source-expected-bucket-owner",
        "x-amz-trailer",
    }
)
_OF_THE_BODY = ("content-md5", "x-amz-sdk-checksum-algorithm")
_OF_PROXIES = frozenset({"forwarded", "via", "x-real-ip"})
_INTERNAL_PREFIXES = ("x-moto-", "x-skywalk-", "x-forwarded-")
_NOT_FORWARDED = _OF_THE_CONNECTION | _OF_THE_SIGNATURE | _OF_PROXIES


def forwarded_headers(headers: Mapping[str, str], changes: Sequence[tuple[str, str | None]]) -> Headers:
    """What is forwarded of the joined headers, with the changes that follow from how they were understood."""
    passing = compress(headers.items(), _passing(tuple(headers)))
    encoding = headers.get("content-encoding")
    if encoding is not None and "aws-chunked" in encoding:
        codings = [coding for part in encoding.split(",") if (coding := part.strip()) not in ("", "aws-chunked")]
        changes = (*changes, ("content-encoding", ", ".join(codings) or None))
    if not changes:
        return list(passing)
    kept = dict(passing)
    for name, changed in changes:
        if changed is None:
            kept.pop(name, None)
        elif _may_pass(name):  # presigned URLs have headers in their queries
            kept[name] = changed
    return list(kept.items())


def without_digests(headers: Headers) -> Headers:
    """For a body that was written anew: what speaks of it as it was does not fit."""
    return [
        (name, value) for name, value in headers if name not in _OF_THE_BODY and not name.startswith("x-amz-checksum-")
    ]


def passed_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """For the region's own API, which verifies the signature itself: everything but the connection's headers."""
    return [
        (name, value)
        for name, value in headers
        if name == "host" or (name not in _OF_THE_CONNECTION and not name.startswith(_INTERNAL_PREFIXES))
    ]


@lru_cache(maxsize=256)
def _passing(names: tuple[str, ...]) -> tuple[bool, ...]:
    """Which of them may pass; clients send the same names with every request."""
    return tuple(map(_may_pass, names))


def _may_pass(name: str) -> bool:
    if name in _NOT_FORWARDED or name.startswith(_INTERNAL_PREFIXES):
        return False
    # `x_moto_account_id` is `x-moto-account-id` to whatever speaks WSGI; only metadata may have underscores.
    return "_" not in name or name.startswith("x-amz-meta-")
