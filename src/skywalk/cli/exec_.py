"""`skywalk exec`: runs a command inside an instance."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from pwd import getpwall
from typing import TYPE_CHECKING

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.cli.main import EXIT_USAGE
from skywalk.config import DEFAULT_REGION, Paths, find_paths

if TYPE_CHECKING:
    from skywalk.drivers.driver import GuestEntrance

ANSWER_SECONDS = 10.0
"""A daemon that does not answer in that time hangs."""


def run(arguments: argparse.Namespace) -> int:
    command = command_words(arguments)
    if not command:
        print("skywalk exec: which command?", file=sys.stderr)
        return EXIT_USAGE
    from skywalk.cli.enter import enter
    from skywalk.drivers.linux.guests.environment import guest_environment
    from skywalk.drivers.linux.holder import enter as enter_region

    paths = find_paths(arguments.state_dir)
    entrance, region = _find_entrance(paths, arguments.instance_id)
    environment = guest_environment(os.environ, region, {user.pw_dir for user in getpwall()})
    binds = [Path(path).absolute() for path in arguments.bind]
    enter_region(paths.run_dir)
    return enter(entrance, command, environment, binds, arguments.detach)


def _find_entrance(paths: Paths, instance_id: str) -> tuple[GuestEntrance, str]:
    """Instances go on without a daemon, and so do commands in them. Raises SkywalkError."""
    from skywalk.drivers.driver import GuestEntrance

    try:
        way = ControlClient(paths.control_socket).ask("entrance", {"instance_id": instance_id}, ANSWER_SECONDS)
    except RegionNotRunning:
        if not paths.run_dir.exists():
            raise
        from skywalk.cli.without_daemon import find_entrance

        entrance, region = find_entrance(paths, instance_id)
        return entrance, region or DEFAULT_REGION
    return GuestEntrance(way["instance_id"], way["init_pid"], way["root"], way["namespace"]), way["region"]


def command_words(arguments: argparse.Namespace) -> list[str]:
    """The command without the `--` before it, which some versions of argparse leave there."""
    words: list[str] = arguments.command
    return words[1:] if words[:1] == ["--"] else words
