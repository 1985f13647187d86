"""Records: which process is which guest's init, for the daemon that comes after."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

RECORDS = "guests"
"""The folder of them, in a region's run directory."""


class Record(NamedTuple):
    """`started` is in clock ticks since boot; namespaces are inode numbers. Together they tell a process from a later
    one with the same id. `namespace` is the file of the network namespace that the guest was started in, `region` its
    region's name (empty in an older skywalk's)."""

    pid: int
    started: int
    pid_namespace: int
    network_namespace: int
    namespace: str
    region: str = ""


def describe_process(pid: int, namespace: str, region: str = "") -> Record:
    """The record of a process that runs, or is about to, in a network namespace. Raises OSError if there is none."""
    return Record(pid, _read_start(pid), _read_pid_namespace(pid), os.stat(namespace).st_ino, namespace, region)


def is_alive(record: Record) -> bool:
    """Whether the process of the record runs still: a process that has ended but is not reaped does not."""
    try:
        return (_read_start(record.pid), _read_pid_namespace(record.pid)) == (record.started, record.pid_namespace)
    except OSError:
        return False


def has_process(record: Record) -> bool:
    """As `is_alive`, for who may not look at the process's namespaces."""
    try:
        return _read_start(record.pid) == record.started
    except OSError:
        return False


def write_record(path: Path, record: Record) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(record._asdict()))
    os.replace(new, path)


def read_record(path: Path) -> Record | None:
    """None where there is no record, or none that can be read."""
    try:
        return Record(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def read_records(folder: Path) -> Iterator[tuple[Path, Record | None]]:
    for path in sorted(folder.glob("*.json")):
        yield path, read_record(path)


def _read_pid_namespace(pid: int) -> int:
    return os.stat(f"/proc/{pid}/ns/pid").st_ino


def _read_start(pid: int) -> int:
    """Raises ProcessLookupError for a process that has ended."""
    # The name, in brackets, may hold anything. Source: proc(5), stat: fields 3 (state) and 22 (start time).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        raise ProcessLookupError(pid)
    return int(fields[19])
