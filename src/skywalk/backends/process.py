"""Starts the backend process of a service at first use, finds it again, stops it.

The process outlives its starter, so that a daemon's death does not stop the region's services. Who listens on a
unix socket, and whether anybody does, the kernel tells.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from skywalk.logs.settings import AS_EVER, LogSettings
from skywalk.values.errors import SkywalkError
from skywalk.values.unix_path import reachable

START_SECONDS = 60.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.02
_MODULE = "skywalk.backends.moto_server"
_LIMIT_LOG_LINES = 20


class BackendFailed(SkywalkError):
    """A backend did not start; the text ends in what it said."""


class BackendProcess:
    """The embedded backend of one service. `state_dir` is the service's own folder; it holds socket, state, log."""

    def __init__(self, service: str, state_dir: Path, log_settings: LogSettings = AS_EVER) -> None:
        self._service = service
        self._log_settings = log_settings
        self._state_dir = state_dir
        self.socket_path = state_dir / "socket"
        self._starting = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._former: list[subprocess.Popen[bytes]] = []
        """Those that have not ended yet: the socket of one that is killed is closed a moment before."""

    async def start(self) -> Path:
        """The path of the socket, once requests are answered there; a process that is there already is used.

        Raises BackendFailed.
        """
        async with self._starting:
            if listener_process_id(self.socket_path) is None:
                self._spawn()
                await self._until_listening()
        return self.socket_path

    @property
    def pid(self) -> int | None:
        """Of the process that listens, whoever started it; None where none does."""
        return listener_process_id(self.socket_path)

    async def stop(self) -> None:
        """Asks the process to save and end, whoever started it; returns when it has."""
        process_id = listener_process_id(self.socket_path)
        if process_id is None:
            return
        os.kill(process_id, signal.SIGTERM)
        await self._until(lambda: not self._is_running(process_id), STOP_SECONDS)

    def _spawn(self) -> None:
        self._state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._process is not None:
            self._former.append(self._process)
        self._former = [process for process in self._former if process.poll() is None]  # the others are reaped
        told = self._log_settings.variable(f"backend {self._service}", self._log_path)
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *("-m", _MODULE),
                    *("--service", self._service),
                    *("--socket", str(self.socket_path), "--state", str(self._state_dir)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=backend_environment(os.environ) | told,
                start_new_session=True,
            )

    async def _until_listening(self) -> None:
        process = self._process
        assert process is not None
        await self._until(
            lambda: process.poll() is not None or listener_process_id(self.socket_path) is not None, START_SECONDS
        )
        if process.poll() is not None:
            lines = self._log_path.read_text(errors="replace").splitlines()[-_LIMIT_LOG_LINES:]
            raise BackendFailed(
                f"the backend of {self._service} ended with status {process.returncode}: " + "\n".join(lines)
            )

    async def _until(self, condition: Callable[[], bool], within_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_seconds
        while not condition():
            if loop.time() > ends:
                raise BackendFailed(f"the backend of {self._service} took longer than {within_seconds:.0f} s")
            await asyncio.sleep(_POLL_SECONDS)

    def _is_running(self, process_id: int) -> bool:
        if self._process is not None and self._process.pid == process_id:
            return self._process.poll() is None
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def _log_path(self) -> Path:
        return self._state_dir / "log"


def listener_process_id(path: Path) -> int | None:
    """The process that listens on a unix socket, or None where nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            with reachable(path) as name:
                probe.connect(name)
        except OSError:
            return None
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process_id: int = struct.unpack("3i", credentials)[0]
    return process_id


def backend_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the settings and credentials of whoever starts it."""
    unwanted = ("MOTO_", "AWS_", "S3_", "INITIAL_NO_AUTH", "TEST_")
    # Sets have the same order when a change is done again.
    own = {"PYTHONHASHSEED": "0"}
    return {name: value for name, value in environment.items() if not name.startswith(unwanted)} | own
