from __future__ import annotations

import base64
import random
import string
import time
import zlib

import pytest

from skywalk.identity import authorization_message
from skywalk.identity.authorization_message import (
    MAX_TEXT_BYTES,
    MAX_TOKEN_CHARACTERS,
    MessageRefused,
    open_message,
    seal_message,
)

KEY = b"k" * 32
ACCOUNT, OTHER = "123456789012", "210987654321"
TEXT = '{"allowed":false,"context":{"resource":"arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"},"who":"Zoë"}'


def sealed(text: str = TEXT, key: bytes = KEY) -> str:
    token = seal_message(key, ACCOUNT, text)
    assert token is not None
    return token


def is_refused(token: str, account_id: str = ACCOUNT, key: bytes = KEY) -> bool:
    try:
        open_message(key, account_id, token)
    except MessageRefused:
        return True
    return False


def noise(length: int) -> str:
    return "".join(random.Random(7).choices(string.printable, k=length))


def raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def written(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_message_is_read_again_by_its_account_alone() -> None:
    assert open_message(KEY, ACCOUNT, sealed()) == TEXT
    assert is_refused(sealed(), OTHER)
    assert is_refused(sealed(), key=b"x" * 32)


def test_a_token_looks_as_aws_s_does_and_tells_nothing() -> None:
    token = sealed("vpc-1" * 100)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert b"vpc-1" not in raw(token)
    with pytest.raises(zlib.error):
        zlib.decompress(raw(token)[16:])


def test_equal_messages_give_equal_tokens_and_others_do_not() -> None:
    assert sealed() == sealed()
    assert len({sealed(), sealed(TEXT + " "), sealed(key=b"x" * 32), seal_message(KEY, OTHER, TEXT)}) == 4


def test_every_changed_byte_is_noticed() -> None:
    content = raw(sealed())
    for place in range(len(content)):
        forged = bytearray(content)
        forged[place] ^= 1
        assert is_refused(written(bytes(forged))), place


@pytest.mark.parametrize(
    "token",
    [
        "",
        "A",
        "EXAMPLE",
        "no token\n",
        "Zoë",
        "=" * 8,
        "A" * MAX_TOKEN_CHARACTERS,
        "A" * (MAX_TOKEN_CHARACTERS + 1),
        "A" * 5_000_000,
        written(zlib.compress(b"0" * 100_000_000)),
    ],
    ids=lambda token: token[:12].encode("unicode_escape").decode(),
)
def test_what_is_no_token_is_refused_at_once(token: str) -> None:
    started = time.process_time()
    assert is_refused(token)
    assert time.process_time() - started < 5


def test_cut_longer_and_respelt_tokens_are_refused() -> None:
    token = sealed()
    assert not is_refused(token)
    others = [token[:-1], token[:40], token[1:], token + "A", token + "=", f"{token}\n", f" {token}", token * 2]
    others.append(written(raw(token))[:-1] + ("B" if token[-1] != "B" else "C"))
    assert [other for other in others if other != token and not is_refused(other)] == []


def test_what_could_not_be_decoded_again_is_not_sealed() -> None:
    assert seal_message(KEY, ACCOUNT, noise(MAX_TOKEN_CHARACTERS)) is None
    assert seal_message(KEY, ACCOUNT, "a" * (MAX_TEXT_BYTES + 1)) is None
    longest = "a" * MAX_TEXT_BYTES
    assert open_message(KEY, ACCOUNT, sealed(longest)) == longest
    assert len(sealed(noise(8000))) <= MAX_TOKEN_CHARACTERS


def test_nothing_is_unpacked_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    token = sealed("a" * MAX_TEXT_BYTES)
    monkeypatch.setattr(authorization_message, "MAX_TEXT_BYTES", 100)
    assert open_message(KEY, ACCOUNT, token) == "a" * 100
