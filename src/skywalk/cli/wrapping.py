"""Long texts in the width of a terminal: a failure names resources, and there may be many of both."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

LISTED_AT_MOST = 10
"""Failures of one subject that people are shown."""

_NARROWEST = 40


def width_of(stream: TextIO) -> int | None:
    """The columns of a terminal; None for what is none: programs want whole lines."""
    return max(shutil.get_terminal_size().columns, _NARROWEST) if stream.isatty() else None


def wrapped(first: str, text: str, width: int | None, hang: int = 2) -> list[str]:
    """Lines of `text` behind `first`; the later ones begin below the text, `hang` columns further in."""
    if width is None:
        return [f"{first}{text}"]
    below = " " * (len(first) + hang)
    # Names are not taken apart: they are copied from here into commands.
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]


def failures_by_subject(status: Mapping[str, Any]) -> dict[str, list[str]]:
    """What fails, one text each, as many as people are shown. A daemon of an earlier version has one text for all."""
    found: Mapping[str, Sequence[str]] = status.get("failing", {})
    return {subject: shortened(found.get(subject, (text,))) for subject, text in status["failures"].items()}


def shortened(texts: Sequence[str]) -> list[str]:
    more = len(texts) - LISTED_AT_MOST
    return list(texts) if more <= 0 else [*texts[:LISTED_AT_MOST], f"and {more} more; all by: skywalk status --json"]
