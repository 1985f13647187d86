"""A backend's state on disk: one file, replaced whole, so that what is found is the state at one moment."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path

import moto

log = logging.getLogger(__name__)


def replace_file(path: Path, data: bytes) -> None:
    """In one step; readable by the owner alone. Raises OSError; the file is then as it was."""
    written = path.with_suffix(".new")
    try:
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        written.unlink(missing_ok=True)  # half a file would only keep the disk full
        raise
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # what was before it is thrown away next
    finally:
        os.close(folder)


def generation_of(rest: list[int]) -> int:
    """Which state this is, counted by savings; `rest` is what follows the state in its file, nothing in older ones."""
    return rest[0] if rest else 0


def check_loadable(path: Path, loadable: object, expected: str, moto_version: object) -> None:
    """Raises pickle.UnpicklingError for a state of another form: it is never overwritten silently."""
    if loadable != expected:
        raise pickle.UnpicklingError(f"{path} was written as {loadable}, not {expected}")
    if moto_version != moto.__version__:
        log.warning("the state was written by moto %s, this is %s", moto_version, moto.__version__)
