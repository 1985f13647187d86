from __future__ import annotations

import pytest

from skywalk.values.dns_names import lies_in, name_bytes, parent_name, read_name, show_name


@pytest.mark.parametrize(
    ("text", "kept", "shown"),
    [
        ("Example.COM.", "example.com", "example.com."),
        ("example.com", "example.com", "example.com."),
        ("", "", "."),
        (".", "", "."),
        ("*.example.com", "*.example.com", r"\052.example.com."),
        (r"\052.example.com", "*.example.com", r"\052.example.com."),
        (r"\101.example.com", "a.example.com", "a.example.com."),
        (r"a\056b.example.com", r"a\046b.example.com", r"a\056b.example.com."),
        (r"a\.b.example.com", r"a\046b.example.com", r"a\056b.example.com."),
        (r"a\134b.example.com", r"a\092b.example.com", r"a\134b.example.com."),
        ("_sip._tcp.example.com", "_sip._tcp.example.com", "_sip._tcp.example.com."),
        ("\u00dcber.example.com", "\u00dcber.example.com", r"\334ber.example.com."),
    ],
)
def test_names_are_kept_and_shown(text: str, kept: str, shown: str) -> None:
    assert read_name(text) == kept
    assert show_name(kept) == shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a..b", "DomainLabelEmpty"),
        (".a", "DomainLabelEmpty"),
        ("a" * 64 + ".com", "DomainLabelTooLong"),
        (".".join(["a" * 63] * 4), "DomainTooLong"),
        ("a\\", "InvalidEscape"),
        ("\u4e2d.com", "UnsupportedCharacter"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code} "):
        read_name(text)


def test_the_longest_label_may_have_escapes() -> None:
    assert len(name_bytes(read_name("\\052" * 63))) == 65
    assert len(name_bytes(read_name("\\056" * 63))) == 65


def test_names_as_packets_have_them() -> None:
    assert name_bytes("") == b"\0"
    assert name_bytes(r"a\046b.c") == b"\x03a.b\x01c\0"
    assert name_bytes(r"a\092b") == b"\x03a\\b\0"


def test_parents_and_zones() -> None:
    assert parent_name("a.b.c") == "b.c"
    assert parent_name("c") == ""
    assert lies_in("a.b", "b")
    assert lies_in("b", "b")
    assert lies_in("b", "")
    assert not lies_in("ab", "b")
