"""What happens on the machine that the driver did not do: it is looked for, and told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from skywalk.drivers.driver import Findings

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.1
"""Changes by hand come in groups: a command, a script. All of it is looked at together."""

REST_FACTOR = 3.0
"""After a look there are no others for this many times its length: whoever changes much and often cannot keep the
driver from its work."""


class Watched(Protocol):
    """The part of a driver that notices."""

    @property
    def watched(self) -> int | None: ...

    def look(self) -> Findings: ...


InDriver = Callable[[Callable[[], tuple[Findings, float]]], Awaitable[tuple[Findings, float]]]


async def watch_machine(driver: Watched, in_driver: InDriver, take: Callable[[Findings], None]) -> None:
    """Never returns, but for a driver that notices nothing. `take` is told what was found."""
    descriptor = driver.watched
    if descriptor is None:
        return
    while True:
        await _until_readable(descriptor)
        await asyncio.sleep(GATHER_SECONDS)
        try:
            found, seconds = await in_driver(lambda: _timed_look(driver))
        except OSError:
            log.exception("what others may have changed could not be looked at")
            await asyncio.sleep(1.0)
            continue
        take(found)
        await asyncio.sleep(REST_FACTOR * seconds)


def _timed_look(driver: Watched) -> tuple[Findings, float]:
    started = time.monotonic()
    return driver.look(), time.monotonic() - started


async def _until_readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
