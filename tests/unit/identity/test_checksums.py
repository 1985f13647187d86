from __future__ import annotations

import base64

import pytest

from skywalk.identity.checksums import checksum_for, matches
from skywalk.identity.crc import BLOCK_BYTES

CHECK_VALUES = {
    # of "123456789", from the catalogue of parametrised CRC algorithms and the hashes' standards
    "crc32": "cbf43926",
    "crc32c": "e3069283",
    "crc64nvme": "ae8b14860a799888",
    "md5": "25f9e794323b453885f5181f1b624d0b",
    "sha1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
}


@pytest.mark.parametrize("algorithm", sorted(CHECK_VALUES))
def test_published_check_values(algorithm: str) -> None:
    checksum = checksum_for(f"x-amz-checksum-{algorithm}")
    assert checksum is not None
    checksum.update(b"12345")
    checksum.update(b"6789")
    assert checksum.digest().hex() == CHECK_VALUES[algorithm]
    assert matches(checksum, base64.b64encode(bytes.fromhex(CHECK_VALUES[algorithm])).decode())
    assert not matches(checksum, "AAAA")
    assert not matches(checksum, "%%%")


def test_crc64_of_long_data() -> None:
    # The value of the NVM Command Set Specification for 4 KiB of zeros holds for the byte loop; many blocks of them
    # go through the lanes.
    short, long = (checksum_for("x-amz-checksum-crc64nvme") for _ in range(2))
    assert short is not None
    assert long is not None
    short.update(bytes(4096))
    assert short.digest().hex() == "6482d367eb22b64e"
    long.update(bytes(BLOCK_BYTES))
    for _ in range(BLOCK_BYTES // 4096 - 1):
        short.update(bytes(4096))
    assert long.digest() == short.digest()


def test_unknown_algorithms() -> None:
    assert checksum_for("x-amz-checksum-xxhash3") is None
    assert checksum_for("x-amz-meta-a") is None
