"""Presigned URLs of Signature Version 2, which S3 alone still takes, in its oldest regions.

They are not history: an unmodified boto3 makes them in those regions, us-east-1 among them, unless it is told
`signature_version="s3v4"`. Version 2 in the Authorization header is not taken.
Source: S3 User Guide, "Signing and authenticating REST requests (AWS signature version 2)".
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, unquote_plus

from skywalk.identity.refusals import Family, Refusal, refuse

REGIONS = frozenset(
    (
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "sa-east-1",
    )
)
"""Regions opened before 2014."""

_SUBRESOURCES = frozenset(
    (
        "accelerate",
        "acl",
        "analytics",
        "cors",
        "defaultObjectAcl",
        "delete",
        "inventory",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "partNumber",
        "policy",
        "replication",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "select",
        "select-type",
        "storageClass",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    )
) | frozenset(
    # Younger than version 2. Signed here, because whoever appends one to a URL turns it into another action.
    (
        "attributes",
        "encryption",
        "intelligent-tiering",
        "legal-hold",
        "metadataTable",
        "ownershipControls",
        "policyStatus",
        "publicAccessBlock",
        "renameObject",
        "retention",
        "session",
    )
)
_EXPIRES_DIGITS = 11


@dataclass(slots=True)
class PresentedV2:
    """What a presigned URL of version 2 claims; `expires` is in seconds since 1970, as text."""

    access_key_id: str
    signature: str
    expires: str
    session_token: str | None
    parameters: dict[str, str]
    """Names in lower case, values decoded: of what may stand in the query in place of a header."""


def is_version_2(query: str) -> bool:
    """Whether the query claims to be presigned by version 2."""
    return "AWSAccessKeyId=" in query and any(name == "AWSAccessKeyId" for name, _ in _pairs(query))


def present_v2(query: str) -> PresentedV2 | None:
    """The claims of a presigned query, None where it is none of version 2. Raises AwsError."""
    if not is_version_2(query):
        return None
    given: dict[str, str] = {}
    for name, value in _pairs(query):
        if name in given:
            raise refuse(Family.S3, Refusal.MISMATCH)
        given[name] = unquote_plus(value)
    signature, expires = given.get("Signature", ""), given.get("Expires", "")
    if not signature or not expires.isdecimal() or not expires.isascii() or len(expires) > _EXPIRES_DIGITS:
        raise refuse(Family.S3, Refusal.MISSING)
    parameters = {name.lower(): value for name, value in given.items()}
    token = parameters.get("x-amz-security-token")
    return PresentedV2(given["AWSAccessKeyId"], signature, expires, token, parameters)


def check_v2(
    presented: PresentedV2,
    secret: str,
    method: str,
    resource_path: str,
    query: str,
    headers: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """Raises AwsError unless `secret` signed this and it is still good. `resource_path` begins with the bucket."""
    if now.astimezone(UTC).timestamp() > int(presented.expires):
        raise refuse(Family.S3, Refusal.PRESIGNED_EXPIRED)
    text = _string_to_sign(presented, method, resource_path, query, headers)
    expected = base64.b64encode(hmac.digest(secret.encode(), text.encode("latin-1", "replace"), "sha1"))
    if not hmac.compare_digest(expected, presented.signature.encode()):
        raise refuse(Family.S3, Refusal.MISMATCH)


def _string_to_sign(
    presented: PresentedV2, method: str, resource_path: str, query: str, headers: Sequence[tuple[str, str]]
) -> str:
    standard = {"content-md5": "", "content-type": ""}
    amazon: dict[str, str] = {}
    for name, value in presented.parameters.items():
        if name in standard:
            standard[name] = value
        elif name.startswith("x-amz-"):
            amazon[name] = value
    sent: dict[str, str] = {}
    for name, value in headers:
        if name in standard:
            standard[name] = value.strip()
        elif name.startswith("x-amz-"):
            sent[name] = f"{sent[name]},{value.strip()}" if name in sent else value.strip()
    amazon.update(sent)
    lines = [method, standard["content-md5"], standard["content-type"], presented.expires]
    lines += [f"{name}:{value}" for name, value in sorted(amazon.items())]
    return "\n".join([*lines, resource_path + _signed_subresources(query)])


def _signed_subresources(query: str) -> str:
    signed = sorted(
        (name, f"{name}={unquote(value)}" if value else name) for name, value in _pairs(query) if name in _SUBRESOURCES
    )
    return "?" + "&".join(text for _, text in signed) if signed else ""


def _pairs(query: str) -> list[tuple[str, str]]:
    """Names decoded, as whoever obeys them reads them: `%61cl` is signed as `acl` is. Values as they came."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(unquote_plus(name), value) for name, _, value in pairs]
