from __future__ import annotations

import pytest

from skywalk.http1.chunked import LAST_CHUNK, ChunkedDecoder, ChunkedMalformed, encode_chunk

WHOLE = b"5\r\nhello\r\n1;a=b\r\n \r\nB\r\nworld of up\r\n0\r\nX-Trailer: a\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_of_any_size(size: int) -> None:
    decoder = ChunkedDecoder()
    payload = []
    for start in range(0, len(WHOLE), size):
        payload += decoder.feed(WHOLE[start : start + size])
    assert b"".join(payload) == b"hello world of up"
    assert (decoder.done, decoder.rest) == (True, b"")


def test_what_follows_is_left() -> None:
    decoder = ChunkedDecoder()
    assert decoder.feed(LAST_CHUNK + b"GET /") == []
    assert (decoder.done, decoder.rest) == (True, b"GET /")


def test_encoded_chunks_decode() -> None:
    decoder = ChunkedDecoder()
    assert b"".join(decoder.feed(encode_chunk(b"a" * 300) + encode_chunk(b"b") + LAST_CHUNK)) == b"a" * 300 + b"b"
    assert decoder.done


@pytest.mark.parametrize(
    "coded",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"0x1\r\n",
        b"1 \r\n",
        b" 1\r\n",
        b"1_0\r\n",
        b"1\na\n",
        b"1\r\nab\r\n",
        b"1\r\na\n",
        b"1\r\naXX",
        b"1;\x00\r\n",
        b"1;a\nb\r\n",
        b"10000000000000000\r\n",
        b"1;" + b"a" * 2000,
        b"0\r\nno colon\r\n",
        b"0\r\n folded: a\r\n",
        b"0\r\na: \x01\r\n",
        b"0\r\n" + b"a: b\r\n" * 5000,
    ],
)
def test_malformed(coded: bytes) -> None:
    with pytest.raises(ChunkedMalformed):
        ChunkedDecoder().feed(coded + b"\r\n" * 2)
