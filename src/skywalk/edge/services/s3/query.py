"""The query string: decoded, no name twice, the signature's part left out, headers among it told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.services.s3.address import decode
from skywalk.edge.services.s3.errors import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNATURE = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
        "x-amz-content-sha256",
        "x-amz-user-agent",
        "awsaccesskeyid",
        "signature",
        "expires",
    }
)
_SIGNED_WITH_VERSION_2 = frozenset({"content-md5", "content-type"})
"""Headers that a URL presigned by version 2 may repeat in its query; what counts is the header that is sent."""
_HEADER_NAME = re.compile(r"x-amz-[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Query:
    """`parameters` in their order. `headers`: `x-amz-…` parameters, which presigned URLs carry instead of headers
    (`x-amz-acl`, `x-amz-meta-…`) and S3 obeys as such; names lower-cased."""

    parameters: Mapping[str, str]
    headers: Mapping[str, str]


_EMPTY = Query({}, {})


def parse_query(raw: str) -> Query:
    """Raises AwsError InvalidArgument, InvalidURI."""
    if not raw:
        return _EMPTY
    parameters: dict[str, str] = {}
    headers: dict[str, str] = {}
    for part in filter(None, raw.split("&")):
        raw_name, _, raw_value = part.partition("=")
        name, value = decode(raw_name), decode(raw_value)
        lowered = name.lower()
        taken = headers if lowered.startswith("x-amz-") else parameters
        key = lowered if taken is headers else name
        if key in taken:
            raise invalid_argument(f"The query parameter {name} is given more than once")
        taken[key] = value
    free = _SIGNATURE | _SIGNED_WITH_VERSION_2 if "AWSAccessKeyId" in parameters else _SIGNATURE
    signature_free = {name: value for name, value in parameters.items() if name.lower() not in free}
    as_headers = {name: value for name, value in headers.items() if name not in _SIGNATURE}
    for name, value in as_headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise invalid_argument(f"The query parameter {name} cannot be a header")
    return Query(signature_free, as_headers)
