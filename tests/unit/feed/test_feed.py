"""Publisher and subscriber over a real socket: full sets, changes, acknowledgements, reports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from skywalk.feed import publisher as publisher_module
from skywalk.feed import subscriber as subscriber_module
from skywalk.feed.publisher import OtherVersion, Publisher, SubscriberFailed
from skywalk.feed.rows import RowChange, RowId, feed_version
from skywalk.feed.subscriber import EVERYTHING, FeedClosed, ReportRefused, Subscriber
from skywalk.plan.origin import Origin
from skywalk.plan.places import Place
from skywalk.values.errors import SkywalkError
from support.waiting import until


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


def test_what_a_former_daemon_gave_stays_until_the_new_one_has_everything(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, former, publisher = Recorder(), Publisher(), Publisher(is_whole=False)
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await former.replace([place("a"), place("gone")], [])
        await former.connect(tmp_path / "s")
        await former.close()
        await publisher.connect(tmp_path / "s")
        assert set(recorder.rows) == {place_id("a"), place_id("gone")}
        await publisher.replace([place("a"), place("b")], [])
        assert set(recorder.rows) == {place_id("a"), place_id("b"), place_id("gone")}
        await publisher.complete()
        assert set(recorder.rows) == {place_id("a"), place_id("b")}
        assert recorder.changes[-1].is_full
        await publisher.close()
        await subscriber.close()

    run(story())


def test_what_was_refused_is_sent_again_though_it_is_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.connect(tmp_path / "s")
        await publisher.replace([place("b")], [])
        recorder.fail = "too many open files"
        for _ in range(2):
            with pytest.raises(SubscriberFailed, match="too many open files"):
                await publisher.replace([place("a")], [])
        recorder.fail = None
        await publisher.replace([place("a")], [place_id("a")])
        assert recorder.changes[-1].put == (place("a"),)
        count = len(recorder.changes)
        await publisher.replace([place("a")], [place_id("a")])
        assert len(recorder.changes) == count
        await publisher.close()
        await subscriber.close()

    run(story())


def test_no_number_of_rows_is_too_much_for_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come in parts, and are one change all the same."""
    monkeypatch.setattr(publisher_module, "LINE_LIMIT_BYTES", 128 << 10)
    monkeypatch.setattr(subscriber_module, "LINE_LIMIT_BYTES", 128 << 10)
    many = [place(f"vpc-{number:017x}") for number in range(4321)]
    ids = [place_id(row.key) for row in many]

    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.replace(many, [])
        await publisher.connect(tmp_path / "s")
        assert recorder.changes == [RowChange(tuple(many), (), True)]
        await publisher.replace([place("a")], ids)
        assert recorder.changes[1:] == [RowChange((place("a"),), tuple(ids), False)]
        recorder.fail = "no such namespace"
        with pytest.raises(SubscriberFailed, match="no such namespace"):
            await publisher.replace(many, [place_id("a")])
        recorder.fail = None
        await publisher.replace([place("a")], [])
        assert set(recorder.rows) == {place_id("a")}
        await publisher.close()
        await subscriber.close()

    run(story())


def test_a_removal_that_was_refused_is_sent_again(tmp_path: Path) -> None:
    """By whoever changes something next; whose rows it was knows nothing of it any more."""

    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.replace([place("a"), place("b"), place("c")], [])
        await publisher.connect(tmp_path / "s")
        recorder.fail = "out of memory"
        with pytest.raises(SubscriberFailed, match="out of memory"):
            await publisher.replace([place("a")], map(place_id, "abc"))
        for _ in range(2):
            with pytest.raises(SubscriberFailed, match="out of memory"):
                await publisher.replace([place("a")], [place_id("a")])
        recorder.fail = None
        await publisher.replace([place("a"), place("c")], [place_id("a")])  # one of them is wanted again
        assert recorder.rows == {place_id(owner): place(owner) for owner in "ac"}
        assert not publisher.is_troubled
        await publisher.close()
        await subscriber.close()

    run(story())


def test_a_subscriber_that_refuses_the_full_set_is_given_it_until_it_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "INSIST_SECONDS", 0.01)

    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        recorder.fail = "too many open files"
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.replace([place("a")], [])
        link = await publisher.connect(tmp_path / "s")
        assert recorder.rows == {}
        recorder.fail = None
        await until(lambda: recorder.rows)
        assert recorder.changes == [RowChange((place("a"),), (), True)]
        await link.close()
        await subscriber.close()

    run(story())


