from __future__ import annotations

from skywalk.identity.aws_chunked import AwsChunkedDecoder
from skywalk.identity.body_check import UNCHECKED, BodyCheck, BodyKind
from skywalk.identity.body_verifier import body_verifier_for
from skywalk.identity.payload_hash import PayloadHash


def test_unsigned_bodies_pass_whole() -> None:
    body = body_verifier_for(UNCHECKED)
    assert body.feed(b"abc") == [b"abc"]
    assert body.feed(b"") == []
    assert (body.finish(), body.verified) == (b"", True)


def test_each_kind_has_its_verifier() -> None:
    assert isinstance(body_verifier_for(BodyCheck(BodyKind.LITERAL, "0" * 64)), PayloadHash)
    chunked = BodyCheck(BodyKind.UNSIGNED_TRAILER, decoded_length=0)
    assert isinstance(body_verifier_for(chunked), AwsChunkedDecoder)
