"""Header fields as both kinds of head collect and write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Headers = list[tuple[str, str]]
"""Lower-case name and value, in the order of the wire; a name may occur more than once."""

_KNOWN_NAMES_LIMIT = 1024
_known_names: dict[bytes, str] = {}


class HeaderCollector:
    """Receives llhttp's header callbacks."""

    __slots__ = ("headers",)

    def __init__(self) -> None:
        self.headers: Headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        known = _known_names.get(name)
        self.headers.append((_know(name) if known is None else known, value.decode("latin-1").rstrip(" \t")))


def _know(name: bytes) -> str:
    # Decoding and lowering each name of each request costs more than llhttp itself.
    if len(_known_names) >= _KNOWN_NAMES_LIMIT:
        _known_names.clear()
    text = _known_names[name] = name.decode("latin-1").lower()
    return text


def first_value(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    """The value of the first header called `name` (lower case), or None."""
    for key, value in headers:
        if key == name:
            return value
    return None


def serialize_head(start_line: str, headers: Iterable[tuple[str, str]], last: str) -> bytes:
    """The bytes of a head: `start_line` without its end, the headers, then `last` (whole lines, written by us).

    Raises ValueError where a header holds a line end: it would become a header of its own.
    """
    lines = [start_line]
    lines += [f"{name}: {value}" for name, value in headers]
    text = "\r\n".join(lines)
    line_ends = len(lines) - 1
    if text.count("\n") != line_ends or text.count("\r") != line_ends:
        raise ValueError("a header holds a line end")
    return f"{text}\r\n{last}\r\n".encode("latin-1")
