"""Whom silence is held against, and whom it is not."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from skywalk.supervision import pulse as pulse_module
from skywalk.supervision.pulse import Pulse, is_traced
from support.waiting import until

PULSE_SECONDS = 0.01


@contextlib.contextmanager
def victim() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with process:
        try:
            yield process
        finally:
            process.kill()


class Asked:
    """Answers as it is told: with True or False, after a moment of doing nothing else, in turn, the last for good."""

    def __init__(self, *answers: bool, blocks_seconds: float = 0.0) -> None:
        self._answers = list(answers)
        self._blocks_seconds = blocks_seconds
        self.times = 0

    async def __call__(self, _within_seconds: float) -> bool:
        self.times += 1
        time.sleep(self._blocks_seconds)  # noqa: ASYNC251 (as of a process that does not run)
        await asyncio.sleep(0)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def feel(pulse: Pulse, done: Callable[[], bool]) -> None:
    async def story() -> None:
        task = asyncio.create_task(pulse.feel())
        await until(done, seconds=20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_one_that_stays_silent_is_killed(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_module, "LATE_SECONDS", 60)  # a busy machine may not let this process run for a while
    with victim() as process:
        asked = Asked(False)
        pulse = Pulse("edge 0", asked, lambda: process.pid, PULSE_SECONDS, 5 * PULSE_SECONDS)
        feel(pulse, lambda: pulse.killed == 1)
        assert process.wait(60) == -9
        assert asked.times == 5
        assert not pulse.answers
    assert [record.message for record in caplog.records][:1] == ["edge 0 does not answer"]


def test_one_answer_is_a_sign_of_life() -> None:
    with victim() as process:
        asked = Asked(*[False, False, True] * 5, True)
        pulse = Pulse("edge 0", asked, lambda: process.pid, PULSE_SECONDS, 3 * PULSE_SECONDS)
        feel(pulse, lambda: asked.times >= 16)
        assert (pulse.killed, pulse.answers, process.poll()) == (0, True, None)


def test_what_was_missed_while_this_process_did_not_run_is_nobody_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_module, "LATE_SECONDS", 0.02)
    with victim() as process:
        asked = Asked(False, blocks_seconds=0.05)
        pulse = Pulse("edge 0", asked, lambda: process.pid, PULSE_SECONDS, 3 * PULSE_SECONDS)
        feel(pulse, lambda: asked.times >= 10)
        assert (pulse.killed, pulse.answers, process.poll()) == (0, True, None)


def test_one_that_is_gone_meanwhile_is_not_killed() -> None:
    asked = Asked(False)
    pulse = Pulse("edge 0", asked, lambda: None, PULSE_SECONDS, 2 * PULSE_SECONDS)
    feel(pulse, lambda: asked.times >= 8)
    assert pulse.killed == 0


def test_one_that_a_debugger_holds_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with victim() as process:
        assert not is_traced(process.pid)
        monkeypatch.setattr(pulse_module, "is_traced", lambda pid: pid == process.pid)
        asked = Asked(False)
        pulse = Pulse("edge 0", asked, lambda: process.pid, PULSE_SECONDS, 2 * PULSE_SECONDS)
        feel(pulse, lambda: asked.times >= 6)
        assert (pulse.killed, process.poll()) == (0, None)
    assert "edge 0 is held by a debugger, and left to it" in [record.message for record in caplog.records]
