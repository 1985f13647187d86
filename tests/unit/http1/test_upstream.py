"""One request's bookkeeping while it has no connection; what connections do with it is in `test_client`."""

from __future__ import annotations

import weakref

from skywalk.http1.response import ResponseHead
from skywalk.http1.upstream import ConnectFailed, UpstreamError, UpstreamRequest

HEAD = b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


class Listener:
    def __init__(self) -> None:
        self.calls: list[object] = []

    def on_head(self, head: ResponseHead) -> None:
        self.calls.append(head.status)

    def on_data(self, data: bytes) -> None:
        self.calls.append(data)

    def on_end(self) -> None:
        self.calls.append("end")

    def on_error(self, error: UpstreamError) -> None:
        self.calls.append(error)


def request(listener: Listener, chunked: bool = True) -> UpstreamRequest:
    return UpstreamRequest(HEAD, listener, is_head=False, chunked=chunked, idempotent=True, response_seconds=1)


def test_source_is_held_back_until_there_is_a_connection() -> None:
    made = request(Listener())
    calls: list[str] = []
    made.pause_source = lambda: calls.append("pause")
    made.resume_source = lambda: calls.append("resume")
    made.write(b"one")
    assert calls == ["pause"]
    made.resume_after_connect()
    made.resume_after_connect()
    assert calls == ["pause", "resume"]


def test_only_what_is_still_here_whole_can_be_sent_again() -> None:
    made = request(Listener())
    assert made.replayable
    made.write(b"one")
    assert not made.replayable


def test_aborted_requests_are_silent() -> None:
    listener = Listener()
    given_up: list[UpstreamRequest] = []
    made = request(listener)
    made.on_give_up = given_up.append
    made.abort()
    made.abort()
    made.write(b"one")
    made.finish()
    made.fail(ConnectFailed("late"))
    assert (given_up, listener.calls, made.finished) == ([made], [], False)


def test_waiting_ends() -> None:
    listener = Listener()
    made = request(listener)
    made.deadline_passed()
    made.deadline_passed()
    assert [str(call) for call in listener.calls] == ["no connection became free in time"]


def test_what_is_over_keeps_no_listener() -> None:
    def ended(made: UpstreamRequest) -> None:
        made.end()

    def failed(made: UpstreamRequest) -> None:
        made.fail(ConnectFailed("refused"))

    for be_over in (ended, failed, UpstreamRequest.abort):
        listener = Listener()
        kept = weakref.ref(listener)
        made = request(listener)
        be_over(made)
        del listener
        assert (made.over, kept()) == (True, None)
