"""`skywalk exec`: runs a command inside an instance."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from skywalk.cli.control_client import ControlClient
from skywalk.cli.main import EXIT_USAGE
from skywalk.config import find_paths


def run(arguments: argparse.Namespace) -> int:
    command = command_words(arguments)
    if not command:
        print("skywalk exec: which command?", file=sys.stderr)
        return EXIT_USAGE
    from skywalk.cli.enter import enter
    from skywalk.drivers.driver import GuestEntrance
    from skywalk.drivers.linux.guests.environment import guest_environment
    from skywalk.drivers.linux.holder import enter as enter_region

    paths = find_paths(arguments.state_dir)
    control = ControlClient(paths.control_socket)
    way = control.ask("entrance", {"instance_id": arguments.instance_id})
    entrance = GuestEntrance(way["instance_id"], way["init_pid"], way["root"], way["namespace"])
    environment = guest_environment(os.environ, way["region"])
    binds = [Path(path).absolute() for path in arguments.bind]
    enter_region(paths.run_dir)
    return enter(entrance, command, environment, binds, arguments.detach)


def command_words(arguments: argparse.Namespace) -> list[str]:
    """The command without the `--` before it, which some versions of argparse leave there."""
    words: list[str] = arguments.command
    return words[1:] if words[:1] == ["--"] else words
