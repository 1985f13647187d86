"""Colour on a terminal, plain text elsewhere."""

from __future__ import annotations

import io

import pytest

from skywalk.demo.printer import PlainPrinter, TerminalPrinter, printer_for
from skywalk.demo.render import Line, Style


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_text_off_a_terminal() -> None:
    stream = io.StringIO()
    printer = printer_for(stream)
    assert isinstance(printer, PlainPrinter)
    with printer.busy("running …"):
        printer.show([Line("  ✓ [bold] is text", Style.PASSED)])
    assert stream.getvalue() == "  ✓ [bold] is text\n"


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_on_a_terminal_unless_it_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    printer = printer_for(stream)
    assert isinstance(printer, TerminalPrinter)
    assert printer.width == 80
    printer.show([Line("  ✓ [bold] is text", Style.PASSED)])
    assert "✓ [bold] is text" in stream.getvalue()
    assert ("\x1b[32m" in stream.getvalue()) is coloured


@pytest.mark.parametrize(("columns", "width"), [("40", 60), ("80", 80), ("200", 96)])
def test_the_width_is_that_of_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    assert printer_for(Terminal()).width == width
