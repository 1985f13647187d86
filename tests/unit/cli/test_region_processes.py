"""What runs below a process is waited for, and killed if it stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from skywalk.cli.region_processes import processes_of

# A process with a child; both end when their input does. It says the child's id.
_FAMILY = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"])
print(child.pid, flush=True)
sys.stdin.read()
child.wait()
"""


@pytest.fixture
def family() -> Iterator[tuple[subprocess.Popen[str], int]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _FAMILY], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        try:
            yield parent, int(parent.stdout.readline())
        finally:
            parent.kill()


def has_ended(process: int) -> bool:
    """Also where nobody has asked for its status yet."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


def test_all_that_end_in_time_are_waited_for(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    with processes_of(parent.pid) as processes:
        assert parent.stdin is not None
        parent.stdin.close()
        assert processes.await_end() == 0
    assert has_ended(parent.pid)
    assert has_ended(child)


def test_those_that_stay_are_killed(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    with processes_of(parent.pid) as processes:
        assert processes.await_end(within_seconds=0.05) == 2
    assert has_ended(parent.pid)
    assert has_ended(child)


def test_without_a_daemon_there_is_nothing_to_wait_for() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for nobody in (None, 2**22 + 1):
        with processes_of(nobody) as processes:
            assert processes.await_end(within_seconds=0) == 0
    assert len(os.listdir("/proc/self/fd")) == before
