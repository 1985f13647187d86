"""`skywalk doctor`: what this machine lacks and how to get it; what in the region looks wrong."""

from __future__ import annotations

import argparse
import json
import os
import sys

from skywalk.cli.findings import are_good, render_findings
from skywalk.cli.machine_findings import examine_machine
from skywalk.cli.main import EXIT_FAILED
from skywalk.cli.progress import has_colour
from skywalk.cli.region_findings import (
    examine_connections,
    examine_others,
    examine_region,
    read_connections,
    read_status,
)
from skywalk.cli.wrapping import width_of
from skywalk.config import DEFAULT_PORT, find_paths


def run(arguments: argparse.Namespace) -> int:
    """0 where a region can run, and nothing looks wrong in the one that does."""
    paths = find_paths(arguments.state_dir)
    status = read_status(paths)
    machine = list(examine_machine(paths, arguments.port or DEFAULT_PORT, is_running=status is not None))
    region = [*examine_region(paths, status), *examine_connections(read_connections(paths)), *examine_others(paths)]
    if arguments.json:
        told = {
            "can_run": are_good(machine),
            "running": status is not None,
            "machine": [finding.as_json() for finding in machine],
            "region": [finding.as_json() for finding in region],
        }
        print(json.dumps(told, indent=2))
    else:
        how = has_colour(sys.stdout, os.environ), width_of(sys.stdout)
        print(render_findings("this machine", machine, *how))
        print(render_findings(f"the region in {paths.state_dir}", region, *how))
    return 0 if are_good([*machine, *region]) else EXIT_FAILED
