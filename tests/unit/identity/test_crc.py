from __future__ import annotations

import random
import zlib

import pytest

from skywalk.identity.crc import BLOCK_BYTES, Crc

CRC32_POLYNOMIAL = 0xEDB88320


@pytest.mark.parametrize("length", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 5 * BLOCK_BYTES + 77])
def test_lanes_agree_with_the_standard_library(length: int) -> None:
    data = random.Random(length).randbytes(length)
    crc = Crc(CRC32_POLYNOMIAL, 4)
    crc.update(data)
    assert crc.digest() == zlib.crc32(data).to_bytes(4, "big")


@pytest.mark.parametrize("size", [1, 1000, BLOCK_BYTES, 100_000])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    data = random.Random(0).randbytes(3 * BLOCK_BYTES + 5)
    crc = Crc(CRC32_POLYNOMIAL, 4)
    for start in range(0, len(data), size):
        crc.update(data[start : start + size])
    assert crc.digest() == zlib.crc32(data).to_bytes(4, "big")
