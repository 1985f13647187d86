"""Documents that a command is given: a file's text, or what comes at the standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from skywalk.values.errors import SkywalkError

MAXIMUM_BYTES = 16 << 20
"""No policy is as long as this."""


def read_document(name: str) -> str:
    """`-` is the standard input. Raises SkywalkError for what is no text, OSError for what cannot be read."""
    try:
        content = sys.stdin.buffer.read(MAXIMUM_BYTES) if name == "-" else _read(Path(name))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SkywalkError(f"{name} is not text in UTF-8") from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAXIMUM_BYTES)
