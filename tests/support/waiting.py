"""Waiting for conditions with a deadline, where nothing tells of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

POLL_SECONDS = 0.005
PATIENCE_SECONDS = 60.0
"""For a machine that is many times slower than it should be: what holds costs none of it."""


async def until(holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Returns when `holds()` is true. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(POLL_SECONDS)


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """The same outside of a loop."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(POLL_SECONDS)
