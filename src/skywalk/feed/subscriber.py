"""The side of the process that carries traffic: takes rows, sends reports."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from skywalk.feed.rows import RowChange, decode_change, feed_version
from skywalk.values.errors import SkywalkError

LINE_LIMIT_BYTES = 64 << 20
"""More than the rows of one line ever have (`rows.ROWS_IN_A_LINE`)."""

EVERYTHING = "*"
"""The key of what fails where a full set of rows could not be taken at all."""


class FeedClosed(SkywalkError):
    """No daemon is connected, so nothing can be reported."""


class ReportRefused(SkywalkError):
    """The daemon refused a report; the text says why."""


class Subscriber:
    """Listens for the daemon on a unix socket. The newest daemon to connect is the one that is obeyed."""

    def __init__(
        self,
        apply: Callable[[RowChange], Awaitable[None]],
        counts: Callable[[], Mapping[str, int]] = dict,
        failing: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`apply` is awaited before a change is acknowledged; what it raises is told to the daemon. `counts` tells how
        often something has happened since the start, when the daemon asks. `failing` are the keys of rows that cannot
        be obeyed at the moment, each with its reason: the daemon hears of it with every acknowledgement and answer."""
        self._apply = apply
        self._counts = counts
        self._failing = failing
        self._refused_all: str | None = None
        """Why the newest full set was not taken."""
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def listen(self, path: Path) -> None:
        """Opens the socket, readable by its owner only."""
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(path), limit=LINE_LIMIT_BYTES)
        os.chmod(path, 0o600)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.close()

    @property
    def connected(self) -> bool:
        """Whether there is a daemon to report to."""
        return self._writer is not None

    async def report(self, subject: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a report and returns the daemon's answer. Raises FeedClosed, ReportRefused."""
        if self._writer is None:
            raise FeedClosed("no daemon is connected")
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._send(self._writer, {"report": number, "subject": subject, "data": data})
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._send(writer, {"feed": feed_version()})
        # Changes are applied in their order, while questions are answered at once: who applies for long is not silent.
        changes: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        applying = asyncio.create_task(self._apply_all(changes, writer))
        try:
            while line := await reader.readline():
                self._take(json.loads(line), writer, changes)
        except (ConnectionError, ValueError):
            pass
        finally:
            changes.put_nowait(None)
            try:
                await applying
            finally:
                self._forget(writer)

    def _forget(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.close()
        if self._writer is writer:
            self._writer = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(FeedClosed("the daemon went away"))

    def _take(
        self, message: dict[str, Any], writer: asyncio.StreamWriter, changes: asyncio.Queue[dict[str, Any] | None]
    ) -> None:
        if "answer" in message:
            self._take_answer(message)
        elif "question" in message:
            told = {"told": message["question"], "counts": self._counts(), "failing": self._what_fails()}
            self._send(writer, told)
        else:
            changes.put_nowait(message)

    async def _apply_all(self, changes: asyncio.Queue[dict[str, Any] | None], writer: asyncio.StreamWriter) -> None:
        parts: list[dict[str, Any]] = []
        while (message := await changes.get()) is not None:
            if "part" in message:
                parts.append(message["part"])
                continue
            error: str | None = None
            try:
                await self._apply(decode_change(*parts, message["change"]))
            except Exception as failure:  # the daemon must hear of every failure, whatever it is
                error = f"{type(failure).__name__}: {failure}"
            parts.clear()
            if message["change"]["full"]:
                self._refused_all = error
            self._send(writer, {"applied": message["number"], "error": error, "failing": self._what_fails()})

    def _what_fails(self) -> dict[str, str]:
        found = dict(self._failing())
        return found if self._refused_all is None else {EVERYTHING: self._refused_all, **found}

    def _take_answer(self, message: dict[str, Any]) -> None:
        answer = self._waiting.get(message["answer"])
        if answer is None or answer.done():
            return
        if message.get("refused") is not None:
            answer.set_exception(ReportRefused(message["refused"]))
        else:
            answer.set_result(message["data"])

    @staticmethod
    def _send(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        if writer.is_closing():  # another daemon has come, or this one has gone
            return
        writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
