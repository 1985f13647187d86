"""The examples of AWS's documentation, bodies framed by botocore, and everything that can be wrong with one."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha256Checksum

from skywalk.identity.aws_chunked import AwsChunkedDecoder
from skywalk.identity.body_check import BodyCheck, BodyKind, ChunkSigning
from skywalk.identity.signing_key import derive_signing_key
from skywalk.values.errors import AwsError

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = derive_signing_key(SECRET, "20130524", "us-east-1", "s3")
TIMESTAMP, SCOPE = "20130524T000000Z", "20130524/us-east-1/s3/aws4_request"
CRC32C = "x-amz-checksum-crc32c"

# S3 API Reference, "Transferring Payload in Multiple Chunks": 66,560 letters in chunks of 65,536 and 1,024.
SIGNED = BodyCheck(
    BodyKind.SIGNED_CHUNKS,
    chunk_signing=ChunkSigning(
        KEY, TIMESTAMP, SCOPE, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    ),
    decoded_length=66560,
)
SIGNED_BODY = (
    b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
    + b"a" * 65536
    + b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
    + b"a" * 1024
    + b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
)

# The same, "Including Trailing Headers".
TRAILED = BodyCheck(
    BodyKind.SIGNED_CHUNKS_TRAILER,
    chunk_signing=ChunkSigning(
        KEY, TIMESTAMP, SCOPE, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
    ),
    decoded_length=66560,
    trailer_names=(CRC32C,),
)
TRAILED_BODY = (
    b"10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
    + b"a" * 65536
    + b"\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
    + b"a" * 1024
    + b"\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
    + b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    + b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
)


def unsigned(length: int, *trailer_names: str) -> BodyCheck:
    return BodyCheck(BodyKind.UNSIGNED_TRAILER, decoded_length=length, trailer_names=trailer_names)


def decode(check: BodyCheck, pieces: Iterable[bytes]) -> bytes:
    decoder = AwsChunkedDecoder(check)
    payload = b"".join(part for piece in pieces for part in decoder.feed(piece))
    before = decoder.verified
    payload += decoder.finish()
    assert (before, decoder.verified) == (False, True)
    return payload


def refusal(check: BodyCheck, body: bytes) -> tuple[str, int, int]:
    """Code and status, and how many bytes had been passed on by then."""
    decoder = AwsChunkedDecoder(check)
    passed = 0
    with pytest.raises(AwsError) as caught:
        for start in range(0, len(body), 5000):
            passed += sum(map(len, decoder.feed(body[start : start + 5000])))
        decoder.finish()
    assert not decoder.verified
    return caught.value.code, caught.value.status, passed


def in_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize("size", [7, 4096, 65536, 1 << 20])
@pytest.mark.parametrize(("check", "body"), [(SIGNED, SIGNED_BODY), (TRAILED, TRAILED_BODY)])
def test_examples_of_the_documentation(check: BodyCheck, body: bytes, size: int) -> None:
    assert decode(check, in_pieces(body, size)) == b"a" * 66560


@pytest.mark.parametrize("length", [0, 1, 8192, 3 * 1024 * 1024 + 5])
@pytest.mark.parametrize("checksum", [Crc32Checksum, Sha256Checksum])
def test_bodies_framed_by_botocore(length: int, checksum: type) -> None:
    name = "x-amz-checksum-crc32" if checksum is Crc32Checksum else "x-amz-checksum-sha256"
    payload = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    framed = AwsChunkedWrapper(io.BytesIO(payload), checksum, name).read()
    assert decode(unsigned(length, name), in_pieces(framed, 10_000)) == payload


def test_trailers_are_kept_for_who_forwards_them() -> None:
    decoder = AwsChunkedDecoder(TRAILED)
    decoder.feed(TRAILED_BODY)
    decoder.finish()
    assert decoder.trailers == {CRC32C: "sOO8/Q=="}


def test_the_last_piece_waits_for_finish() -> None:
    decoder = AwsChunkedDecoder(SIGNED)
    passed = b"".join(part for piece in in_pieces(SIGNED_BODY, 3000) for part in decoder.feed(piece))
    assert 0 < len(passed) < 66560
    assert len(passed + decoder.finish()) == 66560


OTHER = b"0" * 64
TAMPERED = {
    "a letter of the first chunk": (SIGNED, SIGNED_BODY.replace(b"\naaaa", b"\nabaa", 1), "SignatureDoesNotMatch"),
    "a letter of the last chunk": (SIGNED, SIGNED_BODY.replace(b"aaa\r\n0;", b"aab\r\n0;"), "SignatureDoesNotMatch"),
    "signature of the last chunk": (
        SIGNED,
        SIGNED_BODY.replace(b"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", OTHER),
        "SignatureDoesNotMatch",
    ),
    "chunks in another order": (
        replace(SIGNED, decoded_length=2048),
        SIGNED_BODY[SIGNED_BODY.index(b"400;") :],
        "SignatureDoesNotMatch",
    ),
    "the last chunk left out": (SIGNED, SIGNED_BODY[: SIGNED_BODY.index(b"0;chunk", 66000)], "IncompleteBody"),
    "a chunk left out": (
        SIGNED,
        SIGNED_BODY[: SIGNED_BODY.index(b"400;")] + SIGNED_BODY[SIGNED_BODY.index(b"0;chunk", 66700) :],
        "IncompleteBody",
    ),
    "cut in a chunk": (SIGNED, SIGNED_BODY[:66000], "IncompleteBody"),
    "cut before the last line": (SIGNED, SIGNED_BODY[:-2], "IncompleteBody"),
    "longer than declared": (replace(SIGNED, decoded_length=66559), SIGNED_BODY, "IncompleteBody"),
    "shorter than declared": (replace(SIGNED, decoded_length=66561), SIGNED_BODY, "IncompleteBody"),
    "bytes after the end": (SIGNED, SIGNED_BODY + b"0", "InvalidChunkEncoding"),
    "no signature": (
        SIGNED,
        SIGNED_BODY.replace(b";chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", b""),
        "InvalidChunkEncoding",
    ),
    "a trailer where none is due": (SIGNED, SIGNED_BODY[:-2] + b"a:b\r\n\r\n", "MalformedTrailerError"),
    "the trailer's value": (TRAILED, TRAILED_BODY.replace(b"sOO8/Q==", b"sOO8/A=="), "SignatureDoesNotMatch"),
    "the trailer's signature": (TRAILED, TRAILED_BODY.replace(b":d81f", b":d81e"), "SignatureDoesNotMatch"),
    "no trailer signature": (
        TRAILED,
        TRAILED_BODY[: TRAILED_BODY.index(b"x-amz-trailer")] + b"\r\n",
        "MalformedTrailerError",
    ),
    "no trailer": (TRAILED, TRAILED_BODY[: TRAILED_BODY.index(b"x-amz-checksum")] + b"\r\n", "MalformedTrailerError"),
}


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_nothing_can_be_changed(what: str) -> None:
    check, body, code = TAMPERED[what]
    answered, status, passed = refusal(check, body)
    assert answered == code
    assert status == (403 if code == "SignatureDoesNotMatch" else 400)
    assert check.decoded_length is not None
    assert passed < check.decoded_length


BROKEN = {
    "size is no number": b"xyz\r\n",
    "size has a sign": b"-5\r\n",
    "size in two lines": b"5\n\r\n",
    "bare line feed": b"5\nhello\n0\n\n",
    "chunk longer than its size": b"4\r\nhello\r\n0\r\n\r\n",
    "signature where none is due": b"5;chunk-signature=" + OTHER + b"\r\nhello\r\n",
    "other extension": b"5;a=b\r\nhello\r\n",
    "endless line": b"5" * 5000,
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_broken_framing(what: str) -> None:
    assert refusal(unsigned(5), BROKEN[what])[:2] == ("InvalidChunkEncoding", 400)


@pytest.mark.parametrize(
    "trailer",
    [b"x-amz-checksum-crc32:AAAAAA==\r\n", b"x-amz-checksum-crc32:not base 64\r\n", b"x-amz-checksum-crc32:\r\n"],
)
def test_wrong_checksum(trailer: bytes) -> None:
    check = unsigned(5, "x-amz-checksum-crc32")
    assert refusal(check, b"5\r\nhello\r\n0\r\n" + trailer + b"\r\n") == ("BadDigest", 400, 0)


def test_unknown_checksum_is_refused_before_the_body() -> None:
    with pytest.raises(AwsError, match="x-amz-trailer header is not supported"):
        AwsChunkedDecoder(unsigned(5, "x-amz-checksum-crc1"))


def test_only_the_last_chunk_may_be_small() -> None:
    small = b"400\r\n" + b"a" * 1024 + b"\r\n"
    assert refusal(unsigned(2048), small * 2 + b"0\r\n\r\n") == ("InvalidChunkSizeError", 403, 0)
    assert decode(unsigned(1024), [small + b"0\r\n\r\n"]) == b"a" * 1024
