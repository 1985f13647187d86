"""Condition keys of single checks: what a request's headers, query and document say about one action.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3", for which action has
which keys; S3 User Guide, "Bucket policy examples using condition keys", "Enforce conditional writes on Amazon S3
buckets". A key whose header or parameter is not given is absent: so is s3:prefix (AWS's own clients send an empty
prefix, others find that a policy which asks for one refuses them).

Unconfirmed: s3:x-amz-copy-source names the source without a slash in front and not percent-encoded, however it was
sent; a started day counts as a whole one in s3:object-lock-remaining-retention-days; s3:if-match and s3:if-none-match
have the header's own text, quotation marks and all; tags in the header of a copy that keeps its source's are no
request's tags. A tag key that is there in two cases has no condition key, as the IAM User Guide says of
aws:ResourceTag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3 import errors
from skywalk.policy.context import tag_keys

if TYPE_CHECKING:
    from skywalk.edge.services.s3.request import CopySource
    from skywalk.edge.services.s3.xml_document import Element
    from skywalk.values.clock import Clock

Keys = dict[str, str | tuple[str, ...]]

ACCESSIBLE_FIELDS = "s3:inventoryaccessibleoptionalfields"
EXISTING_TAG = "s3:existingobjecttag/"
LEGAL_HOLD = "s3:object-lock-legal-hold"
LOCATION = "s3:locationconstraint"
LOCK_MODE = "s3:object-lock-mode"
REMAINING_DAYS = "s3:object-lock-remaining-retention-days"
REQUEST_TAG = "s3:requestobjecttag/"
REQUEST_TAG_KEYS = "s3:requestobjecttagkeys"
RETAIN_UNTIL = "s3:object-lock-retain-until-date"
VERSION_ID = "s3:versionid"

_TAGGING = "x-amz-tagging"
_LOCK_MODE = "x-amz-object-lock-mode"
_RETAIN_UNTIL = "x-amz-object-lock-retain-until-date"
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Asked:
    """What a request says; `query` as it is forwarded, `headers` with those of the query."""

    operation: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    clock: Clock
    copy_source: CopySource | None = None
    document: Element | None = None
    """The body, where it has been read for the keys that are in it."""


def with_keys(checks: tuple[Check, ...], asked: Asked) -> tuple[Check, ...]:
    """The checks, each with the keys of its action. Raises AwsError for a date that is none."""
    return tuple(_with_keys(check, asked) for check in checks)


def has_keys(checks: tuple[Check, ...]) -> bool:
    """Whether one of the actions has keys of its own that are known before anything is read."""
    for check in checks:  # noqa: SIM110 - a generator would cost every request more than the answer
        if check.action in _KEYS:
            return True
    return False


def tags_of(tagging: Element) -> list[tuple[str, str]]:
    """The tags of a Tagging document."""
    found = tagging.find("TagSet")
    tags = [] if found is None else found.all("Tag")
    return [(tag.text_of("Key") or "", tag.text_of("Value") or "") for tag in tags]


def _with_keys(check: Check, asked: Asked) -> Check:
    makers = _KEYS.get(check.action)
    if makers is None:
        return check
    keys: Keys = {}
    for make in makers:
        make(asked, keys)
    return check if not keys else Check(check.action, check.resource, {**check.keys, **keys})


def _headers(*names: str) -> Callable[[Asked, Keys], None]:
    """Keys that repeat headers of the same name."""
    pairs = tuple((name, f"s3:{name.removeprefix('x-amz-') if 'object-lock' in name else name}") for name in names)
    wanted = frozenset(names)

    def make(asked: Asked, keys: Keys) -> None:
        if not wanted.isdisjoint(asked.headers):
            keys.update((key, asked.headers[name]) for name, key in pairs if name in asked.headers)

    return make


def _listing(asked: Asked, keys: Keys) -> None:
    for name in ("prefix", "delimiter", "max-keys"):
        if name in asked.query:
            keys[f"s3:{name}"] = asked.query[name]


def _version(asked: Asked, keys: Keys) -> None:
    """Of a copy it is the source's."""
    source = asked.copy_source
    version = asked.query.get("versionId") if source is None else source.version_id
    if version is not None:
        keys[VERSION_ID] = version


def _copy(asked: Asked, keys: Keys) -> None:
    source = asked.copy_source
    if source is None:
        return
    version = "" if source.version_id is None else f"?versionId={source.version_id}"
    keys["s3:x-amz-copy-source"] = f"{source.bucket}/{source.key}{version}"
    if "x-amz-metadata-directive" in asked.headers:
        keys["s3:x-amz-metadata-directive"] = asked.headers["x-amz-metadata-directive"]


