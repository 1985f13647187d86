"""A kernel that refuses one of the calls that the linux driver makes to change something, whichever the test says.

Counted are messages about links, addresses, routes and rules (each alone), batches of elements of filters, and
changes of the filters' structure. What is refused is not done; all that was done before it stays.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from skywalk.drivers.linux import apply
from skywalk.drivers.linux.libnftables import RulesetError, run_commands
from skywalk.drivers.linux.netlink import Message, NetlinkError, NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.nfnetlink import change_elements
from skywalk.drivers.linux.sets import ElementChange


class RefusingKernel:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self._is_refused: Callable[[], bool] = lambda: False
        self._errno = 0
        self.entered = self._closed_entry = 0
        kernel = self

        class Socket(NetlinkSocket):
            def request(self, messages: Sequence[Message]) -> list[NetlinkError | None]:
                answers: list[NetlinkError | None] = []
                for message in messages:
                    refusal = kernel._judge()
                    answers.extend([refusal] if refusal is not None else super().request([message]))
                return answers

        def structure(text: str) -> None:
            refusal = self._judge()
            if refusal is not None:
                raise RulesetError(f"Error: Could not process rule: {refusal.strerror}")
            run_commands(text)

        def elements(table: str, changes: Sequence[ElementChange]) -> None:
            refusal = self._judge()
            if refusal is not None:
                raise refusal
            change_elements(table, changes)

        @contextmanager
        def entering(namespace: Path) -> Iterator[None]:
            self.entered += 1
            if self.entered == self._closed_entry:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            with inside(namespace):
                yield

        patch.setattr(apply, "inside", entering)
        patch.setattr(apply, "NetlinkSocket", Socket)
        patch.setattr(apply, "run_commands", structure)
        patch.setattr(apply, "change_elements", elements)

    def refuse(self, nth: int, number: int = errno.ENOMEM, *, for_good: bool = False) -> None:
        """Of the calls from now on the nth, counted from 1; `for_good`: and all after it, as a full table does."""
        self.asked, self._errno = 0, number
        self._is_refused = lambda: self.asked == nth or (for_good and self.asked > nth)

    def refuse_where(self, is_there: Callable[[], bool], number: int) -> None:
        """All calls for which this is so."""
        self._is_refused, self._errno = is_there, number

    def refuse_entry(self, nth: int) -> None:
        """No descriptor for the nth namespace that is entered from now on."""
        self.entered, self._closed_entry = 0, nth

    def heal(self) -> None:
        self._is_refused = lambda: False
        self._closed_entry = 0

    def _judge(self) -> NetlinkError | None:
        self.asked += 1
        return NetlinkError(self._errno, os.strerror(self._errno)) if self._is_refused() else None
