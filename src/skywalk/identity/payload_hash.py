"""A plain body whose SHA-256 was signed: passed on as it comes, but for its end."""

from __future__ import annotations

from hashlib import sha256

from skywalk.identity.refusals import body_hash_mismatch


class PayloadHash:
    """Keeps the last piece back until the hash of all has matched. See `BodyVerifier` for the contract."""

    def __init__(self, expected_sha256: str) -> None:
        self._expected = expected_sha256
        self._hash = sha256()
        self._held = b""
        self.verified = False

    def feed(self, data: bytes) -> list[bytes]:
        if not data:
            return []
        self._hash.update(data)
        released, self._held = self._held, data
        return [released] if released else []

    def finish(self) -> bytes:
        if self._hash.hexdigest() != self._expected:
            raise body_hash_mismatch()
        self.verified = True
        held, self._held = self._held, b""
        return held