def _creation(asked: Asked, keys: Keys) -> None:
    """Parts make no object before they are put together."""
    is_part = asked.operation in ("CreateMultipartUpload", "UploadPart", "UploadPartCopy")
    keys["s3:objectcreationoperation"] = "false" if is_part else "true"


def _request_tags(asked: Asked, keys: Keys) -> None:
    if asked.document is not None:
        tags = tags_of(asked.document)
    elif _TAGGING in asked.headers and not _keeps_tags(asked):
        tags = parse_qsl(asked.headers[_TAGGING], keep_blank_values=True)
    else:
        return
    keys.update(tag_keys(tags, REQUEST_TAG))
    if tags:
        keys[REQUEST_TAG_KEYS] = tuple(dict.fromkeys(key for key, _ in tags))


def _keeps_tags(asked: Asked) -> bool:
    """Whether a copy gets its source's tags, and none that the header claims."""
    return asked.operation == "CopyObject" and asked.headers.get("x-amz-tagging-directive") != "REPLACE"


def _retention(asked: Asked, keys: Keys) -> None:
    if asked.document is not None:
        mode, until = asked.document.text_of("Mode"), asked.document.text_of("RetainUntilDate")
    else:
        mode, until = asked.headers.get(_LOCK_MODE), asked.headers.get(_RETAIN_UNTIL)
    if mode is not None:
        keys[LOCK_MODE] = mode
    if until is not None:
        keys[RETAIN_UNTIL] = until
        keys[REMAINING_DAYS] = _remaining_days(until, asked.clock)


def _remaining_days(until: str, clock: Clock) -> str:
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        raise errors.invalid_argument("The retain until date must be provided in ISO 8601 format") from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return str(-((clock.now() - aware) // _DAY))


def _legal_hold(asked: Asked, keys: Keys) -> None:
    if asked.document is not None:
        status = asked.document.text_of("Status")
    else:
        status = asked.headers.get("x-amz-object-lock-legal-hold")
    if status is not None:
        keys[LEGAL_HOLD] = status


def _location(asked: Asked, keys: Keys) -> None:
    constraint = None if asked.document is None else asked.document.text_of("LocationConstraint")
    if constraint:
        keys[LOCATION] = constraint.strip()


def _accessible_fields(asked: Asked, keys: Keys) -> None:
    fields = None if asked.document is None else asked.document.find("OptionalFields")
    if fields is not None and fields.children:
        keys[ACCESSIBLE_FIELDS] = tuple(one.text for one in fields.children)


_acl = _headers(
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
)
_written = _headers(
    "if-match",
    "if-none-match",
    "x-amz-object-lock-event-hold",
    "x-amz-object-lock-event-hold-duration-days",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)
_event_hold = _headers("x-amz-object-lock-event-hold", "x-amz-object-lock-event-hold-duration-days")
_storage_class = _headers("x-amz-storage-class")

_KEYS: Mapping[str, tuple[Callable[[Asked, Keys], None], ...]] = {
    "s3:CreateBucket": (_acl, _headers("x-amz-bucket-namespace", "x-amz-object-ownership"), _location),
    "s3:DeleteObject": (_headers("if-match"),),
    "s3:DeleteObjectVersion": (_version,),
    "s3:DeleteObjectVersionTagging": (_version,),
    "s3:GetObjectVersion": (_version,),
    "s3:GetObjectVersionAcl": (_version,),
    "s3:GetObjectVersionAttributes": (_version,),
    "s3:GetObjectVersionTagging": (_version,),
    "s3:ListBucket": (_listing,),
    "s3:ListBucketVersions": (_listing,),
    "s3:PutBucketAcl": (_acl,),
    "s3:PutInventoryConfiguration": (_accessible_fields,),
    "s3:PutObject": (_acl, _written, _copy, _creation, _request_tags, _retention, _legal_hold),
    "s3:PutObjectAcl": (_acl, _storage_class),
    "s3:PutObjectLegalHold": (_legal_hold,),
    "s3:PutObjectRetention": (_retention, _event_hold),
    "s3:PutObjectTagging": (_request_tags,),
    "s3:PutObjectVersionAcl": (_version, _acl, _storage_class),
    "s3:PutObjectVersionTagging": (_version, _request_tags),
}
"""Each action's keys, those of the signature apart, and s3:ExistingObjectTag, which the backend must be asked for."""
