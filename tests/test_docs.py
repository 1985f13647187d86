"""What documents say of the program is true: commands parse, named files are there, settings can be read."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.cli.main import build_parser
from skywalk.config import Settings, read_config
from support import guide

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "skywalk"
PAGES = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
USAGE_PAGE = ROOT / "docs" / "reference" / "cli.md"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^\s*|\$\(|[;&|]\s*)(?:\./)?skywalk (?=\S)")
"""Where a command begins; in the middle of a line the word may be anything, as in a program's output."""
FILE = re.compile(r"[\w./-]+\.(?:py|md|sh|in|lock)|(?:src|tests|tools|docs|benchmarks|requirements|scripts)/[\w./-]*")
MODULE = re.compile(r"skywalk(?:\.(?!log\b)\w+)+")
UNCONFIRMED_ROW = re.compile(r"^\| `(src/[\w/]+\.py)` \|", re.MULTILINE)


def fenced(page: Path, language: str) -> Iterator[str]:
    return (text for found, text in FENCE.findall(page.read_text()) if found == language)


def inline(page: Path) -> list[str]:
    return INLINE.findall(FENCE.sub("", page.read_text()))


def first_command(words: str) -> list[str]:
    """The words of a shell command up to what ends it: an operator, a bracket, a comment."""
    lexer = shlex.shlex(words, posix=True, punctuation_chars=";|&()<>")
    lexer.whitespace_split = True
    found = []
    for word in lexer:
        if set(word) <= set(";|&()<>"):
            break
        found.append(word)
    return found


def commands_in(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        for found in COMMAND.finditer(line):
            yield first_command(line[found.end() :])


def commands(page: Path) -> list[list[str]]:
    blocks = [text for language, text in FENCE.findall(page.read_text()) if language in ("", "sh", "bash", "shell")]
    blocks += [step.command for step in guide.steps(page)]
    found = [command for text in blocks for command in commands_in(text)]
    for command in (command for text in inline(page) for command in commands_in(text)):
        # A command's bare name in a sentence stands for the command, not for a call without arguments.
        found.append([*command, "--help"] if len(command) == 1 else command)
    return found


def problem(command: list[str]) -> str | None:
    """What the real parser says of a command; None where it takes it."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            build_parser().parse_args(command)
    except SystemExit as ending:
        return said.getvalue().strip() if ending.code else None
    return None


@pytest.mark.parametrize("page", [page for page in PAGES if page != USAGE_PAGE], ids=lambda page: page.name)
def test_commands_are_those_of_the_program(page: Path) -> None:
    wrong = [(command, problem(command)) for command in commands(page)]
    shown = [f"{page.name}: skywalk {shlex.join(command)}\n    {said}" for command, said in wrong if said]
    assert not shown, "\n" + "\n".join(shown)


def test_commands_are_found_where_they_stand() -> None:
    text = 'eval "$(./skywalk env --account 1)"\n./skywalk exec $i -- curl "a;b" || echo no\nskywalk wait  # settled\n'
    text += "a column of skywalk figures\n"
    assert list(commands_in(text)) == [
        ["env", "--account", "1"],
        ["exec", "$i", "--", "curl", "a;b"],
        ["wait"],
    ]
    assert ["up", "--detach"] in commands(ROOT / "README.md")
    assert problem(["up", "--detached"]) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_are_there(page: Path) -> None:
    named = {word for text in inline(page) for word in text.split() if FILE.fullmatch(word)}
    missing = sorted(
        name for name in named if not any((place / name).exists() for place in (ROOT, SOURCE, page.parent))
    )
    # A name alone, or the end of a path, is enough where its package is clear.
    missing = [name for name in missing if not any(SOURCE.rglob(name)) and not any((ROOT / "tools").rglob(name))]
    assert not missing, f"{page.name} names {', '.join(missing)}: correct the path"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_are_named_are_there(page: Path) -> None:
    named = {word for text in inline(page) for word in text.split() if MODULE.fullmatch(word)}
    places = {name: SOURCE.parent.joinpath(*name.split(".")) for name in named}
    missing = sorted(
        name for name, place in places.items() if not (place.is_dir() or place.with_suffix(".py").exists())
    )
    assert not missing, f"{page.name} names {', '.join(missing)}: there is no such module"


def test_guides_are_listed_once_each() -> None:
    there = sorted(path for path in guide.INDEX.parent.glob("*.md") if path != guide.INDEX)
    assert sorted(guide.pages()) == there, "list each page once in docs/guides/index.md, in the order of reading"
    assert [page.name for page in there if not guide.steps(page)] == [], "a guide is a session: show it in ```console"


def test_what_a_guide_shows_is_compared_with_what_was_said() -> None:
    assert guide.is_shown("a  b\tc\n\n", ["a b c"])
    assert guide.is_shown("id-123 here\n", ["id-… here"])
    assert guide.is_shown("1\n2\n3\n", ["1", "…", "3"])
    assert guide.is_shown("1\n3\n", ["1", "…", "3"])
    assert guide.is_shown("one long line\n", ["one long", "line"])
    assert not guide.is_shown("1\n3\n", ["1"])
    assert not guide.is_shown("", ["1"])
    assert not guide.is_shown("a\nb here\n", ["a… here"])
    assert not guide.is_shown("abc\n", ["a.c"])


def test_every_package_is_described_and_no_other() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text().split("## Packages")[1].split("\n## ")[0]
    first_cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    prose = set(re.findall(r"`(\w+)`", text))
    packages = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    modules = {"app", "config", "organization", "region"}
    assert {name for cell in first_cells for name in INLINE.findall(cell)} <= packages | modules
    assert packages <= prose, "give each package its line under Packages in ARCHITECTURE.md"


@pytest.mark.parametrize(
    ("page", "text"),
    [(page, text) for page in PAGES for text in fenced(page, "toml")],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_settings_that_are_shown_can_be_read(page: Path, text: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(text)
    assert Settings(**read_config(tmp_path / "config.toml")) != Settings(), f"{page.name} shows settings without effect"


def test_the_list_of_unconfirmed_choices_is_whole() -> None:
    listed = UNCONFIRMED_ROW.findall((ROOT / "docs/reference/limits.md").read_text())
    found = {str(path.relative_to(ROOT)) for path in SOURCE.rglob("*.py") if "unconfirmed" in path.read_text().lower()}
    assert sorted(listed) == sorted(found), "docs/reference/limits.md lists every module that says unconfirmed"
