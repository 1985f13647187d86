from __future__ import annotations

import subprocess
import sys

_WITHOUT_DESCRIPTORS = """
import os, resource
from skywalk.drivers.linux import libnftables
libnftables._load()
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
try:
    while True:
        os.dup(0)
except OSError:
    pass
try:
    libnftables.run_commands("list tables")
except OSError as refused:
    print(refused)
"""


def test_without_descriptors_the_process_goes_on() -> None:
    done = subprocess.run((sys.executable, "-c", _WITHOUT_DESCRIPTORS), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[Errno 24] Too many open files\n", "")
