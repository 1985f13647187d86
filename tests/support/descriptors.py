"""Processes that can open nothing more."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

from support.waiting import POLL_SECONDS

_LOOKS = 20


@contextmanager
def descriptors_below(limit: int | None = None, pid: int = 0) -> Iterator[None]:
    """A process (0: this one) gets descriptors with numbers below the limit alone, as long as the body runs; without
    one it can open nothing more. What it has open stays so."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    if limit is None:
        numbers = lasting_numbers(pid) if pid else {number for number in open_numbers(pid) if is_open(number)}
        limit = next(number for number in range(len(numbers) + 1) if number not in numbers)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def lasting_numbers(pid: int) -> set[int]:
    """Those of another process that are open in each of several looks: what is open for a moment would leave room."""
    numbers = open_numbers(pid)
    for _ in range(_LOOKS):
        time.sleep(POLL_SECONDS)
        numbers &= open_numbers(pid)
    return numbers


def open_numbers(pid: int) -> set[int]:
    """Of this process (0) with that of the listing itself."""
    return {int(name) for name in os.listdir(f"/proc/{pid or 'self'}/fd")}


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
