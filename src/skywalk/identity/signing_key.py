"""The key of Signature Version 4: made of a secret for one day, region and service.

Source: IAM User Guide, "Create a signed AWS API request", step 4.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class SigningKey:
    """Signs many texts: HMAC-SHA256 (RFC 2104) whose first block, made of the key alone, is hashed only once."""

    __slots__ = ("_inner", "_outer", "key")

    def __init__(self, key: bytes) -> None:
        self.key = key
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def sign(self, text: str) -> str:
        """The signature of a string to sign, in hexadecimal."""
        inner = self._inner.copy()
        inner.update(text.encode())
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()


def derive_signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that a day's requests to one service in one region are signed with; `date` is `20260101`."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
