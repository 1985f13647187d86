"""What the edge asks of a backend, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from skywalk.http1.client import Origin

UPLOAD_HEADER = "x-moto-upload-"
"""Begins the names of headers in which the embedded S3 tells, with its parts, what a multipart upload began with. No
client gets them."""


@dataclass(slots=True)
class BackendRequest:
    """A request as the edge understood it.

    `target` is the path-style target of its service; `headers` have lower-case names and hold neither Host nor
    anything that delimits the body, nor the client's signature; `account_id` owns the resource.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    account_id: str
    region: str
    content_length: int | None = None
    """None for requests without a body."""
    content: bytes | None = None
    """The body where it is held whole; where not, it streams through, and no hash of it can be signed."""


class Backend(Protocol):
    """A place to send requests of one service to."""

    origin: Origin
    is_embedded: bool
    """Whether it is skywalk's own: it knows the accounts, and needs to be told of no bucket policy by others."""

    def serialize(self, request: BackendRequest) -> bytes:
        """The head to send, up to and with the empty line. Raises ValueError on a line end in a header."""
        ...
