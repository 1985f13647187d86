"""Tags as S3 takes them, in documents and in `x-amz-tagging`.

Source: S3 User Guide, "Categorizing your storage using tags"; "Using cost allocation S3 bucket tags".
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from skywalk.edge.services.s3 import errors

OF_OBJECT = 10
OF_BUCKET = 50
MAXIMUM_KEY_CHARACTERS = 128
MAXIMUM_VALUE_CHARACTERS = 256


def check_tags(tags: Sequence[tuple[str, str]], most: int) -> None:
    """Raises AwsError BadRequest, InvalidTag."""
    if len(tags) > most:
        raise errors.too_many_tags(most)
    for key, value in tags:
        if not 1 <= len(key) <= MAXIMUM_KEY_CHARACTERS:
            raise errors.invalid_tag("The TagKey you have provided is invalid")
        if len(value) > MAXIMUM_VALUE_CHARACTERS:
            raise errors.invalid_tag("The TagValue you have provided is invalid")
        if key.startswith("aws:"):
            raise errors.invalid_tag("System tags cannot be added/updated by requester")
    if len({key for key, _ in tags}) != len(tags):
        raise errors.invalid_tag("Cannot provide multiple Tags with the same key")


def check_tagging_header(text: str) -> None:
    """Raises AwsError InvalidArgument, BadRequest, InvalidTag."""
    try:
        tags = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        tags = None
    if tags is None or len({key for key, _ in tags}) != len(tags):
        raise errors.invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
            "name duplicates."
        )
    check_tags(tags, OF_OBJECT)
