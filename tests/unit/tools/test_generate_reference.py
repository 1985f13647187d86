"""The generated reference pages: up to date, with every action and every argument said in words."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from skywalk.api.dispatch import ACTIONS
from skywalk.cli.main import build_parser

ROOT = Path(__file__).parents[3]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_reference", ROOT / "tools/generate_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


TOOL = load()
PAGES: dict[str, str] = TOOL.render_pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_up_to_date(name: str) -> None:
    page = (ROOT / "docs/reference" / name).read_text()
    assert page == PAGES[name], "run: .venv/bin/python tools/generate_reference.py"


def test_every_action_is_on_its_page() -> None:
    rows = {line.split(" | ")[0].removeprefix("| ") for line in PAGES["actions.md"].splitlines()}
    assert {name for table in ACTIONS.values() for name in table} <= rows


def test_every_command_is_on_its_page_with_its_usage() -> None:
    page = PAGES["cli.md"]
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    commands = ["up", "down", "reset", "status", "env", "account add", "account list", "exec", "wait"]
    commands += ["log", "policy check", "policy evaluate", "policy replay", "doctor", "backup", "restore", "demo"]
    assert headings == [f"## skywalk {name}" for name in commands]
    up = "skywalk up [--state-dir D] [--detach] [--region R] [--port P] [--quotas aws|off] [--log-format text|json] "
    assert up + "[--log-level debug|info|warning|error] [--uplink]\n" in page
    assert "skywalk exec [--state-dir D] [--detach] [--bind PATH]… i-… [--] CMD…\n" in page
    assert "skywalk account add [--access-key-id K] [--secret-access-key S] [--state-dir D] ID\n" in page
    assert "Exit status 3 where no daemon answers" in page


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return [parser, *(found for one in below for child in one.choices.values() for found in parsers(child))]


@pytest.mark.parametrize("parser", parsers(build_parser()), ids=lambda parser: parser.prog)
def test_every_argument_says_what_it_is(parser: argparse.ArgumentParser) -> None:
    silent = [
        action.dest
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert silent == [], f"{parser.prog}: give these a help text in src/skywalk/cli/main.py"
    assert parser.description
    assert parser.description.endswith(".")
