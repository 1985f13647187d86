"""A file that only its owner can read, put in place whole."""

from __future__ import annotations

import os
from pathlib import Path

from skywalk.values.errors import SkywalkError


def write_private(path: Path, content: bytes) -> None:
    """In one step, on the disk when this returns. Raises SkywalkError; then whatever was there still is."""
    written = path.with_name(f"{path.name}.new")
    try:
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as failure:
        written.unlink(missing_ok=True)
        raise SkywalkError(f"{path} cannot be written: {failure.strerror}") from failure
    written.rename(path)
