"""`skywalk down`: stops the region; its state stays."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import time
from pathlib import Path

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.cli.other_daemon import await_other
from skywalk.cli.region_processes import processes_of
from skywalk.cli.starting import await_starting
from skywalk.cli.up import check_machine, daemon_command, start_detached
from skywalk.config import DEFAULT_REGION, Paths, find_paths
from skywalk.values.errors import SkywalkError

END_SECONDS = 30.0
POLL_SECONDS = 0.01


def run(arguments: argparse.Namespace) -> int:
    """Succeeds too where nothing runs."""
    paths = find_paths(arguments.state_dir)
    print("stopped" if stop_region(paths) else "nothing runs here")
    return 0


def stop_region(paths: Paths) -> bool:
    """Takes the region off the machine; answers whether there was something to take."""
    control = ControlClient(paths.control_socket)
    try:
        _stop(control, paths.lock)
    except RegionNotRunning:
        if await_other(paths):
            return stop_region(paths)
        if not paths.run_dir.exists():
            return await_starting(paths) and stop_region(paths)
        # A daemon that died left its region running: the next one adopts it, and so can take it down.
        check_machine()
        start_detached(paths, daemon_command(paths, 0, DEFAULT_REGION, "aws"))
        _stop(control, paths.lock)
    return True


def _stop(control: ControlClient, lock: Path) -> None:
    """Returns when no process of the region's is left."""
    daemon = control.daemon_id()
    with processes_of(daemon) as processes:
        control.ask("stop")
        with processes_of(daemon) as started_meanwhile:  # by a region that was about to start
            _await_end(lock)
            started_meanwhile.await_end()
        processes.await_end()


def _await_end(lock: Path) -> None:
    """Returns when the daemon has let go of its state: another may start, and files may be removed."""
    deadline = time.monotonic() + END_SECONDS
    with lock.open("ab") as held:
        while time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(POLL_SECONDS)
    raise SkywalkError("the region is off the machine, but its daemon does not end")
