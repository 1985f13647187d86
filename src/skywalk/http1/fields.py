"""Header fields as both kinds of head read and write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from sys import intern

Headers = list[tuple[str, str]]
"""Lower-case name and value, in the order of the wire; a name may occur more than once."""

# RFC 9110, 5.1 and 5.5: no space before the colon, no line that goes on another one, no control character but a tab.
_FIELD_LINE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t -~\x80-\xff]*)")
_REMEMBERED_LINES = 2048
_REMEMBERED_BYTES = 4096


class FieldMalformed(Exception):
    """A line of a head is no header field."""


def parse_fields(text: str) -> Headers:
    """The fields of a head, from behind its first line to its empty line; Latin-1 text. Raises FieldMalformed."""
    lines = text.split("\r\n")
    del lines[-2:]  # the empty line, and what is behind it: nothing
    # Peers send the same lines with every request. What is remembered is bounded in number and size.
    return list(map(_remembered_field if len(text) <= _REMEMBERED_BYTES else _parse_field, lines))


def _parse_field(line: str) -> tuple[str, str]:
    match = _FIELD_LINE.fullmatch(line)
    if match is None:
        raise FieldMalformed("A header line is malformed")
    return intern(match[1].lower()), match[2].rstrip(" \t")


_remembered_field = lru_cache(maxsize=_REMEMBERED_LINES)(_parse_field)


def join_fields(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One value for each name, several joined by a comma."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


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
    lines = [start_line, *map(": ".join, headers)]
    text = "\r\n".join(lines)
    line_ends = len(lines) - 1
    if text.count("\n") != line_ends or text.count("\r") != line_ends:
        raise ValueError("a header holds a line end")
    return f"{text}\r\n{last}\r\n".encode("latin-1")
