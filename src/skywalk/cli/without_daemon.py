"""A region whose daemon does not answer: what of it goes on, as far as the run directory tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from skywalk.cli import hints
from skywalk.cli.other_daemon import is_held
from skywalk.config import Paths
from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux.guests.records import RECORDS, has_process, read_record, read_records
from skywalk.values.errors import SkywalkError


class Daemon(Enum):
    """`SILENT`: there is one, which starts, ends or hangs; `DEAD`: it has died, and its region goes on; `STOPPED`:
    there is none, and nothing of its region."""

    SILENT = "silent"
    DEAD = "dead"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Left:
    """What there is. `instances` are the ids of those that run."""

    daemon: Daemon
    instances: tuple[str, ...] = ()

    def render(self, paths: Paths) -> str:
        """For people, with what to type next."""
        up = hints.command("up --detach", paths)
        running = f"{len(self.instances)} instance{'' if len(self.instances) == 1 else 's'}"
        match self.daemon:
            case Daemon.STOPPED:
                return f"stopped; start it with: {up}"
            case Daemon.DEAD:
                down = hints.command("down", paths)
                return f"the daemon is dead, {running} and the network go on; {up} takes them over, {down} ends them"
            case Daemon.SILENT:
                return f"the daemon does not answer: it starts, ends or hangs; see {paths.log}"


def find_left(paths: Paths) -> Left:
    """What a region without an answering daemon consists of."""
    if not paths.run_dir.exists():
        return Left(Daemon.SILENT if is_held(paths.lock) else Daemon.STOPPED)
    daemon = Daemon.SILENT if is_held(paths.lock) else Daemon.DEAD
    return Left(daemon, tuple(_running(paths.run_dir / RECORDS)))


def _running(records: Path) -> list[str]:
    return [path.stem for path, record in read_records(records) if record is not None and has_process(record)]


def find_entrance(paths: Paths, instance_id: str) -> tuple[GuestEntrance, str]:
    """The way into an instance that goes on, and its region's name (empty where that is not known).

    Raises SkywalkError."""
    record = read_record(paths.run_dir / RECORDS / f"{Path(instance_id).name}.json")
    if record is None or not has_process(record):
        raise SkywalkError(f"the daemon does not answer, and no instance {instance_id} runs")
    return GuestEntrance(instance_id, record.pid, f"/proc/{record.pid}/root", record.namespace), record.region
