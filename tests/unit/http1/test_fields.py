from __future__ import annotations

import pytest

from skywalk.http1.fields import FieldMalformed, first_value, join_fields, parse_fields, serialize_head


def fields(*lines: str) -> list[tuple[str, str]]:
    return parse_fields("".join(f"{line}\r\n" for line in (*lines, "")))


def test_names_are_lowered_and_values_keep_their_bytes() -> None:
    for number in range(3000):
        assert fields(f"X-Name-{number}: caf\xe9 \t") == [(f"x-name-{number}", "caf\xe9")]
    assert fields("A:", "B:\t b \tc ", "B:" + "d" * 5000) == [("a", ""), ("b", "b \tc"), ("b", "d" * 5000)]
    assert fields() == []


@pytest.mark.parametrize("line", ["", "a", ": b", "a : b", " a: b", "a(: b", "a: b\rc", "a: \0", "a: \x7f", "a: €"])
def test_lines_that_are_no_fields(line: str) -> None:
    for further in ("", "d" * 5000):
        with pytest.raises(FieldMalformed):
            fields("A: b", line, f"C: {further}")


def test_join_fields() -> None:
    assert join_fields([("a", "1"), ("b", "2"), ("a", "3")]) == {"a": "1,3", "b": "2"}


def test_first_value() -> None:
    assert first_value([("a", "1"), ("b", "2"), ("a", "3")], "a") == "1"
    assert first_value([], "a") is None


def test_serialize_head() -> None:
    raw = serialize_head("GET / HTTP/1.1", [("host", "a"), ("x", "é")], "Content-Length: 0\r\n")
    assert raw == b"GET / HTTP/1.1\r\nhost: a\r\nx: \xe9\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(ValueError, match="line end"):
        serialize_head("GET / HTTP/1.1\r\nA: b", [], "")
    with pytest.raises(ValueError, match="latin-1"):
        serialize_head("GET / HTTP/1.1", [("x", "€")], "")
