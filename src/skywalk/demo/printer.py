"""Writing lines to where the user reads: in colour on a terminal, plainly elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from skywalk.cli.progress import has_colour, is_lively
from skywalk.demo.render import MAX_WIDTH, Line, Style

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

_LEAST_WIDTH = 60
_COLOURS: Mapping[Style, str] = {
    Style.HEADING: "bold cyan",
    Style.PROSE: "default",
    Style.NOTE: "bright_black",
    Style.COMMAND: "bold",
    Style.OUTPUT: "default",
    Style.PASSED: "green",
    Style.FAILED: "bold red",
}


class Printer(Protocol):
    """`busy` shows that work goes on, where something can move."""

    width: int

    def show(self, lines: Iterable[Line]) -> None: ...

    def busy(self, text: str) -> AbstractContextManager[None]: ...


class PlainPrinter:
    """Lines as they are."""

    def __init__(self, stream: TextIO, width: int = MAX_WIDTH) -> None:
        self._stream = stream
        self.width = width

    def show(self, lines: Iterable[Line]) -> None:
        for line in lines:
            print(line.text.rstrip(), file=self._stream)
        self._stream.flush()

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        yield


class TerminalPrinter:
    """Lines in colour, if colour is wanted, and a spinner while something runs."""

    def __init__(self, console: Console, width: int) -> None:
        self._console = console
        self.width = width

    def show(self, lines: Iterable[Line]) -> None:
        from rich.text import Text

        for line in lines:
            self._console.print(Text(line.text.rstrip(), style=_COLOURS[line.style]), soft_wrap=True)

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        with self._console.status(text, spinner="dots"):
            yield


def printer_for(stream: TextIO) -> Printer:
    if not is_lively(stream, os.environ):
        return PlainPrinter(stream)
    from rich.console import Console

    width = max(_LEAST_WIDTH, min(MAX_WIDTH, shutil.get_terminal_size().columns))
    return TerminalPrinter(Console(file=stream, highlight=False, no_color=not has_colour(stream, os.environ)), width)
