"""The one contract by which a body is passed on while it is still being verified."""

from __future__ import annotations

from typing import Protocol

from skywalk.identity.aws_chunked import AwsChunkedDecoder
from skywalk.identity.body_check import BodyCheck, BodyKind
from skywalk.identity.payload_hash import PayloadHash

_UNSIGNED, _LITERAL = BodyKind.UNSIGNED, BodyKind.LITERAL  # a lookup in an Enum costs a fifth of a microsecond


class BodyVerifier(Protocol):
    """Takes a body as it arrives, gives what may be passed on.

    At least one byte of a body that is not empty stays here until `finish` has found everything right, so that
    whoever was promised the body's length never has a whole message before. An empty body has no byte to keep: its
    head must not be passed on before `finish`.
    """

    verified: bool

    def feed(self, data: bytes) -> list[bytes]:
        """What of the payload may be passed on now. Raises AwsError where the body is wrong."""

    def finish(self) -> bytes:
        """The body has ended: its last bytes, if it is as it must be. Raises AwsError."""


class NotVerified:
    """For bodies that nobody signed."""

    verified = True

    def feed(self, data: bytes) -> list[bytes]:
        return [data] if data else []

    def finish(self) -> bytes:
        return b""


def body_verifier_for(check: BodyCheck) -> BodyVerifier:
    """The verifier of a body that must satisfy `check`. Raises AwsError where its trailer cannot be verified."""
    if check.kind is _UNSIGNED:
        return NotVerified()
    if check.kind is _LITERAL:
        return PayloadHash(check.sha256)
    return AwsChunkedDecoder(check)
