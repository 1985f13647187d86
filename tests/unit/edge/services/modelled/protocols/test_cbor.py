"""CBOR, read strictly and written shortly."""

from __future__ import annotations

import random
from typing import Any

import pytest

from skywalk.edge.services.modelled.protocols.cbor import CborMalformed, Moment, decode, encode


def drawn(random_: random.Random, depth: int = 0) -> Any:
    kind = random_.randrange(9 if depth < 4 else 7)
    if kind == 7:
        return [drawn(random_, depth + 1) for _ in range(random_.randrange(40))]
    if kind == 8:
        return {str(random_.random()): drawn(random_, depth + 1) for _ in range(random_.randrange(30))}
    return [
        None,
        random_.random() < 0.5,
        random_.randrange(-(1 << 64), 1 << 64),
        random_.uniform(-1e300, 1e300),
        random_.randbytes(random_.randrange(300)),
        "é" * random_.randrange(300),
        Moment(random_.randrange(1 << 33)),
    ][kind]


def test_what_is_written_is_read_again() -> None:
    random_ = random.Random(5)
    for _ in range(300):
        value = drawn(random_)
        assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("bf6161016162820203ff", {"a": 1, "b": [2, 3]}),
        ("9f0102ff", [1, 2]),
        ("7f626865636c6c6fff", "hello"),
        ("5f42010243030405ff", b"\1\2\3\4\5"),
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("c11a514b67b0", Moment(1363896240)),
        ("c1fb41d452d9ec200000", Moment(1363896240.5)),
        ("1bffffffffffffffff", (1 << 64) - 1),
        ("3bffffffffffffffff", -(1 << 64)),
        ("f7", None),
    ],
)
def test_the_forms_of_the_standard(data: str, value: object) -> None:
    """RFC 8949, appendix A."""
    assert decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "data",
    [
        "",
        "a1",  # a map without its content
        "a2616101616102",  # a key twice
        "a10101",  # a key that is no text
        "c001",  # another tag
        "c16161",  # a moment that is text
        "0101",  # something after it
        "5b7fffffffffffffff00",  # longer than there is
        "9b7fffffffffffffff",
        "7f4101ff",  # bytes within text
        "61ff",  # no UTF-8
        "1c",
        "ff",
        "bf61",
        "81" * 100 + "01",
    ],
)
def test_what_is_no_cbor(data: str) -> None:
    with pytest.raises(CborMalformed):
        decode(bytes.fromhex(data))


def test_no_bytes_make_it_fail_otherwise() -> None:
    random_ = random.Random(7)
    for _ in range(20_000):
        data = random_.randbytes(random_.randrange(24))
        try:
            decode(data)
        except CborMalformed:
            continue


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (65536, "1a00010000"),
        (-1, "20"),
        (1.5, "fb3ff8000000000000"),
    ],
)
def test_what_is_written_is_short(value: float, data: str) -> None:
    assert encode(value).hex() == data
