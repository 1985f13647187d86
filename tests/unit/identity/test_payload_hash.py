from __future__ import annotations

from hashlib import sha256

import pytest

from skywalk.identity.payload_hash import PayloadHash
from skywalk.values.errors import AwsError


def test_all_but_the_last_piece_passes_on() -> None:
    body = PayloadHash(sha256(b"onetwothree").hexdigest())
    assert [body.feed(b"one"), body.feed(b""), body.feed(b"two"), body.feed(b"three")] == [[], [], [b"one"], [b"two"]]
    assert not body.verified
    assert body.finish() == b"three"
    assert body.verified


@pytest.mark.parametrize("pieces", [[b"one", b"twO"], [b"one"], [], [b"one", b"two", b"!"]])
def test_another_body_is_refused_before_its_end(pieces: list[bytes]) -> None:
    body = PayloadHash(sha256(b"onetwo").hexdigest())
    passed = b"".join(part for piece in pieces for part in body.feed(piece))
    with pytest.raises(AwsError) as caught:
        body.finish()
    assert (caught.value.code, caught.value.status) == ("XAmzContentSHA256Mismatch", 400)
    assert len(passed) < max(1, sum(map(len, pieces)))
    assert not body.verified


def test_empty_body() -> None:
    assert PayloadHash(sha256(b"").hexdigest()).finish() == b""
