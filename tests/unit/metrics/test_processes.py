from __future__ import annotations

import os
import resource
import subprocess
import sys

from skywalk.metrics.processes import read_usage


def test_of_this_process() -> None:
    before = read_usage(os.getpid())
    assert before is not None
    reader, writer = os.pipe()
    ballast = b"x" * (40 << 20)
    after = read_usage(os.getpid())
    assert after is not None
    assert after.descriptors == before.descriptors + 2
    assert after.memory_bytes - before.memory_bytes > len(ballast) * 0.9
    used = resource.getrusage(resource.RUSAGE_SELF)
    assert abs(after.cpu_seconds - (used.ru_utime + used.ru_stime)) < 0.5
    os.close(reader)
    os.close(writer)


def test_of_one_that_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert read_usage(process.pid) is None


def test_a_name_with_brackets_and_blanks_misleads_nobody() -> None:
    program = "import ctypes, sys; ctypes.CDLL(None).prctl(15, b'a) R 1 (b'); print(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = read_usage(process.pid)
    assert found is not None
    assert 0 <= found.cpu_seconds < 60
    assert found.memory_bytes > 1 << 20
