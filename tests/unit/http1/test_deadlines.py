from __future__ import annotations

import asyncio

from skywalk.http1.deadlines import NEVER, Deadlines
from support.http1_world import run, until


class Waiting:
    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.passed = 0

    def deadline_passed(self) -> None:
        self.passed += 1


def test_each_deadline_passes_once() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(loop, interval_seconds=0.001)
        late, early, forgotten = Waiting(loop.time()), Waiting(NEVER), Waiting(loop.time())
        for waiting in (late, early, forgotten):
            deadlines.watch(waiting)
        deadlines.forget(forgotten)
        await until(lambda: late.passed == 1)
        late.deadline = loop.time()
        await until(lambda: late.passed == 2)
        assert (early.passed, forgotten.passed) == (0, 0)
        deadlines.forget(late)
        deadlines.forget(early)

    run(story)
