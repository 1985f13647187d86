"""`skywalk status`: what runs, and whether it has converged."""

from __future__ import annotations

import argparse
import json
from typing import Any

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.cli.without_daemon import find_left
from skywalk.config import find_paths

EXIT_NOT_RUNNING = 3
ANSWER_SECONDS = 10.0
_NAME_WIDTH = 11
_SILENT = "does not answer; killed and started again if that goes on"


def run(arguments: argparse.Namespace) -> int:
    """0 when the region runs, 3 when it does not (as for `systemctl status`)."""
    paths = find_paths(arguments.state_dir)
    try:
        status = ControlClient(paths.control_socket).ask("status", timeout_seconds=ANSWER_SECONDS)
    except RegionNotRunning:
        left = find_left(paths)
        told = {"running": False, "daemon": left.daemon.value, "instances": left.instances}
        print(json.dumps(told) if arguments.json else left.render(paths))
        return EXIT_NOT_RUNNING
    print(json.dumps(status, indent=2) if arguments.json else render_status(status))
    return 0


def render_status(status: dict[str, Any]) -> str:
    """The status as lines for people."""
    converged = "yes" if status["converged"] else "not yet"
    rows = [
        ("region", f"{status['region']} at {status['endpoint_url']}"),
        ("state", f"{status['state_dir']} (daemon {status['pid']})"),
        *([("ending", "it is being taken down")] if status.get("ending") else ()),
        ("converged", f"{converged}, revision {status['revision']}"),
        *(("behind", vpc_id) for vpc_id in status["behind"]),
        *(("failing", f"{owner}: {text}") for owner, text in status["failures"].items()),
        *status.get("troubles", {}).items(),
        *((name, _process(name, up, status)) for name, up in status["processes"].items()),
        *((name, _SILENT) for name in status.get("silent", ()) if name not in status["processes"]),
        ("resources", ", ".join(f"{noun} {count}" for noun, count in status["resources"].items())),
    ]
    return "\n".join(f"{name:<{_NAME_WIDTH}} {text}" for name, text in rows)


def _process(name: str, is_up: bool, status: dict[str, Any]) -> str:
    if name in status.get("silent", ()):
        return _SILENT
    return "runs" if is_up else "starting"
