"""`skywalk wait`: returns when everything obeys the newest accepted change."""

from __future__ import annotations

import argparse

from skywalk.cli.control_client import ControlClient
from skywalk.config import find_paths


def run(arguments: argparse.Namespace) -> int:
    ControlClient(find_paths(arguments.state_dir).control_socket).ask("wait")
    return 0
