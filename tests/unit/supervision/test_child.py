"""A child with a real process: started, killed and started again, left behind and adopted, ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from skywalk.feed.publisher import Publisher
from skywalk.logs.settings import LogSettings
from skywalk.plan.places import Place
from skywalk.supervision.child import Child, ChildFailed
from support.waiting import until

ROOT = Path(__file__).parent.parent.parent.parent
PROGRAM = ROOT / "tests" / "support" / "recording_subscriber.py"


class Post:
    """The places of one child: its socket, its log, the record that its process keeps."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "child.sock"
        self.log = folder / "child.log"
        self.record = folder / "record.json"
        self.publisher = Publisher()

    def child(self, argv: list[str] | None = None, silent_seconds: float = 1.0) -> Child:
        own = [sys.executable, str(PROGRAM), str(self.socket), str(self.record)]
        return Child(
            "recorder",
            argv or own,
            self.socket,
            self.log,
            self.publisher,
            pulse_seconds=0.1,
            silent_seconds=silent_seconds,
        )

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.record.read_text()) if self.record.exists() else {"pid": 0, "keys": []}
        return found

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        await until(lambda: holds(self.read()), seconds=20)
        return self.read()


@asynccontextmanager
async def started(post: Post, silent_seconds: float = 1.0) -> AsyncIterator[Child]:
    child = post.child(silent_seconds=silent_seconds)
    await child.start()
    try:
        yield child
    finally:
        await child.stop()
        await post.publisher.close()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_that_is_stopped_is_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        async with started(post) as child:
            assert child.pulse.answers
            pid = child.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            await until(lambda: not child.pulse.answers, seconds=20)
            await post.publisher.replace([Place("vpc-2", "/run/2", None)], [])
            again = await post.until(lambda record: record["pid"] != pid and record["keys"] == ["vpc-2"])
            assert not is_alive(pid)
            assert is_alive(again["pid"])
            await until(lambda: child.connected and child.pulse.answers, seconds=20)
            assert (child.restarts, child.pulse.killed) == (1, 1)

    asyncio.run(story())
    said = [record.message for record in caplog.records]
    assert said == [
        "recorder does not answer",
        "recorder has not answered for 1 seconds; it is killed and started again",
        "recorder is gone; starting it again",
    ]


def test_a_process_that_goes_on_in_time_is_left_alone(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        async with started(post, silent_seconds=1000) as child:
            pid = child.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            await until(lambda: not child.pulse.answers, seconds=20)
            assert child.connected
            os.kill(pid, signal.SIGCONT)
            await until(lambda: child.pulse.answers, seconds=20)
            assert (child.restarts, child.pulse.killed, child.pid) == (0, 0, pid)

    asyncio.run(story())


def test_a_started_process_has_all_rows(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        await post.publisher.replace([Place("vpc-1", "/run/1", None)], [])
        async with started(post) as child:
            assert post.read()["keys"] == ["vpc-1"]
            assert child.connected
            pid = post.read()["pid"]
            assert is_alive(pid)
        assert not is_alive(pid)
        assert not post.socket.exists()
        assert not post.socket.with_suffix(".pid").exists()

    asyncio.run(story())


def test_a_killed_process_is_started_again_with_the_newest_rows(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        async with started(post) as child:
            first = post.read()["pid"]
            os.kill(first, signal.SIGKILL)
            await post.until(lambda _: not child.connected or post.read()["pid"] != first)
            await post.publisher.replace([Place("vpc-2", "/run/2", None)], [])
            again = await post.until(lambda record: record["pid"] != first and record["keys"] == ["vpc-2"])
            assert is_alive(again["pid"])
            await until(lambda: child.connected)  # the record is written before its rows are acknowledged

    asyncio.run(story())


def test_a_process_that_was_left_is_adopted_by_the_next_daemon(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        left = post.child()
        await left.start()
        pid = post.read()["pid"]
        await left.leave()
        await post.publisher.close()
        assert is_alive(pid)

        next_daemon = Post(tmp_path)
        await next_daemon.publisher.replace([Place("vpc-3", "/run/3", None)], [])
        async with started(next_daemon):
            assert next_daemon.read() == {"pid": pid, "keys": ["vpc-3"]}
        assert not is_alive(pid)
        await left.stop()

    asyncio.run(story())


def test_a_process_that_cannot_start_says_where_its_output_is(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        child = post.child([sys.executable, "-c", "raise SystemExit('no such authority')"])
        with pytest.raises(ChildFailed, match=r"recorder did not start; its output is in .*child\.log"):
            await child.start()
        assert "no such authority" in post.log.read_text()
        await child.stop()

    asyncio.run(story())


def test_a_pid_that_another_process_has_by_now_is_not_ended(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        post.socket.with_suffix(".pid").write_text(f"{os.getpid()} 1")
        await post.child().stop()
        assert not post.socket.with_suffix(".pid").exists()

    asyncio.run(story())


def test_a_process_that_is_killed_while_it_starts_is_started_again(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        once = post.socket.with_name("once")
        program = f"""
import os, signal, sys
if not os.path.exists({str(once)!r}):
    open({str(once)!r}, "w").close()
    os.kill(os.getpid(), signal.SIGKILL)
os.execv(sys.executable, [sys.executable, *{[str(PROGRAM), str(post.socket), str(post.record)]!r}])
"""
        child = post.child([sys.executable, "-c", program])
        await child.start()
        assert child.connected
        assert once.exists()
        await child.stop()
        await post.publisher.close()

    asyncio.run(story())


def test_a_process_of_another_version_is_replaced(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        former = subprocess.Popen([sys.executable, "-c", OLD_SUBSCRIBER, str(post.socket)])  # noqa: ASYNC220 (ends below)
        with former:
            await until(post.socket.exists, seconds=20)
            started_at = Path(f"/proc/{former.pid}/stat").read_text().rpartition(")")[2].split()[19]
            post.socket.with_suffix(".pid").write_text(f"{former.pid} {started_at}")
            async with started(post):
                assert not is_alive(former.pid)
                assert post.read()["pid"] not in (0, former.pid)

    asyncio.run(story())


OLD_SUBSCRIBER = """
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    connection, _ = server.accept()
    with connection, connection.makefile("rw") as lines:
        print('{"feed": "1-former"}', file=lines, flush=True)
        for line in lines:
            print('{"applied": 1, "error": null}', file=lines, flush=True)
"""


def test_a_process_is_told_how_to_log_and_is_counted_when_it_is_gone(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post(tmp_path)
        own = [sys.executable, str(PROGRAM), str(post.socket), str(post.record)]
        child = Child("recorder", own, post.socket, post.log, post.publisher, LogSettings("json", "debug"))
        await child.start()
        try:
            assert child.restarts == 0
            pid = child.pid
            assert pid is not None
            said = {"process": "recorder", "format": "json", "level": "debug", "path": str(post.log)}
            assert f"SKYWALK_LOG={json.dumps(said)}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            os.kill(pid, signal.SIGKILL)
            await until(lambda: child.restarts == 1 and child.connected, seconds=20)
            assert child.pid not in (None, pid)
            assert await child.counts(5) == {}
        finally:
            await child.stop()
            await post.publisher.close()
        assert child.pid is None

    asyncio.run(story())
