"""Guides are sessions in a terminal: what is typed stands after `$ `, its next lines after `> `, what came back below.

```console
$ aws ec2 describe-vpcs --query 'Vpcs[].
>     VpcId'
vpc-1a2b3c4d
```

`…` in an answer stands for any text within its line, or alone for any lines. Blanks of any number are alike, and a
long line of an answer may go on in the next one of the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.live_region import ROOT

INDEX = ROOT / "docs" / "guides" / "index.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([\w-]+\.md)\)")
ELISION = "…"


@dataclass(frozen=True)
class Step:
    """A command as it is typed, and the lines that the page shows of its output."""

    page: Path
    command: str
    shown: tuple[str, ...]


def pages() -> list[Path]:
    """In the order of the index, which lists them once each."""
    return [INDEX.parent / name for name in LINK.findall(INDEX.read_text())]


def steps(page: Path) -> list[Step]:
    return [step for block in BLOCK.findall(page.read_text()) for step in _steps_of(page, block.splitlines())]


def _steps_of(page: Path, lines: Sequence[str]) -> list[Step]:
    typed: list[list[str]] = []
    shown: list[list[str]] = []
    for line in lines:
        if line.startswith("$ "):
            typed.append([line[2:]])
            shown.append([])
        elif line.startswith("> ") and not shown[-1]:
            typed[-1].append(line[2:])
        else:
            shown[-1].append(line)
    return [Step(page, "\n".join(command), tuple(output)) for command, output in zip(typed, shown, strict=True)]


def is_shown(said: str, shown: Sequence[str]) -> bool:
    """Whether a page's lines are what a program said."""
    answer = "".join(f"{line}\n" for line in (" ".join(line.split()) for line in said.splitlines()) if line)
    whole = "".join(_pattern(line) for line in shown if line.strip())
    return re.fullmatch(whole, answer) is not None


def _pattern(line: str) -> str:
    if line.strip() == ELISION:
        return "(?:[^\n]*\n)*?"
    text = "[^\n]*".join(re.escape(part) for part in " ".join(line.split()).split(ELISION))
    return text + "[ \n]"
