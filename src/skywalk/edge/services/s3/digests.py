"""Digests of a body that its headers name: Content-MD5 and `x-amz-checksum-…`.

They are verified as signatures are, before the body's last bytes are passed on: a body that does not fit its own
digest is never stored. Source: S3 User Guide, "Checking object integrity".
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from skywalk.edge.services.s3 import errors
from skywalk.identity.checksums import HEADER_PREFIX, Checksum, checksum_for
from skywalk.identity.refusals import checksum_mismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.identity.body_verifier import BodyVerifier
    from skywalk.values.errors import AwsError

_MD5 = "content-md5"


class _Digest(NamedTuple):
    name: str
    computed: Checksum
    expected: bytes


def with_digests(verifier: BodyVerifier, headers: Mapping[str, str]) -> BodyVerifier:
    """`verifier`, which then verifies the digests in `headers` too. Raises AwsError for malformed ones."""
    named = _digest_names(tuple(headers))
    if not named:
        return verifier
    return Digested(verifier, [_digest(name, headers[name]) for name in named])


@lru_cache(maxsize=256)
def _digest_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a request's headers that hold a digest of its body; clients send the same names with every request.

    `x-amz-checksum-mode`, `-type` and `-algorithm` hold none.
    """
    return tuple(
        name for name in names if name == _MD5 or (name.startswith(HEADER_PREFIX) and checksum_for(name) is not None)
    )


class Digested:
    """A body verifier around another, which decodes; it keeps a piece of its own back for what the other releases."""

    def __init__(self, inner: BodyVerifier, digests: list[_Digest]) -> None:
        self._inner = inner
        self._digests = digests
        self._held = b""
        self.verified = False

    def feed(self, data: bytes) -> list[bytes]:
        released = []
        for piece in self._inner.feed(data):
            self._update(piece)
            if self._held:
                released.append(self._held)
            self._held = piece
        return released

    def finish(self) -> bytes:
        rest = self._inner.finish()
        self._update(rest)
        for digest in self._digests:
            if digest.computed.digest() != digest.expected:
                raise _mismatch(digest.name)
        self.verified = True
        held, self._held = self._held, b""
        return held + rest

    def _update(self, piece: bytes) -> None:
        for digest in self._digests:
            digest.computed.update(piece)


def _digest(name: str, value: str) -> _Digest:
    computed = hashlib.md5(usedforsecurity=False) if name == _MD5 else checksum_for(name)
    assert computed is not None
    try:
        expected = base64.b64decode(value, validate=True)
    except ValueError:
        expected = b""
    if len(expected) != len(computed.digest()):
        raise errors.invalid_digest() if name == _MD5 else errors.invalid_checksum(name)
    return _Digest(name, computed, expected)


def _mismatch(name: str) -> AwsError:
    return errors.bad_digest() if name == _MD5 else checksum_mismatch(name.removeprefix(HEADER_PREFIX))