def test_what_cannot_be_done_is_known_as_long_as_it_is_so(tmp_path: Path) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        failing, told = {"a": "in use"}, list[frozenset[str]]()
        publisher.watch(told.append)
        subscriber = Subscriber(recorder.apply, failing=lambda: failing)
        await subscriber.listen(tmp_path / "s")
        await publisher.replace([place("a"), place("b")], [])
        link = await publisher.connect(tmp_path / "s")
        assert (publisher.failing, told) == ({"a": "in use"}, [frozenset(["a"])])
        # what fails is given again though it is the same, and nothing else is
        await publisher.replace([place("a"), place("b")], [place_id("a"), place_id("b")])
        assert recorder.changes[-1].put == (place("a"),)
        assert len(told) == 1
        failing["b"] = "gone"
        assert await publisher.hears(link, 60)
        assert publisher.failing == {"a": "in use", "b": "gone"}
        failing.clear()
        await publisher.replace([place("a"), place("b")], [place_id("a"), place_id("b")])
        assert (publisher.failing, told[1:]) == ({}, [frozenset(["b"]), frozenset(["a", "b"])])
        failing["a"] = "in use"
        assert await publisher.hears(link, 60)
        await link.close()
        assert publisher.failing == {}
        await subscriber.close()

    run(story())


def test_a_full_set_that_was_not_taken_is_a_failure_of_everything_until_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "INSIST_SECONDS", 0.01)

    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        recorder.fail = "no memory"
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        await publisher.connect(tmp_path / "s")
        assert publisher.failing == {EVERYTHING: "ValueError: no memory"}
        recorder.fail = None
        await until(lambda: not publisher.failing)
        await publisher.close()
        await subscriber.close()

    run(story())


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


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


def test_a_subscriber_tells_what_it_has_counted(tmp_path: Path) -> None:
    async def story() -> None:
        counts, publisher = {"s3 forwarded 200": 2}, Publisher()
        subscriber = Subscriber(Recorder().apply, lambda: counts)
        await subscriber.listen(tmp_path / "s")
        link = await publisher.connect(tmp_path / "s")
        assert await publisher.ask(link, 60) == {"s3 forwarded 200": 2}
        counts["s3 forwarded 200"] = 3
        assert await publisher.ask(link, 60) == {"s3 forwarded 200": 3}
        await subscriber.close()
        await link.wait_closed()
        assert await publisher.ask(link, 60) == {}
        await publisher.close()

    run(story())


def test_a_subscriber_answers_while_it_applies(tmp_path: Path) -> None:
    async def story() -> None:
        publisher, goes_on = Publisher(), asyncio.Event()
        applied: list[str] = []

        async def apply(change: RowChange) -> None:
            if not change.is_full:
                await goes_on.wait()
                applied.extend(row.key for row in change.put)

        subscriber = Subscriber(apply, lambda: {"NOERROR": 3})
        await subscriber.listen(tmp_path / "s")
        link = await publisher.connect(tmp_path / "s")
        first = asyncio.create_task(publisher.replace([place("a")], []))
        second = asyncio.create_task(publisher.replace([place("b")], []))
        await asyncio.sleep(0)
        assert await publisher.hears(link, 10)
        assert await publisher.ask(link, 10) == {"NOERROR": 3}
        assert not first.done()
        goes_on.set()
        await asyncio.gather(first, second)
        assert applied == ["a", "b"]
        await publisher.close()
        await subscriber.close()

    run(story())


def test_one_that_does_not_tell_in_time_has_told_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        held = asyncio.Event()

        async def apply(change: RowChange) -> None:
            if not change.is_full:
                await held.wait()

        publisher, subscriber = Publisher(), Subscriber(apply)
        await subscriber.listen(tmp_path / "s")
        link = await publisher.connect(tmp_path / "s")
        change = asyncio.create_task(publisher.replace([place("a")], []))
        await asyncio.sleep(0)
        assert await publisher.ask(link, 0.01) == {}
        held.set()
        await change
        assert await publisher.ask(link, 60) == {}
        await publisher.close()
        await subscriber.close()

    run(story())


def test_a_subscriber_that_goes_while_it_is_asked_has_told_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(json.dumps({"feed": feed_version()}).encode() + b"\n")
            await reader.readline()
            writer.write(b'{"applied": 1, "error": null}\n')
            await reader.readline()
            writer.close()

        server = await asyncio.start_unix_server(serve, str(tmp_path / "s"))
        publisher = Publisher()
        link = await publisher.connect(tmp_path / "s")
        assert await publisher.ask(link, 60) == {}
        server.close()

    run(story())


def test_a_subscriber_of_another_version_is_given_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        recorder, publisher = Recorder(), Publisher()
        await publisher.replace([place("a")], [])
        subscriber = Subscriber(recorder.apply)
        await subscriber.listen(tmp_path / "s")
        monkeypatch.setattr(publisher_module, "feed_version", lambda: "1-another")
        with pytest.raises(OtherVersion, match="and not 1-another"):
            await publisher.connect(tmp_path / "s")
        assert recorder.changes == []
        await subscriber.close()

    run(story())


def test_one_that_says_no_version_is_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "GREETING_SECONDS", 0.01)

    async def story() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_unix_server(silent, str(tmp_path / "s"))
        with pytest.raises(OtherVersion, match="version none"):
            await Publisher().connect(tmp_path / "s")
        server.close()
        await server.wait_closed()

    run(story())
