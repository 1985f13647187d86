"""The door through which randomness comes in."""

from __future__ import annotations

import random
import secrets
import string
from typing import Protocol


class Chance(Protocol):
    """Draws random text. `SystemChance` is fit for secrets; a seeded one repeats itself in tests."""

    def hex(self, digits: int) -> str: ...

    def text(self, alphabet: str, length: int) -> str: ...


class SystemChance:
    """The operating system's randomness."""

    def hex(self, digits: int) -> str:
        return secrets.token_hex((digits + 1) // 2)[:digits]

    def text(self, alphabet: str, length: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(length))


class SeededChance:
    """Repeatable draws, for tests and demos of expected text."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 (repeatable on purpose, never used for secrets)

    def hex(self, digits: int) -> str:
        return "".join(self._random.choices("0123456789abcdef", k=digits))

    def text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))


UPPER_AND_DIGITS = string.ascii_uppercase + "234567"
"""The alphabet of access key ids and of IAM unique ids (base 32)."""

LOWER_AND_DIGITS = string.ascii_lowercase + string.digits
SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"
