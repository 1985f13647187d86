"""Session tokens of IMDSv2: bound to one instance, valid until a moment written in them, remembered nowhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

MAX_TTL_SECONDS = 21600
_KEY_PURPOSE = b"skywalk instance metadata tokens"
_PREFIX = b"\x01\x00\x04"
_TIME_BYTES = 5
_MAC_BYTES = 32


class TokenMint:
    """Makes and checks tokens with a key derived from the region's, so that they outlive the process."""

    def __init__(self, region_key: bytes) -> None:
        self._key = hmac.digest(region_key, _KEY_PURPOSE, hashlib.sha256)

    def mint(self, instance_id: str, now: datetime, ttl_seconds: int) -> str:
        """Text of 56 characters that starts with `AQAE`, as AWS's do."""
        expires = int(now.timestamp()) + ttl_seconds
        body = _PREFIX + expires.to_bytes(_TIME_BYTES, "big")
        return base64.urlsafe_b64encode(body + self._seal(instance_id, body)).decode()

    def seconds_left(self, token: str, instance_id: str, now: datetime) -> int | None:
        """How long a token is still valid for this instance; None where it is not."""
        try:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        body, seal = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(seal, self._seal(instance_id, body)):
            return None
        left = int.from_bytes(body[len(_PREFIX) :], "big") - int(now.timestamp())
        return left if left > 0 else None

    def _seal(self, instance_id: str, body: bytes) -> bytes:
        return hmac.digest(self._key, instance_id.encode() + b"\0" + body, hashlib.sha256)
