"""A systemd of a test's own: process 1 of its own namespaces, with its own units, /run and /var/lib.

with systemd({"skywalk.service": text}) as machine:
    machine.run("systemctl", "start", "skywalk")
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSTEMD = Path("/lib/systemd/systemd")
START_SECONDS = 60
COMMAND_SECONDS = 120

_NAMESPACES = ("--pid", "--mount", "--uts", "--ipc", "--cgroup")
_EMPTY_UNITS = ("default", "basic", "sysinit", "shutdown", "network", "multi-user")
_PREPARE = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd /run/netns
umount -R /sys/fs/cgroup
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/unified /sys/fs/cgroup/systemd
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd,xattr cgroup /sys/fs/cgroup/systemd
mount -t tmpfs tmpfs /var/lib
exec "$0" --system --log-target=console --show-status=no
"""


class NoSystemd(Exception):
    """systemd cannot be process 1 of namespaces here; the text ends in what it said."""


@dataclass(frozen=True)
class Machine:
    """The namespaces of a systemd, by its process."""

    process_id: int
    environment: Mapping[str, str]

    def run(self, *command: str, check: bool = True) -> str:
        """What a command in there has printed."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.process_id), *_NAMESPACES, "--", *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
            env=self.environment,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def shows(self, unit: str, name: str) -> str:
        """A property of a unit: `MainPID`, `ActiveState`."""
        return self.run("systemctl", "show", "--property", name, "--value", unit)


@contextmanager
def systemd(units: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[Machine]:
    """Runs until the block ends, and everything in it ends with it. Raises NoSystemd."""
    folder = Path(tempfile.mkdtemp(prefix="skywalk-units-"))
    process = None
    try:
        for name in _EMPTY_UNITS:
            (folder / f"{name}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        for name, text in units.items():
            (folder / name).write_text(text)
        whole = {**environment, "container": "other", "SYSTEMD_UNIT_PATH": str(folder)}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["unshare", *_NAMESPACES, "--fork", "--kill-child", "--mount-proc", "bash", "-c", _PREPARE, SYSTEMD],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=whole,
            )
        yield Machine(_until_running(process, whole, folder / "log"), whole)
    finally:
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder)


def _until_running(process: subprocess.Popen[bytes], environment: Mapping[str, str], log: Path) -> int:
    """The process id of the systemd once it takes orders."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children and Path(os.readlink(f"/proc/{children[0]}/exe")).samefile(SYSTEMD):
            machine = Machine(int(children[0]), environment)
            if machine.run("systemctl", "is-system-running", check=False) == "running":
                return machine.process_id
        time.sleep(0.05)
    raise NoSystemd(log.read_text(errors="replace"))
