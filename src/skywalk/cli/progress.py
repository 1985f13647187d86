"""Long work shows that it goes on: a spinner on a terminal, a plain line elsewhere. It writes to stderr, so that what
a command answers on stdout stays alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def progress(text: str, stream: TextIO | None = None) -> Iterator[None]:
    """Says what is being done while the body does it: `with progress("starting the region"): …`"""
    to = stream or sys.stderr
    if not is_lively(to, os.environ):
        print(f"{text} …", file=to, flush=True)
        yield
        return
    # Only here: rich costs more time to load than most commands take.
    from rich.console import Console

    with Console(file=to, highlight=False).status(f"{text} …", spinner="dots"):
        yield


def is_lively(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether what moves may be shown on it."""
    return stream.isatty() and environment.get("TERM", "") not in {"", "dumb"}


def has_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """A terminal whose owner has not said no. Source: no-color.org."""
    return is_lively(stream, environment) and not environment.get("NO_COLOR")
