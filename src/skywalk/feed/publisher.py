"""The daemon's side of the feed: keeps what subscribers should know and waits until they do."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from skywalk.feed.rows import Row, RowChange, RowId, encode_change, row_id
from skywalk.feed.subscriber import LINE_LIMIT_BYTES
from skywalk.values.errors import SkywalkError

log = logging.getLogger(__name__)

OnReport = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Takes a report's subject and data, gives the answer; a SkywalkError it raises is a refusal."""


class Publisher:
    """The rows of one kind of subscriber, and connections to all processes of that kind."""

    def __init__(self, on_report: OnReport | None = None) -> None:
        self._rows: dict[RowId, Row] = {}
        self._links: list[Link] = []
        self._attached: list[Callable[[RowChange], None]] = []
        self._on_report = on_report

    @property
    def rows(self) -> dict[RowId, Row]:
        return self._rows

    async def connect(self, path: Path) -> Link:
        """Connects to a subscriber and gives it all rows; returns when it has applied them. Raises OSError."""
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_LIMIT_BYTES)
        link = Link(reader, writer, self._on_report, self._links.remove)
        self._links.append(link)
        await link.send(RowChange(put=tuple(self._rows.values()), removed=(), is_full=True))
        return link

    def attach(self, apply: Callable[[RowChange], None]) -> None:
        """A subscriber in this process: gives it all rows now, and every change before the others hear of it."""
        self._attached.append(apply)
        apply(RowChange(put=tuple(self._rows.values()), removed=(), is_full=True))

    async def replace(self, owner_rows: Iterable[Row], former: Iterable[RowId]) -> None:
        """Puts rows in place of `former` ones; sends only what differs; returns when every subscriber has it."""
        wanted = {row_id(row): row for row in owner_rows}
        put = tuple(row for key, row in wanted.items() if self._rows.get(key) != row)
        removed = tuple(key for key in former if key not in wanted and key in self._rows)
        if not put and not removed:
            return
        self._rows.update((row_id(row), row) for row in put)
        for key in removed:
            del self._rows[key]
        await self._send(RowChange(put=put, removed=removed, is_full=False))

    async def _send(self, change: RowChange) -> None:
        for apply in self._attached:
            apply(change)
        # A subscriber that is gone is not waited for: it gets all rows when it is back.
        results = await asyncio.gather(*(link.send(change) for link in self._links), return_exceptions=True)
        refusals = [str(result) for result in results if isinstance(result, SubscriberFailed)]
        if refusals:
            raise SubscriberFailed("; ".join(refusals))

    async def close(self) -> None:
        for link in list(self._links):
            await link.close()


class SubscriberFailed(SkywalkError):
    """A subscriber could not apply a change; it keeps serving what it had."""


class Link:
    """One connected subscriber."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_report: OnReport | None,
        on_gone: Callable[[Link], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_report = on_report
        self._on_gone = on_gone
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[str | None]] = {}
        self._reports: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._read())

    async def send(self, change: RowChange) -> None:
        number = next(self._numbers)
        applied: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = applied
        self._write({"number": number, "change": encode_change(change)})
        error = await applied
        if error is not None:
            raise SubscriberFailed(error)

    async def close(self) -> None:
        self._task.cancel()
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Returns when the subscriber has gone."""
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(json.loads(line))
        except (ConnectionError, ValueError):
            pass
        finally:
            self._gone()

    def _take(self, message: dict[str, Any]) -> None:
        if "applied" in message:
            applied = self._waiting.pop(message["applied"], None)
            if applied is not None and not applied.done():
                applied.set_result(message["error"])
            return
        task = asyncio.create_task(self._answer(message))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _answer(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"answer": message["report"]}
        try:
            if self._on_report is None:
                raise SkywalkError("reports are not taken here")
            answer["data"] = await self._on_report(message["subject"], message["data"])
        except SkywalkError as refusal:
            answer["refused"] = str(refusal)
        except Exception:  # whoever reports waits for an answer, with a client that waits for theirs
            log.exception("the report %s failed", message["subject"])
            answer["refused"] = "an internal error has occurred"
        self._write(answer)

    def _gone(self) -> None:
        for applied in self._waiting.values():
            if not applied.done():
                applied.set_exception(ConnectionError("the subscriber went away"))
        self._waiting.clear()
        with contextlib.suppress(OSError):
            self._writer.close()
        with contextlib.suppress(ValueError):
            self._on_gone(self)

    def _write(self, message: dict[str, Any]) -> None:
        self._writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
