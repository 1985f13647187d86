"""A body without a connection: what its source gives it, and what its reader gets."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import pytest

from skywalk.http1.body import Body, BodyAborted, Discard
from skywalk.http1.request import RequestHead


class Source:
    """Remembers what the body asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def body_wanted(self) -> None:
        self.calls.append("wanted")

    def reading_changed(self) -> None:
        self.calls.append("reading")


class Sink:
    def __init__(self) -> None:
        self.calls: list[object] = []

    def on_data(self, data: bytes) -> None:
        self.calls.append(data)

    def on_end(self) -> None:
        self.calls.append("end")

    def on_abort(self, reason: BodyAborted) -> None:
        self.calls.append(reason.reason)


def body(length: int | None = None, chunked: bool = False) -> tuple[Body, Source, Sink]:
    head = RequestHead("PUT", "/", "1.1", [])
    head.content_length, head.chunked = length, chunked
    source = Source()
    return Body(head, source), source, Sink()


def test_pieces_go_to_the_sink_and_the_rest_comes_back() -> None:
    made, source, sink = body(5)
    assert (made.length, made.complete, made.wanted) == (5, False, False)
    made.start(sink)
    assert source.calls == ["wanted"]
    assert made.receive(b"he") == b""
    assert made.receive(b"lloGET /") == b"GET /"
    assert sink.calls == [b"he", b"llo", "end"]
    assert made.complete


def test_chunks_go_to_the_sink_without_their_framing() -> None:
    made, _, sink = body(chunked=True)
    assert made.length is None
    made.start(sink)
    assert made.receive(b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nGET /") == b"GET /"
    assert sink.calls == [b"he", b"llo", "end"]


def test_no_body_ends_at_once() -> None:
    made, source, sink = body()
    assert made.complete
    made.start(sink)
    assert (sink.calls, source.calls) == (["end"], [])


def test_a_body_is_read_once() -> None:
    made, _, sink = body(5)
    made.start(sink)
    with pytest.raises(RuntimeError, match="read once"):
        made.start(Discard())


def test_pausing_tells_the_source_once() -> None:
    made, source, _ = body(5)
    for change in (made.pause, made.pause, made.resume, made.resume):
        change()
    assert source.calls == ["reading", "reading"]


def test_failures_reach_a_reader_that_comes_later() -> None:
    made, _, sink = body(5)
    made.fail(BodyAborted("gone"))
    made.fail(BodyAborted("again"))
    made.start(sink)
    assert sink.calls == ["gone"]
    assert made.failed


@pytest.mark.parametrize(("length", "chunked", "expected"), [(5, False, True), (11, False, False), (None, True, False)])
def test_what_can_be_thrown_away(length: int | None, chunked: bool, expected: bool) -> None:
    made, _, sink = body(length, chunked)
    assert made.can_be_discarded(10) is expected
    made.start(sink)
    assert not made.can_be_discarded(10)


LAST_CALLS: dict[str, Callable[[Body], object]] = {
    "end": lambda made: made.receive(b"hello"),
    "abort": lambda made: made.fail(BodyAborted("gone")),
}


@pytest.mark.parametrize("which", LAST_CALLS)
def test_a_sink_that_has_had_its_last_call_is_let_go(which: str) -> None:
    made, _, sink = body(5)
    kept = weakref.ref(sink)
    made.start(sink)
    LAST_CALLS[which](made)
    del sink
    assert (kept(), made.wanted) == (None, True)
    with pytest.raises(RuntimeError, match="read once"):
        made.start(Discard())
