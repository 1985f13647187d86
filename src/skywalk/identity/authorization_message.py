"""Messages about refused calls, sealed for the refused caller's account.

A caller must be able neither to read nor to make one. Whoever holds the region's key opens any, so that nothing is
remembered of them. The seal is AES-SIV, which draws nothing by chance: equal messages give equal tokens.
Source: STS API Reference, DecodeAuthorizationMessage. That an account can decode its own messages alone is unconfirmed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib

MAX_TOKEN_CHARACTERS = 10_240
"""What DecodeAuthorizationMessage takes. Source: STS API Reference."""

MAX_TEXT_BYTES = 1 << 16


class MessageRefused(Exception):
    """The token is none of this region's, or is sealed for another account."""


def seal_message(region_key: bytes, account_id: str, text: str) -> str | None:
    """The token, in letters that URLs may hold; None for a text that is too long to be decoded again."""
    # It is imported with the first refused call: that takes longer than all else here.
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    plain = text.encode()
    if len(plain) > MAX_TEXT_BYTES:
        return None
    sealed = AESSIV(_key(region_key)).encrypt(zlib.compress(plain), [account_id.encode()])
    token = _written(sealed)
    return token if len(token) <= MAX_TOKEN_CHARACTERS else None


def open_message(region_key: bytes, account_id: str, token: str) -> str:
    """The text. Raises MessageRefused, after no more work than the longest token is."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    if len(token) > MAX_TOKEN_CHARACTERS:
        raise MessageRefused("the token is too long")
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MessageRefused("the token is not base 64") from error
    if _written(sealed) != token:
        raise MessageRefused("the token is not in its one form")
    try:
        packed = AESSIV(_key(region_key)).decrypt(sealed, [account_id.encode()])
    except InvalidTag as error:
        raise MessageRefused("the token was not made here for this account") from error
    return zlib.decompressobj().decompress(packed, MAX_TEXT_BYTES).decode()


def _written(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _key(region_key: bytes) -> bytes:
    return hmac.digest(region_key, b"skywalk authorization message", "sha512")
