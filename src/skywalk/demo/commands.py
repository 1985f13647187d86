"""Commands as text: names filled in, split into words, broken into lines as a user would break them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from string import Template

INDENT = "    "
_WORD = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Puts what was found in the place of `$name`. Raises KeyError for what was not."""
    return Template(text).substitute(facts)


def names_in(text: str) -> set[str]:
    """The names that a text asks for."""
    return set(Template(text).get_identifiers())


def split(command: str) -> list[str]:
    """The words that a shell would make of it, without running one."""
    return shlex.split(command)


def read_exports(text: str) -> dict[str, str]:
    """The variables that `export NAME=VALUE` lines set."""
    words = (split(line) for line in text.splitlines() if line.startswith("export "))
    return dict(word.split("=", 1) for _, word in words)


def wrap(command: str, width: int) -> list[str]:
    r"""Lines that a shell takes as one command: broken between words, where it can before an option, by ` \`."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(command, width - 2 - len(INDENT)):
        room = width - 2 if not lines else width - 2 - len(INDENT)
        if line and len(line) + 1 + len(piece) > room:
            lines.append(line)
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    lines.append(line)
    broken = [lines[0], *(INDENT + one for one in lines[1:])]
    return [f"{one} \\" for one in broken[:-1]] + broken[-1:]


def _pieces(command: str, room: int) -> list[str]:
    """Its words, an option together with its first value where both have room."""
    pieces: list[str] = []
    for word in _WORD.findall(command):
        fits = bool(pieces) and len(pieces[-1]) + 1 + len(word) <= room
        if fits and _awaits_value(pieces[-1]) and not word.startswith("-"):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def _awaits_value(piece: str) -> bool:
    return piece.startswith("--") and len(piece) > 2 and " " not in piece
