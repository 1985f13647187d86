from __future__ import annotations

import pytest

from skywalk.http1.fields import HeaderCollector, first_value, serialize_head


def test_names_are_lowered_and_values_keep_their_bytes() -> None:
    collector = HeaderCollector()
    for number in range(3000):
        collector.on_header(b"X-Name-%d" % number, b"caf\xe9 \t")
    assert collector.headers[2999] == ("x-name-2999", "café")


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
