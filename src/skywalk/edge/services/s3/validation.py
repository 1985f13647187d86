"""Headers and query parameters against S3's model and what it cannot say. Bodies are in `documents`.

Source: S3 API Reference (botocore's model); the words are S3's as clients have quoted them. Unconfirmed: those for
canned ACLs and for the headers that have none of their own here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.documents import is_integer
from skywalk.edge.services.s3.headers import SETS_ACL
from skywalk.edge.services.s3.request import S3Request
from skywalk.edge.services.s3.request_shapes import OPERATIONS, Constraint
from skywalk.edge.services.s3.tags import check_tagging_header
from skywalk.values.errors import AwsError

CANNED_ACLS = frozenset(
    {
        "private",
        "public-read",
        "public-read-write",
        "aws-exec-read",
        "authenticated-read",
        "bucket-owner-read",
        "bucket-owner-full-control",
        "log-delivery-write",
    }
)
"""Source: S3 User Guide, "Access control list (ACL) overview", canned ACL."""

_ACL, _TAGGING = "x-amz-acl", "x-amz-tagging"
_RETAIN_UNTIL = "x-amz-object-lock-retain-until-date"
_GRANTED = frozenset({"read", "write", "read-acp", "write-acp", "full-control"})
_GRANT = "x-amz-grant-"
_GRANTEE = re.compile(r'\s*(?:id|uri|emailaddress)\s*=\s*(?:"[^"]+"|[^",=\s]+)\s*', re.ASCII | re.IGNORECASE)
_LARGEST = (1 << 31) - 1
_WORDS: Mapping[str, str] = {
    "encoding-type": "Invalid Encoding Method specified in Request",
    "x-amz-metadata-directive": "Unknown metadata directive.",
    "x-amz-object-attributes": "Invalid attribute name specified.",
    "x-amz-object-lock-legal-hold": "Legal Hold must be either of 'ON' or 'OFF'",
    "x-amz-object-lock-mode": "Unknown wormMode directive.",
    "x-amz-object-ownership": "Invalid x-amz-object-ownership header",
    "x-amz-server-side-encryption": "The encryption method specified is not supported",
    "x-amz-tagging-directive": "Unknown tagging directive.",
}
_REQUIRED_BY_HEADERS: Mapping[str, str] = {"GetObjectAttributes": "x-amz-object-attributes"}


def check_head(request: S3Request, headers: Mapping[str, str]) -> None:
    """`headers` with those of the query. Raises AwsError InvalidArgument, InvalidRequest, InvalidStorageClass."""
    shape = OPERATIONS.get(request.operation)
    if shape is None:
        return
    if shape.query:
        for name, value in request.query:
            constraint = shape.query.get(name)
            if constraint is not None:
                _check(name, value, constraint)
    for name in shape.headers.keys() & headers.keys():
        _check(name, headers[name], shape.headers[name])
    if request.operation in SETS_ACL:
        _check_acl(headers)
    if _TAGGING in headers:
        check_tagging_header(headers[_TAGGING])
    if _RETAIN_UNTIL in headers:
        _check_date(headers[_RETAIN_UNTIL])
    required = _REQUIRED_BY_HEADERS.get(request.operation)
    if required is not None and not headers.get(required):
        raise errors.invalid_argument("No Attribute provided")


def _check(name: str, value: str, constraint: Constraint) -> None:
    _CHECKS[constraint.kind](name, value, constraint)


def _check_number(name: str, value: str, _constraint: Constraint) -> None:
    if not is_integer(value):
        raise errors.invalid_argument(f"Provided {name} not an integer or within integer range")
    if int(value) < 0:
        raise errors.invalid_argument(f"Argument {name} must be an integer between 0 and {_LARGEST}")


def _check_long(name: str, value: str, _constraint: Constraint) -> None:
    if not is_integer(value, 63) or int(value) < 0:
        raise errors.invalid_argument(f"Provided {name} not an integer or within integer range")


def _check_enum(name: str, value: str, constraint: Constraint) -> None:
    if value not in constraint.enum and (value or name.startswith("x-amz-")):
        raise _wrong_value(name)


def _check_list(name: str, value: str, constraint: Constraint) -> None:
    if any(one.strip() not in constraint.enum for one in value.split(",") if value):
        raise _wrong_value(name)


def _wrong_value(name: str) -> AwsError:
    if name == "x-amz-storage-class":
        return errors.invalid_storage_class()
    if name in ("x-amz-sdk-checksum-algorithm", "x-amz-checksum-type"):
        return errors.invalid_request(f"Value for {name} header is invalid.")
    if name == "x-amz-checksum-algorithm":
        return errors.invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types"
        )
    return errors.invalid_argument(_WORDS.get(name, f"The value of {name} is not valid"))


def _check_acl(headers: Mapping[str, str]) -> None:
    if _ACL in headers and headers[_ACL] not in CANNED_ACLS:
        raise errors.invalid_argument("The canned ACL that you provided is not valid")
    for name in headers:
        if name.startswith(_GRANT):
            _check_grant(name, headers[name])


def _check_grant(name: str, value: str) -> None:
    if name.removeprefix(_GRANT) not in _GRANTED or not all(map(_GRANTEE.fullmatch, value.split(","))):
        raise errors.invalid_argument("Argument format not recognized")


def _check_date(value: str) -> None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise errors.invalid_argument("The retain until date must be provided in ISO 8601 format") from None


_CHECKS: Mapping[str, Callable[[str, str, Constraint], None]] = {
    "integer": _check_number,
    "list": _check_list,
    "long": _check_long,
    "string": _check_enum,
}
