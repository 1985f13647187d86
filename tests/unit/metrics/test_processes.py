from __future__ import annotations

import subprocess
import sys

from skywalk.metrics.processes import read_usage

GROWING = """
import os, resource, sys
print(flush=True)
input()
pipe, ballast = os.pipe(), b"x" * (40 << 20)
while sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) < 0.3:
    pass
print(flush=True)
sys.stdin.read()
"""


def test_what_a_process_uses() -> None:
    with subprocess.Popen([sys.executable, "-c", GROWING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        before = read_usage(process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        after = read_usage(process.pid)
    assert before is not None
    assert after is not None
    assert after.descriptors == before.descriptors + 2
    assert after.memory_bytes - before.memory_bytes > (40 << 20) * 0.9
    # The kernel counts in hundredths of a second.
    assert 0.28 <= after.cpu_seconds < 60


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
