"""Which bucket and key a host and path mean.

Path-style `/bucket/key` at a service name, virtual-host style `bucket.<service name>/key`. A bucket's name is taken
from the host or from before the first raw `/`, decoded afterwards: an encoded slash cannot move the border between
bucket and key. In keys `%2F` and `/` are the same character and nothing is normalised.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from skywalk.edge.services.s3.errors import invalid_bucket_name, invalid_uri, key_too_long
from skywalk.edge.services.s3.host_names import refusal_of_host

MAXIMUM_KEY_BYTES = 1024

# Buckets of before 2018 may have upper case and underscores; they still begin and end with a letter or digit, so
# that no name is `.` or `..`. Source: S3 User Guide, "General purpose bucket naming rules".
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]", re.ASCII)
_NEW_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Address(NamedTuple):
    """Decoded; empty where the request names none."""

    bucket: str
    key: str
    bucket_is_in_host: bool = False


def parse_address(host: str, path: str, service_names: tuple[str, ...]) -> Address:
    """The bucket and key of a Host header and a raw path.

    `service_names`: the lower-case names that serve S3 here, as `s3.us-east-1.amazonaws.com`; where one ends in
    another, the longest counts. Raises AwsError InvalidURI, InvalidBucketName, KeyTooLongError.
    """
    if not path.startswith("/"):
        raise invalid_uri()
    bucket = _bucket_of_host(host, service_names)
    is_in_host = bucket is not None
    rest = path[1:]
    if bucket is None:
        raw_bucket, _, rest = rest.partition("/")
        bucket = decode(raw_bucket)
        if not bucket and not rest:
            return Address("", "")
        if not bucket:
            raise invalid_uri()
    check_bucket(bucket)
    key = decode(rest)
    check_key(key)
    return Address(bucket, key, is_in_host)


def check_bucket(bucket: str) -> None:
    if not _BUCKET.fullmatch(bucket):
        raise invalid_bucket_name()


def check_new_bucket(bucket: str) -> None:
    """The rules for names of new buckets."""
    if not _NEW_BUCKET.fullmatch(bucket) or ".." in bucket or _IPV4.fullmatch(bucket):
        raise invalid_bucket_name()


def check_key(key: str) -> None:
    """At most 1,024 bytes; `..` may not lead above the bucket.

    Source: S3 User Guide, "Naming Amazon S3 objects": read from the left, there are never more `..` than other
    segments. The error code is not documented.
    """
    if len(key.encode()) > MAXIMUM_KEY_BYTES:
        raise key_too_long()
    if ".." not in key:
        return
    depth = 0
    for segment in key.split("/"):
        if segment == "..":
            depth -= 1
        elif segment not in ("", "."):
            depth += 1
        if depth < 0:
            raise invalid_uri()


def decode(text: str) -> str:
    """Percent-decoding of paths and queries alike; S3 reads `+` as a space in both."""
    if "%" not in text and "+" not in text and text.isascii():
        return text
    if _BROKEN_ESCAPE.search(text):
        raise invalid_uri()
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeError:
        raise invalid_uri() from None


@lru_cache(maxsize=4096)
def _bucket_of_host(host: str, service_names: tuple[str, ...]) -> str | None:
    """The bucket in front of a service name, None for a service name itself."""
    name = re.sub(r":[0-9]*\Z", "", host).rstrip(".")
    lowered = name.lower()
    if lowered in service_names:
        return None
    for service_name in sorted(service_names, key=len, reverse=True):
        if lowered.endswith("." + service_name):
            # Host names have no case: the bucket is the lower-case one.
            return lowered.removesuffix("." + service_name)
    raise refusal_of_host(lowered)
