"""`skywalk up`: starts the region."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from skywalk.cli.control_client import ControlClient
from skywalk.cli.main import EXIT_USAGE
from skywalk.config import Paths, find_paths, read_config
from skywalk.values.errors import SkywalkError

LAST_LOG_LINES = 12


def run(arguments: argparse.Namespace) -> int:
    """In the foreground until interrupted, or with --detach until it is ready."""
    if arguments.uplink:
        print("skywalk up: --uplink is not there yet: the region has no way out of this machine", file=sys.stderr)
        return EXIT_USAGE
    paths = find_paths(arguments.state_dir)
    check_machine()
    read_config(paths.config)  # a mistake in it is told here, not in a log
    if ControlClient(paths.control_socket).is_running():
        print(f"the region in {paths.state_dir} runs already")
        return 0
    argv = daemon_command(paths, arguments.port, arguments.region, arguments.quotas)
    if not arguments.detach:
        os.execv(argv[0], argv)
    start_detached(paths, argv)
    print(f'ready: http://127.0.0.1:{arguments.port}  (for clients: eval "$(skywalk env)")')
    return 0


def check_machine() -> None:
    """Raises SkywalkError where a region cannot run at all."""
    if os.geteuid() != 0:
        raise SkywalkError("a region needs root for its network namespaces; run: sudo ./skywalk up")


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


def start_detached(paths: Paths, argv: list[str]) -> None:
    """Starts the daemon and returns when it is ready. Raises SkywalkError with the end of its log."""
    paths.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    ready, tell_ready = os.pipe()
    with paths.log.open("ab") as log:
        subprocess.Popen(
            [*argv, "--ready-fd", str(tell_ready)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[tell_ready],
            start_new_session=True,
            cwd="/",
        )
    os.close(tell_ready)
    with os.fdopen(ready, "rb") as pipe:
        if pipe.read().strip() != b"ready":
            raise SkywalkError(f"the region did not start; the end of {paths.log}:\n{_last_lines(paths.log)}")


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LOG_LINES:])
