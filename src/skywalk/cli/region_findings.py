"""What looks wrong in a region, running or dead, and what others of this user's have left behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skywalk.cli import hints
from skywalk.cli.control_client import ControlClient, RegionNotRunning, RegionRefused
from skywalk.cli.findings import Finding, Verdict
from skywalk.cli.other_daemon import is_held
from skywalk.cli.without_daemon import Daemon, find_left
from skywalk.cli.wrapping import failures_by_subject
from skywalk.config import Paths

_REMEDIES = {
    "store": "make room on its disk; it is tried again by itself",
    "descriptors": "raise its limit: prlimit --nofile, or LimitNOFILE= of its unit",
}
NEARLY_FULL = 0.9
"""Of the connections that a VPC may have."""


def read_status(paths: Paths) -> dict[str, Any] | None:
    """What a running region says of itself; None where none runs."""
    try:
        status: dict[str, Any] = ControlClient(paths.control_socket).ask("status", timeout_seconds=10)
    except RegionNotRunning:
        return None
    return status


def read_connections(paths: Paths) -> dict[str, dict[str, int]]:
    """Of each VPC of a running region: how many it tracks, and how many it may."""
    try:
        found: dict[str, dict[str, int]] = ControlClient(paths.control_socket).ask("connections", timeout_seconds=10)
    except (RegionNotRunning, RegionRefused):
        return {}
    return found


def examine_connections(by_vpc: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    """VPCs that will soon take no new connections, which looks like packets that are lost for no reason."""
    for vpc_id, found in sorted(by_vpc.items()):
        tracked, limit = found["tracked"], found["limit"]
        if 0 < limit * NEARLY_FULL <= tracked:
            text = f"has {tracked} of {limit} connections; new ones are dropped when there are as many"
            yield Finding(vpc_id, Verdict.LESS, text, [f"sudo sysctl net.netfilter.nf_conntrack_max={4 * limit}"])


def examine_region(paths: Paths, status: Mapping[str, Any] | None) -> Iterator[Finding]:
    if status is None:
        yield from _examine_stopped(paths)
        return
    yield Finding("daemon", Verdict.OK, f"runs at {status['endpoint_url']}")
    for subject, text in status.get("troubles", {}).items():
        yield Finding(subject, Verdict.WRONG, text, [_REMEDIES[subject]])
    yield from _examine_processes(status)
    yield from _examine_convergence(paths, status)


def examine_others(paths: Paths) -> Iterator[Finding]:
    """Run directories of the user's whose daemons have died: their instances and networks go on, or are remains."""
    if not paths.run_root.is_dir():
        return
    for folder in sorted(paths.run_root.iterdir()):
        if folder == paths.run_dir or not folder.is_dir():
            continue
        other = _read_note(folder)
        if other is None:
            yield Finding("remains", Verdict.LESS, f"{folder} belongs to no region", [f"rm -r {folder}"])
        elif not is_held(other.lock):
            text = f"the daemon of {other.state_dir} has died; what it ran may go on"
            yield Finding("remains", Verdict.LESS, text, [hints.command(_ending(other), other)])


def _ending(paths: Paths) -> str:
    """What takes it off the machine and makes no state of a region that has none any more."""
    return "down" if paths.database.exists() else "reset"


def _examine_stopped(paths: Paths) -> Iterator[Finding]:
    left = find_left(paths)
    match left.daemon:
        case Daemon.SILENT:
            text = f"one has {paths.state_dir} and does not answer"
            yield Finding("daemon", Verdict.WRONG, text, [f"see {paths.log}"])
        case Daemon.DEAD:
            ways = [f"{hints.command('up --detach', paths)}, which takes it over", hints.command("down", paths)]
            text = f"has died; instances ({len(left.instances)}) and network go on"
            yield Finding("daemon", Verdict.WRONG, text, ways)
        case Daemon.STOPPED:
            yield Finding("daemon", Verdict.OK, "does not run, and has left nothing")


def _examine_processes(status: Mapping[str, Any]) -> Iterator[Finding]:
    processes, silent = status["processes"], status.get("silent", ())
    for name in (*processes, *(name for name in silent if name not in processes)):
        often, logs = _how_often(name, status), [f"see the logs in {status['state_dir']}"]
        if name in silent:
            yield Finding(name, Verdict.WRONG, f"does not answer{often}", logs)
        elif processes[name]:
            yield Finding(name, Verdict.OK, f"runs{often}")
        else:
            yield Finding(name, Verdict.WRONG, f"is not there{often}", logs)


def _how_often(name: str, status: Mapping[str, Any]) -> str:
    restarts, killed = (status.get(counted, {}).get(name, 0) for counted in ("restarts", "killed"))
    if not restarts:
        return ""
    silent = f", {killed} of them because it did not answer" if killed else ""
    return f", started again {restarts} times{silent}"


def _examine_convergence(paths: Paths, status: Mapping[str, Any]) -> Iterator[Finding]:
    failures, behind = failures_by_subject(status), status["behind"]
    for owner, texts in failures.items():
        remedies = [f"tried again every second; see {status['state_dir']}/skywalk.log"]
        for number, text in enumerate(texts, 1):
            yield Finding(owner, Verdict.WRONG, text, remedies if number == len(texts) else ())
    for owner in behind:
        if owner not in failures:
            yield Finding(owner, Verdict.LESS, "does not obey its newest change yet", [hints.command("wait", paths)])
    if not failures and not behind:
        yield Finding("converged", Verdict.OK, f"everything obeys revision {status['revision']}")


def _read_note(run_dir: Path) -> Paths | None:
    """The region whose run directory it is, if it says so and that is its name."""
    try:
        state_dir = Path((run_dir / "state-dir").read_text())
    except OSError:
        return None
    paths = Paths(state_dir, run_dir.parent)
    return paths if paths.run_dir == run_dir else None
