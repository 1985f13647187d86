"""Takes out what must not be in a log: signatures, session tokens, secret keys.

Nobody means to log them. They come in the words of others: an exception's text, a URL that was presigned.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"

_NAMES = (
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-Credential",
    "AWSAccessKeyId",
    "Signature",
    "Credential",
    "(?:aws[_-]?)?secret[_-]?access[_-]?key",
    "(?:aws[_-]?)?session[_-]?token",
    "Authorization",
    "password",
    "UserData",
)
_NAMED = re.compile(
    rf"""(?i)\b({"|".join(_NAMES)})(["']?\s*(?:=|:|%3D)\s*["']?)(?:AWS4-HMAC-SHA256\s+)?[^\s&"'<>,;]+"""
)
_QUICK = re.compile(r"(?i)signature|token|credential|secret|authorization|password|userdata|accesskeyid")


def hide_secrets(text: str) -> str:
    """The text with `[hidden]` for the values of what is secret by its name."""
    if _QUICK.search(text) is None:
        return text
    return _NAMED.sub(rf"\1\2{HIDDEN}", text)
