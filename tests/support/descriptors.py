"""Processes that can open nothing more."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def descriptors_below(limit: int | None = None, pid: int = 0) -> Iterator[None]:
    """A process (0: this one) gets descriptors with numbers below the limit alone, as long as the body runs; without
    one it can open nothing more. What it has open stays so."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    if limit is None:
        numbers = {int(name) for name in os.listdir(f"/proc/{pid or 'self'}/fd")}
        if not pid:
            numbers = {number for number in numbers if is_open(number)}  # the listing has one itself
        limit = next(number for number in range(len(numbers) + 1) if number not in numbers)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
