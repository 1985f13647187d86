"""What a request's body must satisfy, as its signed head says.

Source: S3 API Reference, "Authenticating Requests: Using the Authorization Header", x-amz-content-sha256.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from skywalk.identity.refusals import Family, Refusal, refuse

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LENGTH = re.compile(r"[0-9]{1,15}")


class BodyKind(Enum):
    """Values of x-amz-content-sha256, a literal hash apart."""

    UNSIGNED = UNSIGNED_PAYLOAD
    LITERAL = "literal"
    SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    SIGNED_CHUNKS_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

    @property
    def is_aws_chunked(self) -> bool:
        return self not in (BodyKind.UNSIGNED, BodyKind.LITERAL)

    @property
    def is_signed(self) -> bool:
        return self in (BodyKind.SIGNED_CHUNKS, BodyKind.SIGNED_CHUNKS_TRAILER)

    @property
    def has_trailer(self) -> bool:
        return self in (BodyKind.SIGNED_CHUNKS_TRAILER, BodyKind.UNSIGNED_TRAILER)


_STREAMING = {kind.value: kind for kind in BodyKind if kind.is_aws_chunked}


@dataclass(frozen=True, slots=True)
class ChunkSigning:
    """What the signatures of chunks are made with, beginning with the head's own."""

    signing_key: bytes
    timestamp: str
    scope: str
    seed_signature: str


@dataclass(frozen=True, slots=True)
class BodyCheck:
    """`sha256` is given for literal hashes; `decoded_length` and the trailer's names for aws-chunked bodies."""

    kind: BodyKind
    sha256: str = ""
    chunk_signing: ChunkSigning | None = None
    decoded_length: int | None = None
    trailer_names: tuple[str, ...] = ()


UNCHECKED = BodyCheck(BodyKind.UNSIGNED)
_EMPTY = BodyCheck(BodyKind.LITERAL, EMPTY_SHA256)


def body_check_of(content_sha256: str, signed: Mapping[str, str], signing: Callable[[], ChunkSigning]) -> BodyCheck:
    """The check that S3's headers ask for; `signed` are the values of the signed ones. Raises AwsError."""
    if content_sha256 == UNSIGNED_PAYLOAD:
        return UNCHECKED
    if content_sha256 == EMPTY_SHA256:
        return _EMPTY
    if _SHA256.fullmatch(content_sha256):
        return BodyCheck(BodyKind.LITERAL, content_sha256)
    kind = _STREAMING.get(content_sha256)
    if kind is None:
        raise refuse(Family.S3, Refusal.BODY_HASH_INVALID)
    length = signed.get("x-amz-decoded-content-length", "")
    if not _LENGTH.fullmatch(length):
        raise refuse(Family.S3, Refusal.DECODED_LENGTH_MISSING)
    names = tuple(name.strip().lower() for name in signed.get("x-amz-trailer", "").split(",") if name.strip())
    return BodyCheck(
        kind,
        chunk_signing=signing() if kind.is_signed else None,
        decoded_length=int(length),
        trailer_names=names if kind.has_trailer else (),
    )
