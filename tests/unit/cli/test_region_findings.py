"""What looks wrong in a region."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import pytest

from skywalk.cli.findings import Finding
from skywalk.cli.region_findings import (
    examine_connections,
    examine_others,
    examine_region,
    read_connections,
    read_status,
)
from skywalk.config import Paths, make_run_dir

STATUS: dict[str, Any] = {
    "endpoint_url": "http://127.0.0.1:4599",
    "state_dir": "/s",
    "revision": 12,
    "behind": [],
    "failures": {},
    "processes": {"resolver": True, "edge 0": True},
    "restarts": {"resolver": 0, "edge 0": 0},
    "silent": [],
    "killed": {"resolver": 0, "edge 0": 0},
    "troubles": {},
}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "state").mkdir()
    return Paths(tmp_path / "state", tmp_path / "run")


def told(findings: list[Finding]) -> list[str]:
    return [f"{each.subject} {each.verdict.value}: {each.text}" for each in findings]


def of(paths: Paths, **changes: Any) -> list[str]:
    return told(list(examine_region(paths, STATUS | changes)))


def test_a_region_at_rest(paths: Paths) -> None:
    assert of(paths) == [
        "daemon ok: runs at http://127.0.0.1:4599",
        "resolver ok: runs",
        "edge 0 ok: runs",
        "converged ok: everything obeys revision 12",
    ]


def test_dead_processes_and_those_that_died_before(paths: Paths) -> None:
    ill = of(paths, processes={"resolver": True, "edge 0": False}, restarts={"resolver": 2, "edge 0": 0})
    assert ill[1:3] == ["resolver ok: runs, started again 2 times", "edge 0 wrong: is not there"]


def test_silent_processes_and_those_that_were_before(paths: Paths) -> None:
    ill = of(paths, silent=["edge 0", "backend s3"], restarts={"resolver": 3}, killed={"resolver": 2})
    assert ill[1:4] == [
        "resolver ok: runs, started again 3 times, 2 of them because it did not answer",
        "edge 0 wrong: does not answer",
        "backend s3 wrong: does not answer",
    ]


def test_what_the_daemon_lacks(paths: Paths) -> None:
    troubles = {"store": "nothing can be kept in /s: disk is full", "descriptors": "new connections are turned away"}
    found = list(examine_region(paths, STATUS | {"troubles": troubles}))
    assert told(found)[1:3] == [
        "store wrong: nothing can be kept in /s: disk is full",
        "descriptors wrong: new connections are turned away",
    ]
    assert found[1].remedies == ["make room on its disk; it is tried again by itself"]


def test_failures_come_with_their_reasons_and_the_late_after_them(paths: Paths) -> None:
    assert of(paths, failures={"vpc-1": "rules: no such file"}, behind=["vpc-1", "vpc-2"])[3:] == [
        "vpc-1 wrong: rules: no such file",
        "vpc-2 less: does not obey its newest change yet",
    ]


def test_each_failure_is_a_finding_of_its_own_as_far_as_there_are_not_too_many(paths: Paths) -> None:
    texts = [f"vpce-{number}: edge: port 443: in use" for number in range(12)]
    found = list(examine_region(paths, STATUS | {"failures": {"vpc-1": "; ".join(texts)}, "failing": {"vpc-1": texts}}))
    assert told(found)[3:] == [
        *(f"vpc-1 wrong: {text}" for text in texts[:10]),
        "vpc-1 wrong: and 2 more; all by: skywalk status --json",
    ]
    assert [bool(each.remedies) for each in found[3:]] == [False] * 10 + [True]


def test_a_vpc_whose_connections_are_nearly_too_many(paths: Paths) -> None:
    assert read_connections(paths) == {}
    found = {"vpc-2": {"tracked": 900, "limit": 1000}, "vpc-1": {"tracked": 899, "limit": 1000}}
    [finding] = examine_connections(found | {"vpc-3": {"tracked": 5, "limit": 0}})
    assert told([finding]) == ["vpc-2 less: has 900 of 1000 connections; new ones are dropped when there are as many"]
    assert finding.remedies == ["sudo sysctl net.netfilter.nf_conntrack_max=4000"]


def test_where_none_ever_ran_nothing_is_wrong(paths: Paths) -> None:
    assert read_status(paths) is None
    assert told(list(examine_region(paths, None))) == ["daemon ok: does not run, and has left nothing"]
    assert list(examine_others(paths)) == []


def test_a_daemon_that_died(paths: Paths) -> None:
    make_run_dir(paths)
    [found] = examine_region(paths, None)
    assert told([found]) == ["daemon wrong: has died; instances (0) and network go on"]
    assert found.remedies[1] == f"skywalk down --state-dir {paths.state_dir}"


def test_one_that_does_not_answer(paths: Paths) -> None:
    with paths.lock.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        [found] = examine_region(paths, None)
    assert told([found]) == [f"daemon wrong: one has {paths.state_dir} and does not answer"]


def test_remains_of_others(paths: Paths, tmp_path: Path) -> None:
    dead, forgotten, alive = (Paths(tmp_path / name, paths.run_root) for name in ("dead", "forgotten", "alive"))
    for each in (paths, dead, forgotten, alive):
        make_run_dir(each)
        each.state_dir_note.write_text(str(each.state_dir))
    for each in (dead, alive):
        each.state_dir.mkdir()
        each.database.touch()
    strange = paths.run_root / "strange"
    strange.mkdir()
    with alive.lock.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = list(examine_others(paths))
    assert sorted(each.remedies[0] for each in found) == [
        f"rm -r {strange}",
        f"skywalk down --state-dir {dead.state_dir}",
        f"skywalk reset --state-dir {forgotten.state_dir}",
    ]
    assert {each.verdict.value for each in found} == {"less"}
