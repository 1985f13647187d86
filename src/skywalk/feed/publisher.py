"""The daemon's side of the feed: keeps what subscribers should know and waits until they do."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from skywalk.feed.rows import Row, RowChange, RowId, encode_change, feed_version, in_lines, row_id
from skywalk.feed.subscriber import LINE_LIMIT_BYTES
from skywalk.values.errors import SkywalkError

log = logging.getLogger(__name__)

Counts = dict[str, int]
"""How often something happened, by its words: `s3 forwarded 200`."""

INSIST_SECONDS = 1.0

GREETING_SECONDS = 10.0

OnReport = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Takes a report's subject and data, gives the answer; a SkywalkError it raises is a refusal."""

OnFailing = Callable[[frozenset[str]], None]
"""Is told the keys of rows that some subscriber has begun or ceased to fail for."""


class Publisher:
    """The rows of one kind of subscriber, and connections to all processes of that kind."""

    def __init__(self, on_report: OnReport | None = None, *, is_whole: bool = True) -> None:
        """Not whole is one that has not got all its rows yet: until `complete`, subscribers keep what else they have
        of a former daemon's."""
        self._is_whole = is_whole
        self._rows: dict[RowId, Row] = {}
        self._links: list[Link] = []
        self._attached: list[Callable[[RowChange], None]] = []
        self._insisting: set[asyncio.Task[None]] = set()
        self._refused: set[RowId] = set()
        """Rows that a subscriber could not apply: to be sent again though they are the same, and to be taken away again
        though they are gone."""
        self._on_report = on_report
        self._on_failing: OnFailing = lambda _: None

    def watch(self, on_failing: OnFailing) -> None:
        """Whoever is told knows of all that subscribers cannot do, whenever that begins and ends."""
        self._on_failing = on_failing

    def _tell_failing(self, keys: frozenset[str]) -> None:
        self._on_failing(keys)

    @property
    def failing(self) -> dict[str, str]:
        """The keys of rows that connected subscribers cannot obey at the moment, each with a reason;
        `EVERYTHING` where one could not take the rows at all."""
        return {key: reason for link in reversed(self._links) for key, reason in link.failing.items()}

    @property
    def is_troubled(self) -> bool:
        """Whether some rows are to be sent again though they are the same."""
        return bool(self._refused or any(link.failing for link in self._links))

    @property
    def rows(self) -> dict[RowId, Row]:
        return self._rows

    async def connect(self, path: Path) -> Link:
        """Connects to a subscriber and gives it the rows; returns when it has applied them, as far as it can: what it
        cannot do is `failing`. Where it could not take them at all it is given them again until it does. Raises
        OSError, OtherVersion."""
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_LIMIT_BYTES)
        try:
            await _check_version(reader)
        except BaseException:
            writer.close()
            raise
        link = Link(reader, writer, self._on_report, self._links.remove, self._tell_failing)
        self._links.append(link)
        try:
            await link.send(self._all_rows())
        except SubscriberFailed as failure:
            log.error("%s does not obey yet: %s", path.name, failure)
            task = asyncio.create_task(self._insist(link))
            self._insisting.add(task)
            task.add_done_callback(self._insisting.discard)
        return link

    async def complete(self) -> None:
        """The rows are whole from now on: whatever else subscribers have is gone. Raises SubscriberFailed."""
        self._is_whole = True
        await self._send(self._all_rows())

    def _all_rows(self) -> RowChange:
        return RowChange(put=tuple(self._rows.values()), removed=(), is_full=self._is_whole)

    async def _insist(self, link: Link) -> None:
        """Equal rows disturb nothing, so all of them are sent."""
        while True:
            await asyncio.sleep(INSIST_SECONDS)
            try:
                await link.send(self._all_rows())
            except SubscriberFailed:
                continue
            except ConnectionError:
                return
            return

    def attach(self, apply: Callable[[RowChange], None]) -> None:
        """A subscriber in this process: gives it all rows now, and every change before the others hear of it."""
        self._attached.append(apply)
        apply(RowChange(put=tuple(self._rows.values()), removed=(), is_full=True))

    async def replace(self, owner_rows: Iterable[Row], former: Iterable[RowId]) -> None:
        """Puts rows in place of `former` ones; sends only what differs, and what was refused or failed before; returns
        when every subscriber has it, as far as it can. Raises SubscriberFailed."""
        wanted = {row_id(row): row for row in owner_rows}
        failing = self.failing
        put = tuple(
            row
            for key, row in wanted.items()
            if self._rows.get(key) != row or key in self._refused or row.key in failing
        )
        gone = [key for key in former if key not in wanted and key in self._rows]
        removed = (*gone, *(self._refused - self._rows.keys() - wanted.keys()))
        if not put and not removed:
            return
        self._rows.update((row_id(row), row) for row in put)
        for key in gone:
            del self._rows[key]
        sent = {row_id(row) for row in put}.union(removed)
        self._refused |= sent
        await self._send(RowChange(put=put, removed=removed, is_full=False))
        self._refused -= sent

    async def ask(self, link: Link, within_seconds: float) -> Counts:
        """What the subscriber has counted since its start; nothing where it does not tell in time."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(within_seconds):
                return await link.ask()
        return {}

    async def hears(self, link: Link, within_seconds: float) -> bool:
        """Whether the subscriber answers at all in time. One that is gone is another matter, and hears."""
        try:
            async with asyncio.timeout(within_seconds):
                await link.ask()
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    async def _send(self, change: RowChange) -> None:
        for apply in self._attached:
            apply(change)
        # A subscriber that is gone is not waited for: it gets all rows when it is back.
        results = await asyncio.gather(*(link.send(change) for link in self._links), return_exceptions=True)
        refusals = [str(result) for result in results if isinstance(result, SubscriberFailed)]
        if refusals:
            raise SubscriberFailed("; ".join(refusals))

    async def close(self) -> None:
        for task in self._insisting:
            task.cancel()
        for link in list(self._links):
            await link.close()


class OtherVersion(ConnectionError):
    """A subscriber is of another version of skywalk: what it would make of the rows nobody knows."""


async def _check_version(reader: asyncio.StreamReader) -> None:
    """A subscriber says its version first; those from before there were any say nothing."""
    try:
        line = await asyncio.wait_for(reader.readline(), GREETING_SECONDS)
        version = json.loads(line)["feed"]
    except TimeoutError:
        version = "none"
    except (ValueError, KeyError, TypeError):
        raise ConnectionError("the subscriber went away") from None
    if version != feed_version():
        raise OtherVersion(f"its feed is of version {version}, and not {feed_version()}")


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
        on_failing: OnFailing,
    ) -> None:
        self.failing: Mapping[str, str] = {}
        """What it cannot do, as of its last word."""
        self._on_failing = on_failing
        self._reader = reader
        self._writer = writer
        self._on_report = on_report
        self._on_gone = on_gone
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[str | None]] = {}
        self._asked: dict[int, asyncio.Future[Counts]] = {}
        self._reports: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._read())

    async def send(self, change: RowChange) -> None:
        number = next(self._numbers)
        applied: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = applied
        *parts, last = in_lines(change)
        for part in parts:
            self._write({"part": encode_change(part)})
        self._write({"number": number, "change": encode_change(last)})
        error = await applied
        if error is not None:
            raise SubscriberFailed(error)

    async def ask(self) -> Counts:
        """What the subscriber has counted. Raises ConnectionError."""
        if self._writer.is_closing():  # a write to it would be a mistake, not a failure
            raise ConnectionError("the subscriber is gone")
        number = next(self._numbers)
        told: asyncio.Future[Counts] = asyncio.get_running_loop().create_future()
        self._asked[number] = told
        self._write({"question": number})
        try:
            return await told
        finally:
            self._asked.pop(number, None)

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
        if "failing" in message:
            self._take_failing(message["failing"])
        if "told" in message:
            told = self._asked.get(message["told"])
            if told is not None and not told.done():
                told.set_result(message["counts"])
            return
        if "applied" in message:
            applied = self._waiting.pop(message["applied"], None)
            if applied is not None and not applied.done():
                applied.set_result(message["error"])
            return
        task = asyncio.create_task(self._answer(message))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    def _take_failing(self, now: dict[str, str]) -> None:
        before, self.failing = self.failing, now
        changed = frozenset(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
        if changed:
            self._on_failing(changed)

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
        everything: list[asyncio.Future[Any]] = [*self._waiting.values(), *self._asked.values()]
        for waiting in everything:
            if not waiting.done():
                waiting.set_exception(ConnectionError("the subscriber went away"))
        self._waiting.clear()
        with contextlib.suppress(OSError):
            self._writer.close()
        with contextlib.suppress(ValueError):
            self._on_gone(self)

    def _write(self, message: dict[str, Any]) -> None:
        self._writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
