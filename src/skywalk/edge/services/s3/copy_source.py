"""The source of CopyObject and UploadPartCopy, from `x-amz-copy-source`.

`[/]bucket/key[?versionId=…]`, percent-encoded. The header that is forwarded is written anew
(`CopySource.header`): parsers differ in how they take `;`, `#` and `//` in it.
"""

from __future__ import annotations

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.address import check_bucket, check_key, decode
from skywalk.edge.services.s3.errors import invalid_argument, not_implemented
from skywalk.edge.services.s3.query import parse_query
from skywalk.edge.services.s3.request import CopySource, bucket_arn, object_arn
from skywalk.values.errors import AwsError


def parse_copy_source(value: str) -> CopySource:
    """Raises AwsError InvalidArgument, NotImplemented (access points), and those of an address."""
    path, mark, raw_query = value.strip().partition("?")
    if path.lstrip("/").lower().startswith(("arn:", "arn%3a")):
        raise not_implemented("A copy source that is an access point")
    try:
        parameters = dict(parse_query(raw_query).parameters)
        # The border may be encoded here, as SDKs encode the whole value; a bucket's name holds no slash anyway.
        bucket, slash, key = decode(path).removeprefix("/").partition("/")
    except AwsError:
        raise _invalid() from None
    version_id = parameters.pop("versionId", None)
    if not slash or not key or parameters or (mark and not version_id):
        raise _invalid()
    check_bucket(bucket)
    check_key(key)
    return CopySource(bucket, key, version_id)


def source_check(source: CopySource) -> Check:
    action = "s3:GetObject" if source.version_id is None else "s3:GetObjectVersion"
    return Check(action, object_arn(source.bucket, source.key))


def source_tag_checks(source: CopySource, bucket: str, key: str) -> tuple[Check, ...]:
    """What copying the source's tags needs: to read them there and to write them here."""
    action = "s3:GetObjectTagging" if source.version_id is None else "s3:GetObjectVersionTagging"
    return (
        Check(action, object_arn(source.bucket, source.key)),
        Check("s3:PutObjectTagging", object_arn(bucket, key)),
    )


def absent_source_check(source: CopySource) -> Check:
    return Check("s3:ListBucket", bucket_arn(source.bucket))


def _invalid() -> AwsError:
    return invalid_argument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
