"""CBOR as RPC v2 uses it: definite and indefinite lengths, no keys but text, no tags but moments.

Refused is what two readers could take differently: a key given twice, another tag, what is left after the value.
Source: RFC 8949; Smithy, "Smithy RPC v2 CBOR protocol".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DEEPEST = 64
_EPOCH_TAG = 1
_INDEFINITE = 31
_BREAK = 0xFF
_FLOATS = {25: (2, ">e"), 26: (4, ">f"), 27: (8, ">d")}
_LITERALS = {20: False, 21: True, 22: None, 23: None}
_LENGTH_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


class CborMalformed(Exception):
    """What was read is no CBOR, or not what the protocol allows."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: seconds since 1970."""

    seconds: float


def decode(data: bytes) -> Any:
    """Raises CborMalformed."""
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (struct.error, UnicodeDecodeError, IndexError, OverflowError) as error:
        raise CborMalformed(str(error)) from None
    if reader.place != len(data):
        raise CborMalformed("something follows the value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise CborMalformed("too deep")
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            return self._simple(info)
        if info == _INDEFINITE:
            return self._indefinite(major, depth)
        count = self._count(info)
        if major == 0:
            return count
        if major == 1:
            return -1 - count
        if major == 2:
            return self._take(count)
        if major == 3:
            return self._take(count).decode()
        if major == 4:
            return [self.value(depth + 1) for _ in range(self._plausible(count))]
        if major == 5:
            return self._map((self.value(depth + 1), self.value(depth + 1)) for _ in range(self._plausible(count)))
        return self._tagged(count, depth)

    def _tagged(self, tag: int, depth: int) -> Moment:
        inner = self.value(depth + 1)
        if tag != _EPOCH_TAG or isinstance(inner, bool) or not isinstance(inner, int | float):
            raise CborMalformed(f"tag {tag}")
        return Moment(inner)

    def _indefinite(self, major: int, depth: int) -> Any:
        if major in (2, 3):
            pieces = []
            while not self._at_break():
                if self._data[self.place] >> 5 != major or self._data[self.place] & 31 == _INDEFINITE:
                    raise CborMalformed("a piece of another kind")
                pieces.append(self.value(depth + 1))
            return (b"" if major == 2 else "").join(pieces)
        if major == 4:
            items = []
            while not self._at_break():
                items.append(self.value(depth + 1))
            return items
        if major == 5:
            pairs = []
            while not self._at_break():
                pairs.append((self.value(depth + 1), self.value(depth + 1)))
            return self._map(pairs)
        raise CborMalformed("no such length")

    def _at_break(self) -> bool:
        if self._data[self.place] != _BREAK:
            return False
        self.place += 1
        return True

    @staticmethod
    def _map(pairs: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in pairs:
            if not isinstance(key, str) or key in made:
                raise CborMalformed("a key is no text, or given twice")
            made[key] = value
        return made

    def _simple(self, info: int) -> Any:
        if info in _LITERALS:
            return _LITERALS[info]
        if info not in _FLOATS:
            raise CborMalformed("no such value")
        size, form = _FLOATS[info]
        return struct.unpack(form, self._take(size))[0]

    def _count(self, info: int) -> int:
        if info < 24:
            return info
        if info not in _LENGTH_BYTES:
            raise CborMalformed("no such length")
        return int.from_bytes(self._take(_LENGTH_BYTES[info]), "big")

    def _plausible(self, count: int) -> int:
        if count > len(self._data) - self.place:
            raise CborMalformed("it ends early")
        return count

    def _take(self, size: int) -> bytes:
        if size > len(self._data) - self.place:
            raise CborMalformed("it ends early")
        taken = self._data[self.place : self.place + size]
        self.place += size
        return taken


def encode(value: Any) -> bytes:
    """Of what `decode` gives."""
    pieces: list[bytes] = []
    _encode(value, pieces)
    return b"".join(pieces)


def _encode(value: Any, pieces: list[bytes]) -> None:
    if value is None:
        pieces.append(b"\xf6")
    elif isinstance(value, bool):
        pieces.append(b"\xf5" if value else b"\xf4")
    elif isinstance(value, int):
        pieces.append(_head(0, value) if value >= 0 else _head(1, -1 - value))
    elif isinstance(value, float):
        pieces.append(b"\xfb" + struct.pack(">d", value))
    elif isinstance(value, bytes):
        pieces.append(_head(2, len(value)) + value)
    elif isinstance(value, str):
        text = value.encode()
        pieces.append(_head(3, len(text)) + text)
    elif isinstance(value, Moment):
        pieces.append(_head(6, _EPOCH_TAG))
        _encode(value.seconds, pieces)
    elif isinstance(value, Mapping):
        pieces.append(_head(5, len(value)))
        for key, inner in value.items():
            _encode(key, pieces)
            _encode(inner, pieces)
    else:
        pieces.append(_head(4, len(value)))
        for inner in value:
            _encode(inner, pieces)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes((major << 5 | count,))
    for info, size in _LENGTH_BYTES.items():
        if count < 1 << 8 * size:
            return bytes((major << 5 | info,)) + count.to_bytes(size, "big")
    raise OverflowError(count)
