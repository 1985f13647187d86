"""`skywalk status`: what runs, and whether it has converged."""

from __future__ import annotations

import argparse
import json
from typing import Any

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.config import find_paths

EXIT_NOT_RUNNING = 3


def run(arguments: argparse.Namespace) -> int:
    """0 when the region runs, 3 when it does not (as for `systemctl status`)."""
    try:
        status = ControlClient(find_paths(arguments.state_dir).control_socket).ask("status")
    except RegionNotRunning:
        print(json.dumps({"running": False}) if arguments.json else "stopped")
        return EXIT_NOT_RUNNING
    print(json.dumps(status, indent=2) if arguments.json else render_status(status))
    return 0


def render_status(status: dict[str, Any]) -> str:
    """The status as lines for people."""
    lines = [
        f"region       {status['region']} (default for env), state in {status['state_dir']}",
        f"API          {status['endpoint_url']}",
        f"converged    {'yes' if status['converged'] else 'no'}, revision {status['revision']}",
    ]
    lines += [f"{name:<12} {'running' if up else 'starting'}" for name, up in status["processes"].items()]
    lines += [f"{noun:<12} {count}" for noun, count in status["resources"].items()]
    lines += [f"failing      {owner}: {text}" for owner, text in status["failures"].items()]
    return "\n".join(lines)
