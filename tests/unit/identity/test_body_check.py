from __future__ import annotations

import pytest

from skywalk.identity.body_check import BodyCheck, BodyKind, ChunkSigning, body_check_of
from skywalk.values.errors import AwsError

SIGNING = ChunkSigning(b"key", "20260101T000000Z", "20260101/us-east-1/s3/aws4_request", "0" * 64)
CHUNKED = {"x-amz-decoded-content-length": "10", "x-amz-trailer": "X-Amz-Checksum-Crc32, x-amz-meta-a"}


def check(word: str) -> BodyCheck:
    return body_check_of(word, CHUNKED, lambda: SIGNING)


def test_words_of_the_header() -> None:
    assert check("UNSIGNED-PAYLOAD") == BodyCheck(BodyKind.UNSIGNED)
    assert check("0" * 64) == BodyCheck(BodyKind.LITERAL, "0" * 64)
    assert check("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") == BodyCheck(
        BodyKind.SIGNED_CHUNKS, chunk_signing=SIGNING, decoded_length=10
    )
    assert check("STREAMING-UNSIGNED-PAYLOAD-TRAILER") == BodyCheck(
        BodyKind.UNSIGNED_TRAILER, decoded_length=10, trailer_names=("x-amz-checksum-crc32", "x-amz-meta-a")
    )


@pytest.mark.parametrize("word", ["", "A" * 64, "0" * 63, "STREAMING-", "unsigned-payload"])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(AwsError, match="InvalidArgument"):
        check(word)
