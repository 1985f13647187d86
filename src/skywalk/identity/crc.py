"""Any reflected CRC, fast enough for uploads without a compiled dependency.

A loop over bytes makes some 10 MB a second. Here a block is cut into 1,024 lanes of 64 bytes, and all lanes are
stepped at once: a byte position of all lanes is one `bytes`, a table lookup in all of them one `translate`, their
sum one `^` of two long integers. Then neighbouring lanes are joined, pair by pair: a CRC is linear, so the CRC of
two pieces is that of the first, advanced by the second's length in zero bytes, plus that of the second.
"""

from __future__ import annotations

from functools import cache

LANE_BYTES = 64
LEVELS = 10
BLOCK_BYTES = LANE_BYTES << LEVELS

_Planes = list[bytes]
"""The lanes' values, cut into bytes: plane 0 holds each lane's lowest byte."""
_Operator = list[list[bytes]]
"""A linear map of values: the table at [i][o] maps an input's byte i to what it adds to the output's byte o."""


class Crc:
    """A running CRC whose initial value and final mask are all ones, as those of S3 are."""

    def __init__(self, polynomial: int, width_bytes: int) -> None:
        self._polynomial = polynomial
        self._width = width_bytes
        self._mask = (1 << 8 * width_bytes) - 1
        self._value = self._mask
        self._rest = b""

    def update(self, data: bytes, /) -> None:
        data = self._rest + data if self._rest else data
        whole = len(data) - len(data) % BLOCK_BYTES
        for start in range(0, whole, BLOCK_BYTES):
            self._update_block(data[start : start + BLOCK_BYTES])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        value = _step(self._value, self._rest, self._polynomial)
        return (value ^ self._mask).to_bytes(self._width, "big")

    def _update_block(self, block: bytes) -> None:
        planes = _step_lanes(block, _lane_tables(self._polynomial, self._width), self._width)
        for level in range(LEVELS):
            planes = _join_pairs(planes, _advance(self._polynomial, self._width, level))
        before = [bytes((byte,)) for byte in self._value.to_bytes(self._width, "little")]
        advanced = _apply(_advance(self._polynomial, self._width, LEVELS), before)
        self._value = _value_of(advanced) ^ _value_of(planes)


def _step_lanes(block: bytes, tables: list[bytes], width: int) -> _Planes:
    """The CRC of each lane, begun at zero."""
    lanes = len(block) // LANE_BYTES
    planes = [0] * width
    for position in range(LANE_BYTES):
        column = int.from_bytes(block[position::LANE_BYTES], "little")
        index = (planes[0] ^ column).to_bytes(lanes, "little")
        found = [int.from_bytes(index.translate(table), "little") for table in tables]
        planes = [*(plane ^ add for plane, add in zip(planes[1:], found, strict=False)), found[-1]]
    return [plane.to_bytes(lanes, "little") for plane in planes]


def _join_pairs(planes: _Planes, advance: _Operator) -> _Planes:
    firsts = _apply(advance, [plane[0::2] for plane in planes])
    return [_xor(first, plane[1::2]) for first, plane in zip(firsts, planes, strict=True)]


def _apply(operator: _Operator, planes: _Planes) -> _Planes:
    length = len(planes[0])
    sums = [0] * len(planes)
    for tables, plane in zip(operator, planes, strict=True):
        for output, table in enumerate(tables):
            sums[output] ^= int.from_bytes(plane.translate(table), "little")
    return [value.to_bytes(length, "little") for value in sums]


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "little") ^ int.from_bytes(right, "little")).to_bytes(len(left), "little")


def _value_of(planes: _Planes) -> int:
    return int.from_bytes(b"".join(planes), "little")


def _step(value: int, data: bytes, polynomial: int) -> int:
    table = _byte_table(polynomial)
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value


@cache
def _byte_table(polynomial: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


@cache
def _lane_tables(polynomial: int, width: int) -> list[bytes]:
    """Byte o of the byte table's entries, for each o."""
    table = _byte_table(polynomial)
    return [bytes(entry >> 8 * output & 0xFF for entry in table) for output in range(width)]


@cache
def _advance(polynomial: int, width: int, level: int) -> _Operator:
    """What 64 zero bytes do to a value, doubled `level` times. Some milliseconds, once."""
    units = [bytes((1 << bit % 8,)) if bit // 8 == at else b"\0" for bit in range(8 * width) for at in range(width)]
    bits = [units[start : start + width] for start in range(0, len(units), width)]
    if level == 0:
        images = [_step(_value_of(bit), bytes(LANE_BYTES), polynomial) for bit in bits]
    else:
        half = _advance(polynomial, width, level - 1)
        images = [_value_of(_apply(half, _apply(half, bit))) for bit in bits]
    return [_tables_of(images[8 * at : 8 * at + 8], width) for at in range(width)]


def _tables_of(images: list[int], width: int) -> list[bytes]:
    """The tables of one input byte, from what its eight bits become."""
    entries = [0] * 256
    for entry in range(1, 256):
        lowest = entry & -entry
        entries[entry] = entries[entry ^ lowest] ^ images[lowest.bit_length() - 1]
    return [bytes(value >> 8 * output & 0xFF for value in entries) for output in range(width)]
