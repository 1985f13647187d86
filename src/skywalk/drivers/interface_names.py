"""Names of network devices: a kind's letter, a hyphen, and the id of a resource in base 62.

A device's name has room for 15 bytes; seventeen hex digits are 68 bits and fit into twelve digits of base 62, so
that two ids never share a name. The full id is the device's alias.
"""

from __future__ import annotations

import hashlib
import string
from enum import StrEnum

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_WIDTH_OF_ID = {8: 6, 17: 12}
"""Hex digits of an id → base-62 digits that hold them. The widths tell the two forms apart."""

_WIDTH_OF_HASH = 13


class DeviceKind(StrEnum):
    PORT = "p"
    """A network interface's end in its VPC's router."""

    ENDPOINT = "e"
    """A gateway endpoint's link, at both ends."""

    ENDPOINTS = "n"
    """The link of a VPC's interface endpoints, at both ends; the id is the VPC's."""

    PEERING = "x"
    """A peering's link, at both ends."""

    VPC = "v"
    """A VPC's link, at the internet's end."""


def interface_name(kind: DeviceKind, resource_id: str) -> str:
    """`eni-0123456789abcdef0` → `p-01FPw1w4bOUO`. What is not of the form of an AWS id is hashed to a width of its
    own (77 bits), so that it cannot meet one that is."""
    digits = resource_id.rpartition("-")[2]
    width = _WIDTH_OF_ID.get(len(digits))
    if width is None or not set(digits) <= set("0123456789abcdef"):
        hashed = int.from_bytes(hashlib.sha256(resource_id.encode()).digest(), "big")
        return f"{kind}-{_base62(hashed % 62**_WIDTH_OF_HASH, _WIDTH_OF_HASH)}"
    return f"{kind}-{_base62(int(digits, 16), width)}"


def _base62(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    return text.rjust(width, _DIGITS[0])
