"""Condition keys that cost something: the tags of an object, which the backend is asked for, and what is in a document,
and how a multipart upload began, which its parts do not say.

Source: Service Authorization Reference, for the actions that have them. Unconfirmed: that what an upload
began with is said of its parts as well (clients name it once, under policies that deny uploads without it).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from skywalk.backends.backend import UPLOAD_HEADER
from skywalk.edge.named_keys import names_one_of
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.authorize import bucket_of
from skywalk.edge.services.s3.backend_calls import ask_backend
from skywalk.edge.services.s3.condition_keys import (
    ACCESSIBLE_FIELDS,
    EXISTING_TAG,
    LEGAL_HOLD,
    LOCATION,
    LOCK_MODE,
    REMAINING_DAYS,
    REQUEST_TAG,
    REQUEST_TAG_KEYS,
    RETAIN_UNTIL,
    VERSION_ID,
    tags_of,
)
from skywalk.edge.services.s3.documents import limit_bytes, read_document
from skywalk.edge.services.s3.request import S3Request
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.edge.services.s3.xml_document import parse_document
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skywalk.edge.authorize import Check
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.authorize import S3Authorization
    from skywalk.edge.services.s3.call import S3Call
    from skywalk.edge.services.s3.xml_document import Element

log = logging.getLogger(__name__)

TAGS_LIMIT_BYTES = 64 << 10

_EXISTING_TAGS = frozenset({EXISTING_TAG})
_ON_TAGGED = frozenset(
    f"s3:{action}"
    for action in (
        "DeleteObjectTagging",
        "DeleteObjectVersionTagging",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectTagging",
        "GetObjectVersion",
        "GetObjectVersionAcl",
        "GetObjectVersionAttributes",
        "GetObjectVersionTagging",
        "PutObjectAcl",
        "PutObjectTagging",
        "PutObjectVersionAcl",
        "PutObjectVersionTagging",
    )
)
"""The actions that have s3:ExistingObjectTag."""
_TAGS = frozenset({REQUEST_TAG, REQUEST_TAG_KEYS})
_IN_DOCUMENTS: Mapping[str, frozenset[str]] = {
    "CreateBucket": frozenset({LOCATION}),
    "PutBucketInventoryConfiguration": frozenset({ACCESSIBLE_FIELDS}),
    "PutObjectLegalHold": frozenset({LEGAL_HOLD}),
    "PutObjectRetention": frozenset({LOCK_MODE, REMAINING_DAYS, RETAIN_UNTIL}),
    "PutObjectTagging": _TAGS,
}
"""Operations whose documents have keys."""
_PARTS = frozenset({"CompleteMultipartUpload", "UploadPart", "UploadPartCopy"})
_OF_UPLOADS = frozenset(
    {
        LEGAL_HOLD,
        LOCK_MODE,
        REMAINING_DAYS,
        REQUEST_TAG,
        REQUEST_TAG_KEYS,
        RETAIN_UNTIL,
        "s3:x-amz-acl",
        *(f"s3:x-amz-grant-{right}" for right in ("full-control", "read", "read-acp", "write", "write-acp")),
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-storage-class",
        "s3:x-amz-website-redirect-location",
    }
)
"""What was said of all parts when their upload began."""
_SAID_ONCE = frozenset(
    {
        "x-amz-acl",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-website-redirect-location",
    }
)
_SAID_ONCE_TOO = ("x-amz-grant-", "x-amz-object-lock-")
"""The headers that say it; how the names of others begin."""


def names_existing_tags(authorization: S3Authorization, check: Check) -> bool:
    """Whether a check may depend on the tags that its object has."""
    return check.action in _ON_TAGGED and names_one_of(authorization, check, _EXISTING_TAGS)


def has_to_wait(authorization: S3Authorization, operation: str, checks: tuple[Check, ...]) -> bool:
    """Whether the decision depends on what is not in the request's head."""
    in_document = _OF_UPLOADS if operation in _PARTS else _IN_DOCUMENTS.get(operation)
    for check in checks:
        if check.action in _ON_TAGGED and names_one_of(authorization, check, _EXISTING_TAGS):
            return True
        if in_document is not None and names_one_of(authorization, check, in_document):
            return True
    return False


async def read_for_keys(call: S3Call) -> Element | None:
    """The request's document, where it has keys and is not empty. Raises AwsError."""
    operation = call.request.operation
    if operation not in _IN_DOCUMENTS:
        return None
    document = OPERATIONS[operation].body
    assert document is not None
    body = await call.read_body(limit_bytes(operation))
    return read_document(operation, document, body) if body.strip() else None


async def headers_of_upload(call: S3Call, backend: OpenBackend) -> Mapping[str, str]:
    """The headers of a request; those that say how a multipart upload is written are of its beginning, and what its
    parts say of that means nothing. Raises AwsError, UpstreamError."""
    request, headers = call.request, call.merged_headers
    if request.operation not in _PARTS or (call.bucket is None and backend.backend.is_embedded):
        return headers
    query = (("uploadId", dict(request.query)["uploadId"]), ("max-parts", "1"))
    asked = S3Request("ListParts", "GET", request.bucket, request.key, query, ())
    head, _ = await ask_backend(call, backend, "GET", asked.target)
    if head.status not in (200, 404):
        log.warning("the backend does not tell of an upload to %s: status %d", request.bucket, head.status)
        raise errors.service_unavailable()
    own = {
        name: value for name, value in headers.items() if name not in _SAID_ONCE and not name.startswith(_SAID_ONCE_TOO)
    }
    begun = ((name, value) for name, value in head.headers if name.startswith(UPLOAD_HEADER))
    return {**own, **{name.removeprefix(UPLOAD_HEADER): value for name, value in begun}}


async def existing_tags(call: S3Call, backend: OpenBackend, check: Check) -> Sequence[tuple[str, str]]:
    """The tags that a check's object has: none where there is no such object. Raises AwsError, UpstreamError: without
    them nothing can be allowed."""
    arn_of_bucket, _, key = check.resource.partition("/")
    known = bucket_of(call.around.state, arn_of_bucket)
    if known is None and backend.backend.is_embedded:
        # The rows know every bucket of the embedded backend.
        return ()
    version = check.keys.get(VERSION_ID)
    query = (("tagging", ""), *((("versionId", version),) if isinstance(version, str) else ()))
    asked = S3Request("GetObjectTagging", "GET", arn_of_bucket.rpartition(":")[2], key, query, ())
    owner = None if known is None else known.row.account_id
    head, content = await ask_backend(
        call, backend, "GET", asked.target, account_id=owner, limit_bytes=TAGS_LIMIT_BYTES
    )
    if head.status == 404:
        return ()
    if head.status == 200:
        try:
            return tags_of(parse_document(content))
        except AwsError:
            log.warning("the backend's tags of %s cannot be read", check.resource)
            raise errors.internal_error() from None
    log.warning("the backend does not tell the tags of %s: status %d", check.resource, head.status)
    raise errors.service_unavailable()
