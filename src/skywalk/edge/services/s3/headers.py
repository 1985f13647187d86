"""What headers add to an operation: further actions, and headers that are forwarded in one reading only."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.errors import invalid_argument
from skywalk.edge.services.s3.request import bucket_arn, object_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skywalk.edge.services.s3.query import Query

BYPASS_GOVERNANCE = "x-amz-bypass-governance-retention"
COPY_SOURCE = "x-amz-copy-source"

_WRITES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
_BYPASSING = frozenset({"DeleteObject", "DeleteObjects", "PutObjectRetention"})
SETS_ACL = _WRITES | {"CreateBucket", "PutBucketAcl", "PutObjectAcl"}
"""Operations that take a canned ACL, or grants, in headers."""
_WITH_FURTHER_CHECKS = _WRITES | _BYPASSING | {"CreateBucket"}

_DATES = frozenset(
    {
        "if-modified-since",
        "if-unmodified-since",
        "x-amz-copy-source-if-modified-since",
        "x-amz-copy-source-if-unmodified-since",
    }
)

_RANGE = re.compile(r"bytes=(?:[0-9]+-[0-9]*|-[0-9]+)", re.ASCII)

Changes = tuple[tuple[str, str | None], ...]


def merge_headers(headers: Mapping[str, str], query: Query) -> Mapping[str, str]:
    """The request's headers with those of its query; one that is in both must say the same. Raises AwsError."""
    if not query.headers:
        return headers
    merged = dict(headers)
    for name, value in query.headers.items():
        if merged.setdefault(name, value) != value:
            raise invalid_argument(f"{name} is given as a header and in the query")
    return merged


def bypasses_governance(headers: Mapping[str, str]) -> bool:
    return headers.get(BYPASS_GOVERNANCE, "").strip().lower() not in ("", "false")


def further_checks(operation: str, headers: Mapping[str, str], bucket: str, key: str) -> tuple[Check, ...]:
    """The checks that an operation has because of its headers (all names lower-case)."""
    return tuple(_further(operation, headers, bucket, key)) if operation in _WITH_FURTHER_CHECKS else ()


def _further(operation: str, headers: Mapping[str, str], bucket: str, key: str) -> Iterator[Check]:
    if operation == "CreateBucket":
        yield from _create_bucket(headers, bucket_arn(bucket))
    resource = object_arn(bucket, key)
    if operation in _WRITES:
        yield from _write(headers, resource)
    if operation in _BYPASSING and operation != "DeleteObjects" and bypasses_governance(headers):
        yield Check("s3:BypassGovernanceRetention", resource)


def header_changes(operation: str, headers: Mapping[str, str], query: Query) -> Changes:
    """Headers to set or leave out (None) so that the backend reads what was checked."""
    changes: Changes = tuple(query.headers.items())
    if BYPASS_GOVERNANCE in headers:
        # Backends differ in what they take for true.
        bypass = operation in _BYPASSING and bypasses_governance(headers)
        changes += ((BYPASS_GOVERNANCE, "true" if bypass else None),)
    # What is no range is ignored, and so are several (S3 API Reference, GetObject: "one range per request").
    # Source: RFC 9110, 14.2: a recipient ignores units and ranges that it does not understand.
    if "range" in headers and not _RANGE.fullmatch(headers["range"]):
        changes += (("range", None),)
    if not _DATES.isdisjoint(headers):
        changes += tuple((name, _date(headers[name])) for name in sorted(_DATES & headers.keys()))
    return changes


def _date(text: str) -> str | None:
    """In the one form that all read. Source: RFC 9110, 13.1.3: what is no date is ignored."""
    try:
        return format_datetime(parsedate_to_datetime(text).astimezone(UTC), usegmt=True)
    except (ValueError, OverflowError):
        return None


def _create_bucket(headers: Mapping[str, str], resource: str) -> Iterator[Check]:
    if sets_acl(headers):
        yield Check("s3:PutBucketAcl", resource)
    if "x-amz-object-ownership" in headers:
        yield Check("s3:PutBucketOwnershipControls", resource)
    if headers.get("x-amz-bucket-object-lock-enabled", "").strip().lower() not in ("", "false"):
        yield Check("s3:PutBucketObjectLockConfiguration", resource)
        yield Check("s3:PutBucketVersioning", resource)


def _write(headers: Mapping[str, str], resource: str) -> Iterator[Check]:
    if sets_acl(headers):
        yield Check("s3:PutObjectAcl", resource)
    if "x-amz-tagging" in headers:
        yield Check("s3:PutObjectTagging", resource)
    if "x-amz-object-lock-mode" in headers or "x-amz-object-lock-retain-until-date" in headers:
        yield Check("s3:PutObjectRetention", resource)
    if "x-amz-object-lock-legal-hold" in headers:
        yield Check("s3:PutObjectLegalHold", resource)


def sets_acl(headers: Mapping[str, str]) -> bool:
    return "x-amz-acl" in headers or any(name.startswith("x-amz-grant-") for name in headers)
