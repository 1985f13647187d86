"""`skywalk status`: what runs, and whether it has converged."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skywalk.cli.control_client import ControlClient, RegionNotRunning
from skywalk.cli.without_daemon import find_left
from skywalk.cli.wrapping import failures_by_subject, width_of, wrapped
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
    print(json.dumps(status, indent=2) if arguments.json else render_status(status, width_of(sys.stdout)))
    return 0


def render_status(status: dict[str, Any], width: int | None = None) -> str:
    """The status as lines for people, of at most `width` columns where words allow it."""
    converged = "yes" if status["converged"] else "not yet"
    rows = [
        ("region", f"{status['region']} at {status['endpoint_url']}"),
        ("state", f"{status['state_dir']} (daemon {status['pid']})"),
        *([("ending", "it is being taken down")] if status.get("ending") else ()),
        ("converged", f"{converged}, revision {status['revision']}"),
        *(("behind", vpc_id) for vpc_id in status["behind"]),
        *_failing(status),
        *status.get("troubles", {}).items(),
        *((name, _process(name, up, status)) for name, up in status["processes"].items()),
        *((name, _SILENT) for name in status.get("silent", ()) if name not in status["processes"]),
        ("resources", ", ".join(f"{noun} {count}" for noun, count in status["resources"].items())),
    ]
    return "\n".join(line for name, text in rows for line in wrapped(f"{name:<{_NAME_WIDTH}} ", text, width))


def _failing(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for subject, texts in failures_by_subject(status).items():
        yield from _failing_of(subject, texts)


def _failing_of(subject: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """One line, or one for each text below the subject's."""
    if len(texts) == 1:
        yield "failing", f"{subject}: {texts[0]}"
    else:
        yield "failing", f"{subject}:"
        yield from (("", text) for text in texts)


def _process(name: str, is_up: bool, status: dict[str, Any]) -> str:
    if name in status.get("silent", ()):
        return _SILENT
    return "runs" if is_up else "starting"
