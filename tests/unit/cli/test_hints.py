"""Hints that can be pasted."""

from __future__ import annotations

from pathlib import Path

import pytest

from skywalk.cli.hints import command, program, render_ready
from skywalk.config import Paths, find_paths


def test_the_program_is_named_as_it_was_called() -> None:
    assert program({}) == "skywalk"
    assert program({"SKYWALK_PROGRAM": "./skywalk"}) == "./skywalk"
    assert program({"SKYWALK_PROGRAM": "/my folder/skywalk"}) == "'/my folder/skywalk'"


def test_the_user_s_own_region_needs_no_naming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKYWALK_STATE_DIR", raising=False)
    monkeypatch.delenv("SKYWALK_PROGRAM", raising=False)
    assert render_ready(find_paths(None), 4599) == 'ready: http://127.0.0.1:4599\nfor clients: eval "$(skywalk env)"'


def test_another_region_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKYWALK_STATE_DIR", raising=False)
    monkeypatch.delenv("SKYWALK_PROGRAM", raising=False)
    assert command("up --detach", Paths(Path("/a b"))) == "skywalk up --state-dir '/a b' --detach"
    monkeypatch.setenv("SKYWALK_STATE_DIR", "/a b")
    assert command("up --detach", Paths(Path("/a b"))) == "skywalk up --detach"
