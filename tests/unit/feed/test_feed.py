"""Publisher and subscriber over a real socket: full sets, changes, acknowledgements, reports."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from skywalk.feed.publisher import Publisher, SubscriberFailed
from skywalk.feed.rows import RowChange, RowId
from skywalk.feed.subscriber import FeedClosed, ReportRefused, Subscriber
from skywalk.plan.origin import Origin
from skywalk.plan.places import Place
from skywalk.values.errors import SkywalkError


def place(owner: str, namespace: str = "/run/a") -> Place:
    return Place(owner, namespace, None)


def place_id(owner: str) -> RowId:
    return "Place", owner


class Recorder:
    """A subscriber's state: the rows it has, as a process would keep them."""

    def __init__(self) -> None:
        self.rows: dict[RowId, Any] = {}
        self.changes: list[RowChange] = []
        self.fail: str | None = None

    async def apply(self, change: RowChange) -> None:
        if self.fail:
            raise ValueError(self.fail)
        self.changes.append(change)
        if change.is_full:
            self.rows = {}
        self.rows.update({("Place", row.key): row for row in change.put})
        for key in change.removed:
            self.rows.pop(key)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def test_a_new_subscriber_gets_all_rows_and_then_only_changes(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.replace([place("a"), place("b")], [])
        await publisher.connect(tmp_path / "s")
        assert set(recorder.rows) == {place_id("a"), place_id("b")}
        await publisher.replace([place("a"), place("b", "/run/b")], [place_id("a"), place_id("b")])
        assert recorder.changes[-1] == RowChange((place("b", "/run/b"),), (), False)
        await publisher.replace([place("a")], [place_id("a"), place_id("b")])
        assert recorder.changes[-1] == RowChange((), (place_id("b"),), False)
        await publisher.replace([place("a")], [place_id("a")])
        assert len(recorder.changes) == 3
        await publisher.close()
        await subscriber.close()

    run(story())


def test_a_change_is_acknowledged_only_when_it_was_applied(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.connect(tmp_path / "s")
        recorder.fail = "no such namespace"
        with pytest.raises(SubscriberFailed, match="no such namespace"):
            await publisher.replace([place("a")], [])
        await publisher.close()
        await subscriber.close()

    run(story())


def test_the_next_daemon_gives_a_full_set(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, first, second = Recorder(), Publisher(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await first.replace([place("a")], [])
        await first.connect(tmp_path / "s")
        await first.close()
        assert set(recorder.rows) == {place_id("a")}
        await second.replace([place("b")], [])
        await second.connect(tmp_path / "s")
        assert set(recorder.rows) == {place_id("b")}
        await second.close()
        await subscriber.close()

    run(story())


def test_reports_are_answered_refused_or_have_nobody(tmp_path: Path) -> None:
    async def on_report(subject: str, data: dict[str, Any]) -> dict[str, Any]:
        if subject == "bad":
            raise SkywalkError("not that")
        if subject == "broken":
            raise TimeoutError
        return {"got": data["n"] + 1}

    async def story() -> None:
        recorder, publisher = Recorder(), Publisher(on_report)
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        with pytest.raises(FeedClosed):
            await subscriber.report("good", {"n": 1})
        await publisher.connect(tmp_path / "s")
        assert await subscriber.report("good", {"n": 1}) == {"got": 2}
        with pytest.raises(ReportRefused, match="not that"):
            await subscriber.report("bad", {})
        with pytest.raises(ReportRefused, match="an internal error has occurred"):
            await subscriber.report("broken", {})
        await publisher.close()
        await subscriber.close()

    run(story())


def test_rows_that_a_lost_subscriber_missed_come_with_the_next_connection(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        link = await publisher.connect(tmp_path / "s")
        await subscriber.close()
        await link.wait_closed()
        await publisher.replace([place("a")], [])
        again = Subscriber(recorder.apply)
        await again.listen(tmp_path / "s")
        await publisher.connect(tmp_path / "s")
        assert set(recorder.rows) == {place_id("a")}
        await publisher.close()
        await again.close()

    run(story())


def test_origin_is_a_value() -> None:
    assert Origin("vpc-1", "VPC") == Origin("vpc-1", "VPC")
