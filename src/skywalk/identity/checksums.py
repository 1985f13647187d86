"""The checksums that S3 clients send with a body: `x-amz-checksum-crc32` and its kin.

The standard library has CRC-32 and the hashes; CRC-32C and CRC-64/NVME are computed by `crc`, at some tens of MB a
second where the others reach a thousand.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from typing import Protocol

from skywalk.identity.crc import Crc

HEADER_PREFIX = "x-amz-checksum-"

CRC32C_POLYNOMIAL = 0x82F63B78
"""Castagnoli's, reflected. Source: RFC 3720, B.4."""
CRC64NVME_POLYNOMIAL = 0x9A6C9329AC4BC9B5
"""Reflected. Source: NVM Express NVM Command Set Specification, "64b CRC"."""


class Checksum(Protocol):
    """A running checksum."""

    def update(self, data: bytes, /) -> object: ...

    def digest(self) -> bytes: ...


class Crc32:
    """CRC-32 of the standard library."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_ALGORITHMS: dict[str, Callable[[], Checksum]] = {
    "crc32": Crc32,
    "crc32c": lambda: Crc(CRC32C_POLYNOMIAL, 4),
    "crc64nvme": lambda: Crc(CRC64NVME_POLYNOMIAL, 8),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "md5": lambda: hashlib.md5(usedforsecurity=False),
}


def checksum_for(header_name: str) -> Checksum | None:
    """A new checksum for `x-amz-checksum-…`; None where the algorithm is not known here."""
    make = _ALGORITHMS.get(header_name.removeprefix(HEADER_PREFIX))
    return None if make is None else make()


def matches(checksum: Checksum, text: str) -> bool:
    """Whether `text`, base 64, is the checksum's value."""
    try:
        return base64.b64decode(text, validate=True) == checksum.digest()
    except (binascii.Error, ValueError):
        return False
