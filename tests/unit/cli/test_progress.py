"""Progress: lively on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest

from skywalk.cli.progress import has_colour, is_lively, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_it_is_one_line() -> None:
    stream = io.StringIO()
    with progress("starting the region", stream):
        assert stream.getvalue() == "starting the region …\n"
    assert stream.getvalue() == "starting the region …\n"


def test_on_a_terminal_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with progress("starting the region", stream):
        pass
    assert "starting the region …" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()


def test_a_terminal_that_cannot_move_is_none() -> None:
    assert is_lively(Terminal(), {"TERM": "xterm"})
    assert not is_lively(Terminal(), {"TERM": "dumb"})
    assert not is_lively(Terminal(), {})
    assert not is_lively(io.StringIO(), {"TERM": "xterm"})


def test_no_color_is_honoured() -> None:
    assert has_colour(Terminal(), {"TERM": "xterm"})
    assert has_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": ""})
    assert not has_colour(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not has_colour(io.StringIO(), {"TERM": "xterm"})
