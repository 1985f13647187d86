"""Paths of unix sockets, which the kernel takes only up to 107 bytes: a state directory may lie deeper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_BYTES = 107
"""Source: unix(7), sun_path and its final NUL."""


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name of `path`, good for the length of the block, that bind(2) and connect(2) take. Raises OSError where its
    folder is not there."""
    if len(os.fsencode(path)) <= LONGEST_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
