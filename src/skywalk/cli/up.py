"""`skywalk up`: starts the region."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

from skywalk.cli import hints
from skywalk.cli.control_client import ControlClient
from skywalk.cli.other_daemon import await_other
from skywalk.cli.progress import progress
from skywalk.cli.starting import take_lock
from skywalk.config import DEFAULT_PORT, DEFAULT_QUOTAS, DEFAULT_REGION, Paths, find_paths, read_config
from skywalk.drivers.linux.features import may_manage_networks
from skywalk.drivers.linux.permission import find_obstacle
from skywalk.values.errors import SkywalkError

LAST_LOG_LINES = 12
STOP_SECONDS = 15.0
_REASON = "skywalk: "


def run(arguments: argparse.Namespace) -> int:
    """In the foreground until interrupted, or with --detach until it is ready."""
    paths = find_paths(arguments.state_dir)
    check_machine()
    set_in_file = read_config(paths.config)  # a mistake in it is told here, not in a log
    if arguments.uplink or set_in_file.get("uplink"):
        check_uplink()
    control = ControlClient(paths.control_socket)
    if control.is_ending():
        with progress("waiting for the end of the region that is being taken down"):
            await_other(paths)
    if control.is_running() or await_other(paths):
        return _runs_already(paths, arguments)
    port = arguments.port or DEFAULT_PORT
    try:
        check_port(port)
        lock = take_lock(paths)
        if lock is None:
            raise SkywalkError(f"another daemon runs the region in {paths.state_dir}")
        argv = daemon_command(paths, port, arguments.region or DEFAULT_REGION, arguments.quotas or DEFAULT_QUOTAS)
        argv += [*log_options(arguments.log_format, arguments.log_level), *(["--uplink"] if arguments.uplink else [])]
        if not arguments.detach:
            print(f"starting the region in {paths.state_dir}; Ctrl-C stops it", flush=True)
            # It may come while the daemon loads: there it waits until the daemon can tell it from a mistake.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            os.set_inheritable(lock, True)
            os.execv(argv[0], [*argv, "--lock-fd", str(lock)])
        with progress("starting the region"):
            start_detached(paths, argv, lock)
    except SkywalkError:
        # Of two that start it at once one is the first, and has the port too.
        if not await_other(paths):
            raise
        return _runs_already(paths, arguments)
    print(hints.render_ready(paths, port))
    return 0


def _runs_already(paths: Paths, arguments: argparse.Namespace) -> int:
    """Raises SkywalkError where it runs otherwise than was asked for."""
    status = ControlClient(paths.control_socket).ask("status")
    check_settings(status, arguments, paths)
    print(f"the region in {paths.state_dir} runs already: {status['endpoint_url']}")
    return 0


def check_settings(status: Mapping[str, Any], asked: argparse.Namespace, paths: Paths) -> None:
    """Raises SkywalkError where a region that runs has other settings than those that were given (others are None)."""
    runs = {"port": urlsplit(status["endpoint_url"]).port, "region": status["region"], "quotas": status["quotas"]}
    others = [f"--{name} {value}" for name, value in runs.items() if getattr(asked, name) not in (None, value)]
    if asked.uplink and not status.get("uplink"):
        others.append("no uplink")
    if others:
        raise SkywalkError(
            f"the region in {paths.state_dir} runs already, with {' '.join(others)}; "
            f"to change that, stop it first: {hints.command('down', paths)}"
        )


def check_machine() -> None:
    """Raises SkywalkError where a region cannot run at all."""
    obstacle = find_obstacle()
    if obstacle is not None:
        ways = "; ".join(obstacle.remedies)
        raise SkywalkError(f"this machine gives you no namespaces ({obstacle.reason}): {ways}")


def check_uplink() -> None:
    """Raises SkywalkError where no link can lead to the machine's network."""
    if not may_manage_networks():
        raise SkywalkError(hints.UPLINK_NEEDS_ROOT)


def check_port(port: int) -> None:
    """Raises SkywalkError where something else listens: said before anything is started or adopted."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = (error.strerror or "no").lower()
            raise SkywalkError(f"port {port} cannot be had: {reason}; choose another with --port") from None


def daemon_command(paths: Paths, port: int, region: str, quotas: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "skywalk.app",
        *("--state-dir", str(paths.state_dir)),
        *("--port", str(port)),
        *("--region", region),
        *("--quotas", quotas),
    ]


def log_options(log_format: str | None, log_level: str | None) -> list[str]:
    """What was asked for; without it `config.toml` decides."""
    asked = {"--log-format": log_format, "--log-level": log_level}
    return [word for option, value in asked.items() if value is not None for word in (option, value)]


def start_detached(paths: Paths, argv: list[str], lock: int | None = None) -> subprocess.Popen[bytes]:
    """Starts the daemon and answers it when it is ready; it outlives the caller. `lock` is the region's, which becomes
    the daemon's. Raises SkywalkError with the end of its log; interrupted, it takes the daemon back."""
    ready, tell_ready = os.pipe()
    handed_over = {"--ready-fd": tell_ready, **({} if lock is None else {"--lock-fd": lock})}
    with _open_log(paths) as log, os.fdopen(ready, "rb") as pipe, _Interrupts() as interrupts:
        said_before = log.tell()
        daemon = subprocess.Popen(
            [*argv, *(word for option, number in handed_over.items() for word in (option, str(number)))],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=list(handed_over.values()),
            start_new_session=True,
            cwd="/",
        )
        for number in handed_over.values():
            os.close(number)
        try:
            interrupts.allow()
            said = pipe.read().strip()
        except KeyboardInterrupt:
            # It has a session of its own: no Ctrl-C reaches it.
            daemon.terminate()
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(STOP_SECONDS)
            raise
        if said != b"ready":
            daemon.wait()
            told = said.decode(errors="replace")
            if told.startswith(hints.FAILED):
                raise SkywalkError(f"the region did not start: {told.removeprefix(hints.FAILED)}")
            raise SkywalkError(_why_not(paths.log, said_before))
    return daemon


class _Interrupts:
    """SIGINT and SIGTERM as KeyboardInterrupt, but not before the body allows them: no process may get lost while it
    is being started."""

    def __init__(self) -> None:
        self._allowed = False
        self._asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def allow(self) -> None:
        """Raises KeyboardInterrupt if there was one meanwhile."""
        self._allowed = True
        if self._asked:
            raise KeyboardInterrupt

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        if self._allowed:
            raise KeyboardInterrupt


def _open_log(paths: Paths) -> BinaryIO:
    try:
        paths.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return paths.log.open("ab")
    except OSError as error:
        raise SkywalkError(f"the state directory {paths.state_dir} cannot be used: {error.strerror}") from None


def _why_not(log: Path, said_before: int) -> str:
    """The daemon's own reason if it gave one, else the end of what it said."""
    with log.open("rb") as file:
        file.seek(said_before)
        lines = file.read().decode(errors="replace").splitlines()
    reasons = [line.removeprefix(_REASON) for line in lines if line.startswith(_REASON)]
    if reasons:
        return f"the region did not start: {reasons[-1]}"
    return "\n".join([f"the region did not start; the end of {log}:", *lines[-LAST_LOG_LINES:]])
