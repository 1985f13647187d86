"""A service whose changes survive the death of its process: the saved state, and the journal of what came after it."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import pickle
import zlib
from collections.abc import Iterator
from pathlib import Path

from skywalk.backends.journal import Finished, Journal, change_of
from skywalk.backends.moment import Moment, at
from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.moto_services import MotoService
from skywalk.backends.request_body import RequestBody
from skywalk.http1.request import RequestHead

log = logging.getLogger(__name__)

NOTHING_DONE = 503
"""The status of answers to what was not done for want of something: handled again, it might be."""
_ERRORS = 2
"""The process's log."""
_NOT_SAVED = (pickle.PicklingError, TypeError, AttributeError, RecursionError)
"""What pickle raises for what it cannot write, of what is too deep too."""


class RecordedService:
    """Changes and saving: one at a time, and changes always by the same thread. Reads: any number beside them."""

    def __init__(self, service: MotoService, state_dir: Path) -> None:
        self._service = service
        self._journal = Journal(state_dir)
        self._generation = 0
        self._last_nanoseconds = 0
        self._is_savable = True

    def load(self) -> int:
        """The saved state and all changes since then; how many. Raises OSError or pickle.UnpicklingError."""
        self._generation = self._service.state.load()
        count = 0
        for count, finished in enumerate(self._journal.read(self._generation), 1):  # noqa: B007
            self._repeat(finished)
        return count

    def new_body(self) -> RequestBody:
        return RequestBody(self._journal.bodies)

    def read(self, head: RequestHead, body: RequestBody) -> MotoAnswer:
        with self._for_so_long():
            return self._service.answer(head.method, head.target, head.headers, body, body.length)

    def change(self, head: RequestHead, body: RequestBody) -> MotoAnswer:
        """When it returns, the change is in the journal; or the process has ended."""
        moment = Moment.now(self._last_nanoseconds)
        try:
            self._journal.begin(change_of(head.method, head.target, tuple(head.headers), body, moment))
        except OSError as failure:
            log.error("%s %s was not done, it cannot be recorded: %s", head.method, head.target, failure)
            return self._service.unavailable(f"the change cannot be recorded: {failure.strerror or failure}")
        body.keep()
        with at(moment), self._for_so_long():
            answer = self._service.answer(head.method, head.target, head.headers, body, body.length)
        self._last_nanoseconds = moment.read_clock()
        if answer.status != NOTHING_DONE:
            try:
                self._journal.finish(moment.new_keys, _check_sum(answer))
            except OSError as failure:
                log.critical("%s %s is taken back by a new start: %s", head.method, head.target, failure)
                os._exit(1)
        return answer

    @contextlib.contextmanager
    def _for_so_long(self) -> Iterator[None]:
        """What takes longer ends the process, and was not done: all others wait for it, and it may never end. What is
        done again took no longer once."""
        if self._service.longest_seconds is None:
            yield
            return
        # By a thread that needs nothing of the interpreter: one regular expression may keep that for years.
        faulthandler.dump_traceback_later(self._service.longest_seconds, exit=True, file=_ERRORS)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    def save(self) -> None:
        """Raises OSError: nothing can then be changed until it succeeds, or all is as before."""
        if not self._is_savable:
            return
        generation = self._generation + 1
        try:
            self._service.state.save(generation)
        except _NOT_SAVED as failure:
            self._is_savable = False
            log.warning("moto's state cannot be saved and is kept in the journal alone: %s", failure)
            return
        self._generation = generation
        self._journal.restart(generation)

    def close(self) -> None:
        self._journal.close()

    def _repeat(self, finished: Finished) -> None:
        change = finished.change
        self._last_nanoseconds = max(self._last_nanoseconds, change.nanoseconds)
        body = RequestBody.of(self._journal.bodies, change.content, change.file_name)
        with body, at(Moment(change.nanoseconds, change.seed, finished.keys)):
            answer = self._service.answer(change.method, change.target, change.headers, body, body.length)
        if _check_sum(answer) != finished.answer_sum:
            operation = dict(change.headers).get("x-amz-target", "")
            log.warning("%s %s %s was answered otherwise than before", change.method, change.target, operation)


def _check_sum(answer: MotoAnswer) -> int:
    return zlib.crc32(answer.body, zlib.crc32(repr((answer.status, answer.headers)).encode()))
