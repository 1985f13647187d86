"""What the embedded backend (moto 5.2) would take for something else, and so must not be sent.

It ignores sub-resources that it does not know: `DELETE /bucket?metrics` would delete the bucket, `GET
/bucket/key?retention` would return the object. And it keeps some paths to itself, whatever bucket they name.
Other backends are not concerned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from skywalk.edge.services.s3.errors import invalid_argument, not_implemented

if TYPE_CHECKING:
    from skywalk.edge.services.s3.request import S3Request

NOT_SERVED = frozenset(
    f"{verb}Bucket{noun}Configuration{plural}"
    for noun in ("Metrics", "Analytics", "IntelligentTiering")
    for verb, plural in (("Get", ""), ("List", "s"), ("Put", ""), ("Delete", ""))
) | {
    "DeleteBucketInventoryConfiguration",
    "GetBucketRequestPayment",
    "PutBucketRequestPayment",
    "GetObjectRetention",
    "GetObjectTorrent",
}

_RESERVED_PREFIX = "moto-api"
_RESERVED_BUCKETS = frozenset({"favicon.ico", "latest", "v20180820"})
_VERSION = re.compile(r"null|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""The ids that moto gives; no version ever had another."""


def check_served(request: S3Request) -> None:
    """Raises AwsError NotImplemented for what the embedded backend would misunderstand, InvalidArgument for what
    cannot be the id of a version."""
    if request.operation in NOT_SERVED:
        raise not_implemented(f"The operation {request.operation}")
    buckets = [request.bucket, request.copy_source.bucket if request.copy_source else ""]
    for bucket in buckets:
        if bucket.startswith(_RESERVED_PREFIX) or bucket in _RESERVED_BUCKETS:
            raise not_implemented(f"The bucket name {bucket}")
    versions = [value for name, value in request.query if name == "versionId"]
    if request.copy_source is not None and request.copy_source.version_id is not None:
        versions.append(request.copy_source.version_id)
    if not all(map(_VERSION.fullmatch, versions)):
        raise invalid_argument("Invalid version id specified")
