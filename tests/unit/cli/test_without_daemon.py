"""What goes on without a daemon, from the run directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from skywalk.cli.without_daemon import Daemon, Left, find_entrance, find_left
from skywalk.config import Paths, make_run_dir
from skywalk.drivers.linux.guests.records import RECORDS, describe_process, write_record
from skywalk.values.errors import SkywalkError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "state").mkdir()
    return Paths(tmp_path / "state", tmp_path / "run")


@pytest.fixture
def dead(paths: Paths) -> Paths:
    """One instance runs on, another has ended, and of a third nobody can read anything."""
    make_run_dir(paths)
    folder = paths.run_dir / RECORDS
    folder.mkdir()
    record = describe_process(os.getpid(), "/proc/self/ns/net", "eu-west-1")
    write_record(folder / "i-1.json", record)
    write_record(folder / "i-2.json", record._replace(started=1))
    (folder / "i-3.json").write_text("{")
    return paths


def test_nothing_is_left_of_what_never_ran(paths: Paths) -> None:
    left = find_left(paths)
    assert left == Left(Daemon.STOPPED)
    assert left.render(paths) == f"stopped; start it with: skywalk up --state-dir {paths.state_dir} --detach"


def test_instances_of_a_dead_daemon_are_counted(dead: Paths) -> None:
    left = find_left(dead)
    assert left == Left(Daemon.DEAD, ("i-1",))
    named = f"--state-dir {dead.state_dir}"
    assert left.render(dead) == (
        f"the daemon is dead, 1 instance and the network go on; skywalk up {named} --detach takes them over, "
        f"skywalk down {named} ends them"
    )
    assert "2 instances" in Left(Daemon.DEAD, ("i-1", "i-2")).render(dead)


def test_one_that_has_the_lock_is_not_dead(dead: Paths) -> None:
    with dead.lock.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = find_left(dead)
    assert left == Left(Daemon.SILENT, ("i-1",))
    assert left.render(dead) == f"the daemon does not answer: it starts, ends or hangs; see {dead.log}"


def test_the_way_into_an_instance_that_goes_on(dead: Paths) -> None:
    entrance, region = find_entrance(dead, "i-1")
    assert (entrance.instance_id, entrance.init_pid, entrance.root) == ("i-1", os.getpid(), f"/proc/{os.getpid()}/root")
    assert (entrance.namespace, region) == ("/proc/self/ns/net", "eu-west-1")


@pytest.mark.parametrize("instance_id", ["i-2", "i-3", "i-4", "../i-1", ""])
def test_what_does_not_run_is_not_entered(dead: Paths, instance_id: str) -> None:
    if instance_id == "../i-1":
        write_record(dead.run_dir / "i-1.json", describe_process(os.getpid(), "/proc/self/ns/net"))
        (dead.run_dir / RECORDS / "i-1.json").unlink()
    with pytest.raises(SkywalkError, match=f"the daemon does not answer, and no instance {instance_id} runs"):
        find_entrance(dead, instance_id)
