"""What is told, as lines: pure, for any width, with or without colour."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from skywalk.demo.commands import wrap
from skywalk.demo.judge import Measurement, Unmet, packets

MAX_WIDTH = 96
MAX_OUTPUT_LINES = 14
_MARGIN = "  "


class Style(Enum):
    """What a line is; the terminal decides what that looks like."""

    HEADING = "heading"
    PROSE = "prose"
    NOTE = "note"
    COMMAND = "command"
    OUTPUT = "output"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    style: Style = Style.PROSE


BLANK = Line("")


def render_title(text: str, why: str, width: int) -> list[Line]:
    return [Line(text, Style.HEADING), BLANK, *_prose(why, width), BLANK]


def render_heading(number: int, count: int, title: str, why: str, width: int) -> list[Line]:
    place = f" {number}/{count}"
    rule = "─" * max(3, width - len(title) - len(place) - 4)
    return [BLANK, Line(f"── {title} {rule}{place}"[:width], Style.HEADING), *_prose(why, width), BLANK]


def render_command(command: str, note: str, width: int) -> list[Line]:
    notes = [BLANK, *_marked("#", note, Style.NOTE, width)] if note else []
    first, *more = wrap(command, width - len(_MARGIN) - 2)
    return [
        *notes,
        Line(f"{_MARGIN}$ {first}", Style.COMMAND),
        *(Line(f"{_MARGIN}  {line}", Style.COMMAND) for line in more),
    ]


def render_output(output: str, width: int) -> list[Line]:
    """The output, long lines folded, and its middle left out where it is long."""
    lines = [line for line in output.splitlines() if line.strip()]
    if len(lines) > MAX_OUTPUT_LINES:
        head, tail = lines[: MAX_OUTPUT_LINES - 4], lines[-3:]
        lines = [*head, f"… {len(lines) - len(head) - len(tail)} more lines", *tail]
    return [Line(_MARGIN + folded, Style.OUTPUT) for line in lines for folded in _fold(line, width - len(_MARGIN))]


def render_file(name: str, text: str, width: int) -> list[Line]:
    """A file as `cat` shows it: whole, that is what it is there for."""
    return [
        BLANK,
        Line(f"{_MARGIN}$ cat {name}", Style.COMMAND),
        *(
            Line(_MARGIN + folded, Style.OUTPUT)
            for line in text.splitlines()
            for folded in _fold(line, width - len(_MARGIN))
        ),
        BLANK,
    ]


def render_passed(proof: str, width: int) -> list[Line]:
    return [*_marked("✓", proof, Style.PASSED, width), BLANK]


def render_failed(unmet: Unmet, width: int) -> list[Line]:
    return [
        *_marked("✗", "not what was expected", Style.FAILED, width),
        *_marked(" ", f"expected: {unmet.expected}", Style.FAILED, width),
        *_marked(" ", f"came: {unmet.came}", Style.FAILED, width),
    ]


def render_counters(
    named: Sequence[tuple[str, str]], before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]
) -> list[Line]:
    """A table of packets, both ways; `named` are owners with what to call them."""
    rows = [("", "before", "after", "carried")]
    for owner, name in named:
        earlier, later = packets(before[owner]), packets(after[owner])
        rows.append((name, f"{earlier:,}", f"{later:,}", f"{later - earlier:+,}" if later != earlier else "0"))
    return _table(rows)


def render_side_by_side(columns: Sequence[tuple[str, Measurement]]) -> list[Line]:
    """A table with a column for each measurement, under its title."""
    stretch = max(len(found.crossed) for _, found in columns)
    rows = [
        ("", *(title for title, _ in columns)),
        ("a request took", *(f"{found.milliseconds:.1f} ms" for _, found in columns)),
        ("bytes carried", *(f"{found.carried_bytes:,}" for _, found in columns)),
        ("hops", *(str(len(found.crossed)) for _, found in columns)),
        *(
            (f"hop {n + 1}", *(found.crossed[n] if n < len(found.crossed) else "" for _, found in columns))
            for n in range(stretch)
        ),
    ]
    return _table(rows)


def _table(rows: Sequence[tuple[str, ...]]) -> list[Line]:
    """The first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        Line(
            f"{_MARGIN}{row[0]:<{widths[0]}}"
            + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)).rstrip(),
            Style.OUTPUT,
        )
        for row in rows
    ]


def policy_text(policy: Mapping[str, object]) -> str:
    """A policy as one writes it by hand: short lists on one line."""
    return _json(policy, 0)


def _json(value: object, depth: int) -> str:
    flat = json.dumps(value)
    if len(flat) <= 50 and not (isinstance(value, Mapping) and depth == 0):
        return flat
    inner = "  " * (depth + 1)
    if isinstance(value, Mapping):
        rows = [f"{inner}{json.dumps(key)}: {_json(one, depth + 1)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + "  " * depth + "}"
    if isinstance(value, list):
        rows = [inner + _json(one, depth + 1) for one in value]
        return "[\n" + ",\n".join(rows) + "\n" + "  " * depth + "]"
    return flat


def _prose(text: str, width: int) -> list[Line]:
    return [Line(line) for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)]


def _marked(mark: str, text: str, style: Style, width: int) -> list[Line]:
    folded = _fold(text, width - len(_MARGIN) - 2)
    return [Line(f"{_MARGIN}{mark if place == 0 else ' '} {line}", style) for place, line in enumerate(folded)]


def _fold(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False, drop_whitespace=True
    )
