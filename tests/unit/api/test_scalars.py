"""Kinds of values that no served operation takes yet; the others are tested through requests and answers."""

from __future__ import annotations

import pytest

from skywalk.api.scalars import EXPECTED, read_scalar, scalar_writer


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("-1.5", -1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0)])
def test_floats(text: str, value: float) -> None:
    assert read_scalar("float", text) == value


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-Infinity", "1e999", "1_0", "0x1", "1,5", "9" * 400])
def test_no_floats(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_scalar("float", text)


def test_blobs() -> None:
    assert read_scalar("blob", "AP8=") == b"\x00\xff"
    assert read_scalar("blob", "") == b""


@pytest.mark.parametrize("text", ["AP8", "AP8=\n", "A*8=", "é"])
def test_no_blobs(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_scalar("blob", text)


def test_longs() -> None:
    assert read_scalar("long", "9223372036854775807") == 2**63 - 1
    with pytest.raises(ValueError, match="9223372036854775808"):
        read_scalar("long", "9223372036854775808")


def test_percent_encoding_is_rfc_3986() -> None:
    assert scalar_writer("percent_encoded")("aZ0-_.~ /+é\n") == "aZ0-_.~%20%2F%2B%C3%A9%0A"


def test_every_kind_says_what_was_expected() -> None:
    assert EXPECTED["blob"] == "data in base64"
    assert EXPECTED["float"] == "a number"
