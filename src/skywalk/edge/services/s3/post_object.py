"""PostObject: the browser's form upload, whose key and options are form fields.

Source: S3 API Reference, "POST Object".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3.address import check_key
from skywalk.edge.services.s3.errors import invalid_argument
from skywalk.edge.services.s3.headers import further_checks
from skywalk.edge.services.s3.request import object_arn

if TYPE_CHECKING:
    from collections.abc import Mapping


def form_key(fields: Mapping[str, str], filename: str) -> str:
    """The key that a form names: `${filename}` in it is the uploaded file's name. Field names are lower-case.

    Raises AwsError.
    """
    template = fields.get("key", "")
    if not template:
        raise invalid_argument("Bucket POST must contain a field named 'key'.")
    key = template.replace("${filename}", filename)
    if not key:
        raise invalid_argument("User key must have a length greater than 0.")
    check_key(key)
    return key


def form_checks(bucket: str, key: str, fields: Mapping[str, str]) -> tuple[Check, ...]:
    """The checks of a form upload; its fields stand for the headers of PutObject."""
    names = {"acl": "x-amz-acl", "tagging": "x-amz-tagging"}
    headers = {names.get(name, name): value for name, value in fields.items()}
    return Check("s3:PutObject", object_arn(bucket, key)), *further_checks("PutObject", headers, bucket, key)
