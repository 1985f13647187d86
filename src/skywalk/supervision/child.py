"""One process that carries traffic: start or adopt it, connect it to the feed, start it again when it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from skywalk.feed.publisher import Counts, Link, Publisher
from skywalk.logs.settings import AS_EVER, LogSettings
from skywalk.supervision.pulse import PULSE_SECONDS, SILENT_SECONDS, Pulse
from skywalk.values.errors import SkywalkError
from skywalk.values.lack import lack

log = logging.getLogger(__name__)

START_SECONDS = 30.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.005
RESTART_SECONDS = 0.2


class ChildFailed(SkywalkError):
    """A process did not start; the text says where its output is."""


class Child:
    """`socket` is where the process listens for the feed; its pid file and its log lie in the given places."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        socket: Path,
        log_path: Path,
        publisher: Publisher,
        log_settings: LogSettings = AS_EVER,
        pulse_seconds: float = PULSE_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._socket = socket
        self._pid_path = socket.with_suffix(".pid")
        self._log_path = log_path
        self._publisher = publisher
        self._log_settings = log_settings
        self._process: subprocess.Popen[bytes] | None = None
        self.pulse = Pulse(name, self._answers, self._read_pid, pulse_seconds, silent_seconds)
        self._tasks: list[asyncio.Task[None]] = []
        self._link: Link | None = None
        self.connected = False
        self.restarts = 0
        """How often it was found gone since `start`."""

    async def start(self) -> None:
        """Returns when the process has all rows. Raises ChildFailed."""
        link = self._link = await self._adopt_or_start()
        self.connected = True
        self._tasks.append(asyncio.create_task(self._keep(link), name=f"keep {self.name}"))
        self._tasks.append(asyncio.create_task(self.pulse.feel(), name=f"pulse of {self.name}"))

    async def stop(self) -> None:
        """Ends the process, the adopted one too."""
        await self.leave()
        await self._end_former()
        self._pid_path.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)

    async def leave(self) -> None:
        """Stops looking after the process, which goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def pid(self) -> int | None:
        """The process's id; None where it does not run."""
        return self._read_pid()

    async def counts(self, within_seconds: float) -> Counts:
        """What the process has counted since its start; nothing where it does not tell in time."""
        return {} if self._link is None else await self._publisher.ask(self._link, within_seconds)

    async def _keep(self, link: Link) -> None:
        while True:
            await link.wait_closed()
            self.connected = False
            self.restarts += 1
            log.warning("%s is gone; starting it again", self.name)
            said = ""
            while True:
                try:
                    link = self._link = await self._adopt_or_start()
                    self.connected = True
                    break
                except (ChildFailed, OSError) as failure:
                    if str(failure) != said:  # once: for want of disk it may be tried for long
                        said = str(failure)
                        log.error("%s does not start: %s", self.name, failure)
                    await asyncio.sleep(RESTART_SECONDS)

    async def _answers(self, within_seconds: float) -> bool:
        """Once it is killed, the end of its link tells `_keep`, as of any process that is gone."""
        return self._link is None or await self._publisher.hears(self._link, within_seconds)

    async def _adopt_or_start(self) -> Link:
        try:
            return await self._publisher.connect(self._socket)
        except OSError as failure:
            if lack(failure) is not None:
                raise  # it is this process that cannot connect: nothing is said of the other one
        await self._end_former()  # one that no longer listens, but has not ended yet
        self._spawn()
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(OSError):
                return await self._publisher.connect(self._socket)
            status = self._process.poll() if self._process is not None else None
            if status is not None and status >= 0:
                break
            if status is not None:  # killed by somebody: that says nothing of it
                self._spawn()
            await asyncio.sleep(POLL_SECONDS)
        raise ChildFailed(f"{self.name} did not start; its output is in {self._log_path}")

    def _reap(self) -> None:
        """Takes note of the end of the process, if it has ended and was ours: else it stays a zombie."""
        if self._process is not None:
            self._process.poll()

    def _spawn(self) -> None:
        self._socket.unlink(missing_ok=True)
        with self._log_path.open("ab") as output:
            # A session of its own: it must outlive this daemon and its terminal.
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                env={**os.environ, **self._log_settings.variable(self.name, self._log_path)},
            )
        self._pid_path.write_text(f"{self._process.pid} {_start_time(self._process.pid)}")

    def _read_pid(self) -> int | None:
        """The process id, if that process is still the one that was started."""
        with contextlib.suppress(OSError, ValueError):
            pid, started = self._pid_path.read_text().split()
            if _start_time(int(pid)) == started:
                return int(pid)
        return None

    async def _end_former(self) -> None:
        pid = self._read_pid()
        if pid is not None:
            await self._end(pid)
        self._reap()

    async def _end(self, pid: int) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = asyncio.get_running_loop().time() + STOP_SECONDS
            while asyncio.get_running_loop().time() < deadline:
                is_gone = self._read_pid() is None
                self._reap()
                if is_gone:
                    return
                await asyncio.sleep(POLL_SECONDS)


def _start_time(pid: int) -> str:
    """When the process started, in clock ticks since boot: with the id it names a process for good. Empty when gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
