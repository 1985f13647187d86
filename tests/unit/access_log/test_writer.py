"""Records are written a moment later, in bounded memory, and a disk that fails costs records alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from skywalk.access_log.entry import Endpoint
from skywalk.access_log.reader import Reader
from skywalk.access_log.record import Record
from skywalk.access_log.writer import ENTRIES_TOGETHER, UNANSWERED_AT_MOST, WRITE_SECONDS, AccessLog
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support.access_log import ENDPOINT, ENDPOINT_ID, Answering, access_log, check, fill, place


class Timer:
    """Keeps what is to be called later."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> None:
        assert seconds == WRITE_SECONDS
        self.calls.append(call)

    def ring(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def log(tmp_path: Path, timer: Timer) -> AccessLog:
    return access_log(place(tmp_path), later=timer)


def read(folder: Path) -> list[Record]:
    return list(Reader(folder / "access-log").records())


def test_a_record_is_there_when_the_timer_rings(log: AccessLog, timer: Timer, tmp_path: Path) -> None:
    fill(log.open(ENDPOINT, Answering()), [check()])
    assert len(timer.calls) == 1
    assert read(tmp_path) == []
    timer.ring()
    (record,) = read(tmp_path)
    assert (record.operation, record.verdict) == ("GetObject", "allowed")
    assert timer.calls == [], "nothing is left to be written"


def test_one_that_is_not_answered_waits_for_its_answer(log: AccessLog, timer: Timer, tmp_path: Path) -> None:
    answering = Answering(started=False)
    fill(log.open(ENDPOINT, answering), [check()])
    timer.ring()
    assert read(tmp_path) == []
    answering.lost = True
    timer.ring()
    assert len(read(tmp_path)) == 1


def test_the_end_writes_all(log: AccessLog, tmp_path: Path) -> None:
    fill(log.open(ENDPOINT, Answering()), [check()])
    fill(log.open(ENDPOINT, Answering(started=False)), [check()])
    log.close()
    assert len(read(tmp_path)) == 2


def test_of_what_was_only_passed_on_nothing_is_written(log: AccessLog, tmp_path: Path) -> None:
    log.open(ENDPOINT, Answering())
    refused = log.open(ENDPOINT, Answering())
    refused.error = AwsError("InvalidAccessKeyId", "No such key.", 403)
    log.close()
    assert [record.error for record in read(tmp_path)] == [("InvalidAccessKeyId", "No such key.")]


def test_memory_is_bounded_without_the_timer(log: AccessLog, tmp_path: Path) -> None:
    for _ in range(UNANSWERED_AT_MOST + 2 * ENTRIES_TOGETHER):
        fill(log.open(ENDPOINT, Answering(started=False)), [check()])
    assert len(read(tmp_path)) > UNANSWERED_AT_MOST
    for _ in range(10_000):
        fill(log.open(ENDPOINT, Answering()), [check()])
    assert len(read(tmp_path)) > 10_000


def test_the_time_is_that_of_the_request(tmp_path: Path, timer: Timer) -> None:
    clock = FixedClock()
    log = access_log(place(tmp_path), clock, timer)
    fill(log.open(ENDPOINT, Answering()), [check()])
    clock.advance(0.2)
    timer.ring()
    (record,) = read(tmp_path)
    assert record.time == 1_767_225_600_000


def test_each_endpoint_has_a_folder(log: AccessLog, tmp_path: Path) -> None:
    other = Endpoint("vpce-0other", "210987654321", "s3", "us-east-1", False)
    fill(log.open(ENDPOINT, Answering()), [check()])
    fill(log.open(other, Answering()), [check()])
    log.close()
    assert {record.vpc_endpoint_id: record.owner_account_id for record in read(tmp_path)} == {
        ENDPOINT_ID: "123456789012",
        "vpce-0other": "210987654321",
    }


def test_a_full_disk_costs_records_and_says_so_once(
    log: AccessLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def ask() -> None:
        fill(log.open(ENDPOINT, Answering()), [check()])
        log.close()

    ask()
    write, room = os.write, 10

    def full(descriptor: int, data: bytes) -> int:
        return write(descriptor, data[:room])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        ask()
        ask()
    assert log.lost == 2
    assert caplog.text.count("records are lost") == 1
    ask()
    assert "2 records were lost" in caplog.text
    assert len(read(tmp_path)) == 2, "what was torn is skipped"
