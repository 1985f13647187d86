"""What an S3 request asks for, as a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check

_UNRESERVED_KEY = re.compile(r"[A-Za-z0-9\-._~/]*")


@dataclass(frozen=True, slots=True)
class CopySource:
    bucket: str
    key: str
    version_id: str | None

    @property
    def header(self) -> str:
        """The value of `x-amz-copy-source` that names this source and nothing else."""
        version = "" if self.version_id is None else f"?versionId={quote(self.version_id, safe='')}"
        return f"/{self.bucket}/{quote_key(self.key)}{version}"


@dataclass(slots=True)
class S3Request:
    """A request as it was understood; it is forwarded as this says and not as it came. Nobody changes it.

    `key` is percent-decoded, empty for requests to a bucket; `bucket` is empty for ListBuckets. `query` holds what
    the operation takes, decoded; the signature's and unknown parameters are gone. `checks` must all be allowed.
    """

    operation: str
    method: str
    bucket: str
    key: str
    query: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...]
    header_changes: tuple[tuple[str, str | None], ...] = ()
    """Lower-case names → the value to forward, None to leave the header out."""
    copy_source: CopySource | None = None
    source_tag_checks: tuple[Check, ...] = ()
    """CopyObject with tags copied: to be allowed as well if, and only if, the source has tags."""
    absent_key_check: Check | None = None
    """Where the backend says that the key (of the source, for a copy) does not exist: the client learns so (404)
    only if this is allowed, and is answered AccessDenied (403) otherwise."""
    per_key_body: bool = False
    """DeleteObjects: the keys are in the body, each with checks of its own (`delete_objects`)."""
    host_bucket: str = field(default="", compare=False)
    """The bucket where the host named it, empty where the path did: version 2 of the signature tells them apart."""
    key_in_form: bool = False
    """PostObject: the key is in the form."""

    @property
    def target(self) -> str:
        """The path-style request target: percent-encoded path and query."""
        path = f"/{self.bucket}/{quote_key(self.key)}" if self.key else f"/{self.bucket}"
        if not self.query:
            return path
        return path + "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.query)


def quote_key(key: str) -> str:
    """Percent-encoded as SigV4 does for S3: all but unreserved characters and `/`."""
    return key if _UNRESERVED_KEY.fullmatch(key) else quote(key, safe="/~")


def bucket_arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def object_arn(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{key}"
