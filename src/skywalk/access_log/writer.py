"""Takes entries while requests are answered, and writes their records a moment later.

A request costs one more item in a list; lines are made and written by a timer of the loop, or when enough has come
together. What is held in memory is bounded, and what cannot be written is lost and counted: no request waits for the
log or fails because of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from skywalk.access_log.entry import Entry
from skywalk.access_log.lines import Lines
from skywalk.access_log.rotating_files import RotatingFiles

if TYPE_CHECKING:
    from skywalk.access_log.entry import Answering, Endpoint
    from skywalk.access_log.lines import Line
    from skywalk.access_log.settings import Place
    from skywalk.values.chance import Chance
    from skywalk.values.clock import Clock

log = logging.getLogger(__name__)

WRITE_SECONDS = 0.25
"""How long after a request the timer writes its record; it is there within a second of the answer."""
ENTRIES_TOGETHER = 128
"""So many entries are made lines at once, without waiting for the timer."""
BYTES_TOGETHER = 256 << 10
"""So much text is written at once, without waiting for the timer."""
UNANSWERED_AT_MOST = 4096
"""So many requests are held back while they are answered; those of further ones are written as they are."""

Later = Callable[[float, Callable[[], None]], object]
"""Calls a function after so many seconds."""


class AccessLog:
    """The log of one process."""

    def __init__(self, place: Place, clock: Clock, chance: Chance, later: Later | None = None) -> None:
        """`later` is the running loop's timer, unless another one is given."""
        self._files = RotatingFiles(place)
        self._lines = Lines(chance)
        self._clock = clock
        self._monotonic_seconds = clock.monotonic_seconds
        self._later = later
        self._is_timer_set = False
        self._fresh: list[Entry] = []
        self._unanswered: list[Entry] = []
        self._made: defaultdict[str, list[Line]] = defaultdict(list)
        self._held_bytes = 0
        self._is_failing = False
        self.lost = 0
        """Records that could not be written."""

    def open(self, endpoint: Endpoint, answering: Answering) -> Entry:
        """The entry of a request that has just come; it is written when its answer has begun."""
        entry = Entry(endpoint, self._monotonic_seconds(), answering)
        self._fresh.append(entry)
        if len(self._fresh) >= ENTRIES_TOGETHER or not self._is_timer_set:
            self._go_on()
        return entry

    def _go_on(self) -> None:
        if not self._is_timer_set:
            self._set_timer()
        if len(self._fresh) >= ENTRIES_TOGETHER:
            self._make_lines()
        if self._held_bytes >= BYTES_TOGETHER:
            self._write()

    def close(self) -> None:
        """Writes all that there is, answered or not."""
        self._fresh, self._unanswered = [*self._unanswered, *self._fresh], []
        self._make_lines(all_of_them=True)
        self._write()

    def _set_timer(self) -> None:
        self._is_timer_set = True
        (self._later or asyncio.get_running_loop().call_later)(WRITE_SECONDS, self._tick)

    def _tick(self) -> None:
        self._is_timer_set = False
        self._fresh, self._unanswered = [*self._unanswered, *self._fresh], []
        self._make_lines()
        self._write()
        if self._unanswered:
            self._set_timer()

    def _make_lines(self, *, all_of_them: bool = False) -> None:
        """Of what is answered: nothing more is decided once the answer has begun, or is nobody's any more."""
        entries, self._fresh = self._fresh, []
        to_wall_time = self._clock.now().timestamp() - self._monotonic_seconds()
        for entry in entries:
            answering = entry.answering
            if answering.started or answering.finished or answering.lost or all_of_them:
                # Of what was only passed on, another process writes.
                if entry.questions or entry.error is not None:
                    line = self._lines.line(entry, entry.received_seconds + to_wall_time)
                    self._made[entry.endpoint.vpc_endpoint_id].append(line)
                    self._held_bytes += len(line.own)
            else:
                self._unanswered.append(entry)
        if len(self._unanswered) > UNANSWERED_AT_MOST:
            self._fresh, self._unanswered = [*self._unanswered, *self._fresh], []
            self._make_lines(all_of_them=True)

    def _write(self) -> None:
        pieces, self._made, self._held_bytes = self._made, defaultdict(list), 0
        for vpc_endpoint_id, lines in pieces.items():
            try:
                self._files.append(vpc_endpoint_id, lines)
            except OSError as failure:
                self._note_loss(len(lines), failure)
            else:
                self._note_success()

    def _note_loss(self, count: int, failure: OSError) -> None:
        self.lost += count
        if not self._is_failing:
            self._is_failing = True
            log.warning("the access log cannot be written, and records are lost: %s", failure)

    def _note_success(self) -> None:
        if self._is_failing:
            self._is_failing = False
            log.warning("the access log is written again; %d records were lost", self.lost)
