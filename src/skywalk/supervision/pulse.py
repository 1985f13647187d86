"""Whether a process does anything at all: it is asked again and again, and one that stays silent is ended.

What counts are questions that were asked while this process ran itself and had no answer. Where the whole machine was
suspended or stalled, or this process was, nobody is to blame: such a question says nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

log = logging.getLogger(__name__)

PULSE_SECONDS = 5.0
"""From one question to the next, and how long an answer may take."""
SILENT_SECONDS = 20.0
"""A process that has let questions wait for so long in a row, without one answer, is killed and started anew."""
LATE_SECONDS = 1.0
"""Whose own clock rings later than that did not run meanwhile."""

Ask = Callable[[float], Awaitable[bool]]
"""Whether the process answers within so many seconds. One that is not there is another matter, and answers."""


class Pulse:
    """The pulse of one process. `pid` is its id while it runs; who starts it again is not this module's matter."""

    def __init__(
        self,
        name: str,
        ask: Ask,
        pid: Callable[[], int | None],
        pulse_seconds: float = PULSE_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self.name = name
        self.answers = True
        """False for one that runs and does nothing: stopped by somebody, for one."""
        self.killed = 0
        """How often it was killed for its silence."""
        self._ask = ask
        self._pid = pid
        self._pulse_seconds = pulse_seconds
        self._patience = math.ceil(silent_seconds / pulse_seconds)
        self._unanswered = 0

    async def feel(self) -> None:
        """Does not end."""
        while True:
            if not self._unanswered:
                await asyncio.sleep(self._pulse_seconds)
            await self._feel_once()

    async def _feel_once(self) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        if await self._ask(self._pulse_seconds):
            self._unanswered = 0
            self.answers = True
            return
        if loop.time() - asked > self._pulse_seconds + LATE_SECONDS:
            return
        self._unanswered += 1
        if self.answers:
            log.warning("%s does not answer", self.name)
        self.answers = False
        if self._unanswered >= self._patience:
            self._kill()
            self._unanswered = 0

    def _kill(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        if is_traced(pid):
            log.warning("%s is held by a debugger, and left to it", self.name)
            return
        waited = self._patience * self._pulse_seconds
        log.error("%s has not answered for %.0f seconds; it is killed and started again", self.name, waited)
        self.killed += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_traced(pid: int) -> bool:
    """Source: proc(5), status, TracerPid."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in lines)
